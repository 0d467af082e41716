"""The conventions against the tools themselves: single layers, and whole networks of torchvision, to the digit.

A tool is called as its manual calls it: of most that is without torch.no_grad().

Beside PyTorch's CPU build: `pip install --no-deps torchvision==0.28.0 pillow torchinfo fvcore iopath yacs portalocker
tabulate termcolor ptflops ultralytics-thop calflops torchscan torchlens onnx-tool onnx deepspeed …`; a tool that is
not there is skipped. Each figure is asked in a process of its own, for calflops and ptflops count once more what they
counted before. `thop` and `ultralytics-thop` are one module, `thop`: the one that is installed is asked, as is the
version of ptflops, where 0.6.9 has a convention of its own.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import tempfile
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.conventions import convention
from cnncalc.analyses.conventions.base import AS_MODULES, ATTENTION, CodeStyle
from cnncalc.analyses.reconcile import reconciled
from tests.oracles.asked import compared, keep
from tests.oracles.torchvision_operators import declared
from tests.running import DATA

pytestmark = pytest.mark.oracle
torch = pytest.importorskip("torch", reason="pip install -e '.[oracle]'")
nn = torch.nn
F = torch.nn.functional

Figures = dict[str, int]


@pytest.fixture(scope="module", autouse=True)
def operators_of_torchvision() -> Iterator[None]:
    """What torchvision needs, in one thread; at the end the record is kept."""
    declared()
    torch.set_num_threads(1)
    yield
    keep()


# ------------------------------------------------------------------------------------------------ the tools


def of_torchinfo(model: Any, given: Any) -> Figures:
    from torchinfo import summary

    return {"torchinfo": summary(model, input_data=[given], verbose=0).total_mult_adds}


def of_fvcore(model: Any, given: Any) -> Figures:
    from fvcore.nn import FlopCountAnalysis

    def count(module: Any) -> int:
        analysis = FlopCountAnalysis(module, (given,))
        total: int = analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()
        return total

    return {"fvcore": count(model.eval()), "fvcore-train": count(model.train())}


def of_ptflops(model: Any, given: Any) -> Figures:
    from ptflops import get_model_complexity_info

    def count(backend: str) -> int:
        size = tuple(given.shape[1:])
        found = get_model_complexity_info(model, size, False, False, **({"backend": backend} if backend else {}))
        return int(found[0])

    if version("ptflops") < "0.7":
        return {"ptflops-06": count("")}
    return {"ptflops": count("pytorch"), "ptflops-aten": count("aten")}


def of_thop(model: Any, given: Any) -> Figures:
    import thop

    forks = "Ultralytics" in Path(thop.__file__).read_text(encoding="utf-8")
    return {"ultralytics-thop" if forks else "thop": int(thop.profile(model, (given,), verbose=False)[0])}


def of_calflops(model: Any, given: Any) -> Figures:
    from calflops import calculate_flops

    flops, macs, _ = calculate_flops(model, args=[given], output_as_string=False, print_results=False)
    return {"calflops": macs, "calflops-flops": flops}


def of_deepspeed(model: Any, given: Any) -> Figures:
    from deepspeed.profiling.flops_profiler import get_model_profile

    flops, macs, _ = get_model_profile(model, args=[given], print_profile=False, as_string=False, warm_up=0)
    return {"deepspeed": macs, "deepspeed-flops": flops}


def of_torch(model: Any, given: Any) -> Figures:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        model(given)
    return {"torch": counter.get_total_flops()}


def of_torchscan(model: Any, given: Any) -> Figures:
    import torchscan

    totals = torchscan.crawl_module(model, tuple(given.shape[1:]))["totals"]
    return {"torchscan": totals["macs"]["known_value"], "torchscan-flops": totals["module_flops"]["known_value"]}


def of_torchlens(model: Any, given: Any) -> Figures:
    import torchlens

    trace = torchlens.trace(model, given)
    return {"torchlens": int(trace.total_macs_forward), "torchlens-flops": int(trace.total_flops_forward)}


def of_onnx_tool(model: Any, given: Any) -> Figures:
    import onnx_tool

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "net.onnx")
        kept = torch.onnx.TrainingMode.PRESERVE  # else batch norms are folded
        torch.onnx.export(
            model, (given,), path, dynamo=False, opset_version=17, do_constant_folding=False, training=kept
        )
        found = onnx_tool.Model(path, {"verbose": False})
        found.graph.shape_infer()
        found.graph.profile()
        macs = found.graph.macs
    return {"onnx-tool": int(macs[0] if hasattr(macs, "__len__") else macs)}


TOOLS: dict[str, Callable[[Any, Any], Figures]] = {
    "torchinfo": of_torchinfo,
    "fvcore": of_fvcore,
    "ptflops": of_ptflops,
    "thop": of_thop,
    "calflops": of_calflops,
    "deepspeed": of_deepspeed,
    "torch": of_torch,
    "torchscan": of_torchscan,
    "torchlens": of_torchlens,
    "onnx_tool": of_onnx_tool,
}


MODULES = {
    "calflops": "calflops",
    "deepspeed": "deepspeed.profiling.flops_profiler",
    "fvcore": "fvcore.nn",
    "torch": "torch.utils.flop_counter",
    "torchlens": "",  # it wraps PyTorch's functions for good, and asks that the process that imported it calls it
    "onnx_tool": "onnx_tool torch.onnx",
}


DISTRIBUTIONS = {"onnx_tool": "onnx-tool"}


def asked(tool: str, model: Any, given: Any) -> Figures:
    """The figures of a tool, asked in a child; what it raises is raised here."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        try:
            warnings.simplefilter("ignore")
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                answer: Any = TOOLS[tool](model.eval(), given)
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        with os.fdopen(writes, "wb") as stream:
            pickle.dump(answer, stream)
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as stream:
        answer = pickle.loads(stream.read())
    os.waitpid(child, 0)
    assert isinstance(answer, dict), answer
    return answer


