"""Every bundled network against a definition that is not ours, layer by layer.

torchvision and Keras build the network; a forward pass without numbers (the meta device) shows which layers run, with
which output shape, and PyTorch's own flop counter how many multiplications each of them makes. pytorchcv (imgclsmob)
has some that neither of them has. What no library defines is held to the totals that others have published.

torchvision 0.28.0 and pytorchcv install beside PyTorch's CPU build with `pip install --no-deps torchvision==0.28.0
pytorchcv` (and `pillow`).
"""

from __future__ import annotations

import importlib
import math
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.core.figures import read_figure
from tests.oracles.torchvision_operators import declared

pytestmark = pytest.mark.oracle

ARCHITECTURES = Path(__file__).resolve().parent.parent / "architectures"
Shape = tuple[int, ...]


@dataclass(frozen=True, order=True)
class Seen:
    """A layer that has parameters or multiplies: how many, and its output shape, channels first."""

    params: int
    multiplies: int
    shape: Shape


@dataclass(frozen=True)
class Case:
    """One of our files and the constructor that must give the same network."""

    file: str
    constructor: str
    arguments: dict[str, Any] = field(default_factory=dict)
    set: dict[str, str] = field(default_factory=dict)
    input_size: str | None = None
    late: tuple[str, ...] = ()  # modules that run earlier than they stand in our file: auxiliary heads
    why: str = ""

    def __str__(self) -> str:
        options = [
            *(f"{key}={value}" for key, value in self.set.items()),
            *([self.input_size] if self.input_size else []),
        ]
        return "-".join([self.file, *options])

    def analysis(self) -> cnncalc.Analysis:
        path = ARCHITECTURES / f"{self.file}.yaml"
        return cnncalc.analyze(cnncalc.load(path, set=self.set or None, input_size=self.input_size))


# ------------------------------------------------------------------------------------------------ the tables

SAME_NAME = [
    *(f"densenet{depth}" for depth in (121, 161, 169, 201)),
    *(f"efficientnet_b{size}" for size in range(8)),
    *("mnasnet1_0", "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small"),
    *("regnet_x_400mf", "regnet_y_400mf"),
    *("resnet18", "resnet34", "resnext50_32x4d", "resnext101_32x8d", "wide_resnet50_2"),
    *("shufflenet_v2_x0_5", "shufflenet_v2_x1_5", "shufflenet_v2_x2_0", "squeezenet1_0", "squeezenet1_1"),
    *(f"vgg{depth}" for depth in (11, 13, 16, 19)),
    *("convnext_tiny", "vit_b_16"),
]

WITHOUT_HEAD = {"aux_logits": False, "init_weights": False}
WITH_HEAD = {"aux_logits": True, "init_weights": False}
NO_WEIGHTS = {"weights": None, "weights_backbone": None}

TORCHVISION = [
    *(Case(name, name) for name in SAME_NAME),
    Case("alexnet_torchvision", "alexnet"),
    Case("resnet50_v1_5", "resnet50"),
    Case("resnet101_v1_5", "resnet101"),
    Case("resnet152_v1_5", "resnet152"),
    Case("shufflenet_v2", "shufflenet_v2_x1_0"),
    Case("vgg11_lrn", "vgg11", why="local response normalisation learns nothing"),
    Case("googlenet_torchvision", "googlenet", WITHOUT_HEAD),
    Case("googlenet_torchvision_aux", "googlenet", WITH_HEAD, late=("aux1", "aux2")),
    Case("inception_v3", "inception_v3", WITHOUT_HEAD),
    Case("inception_v3_aux", "inception_v3", WITH_HEAD, late=("AuxLogits",)),
    Case("fcn_resnet50", "segmentation.fcn_resnet50", NO_WEIGHTS | {"aux_loss": False}),
    Case("fcn_resnet50_aux", "segmentation.fcn_resnet50", NO_WEIGHTS | {"aux_loss": True}),
    Case("deeplabv3_resnet50", "segmentation.deeplabv3_resnet50", NO_WEIGHTS | {"aux_loss": False}),
    Case("deeplabv3_resnet50_aux", "segmentation.deeplabv3_resnet50", NO_WEIGHTS | {"aux_loss": True}),
    Case("efficientnet_b2", "efficientnet_b2", input_size="288", why="the image size of torchvision's weights"),
    Case(
        "efficientnet_b0", "efficientnet_b0", set={"classes": "10"}, arguments={"num_classes": 10}, input_size="97x65"
    ),
    Case("mnasnet1_0", "mnasnet0_5", set={"width": "0.5"}),
    Case("mnasnet1_0", "mnasnet0_75", set={"width": "0.75"}),
    Case("mnasnet1_0", "mnasnet1_3", set={"width": "1.3"}),
    Case("mobilenet_v2_140", "mobilenet_v2", {"width_mult": 1.4}),
    *(
        Case(name, name, {"width_mult": width}, set={"width": str(width)})
        for name in ("mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small")
        for width in (0.35, 0.5, 0.75, 1.3)
    ),
]

KERAS = [
    Case("xception", "Xception"),
    Case("mobilenet_v1", "MobileNet"),
    Case("mobilenet_v1_075", "MobileNet", {"alpha": 0.75}),
    Case("mobilenet_v1_050", "MobileNet", {"alpha": 0.5}),
    Case("mobilenet_v1_025", "MobileNet", {"alpha": 0.25}),
    Case("inception_v3", "InceptionV3", why="Keras' batch norm has no gamma here: added before comparing"),
    Case("inception_resnet_v2", "InceptionResNetV2", why="Keras' batch norm has no gamma here: added before comparing"),
    Case("resnet50", "ResNet50", why="Keras gives its convolutions biases: taken off before comparing"),
    Case("resnet101", "ResNet101", why="Keras gives its convolutions biases: taken off before comparing"),
    Case("resnet152", "ResNet152", why="Keras gives its convolutions biases: taken off before comparing"),
]

PYTORCHCV = [
    Case("alexnet_single_tower", "alexnet.alexnet"),
    Case("zfnet", "zfnet.zfnet"),
    Case("zfnet_b", "zfnet.zfnetb"),
    Case("nin_cifar", "nin_cifar.nin_cifar10"),
    Case("nin_cifar", "nin_cifar.nin_cifar100", set={"classes": "100"}),
    Case("inception_v4", "inceptionv4.inceptionv4"),
    Case("xception", "xception.xception"),
    Case("se_resnet50", "seresnet.seresnet50"),
    Case("darknet53", "darknet53.darknet53", input_size="224", why="imgclsmob pools 7×7 maps"),
    Case("resnet20_cifar_b", "resnet_cifar.resnet20_cifar10"),
    Case("resnet56_cifar_b", "resnet_cifar.resnet56_cifar10"),
    Case("resnet110_cifar_b", "resnet_cifar.resnet110_cifar10"),
    Case("densenet_bc100_k12_cifar", "densenet_cifar.densenet100_k12_bc_cifar10"),
    Case("densenet_bc190_k40_cifar", "densenet_cifar.densenet190_k40_bc_cifar10"),
    Case("densenet_bc250_k24_cifar", "densenet_cifar.densenet250_k24_bc_cifar10"),
    Case(
        "densenet40_k12_cifar",
        "densenet_cifar.densenet40_k12_cifar10",
        set={"stem": "24", "keep": "0.5"},
        why="imgclsmob's network of this name starts from 24 maps and halves them in each transition",
    ),
]


@dataclass(frozen=True)
class Published:
    """A network that no library at hand defines: why, and its totals as others print them."""

    file: str
    why: str
    params: str
    multiplies: str | None = None  # as printed: multiplies
    flops: str | None = None  # as printed: additions too