def hold(
    graph: cnncalc.Graph,
    tool: str,
    model: Any,
    given: Any,
    code: CodeStyle = AS_MODULES,
    apart: str = "",
    kind: str = "layers",
) -> None:
    """A tool's figures are those that its conventions give, or as far apart as is said of the network."""
    if find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed")
    with warnings.catch_warnings(action="ignore"):
        for module in MODULES.get(tool, tool).split():
            import_module(module)  # here, once, and not in each child
    printed = asked(tool, model, given)
    analysis = cnncalc.analyze(graph)
    found = {name: reconciled(analysis, convention(name), code) for name in printed}
    assert {name: (one.figure + APART.get((name, apart), (0, ""))[0], one.status) for name, one in found.items()} == {
        name: (figure, "exact") for name, figure in printed.items()
    }
    distribution = "ultralytics-thop" if "ultralytics-thop" in printed else DISTRIBUTIONS.get(tool, tool)
    compared(distribution, kind, len(printed))


# ------------------------------------------------------------------------------------------------ networks

NETWORKS: dict[str, tuple[str, tuple[str, ...]]] = {  # our file: torchvision's constructor, what it calls as functions
    "alexnet_torchvision": ("alexnet", ()),
    "vgg16_torchvision": ("vgg16", ()),
    "resnet18": ("resnet18", ()),
    "resnet50_v1_5": ("resnet50", ()),
    "mobilenet_v2": ("mobilenet_v2", ("global_avg_pool",)),
    "googlenet_torchvision": ("googlenet", ("relu",)),
    "squeezenet1_1": ("squeezenet1_1", ()),
    "resnext50_32x4d": ("resnext50_32x4d", ()),
    "regnet_x_400mf": ("regnet_x_400mf", ()),
    "wide_resnet50_2": ("wide_resnet50_2", ()),
    "vit_b_16": ("vit_b_16", ()),
    "swin_t": ("swin_t", ()),
    "convnext_tiny": ("convnext_tiny", ()),
}
# What of torchvision's code no file says, and how much further it takes a convention's figure
APART = {
    ("ptflops", "convnext_tiny"): (-828_672, "ptflops knows nn.LayerNorm, and no class made of it: LayerNorm2d"),
    ("thop", "convnext_tiny"): (-4 * 828_672, "nor does thop 0.1.1"),
    ("onnx-tool", "swin_t"): (3, "where patches are merged, how far sides are padded is worked out"),
}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network(name: str, tool: str) -> None:
    models = pytest.importorskip("torchvision.models", reason="pip install --no-deps torchvision==0.28.0 pillow")
    constructor, functional = NETWORKS[name]
    more = {"aux_logits": False, "init_weights": False} if constructor == "googlenet" else {}
    model = getattr(models, constructor)(weights=None, **more)
    path = DATA / f"reconcile/{name}.yaml"
    graph = cnncalc.load(str(path) if path.exists() else name)
    hold(
        graph,
        tool,
        model,
        torch.zeros(1, 3, 224, 224),
        CodeStyle(functional),
        name,
        "networks",
    )