_PAPER = "only the paper and its reimplementations define it"
_VARIANT = "no library has this variant of the paper's"
_COURSE = "a lecture's network"
_TIMM = "timm, which builds it, is not at hand"
_CODE = "a repository of its own defines it"
PUBLISHED = [
    Published("attention_unet", _CODE, "34.88M"),
    Published("cbam_resnet50", "as pytorchcv prints it", "28089624", "4095573110"),
    Published("convnextv2_tiny", _TIMM, "28635496", "4455531264"),
    Published("crnn", "without published totals: 5,551,360 + 1,576,960 + 131,328 + 1,052,672 + 18,981", "8331301"),
    Published("dcgan_discriminator", "an example of PyTorch", "2765568"),
    Published("dcgan_generator", "an example of PyTorch", "3576704"),
    Published("deeplabv3plus_resnet50", _CODE, "26682725", "36645109760"),
    Published("dla34", _TIMM, "15742104"),
    Published("edsr_x2", _PAPER, "1.37M"),
    Published("efficientnet_v2_s", "as torchvision prints it", "21458488", "8.366G"),
    Published("espcn_x3", "without published totals: 1,664 + 18,464 + 2,601", "22729"),
    Published("ghostnet_100", _TIMM, "5182508", "141M"),
    Published("hrnet_w18", _TIMM, "21299004"),
    Published("mixer_b16", _TIMM, "59880472"),
    Published("mobilenetv4_conv_small", _TIMM, "3774024", "0.2G"),
    Published("pix2pix_unet256", _CODE, "54.414M"),
    Published("pointnet", _CODE, "1614129"),
    Published("repvgg_a0", _TIMM, "8309384", "1.4G"),
    Published("repvgg_a0_train", _TIMM, "9108968"),
    Published("retinanet_resnet50_fpn", "as torchvision prints it", "34014999", "151.54G"),
    Published("srcnn", "the paper prints 8,032 weights; with 97 biases", "8129"),
    Published("swin_t", "as torchvision prints it", "28288354", "4.491G"),
    Published("textcnn", "without published totals: 5,629,500 + 360,300 + 602", "5990402"),
    Published("unet3d", _PAPER, "19069955"),
    Published("wavenet", "the paper states no widths, so no totals: those of the file", "890112"),
    Published("wrn28_10_cifar10", "as pytorchcv prints it", "36479194", "5.2G"),
    Published("alexnet", _COURSE, "200415264", "863867424"),
    Published("alexnet_two_towers", _COURSE, "200415264", "863867424"),
    Published("alexnet_paper", "Caffe's bvlc_alexnet; torchvision has another AlexNet", "60965224", "724M"),
    Published("alexnet_d2l", "an example of a book; its dense layers: 43,032,576 weights", "46764746"),
    Published("lenet5", _COURSE, "61706", "416520"),
    Published("lenet5_1998", _PAPER, "60000"),
    Published("lenet_caffe", "an example of Caffe", "431080", "2293k"),
    Published("mnist_cnn_keras", "an example of Keras", "118346"),
    Published("mnist_cnn_pytorch", "an example of PyTorch", "1379557"),
    Published("nin", "a model of the Caffe zoo", "7.6M", "1100M"),
    Published("vgg16_c", "torchvision has no column C", "134M"),
    Published(
        "vgg16_cam", "a VGG-16 cut off, without published totals: 14,714,688 + 4,719,616 + 1,025,000", "20459304"
    ),
    Published("googlenet", "torchvision's has batch norm and no 5×5 filters", "6998552", "1.58G"),
    Published("googlenet_aux", "torchvision's has batch norm and no 5×5 filters", "13378280"),
    Published("plain18", "no library has the paper's plain networks", "11.5M", "1.8G"),
    Published("plain34", "no library has the paper's plain networks", "21.6M", "3.6G"),
    Published("resnet34_a", _VARIANT, "21.6M", "3.6G"),
    Published("resnet34_c", _VARIANT, "22.7M", "3.8G"),
    Published("resnet20_cifar", "libraries have shortcut B", "0.27M"),
    Published("resnet32_cifar", "libraries have shortcut B", "0.46M"),
    Published("resnet44_cifar", "libraries have shortcut B", "0.66M"),
    Published("resnet56_cifar", "libraries have shortcut B", "0.85M"),
    Published("resnet110_cifar", "libraries have shortcut B", "1.7M"),
    Published("densenet100_k12_cifar", _VARIANT, "7.0M"),
    Published("densenet100_k24_cifar", _VARIANT, "27.2M"),
    Published("densenet264", "no library has it", "33337704"),
    Published("mobilenet_v1_shallow", _VARIANT, "2.9M", "307M"),
    Published("mobilenet_v1_full_conv", _VARIANT, "29.3M", "4867M"),
    Published("darknet19", "darknet's own format: darknet19.cfg", "20842376", flops="5.58G"),
    Published("yolov3", "darknet's own format: yolov3.cfg", "61949149", flops="65.86G"),
    Published("unet", _PAPER, "31030658"),
    Published("unet_keras", "one of many Keras files", "31031685"),
    Published("segnet", _PAPER, "~29.46M"),
    Published("c3d", _PAPER, "79991015", "38.5G"),
    Published("m5", _PAPER, "0.5M"),
    Published("siamese", _PAPER, "38951745"),
]


# ------------------------------------------------------------------------------------------------ what PyTorch sees


@pytest.fixture(scope="module")
def torchvision_models() -> Any:
    """torchvision.models."""
    pytest.importorskip("torch", reason="pip install -e '.[oracle]'")
    declared()
    return pytest.importorskip("torchvision.models", reason="pip install --no-deps torchvision==0.28.0 pillow")


def channels_first(shape: Shape, channels_last: bool) -> Shape:
    """Channels first, without the 1×1 sides that a dense layer written as a convolution has."""
    if channels_last and len(shape) > 1:
        shape = (shape[-1], *shape[:-1])
    return shape if any(side > 1 for side in shape[1:]) else shape[:1]


@dataclass(frozen=True)
class Whole:
    """A network as seen from outside: its layers in the order they run, and its totals."""

    layers: list[Seen]
    bare: list[int]  # parameters that belong to no layer of their own: layer scale, class token, position embedding
    params: int
    buffers: int
    multiplies: int


def run(model: Any, inputs: list[Shape], late: tuple[str, ...] = ()) -> Whole:
    """Run a PyTorch model on inputs without values and see every layer that has parameters."""
    import torch
    from torch import nn
    from torch.utils.flop_counter import FlopCounterMode

    seen: list[tuple[str, int, Shape]] = []
    bare: list[int] = []
    attention = [module for module in model.modules() if isinstance(module, nn.MultiheadAttention)]
    inside = {child for module in attention for child in module.modules() if child is not module}
    for name, module in model.named_modules():
        if module in inside:
            continue
        if module in attention or not any(True for _ in module.children()):
            if (params := sum(parameter.numel() for parameter in module.parameters())) > 0:
                last = type(module) in (nn.Linear, nn.LayerNorm, nn.MultiheadAttention)

                def hook(
                    _: Any, __: Any, output: Any, name: str = name, params: int = params, last: bool = last
                ) -> None:
                    output = output[0] if isinstance(output, tuple) else output
                    seen.append((name, params, channels_first(tuple(output.shape[1:]), last)))

                module.register_forward_hook(hook)
        else:
            bare += [parameter.numel() for parameter in module.parameters(recurse=False)]
    model.to("meta").eval()
    model.training = bool(late)  # torchvision runs auxiliary heads where the network itself is in training
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(*[torch.zeros(1, *shape, device="meta") for shape in inputs])
    flops = {name.partition(".")[2]: sum(found.values()) for name, found in counter.get_flop_counts().items()}
    behind = sorted(
        range(len(seen)), key=lambda i: next((n for n, head in enumerate(late, 1) if seen[i][0].startswith(head)), 0)
    )
    return Whole(
        [Seen(params, flops.get(name, 0) // 2, shape) for name, params, shape in (seen[i] for i in behind)],
        sorted(bare),
        sum(parameter.numel() for parameter in model.parameters()),
        sum(buffer.numel() for name, buffer in model.named_buffers() if not name.endswith("num_batches_tracked")),
        counter.get_total_flops() // 2,
    )


def ours(analysis: cnncalc.Analysis) -> Whole:
    counted = [row for row in analysis.rows if row.counts.params or row.counts.multiplies]
    bare = [row for row in counted if row.type in ("scale", "class_token", "position_embedding")]
    return Whole(
        [
            Seen(row.counts.params, row.counts.multiplies, channels_first(row.output_shape, False))
            for row in counted
            if row not in bare
        ],
        sorted(row.counts.params for row in bare),
        analysis.totals.params,
        analysis.totals.buffers,
        analysis.totals.multiplies,
    )


def built(constructor: Any, arguments: dict[str, Any], on_meta: bool = True) -> Any:
    import torch

    with torch.device("meta" if on_meta else "cpu"):
        return constructor(**arguments)


@pytest.mark.parametrize("case", TORCHVISION, ids=str)
def test_torchvision(case: Case, torchvision_models: Any) -> None:
    constructor = torchvision_models
    for part in case.constructor.split("."):
        constructor = getattr(constructor, part)
    on_meta = not case.constructor.startswith("regnet")  # RegNet works its widths out with tensors
    analysis = case.analysis()
    theirs = run(built(constructor, case.arguments, on_meta), list(analysis.inputs.values()), case.late)
    assert ours(analysis) == theirs


@pytest.mark.parametrize("case", PYTORCHCV, ids=str)
def test_pytorchcv(case: Case, torchvision_models: Any) -> None:
    file, _, name = case.constructor.partition(".")
    pytest.importorskip("pytorchcv", reason="pip install --no-deps pytorchcv")
    constructor = getattr(importlib.import_module(f"pytorchcv.models.{file}"), name)
    analysis = case.analysis()
    theirs = run(built(constructor, case.arguments), list(analysis.inputs.values()))
    mine = ours(analysis)
    assert sorted(mine.layers) == sorted(theirs.layers)  # imgclsmob runs a shortcut before the main branch
    assert (mine.params, mine.buffers, mine.multiplies) == (theirs.params, theirs.buffers, theirs.multiplies)


# ------------------------------------------------------------------------------------------------ what Keras says


@pytest.fixture(scope="module")
def keras() -> Any:
    os.environ["KERAS_BACKEND"] = "torch"
    return pytest.importorskip("keras", reason="pip install -e '.[oracle]'")


def keras_layers(model: Any, without_biases: bool) -> list[Seen]:
    """The layers of a Keras model that have weights; a separable convolution is two."""
    found = []
    for layer in model.layers:
        kind = type(layer).__name__
        if not layer.trainable_weights:
            continue
        shape = channels_first(tuple(layer.output.shape[1:]), True)
        places = math.prod(shape[1:])
        sizes = [math.prod(weight.shape) for weight in layer.trainable_weights]
        if kind == "SeparableConv2D":
            assert not layer.use_bias
            depth_shape = (layer.input.shape[-1] * layer.depth_multiplier, *shape[1:])
            assert layer.strides == (1, 1)
            found += [Seen(sizes[0], sizes[0] * places, depth_shape), Seen(sizes[1], sizes[1] * places, shape)]
        elif kind == "BatchNormalization":
            found.append(Seen(2 * shape[0], 0, shape))  # with the gamma that Inception's batch norm leaves out
        else:
            assert kind in ("Conv2D", "DepthwiseConv2D", "Dense"), f"unknown layer {kind}"
            is_bias = without_biases and kind == "Conv2D" and layer.use_bias
            found.append(Seen(sizes[0] if is_bias else sum(sizes), sizes[0] * places, shape))
    return found


@pytest.mark.parametrize("case", KERAS, ids=str)
def test_keras(case: Case, keras: Any) -> None:
    """As a multiset: Keras lists its layers by depth."""
    model = getattr(keras.applications, case.constructor)(weights=None, **case.arguments)
    analysis = case.analysis()
    assert list(analysis.inputs.values()) == [(tensor.shape[-1], *tensor.shape[1:-1]) for tensor in model.inputs]
    mine, theirs = Counter(ours(analysis).layers), Counter(keras_layers(model, "biases" in case.why))
    assert mine - theirs == theirs - mine == Counter()
    norms = [layer for layer in model.layers if type(layer).__name__ == "BatchNormalization"]
    assert analysis.totals.buffers == sum(2 * layer.output.shape[-1] for layer in norms)


# ------------------------------------------------------------------------------------------------ what others print


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row.file)
def test_published_total(row: Published) -> None:
    """Where no definition can be built, `row.why` says so, and the totals are those that others print."""
    assert row.why
    totals = cnncalc.analyze(cnncalc.load(ARCHITECTURES / f"{row.file}.yaml")).totals
    for printed, number in (
        (row.params, totals.params),
        (row.multiplies, totals.multiplies),
        (row.flops, totals.flops),
    ):
        if printed is not None:
            figure = read_figure(printed)
            assert figure is not None
            assert figure.fits(number), f"{row.file}: {printed} printed, {number:,} counted"


def test_no_file_is_left_out() -> None:
    tables = {case.file for case in [*TORCHVISION, *KERAS, *PYTORCHCV]} | {row.file for row in PUBLISHED}
    assert tables == {path.stem for path in ARCHITECTURES.glob("*.yaml")}