# ------------------------------------------------------------------------------------------------ single layers

MAPS, TOKENS, VECTOR = "{channels: 12, size: 10}", "{channels: 12, size: [7]}", "{channels: 12}"
SIMPLE = {
    "relu": "ReLU", "relu6": "ReLU6", "leaky_relu": "LeakyReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "elu": "ELU",
    "selu": "SELU", "gelu": "GELU", "silu": "SiLU", "hard_swish": "Hardswish", "hard_sigmoid": "Hardsigmoid",
}  # fmt: skip
LAYERS: dict[str, tuple[str, str, Callable[[], Any]]] = {
    "conv": ("conv: [8, 3]", MAPS, lambda: nn.Conv2d(12, 8, 3)),
    "conv without bias": ("conv: [8, 3, bias: false]", MAPS, lambda: nn.Conv2d(12, 8, 3, bias=False)),
    "grouped conv": ("conv: [8, 3, groups: 4]", MAPS, lambda: nn.Conv2d(12, 8, 3, groups=4)),
    "strided conv": ("conv: [8, 3, 2, padding: 1]", MAPS, lambda: nn.Conv2d(12, 8, 3, 2, 1)),
    "transposed": ("transposed_conv: [8, 2, 2]", MAPS, lambda: nn.ConvTranspose2d(12, 8, 2, 2)),
    "padded transposed": ("transposed_conv: [8, 4, 2, padding: 1]", MAPS, lambda: nn.ConvTranspose2d(12, 8, 4, 2, 1)),
    "grouped transposed": (
        "transposed_conv: [8, 3, 2, groups: 4, bias: false]",
        MAPS,
        lambda: nn.ConvTranspose2d(12, 8, 3, 2, groups=4, bias=False),
    ),
    "dense": ("dense: 5", VECTOR, lambda: nn.Linear(12, 5)),
    "dense without bias": ("dense: [5, bias: false]", VECTOR, lambda: nn.Linear(12, 5, bias=False)),
    "dense over tokens": ("dense: [5, per: position]", TOKENS, lambda: nn.Linear(12, 5)),
    "batch norm": ("batch_norm", MAPS, lambda: nn.BatchNorm2d(12)),
    "bare batch norm": ("batch_norm: {scale: false, shift: false}", MAPS, lambda: nn.BatchNorm2d(12, affine=False)),
    "layer norm": ("layer_norm", TOKENS, lambda: nn.LayerNorm(12)),
    "group norm": ("group_norm: 3", MAPS, lambda: nn.GroupNorm(3, 12)),
    "instance norm": ("instance_norm", MAPS, lambda: nn.InstanceNorm2d(12)),
    "learned instance norm": (
        "instance_norm: {scale: true, shift: true}",
        MAPS,
        lambda: nn.InstanceNorm2d(12, affine=True),
    ),
    "rms norm": ("rms_norm", TOKENS, lambda: nn.RMSNorm(12)),
    "lrn": ("lrn", MAPS, lambda: nn.LocalResponseNorm(5)),
    **{name: (name, MAPS, lambda module=module: getattr(nn, module)()) for name, module in SIMPLE.items()},
    "prelu": ("prelu", MAPS, lambda: nn.PReLU(12)),
    "softmax": ("softmax", VECTOR, lambda: nn.Softmax(1)),
    "softmax of maps": ("softmax", MAPS, lambda: nn.Softmax(1)),
    "max pool": ("max_pool: [3, 2]", MAPS, lambda: nn.MaxPool2d(3, 2)),
    "average pool": ("avg_pool: 2", MAPS, lambda: nn.AvgPool2d(2)),
    "padded average pool": ("avg_pool: [3, 2, padding: 1]", MAPS, lambda: nn.AvgPool2d(3, 2, 1)),
    "global average": ("adaptive_avg_pool: 1", MAPS, lambda: nn.AdaptiveAvgPool2d(1)),
    "average to 5": ("adaptive_avg_pool: 5", MAPS, lambda: nn.AdaptiveAvgPool2d(5)),
    "average to all": ("adaptive_avg_pool: 10", MAPS, lambda: nn.AdaptiveAvgPool2d(10)),
    "largest to 5": ("adaptive_max_pool: 5", MAPS, lambda: nn.AdaptiveMaxPool2d(5)),
    "nearest": ("upsample: 2", MAPS, lambda: nn.Upsample(scale_factor=2)),
    "dropout": ("dropout", MAPS, lambda: nn.Dropout()),
    "flatten": ("flatten", MAPS, lambda: nn.Flatten()),
    "lstm": ("lstm: [5, biases: 2]", TOKENS, lambda: nn.LSTM(12, 5, batch_first=True)),
    "gru": ("gru: [5, biases: 2]", TOKENS, lambda: nn.GRU(12, 5, batch_first=True)),
    "rnn": ("rnn: [5, biases: 2]", TOKENS, lambda: nn.RNN(12, 5, batch_first=True)),
}
# What a tool cannot do, and what it says
CANNOT = {
    ("onnx_tool", name): why
    for why, names in {
        "PyTorch's exporter knows no such operator": ("rms norm", "no_grad"),
        "onnx-tool has no rule for a node": ("lrn", "selu", "rnn"),
    }.items()
    for name in names
}


class Attention(nn.Module):  # type: ignore[misc, name-defined]
    """Attention of 2 heads over 12 channels, as code writes it."""

    def __init__(self, way: str, bias: bool = True) -> None:
        super().__init__()
        self.way = way
        if way in ("multihead", "no_grad"):
            self.module = nn.MultiheadAttention(12, 2, bias=bias, batch_first=True)
        else:
            self.layers = nn.ModuleList(nn.Linear(12, 12, bias=bias) for _ in range(4))

    def forward(self, given: Any) -> Any:
        """Positions attend to each other."""
        if self.way in ("multihead", "no_grad"):
            with torch.set_grad_enabled(self.way == "multihead"):
                return self.module(given, given, given, need_weights=False)[0]
        *projections, last = self.layers
        query, key, value = (layer(given).reshape(1, 7, 2, 6).transpose(1, 2) for layer in projections)
        if self.way == "sdpa":
            found = F.scaled_dot_product_attention(query, key, value)
        else:
            found = ((query * 6**-0.5) @ key.transpose(-2, -1)).softmax(-1) @ value
        return last(found.transpose(1, 2).reshape(1, 7, 12))


class Alone(nn.Module):  # type: ignore[misc, name-defined]
    """A module with a parameter more, for calflops asks where the parameters are."""

    def __init__(self, module: Any) -> None:
        super().__init__()
        self.module = module
        self.more = nn.Parameter(torch.zeros(1))

    def forward(self, given: Any) -> Any:
        """What the module gives."""
        return self.module(given)


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer(name: str, tool: str) -> None:
    if (tool, name) in CANNOT:
        pytest.skip(CANNOT[tool, name])
    text, reads, module = LAYERS[name]
    graph = cnncalc.loads(f"input: {reads}\nlayers:\n  - {text}\n")
    ((channels, *sides),) = graph.inputs.values()
    shape = (1, channels, *sides) if reads != TOKENS else (1, *sides, channels)
    made = module()
    hold(graph, tool, Alone(made) if tool == "calflops" else made, torch.zeros(shape))


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("way", ATTENTION)
def test_attention(way: str, bias: bool, tool: str) -> None:
    if (tool, way) in CANNOT:
        pytest.skip(CANNOT[tool, way])
    text = f"attention: {{heads: 2, bias: {str(bias).lower()}}}"
    graph = cnncalc.loads(f"input: {TOKENS}\nlayers:\n  - {text}\n")
    module = Attention(way, bias)
    hold(graph, tool, Alone(module) if tool == "calflops" else module, torch.zeros(1, 7, 12), CodeStyle(attention=way))


WINDOWS = {"even": (8, 4, 0), "padded": (6, 4, 0), "shifted": (8, 4, 2), "shifted and padded": (10, 4, 1)}


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool != "torchscan"])  # channels stand last
@pytest.mark.parametrize("case", WINDOWS)
def test_attention_of_windows(case: str, tool: str) -> None:
    swin = pytest.importorskip("torchvision.models.swin_transformer")
    side, window, shift = WINDOWS[case]
    text = f"attention: {{heads: 2, window: {window}, shift: {shift}, position_table: true}}"
    graph = cnncalc.loads(f"input: {{channels: 12, size: {side}}}\nlayers:\n  - {text}\n")
    module = swin.ShiftedWindowAttention(12, [window, window], [shift, shift], 2)
    hold(graph, tool, Alone(module) if tool == "calflops" else module, torch.zeros(1, side, side, 12))
