"""TensorFlow's profiler against its convention: Keras' networks, and single layers, to the digit.

It is called as keras-flops calls it: on the frozen graph of a Keras model for one image. Beside the tests' own
packages: `pip install tensorflow-cpu==2.21.0`; without it every test here is skipped.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.conventions import convention
from cnncalc.analyses.reconcile import reconciled
from tests.oracles.asked import compared, keep
from tests.oracles.keras_networks import BIASED, ours

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]
tf = pytest.importorskip("tensorflow", reason="pip install tensorflow-cpu==2.21.0")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")  # of a process that has chosen another nothing can be asked
keras = pytest.importorskip("keras")
if keras.backend.backend() != "tensorflow":
    pytest.skip("Keras has another backend here: ask in a process of its own", allow_module_level=True)
kl = keras.layers
DISTRIBUTION = packages_distributions()["tensorflow"][0]


@pytest.fixture(scope="module", autouse=True)
def record() -> Iterator[None]:
    """At the end the record is kept."""
    yield
    keep()


def profiled(model: Any, shape: tuple[int, ...]) -> int:
    """The float operations that the profiler counts for one sample of a model, as keras-flops asks for them."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2_as_graph

    called = tf.function(model).get_concrete_function(tf.TensorSpec((1, *shape)))
    frozen, _ = convert_variables_to_constants_v2_as_graph(called)
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation()).with_empty_output().build()
    with contextlib.redirect_stdout(io.StringIO()):
        found = profiler.profile(graph=frozen.graph, run_meta=tf.compat.v1.RunMetadata(), cmd="scope", options=options)
    return int(found.total_float_ops)


def hold(graph: cnncalc.Graph, printed: int, kind: str) -> None:
    """The profiler's figure is that of its convention."""
    found = reconciled(cnncalc.analyze(graph), convention("tf-profiler"))
    assert (found.figure, found.status) == (printed, "exact")
    compared(DISTRIBUTION, kind, 1)


# ------------------------------------------------------------------------------------------------ networks

LOGITS: dict[str, Any] = {"classifier_activation": None}
NETWORKS: dict[str, tuple[str, dict[str, Any], str]] = {  # our file: Keras' constructor, and what it has otherwise
    "xception": ("Xception", {}, ""),
    "mobilenet_v1": ("MobileNet", {}, ""),
    "mobilenet_v1_075": ("MobileNet", {"alpha": 0.75}, ""),
    "mobilenet_v1_050": ("MobileNet", {"alpha": 0.5}, ""),
    "mobilenet_v1_025": ("MobileNet", {"alpha": 0.25}, ""),
    "mobilenet_v2": ("MobileNetV2", LOGITS, ""),
    "densenet121": ("DenseNet121", LOGITS, ""),
    "densenet169": ("DenseNet169", LOGITS, ""),
    "densenet201": ("DenseNet201", LOGITS, ""),
    "vgg16": ("VGG16", {}, ""),
    "resnet50": ("ResNet50", LOGITS, BIASED),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network(name: str) -> None:
    constructor, arguments, change = NETWORKS[name]
    graph = ours(name, change)
    ((channels, *sides),) = graph.inputs.values()
    shape = (*sides, channels)
    model = getattr(keras.applications, constructor)(weights=None, input_shape=shape, **arguments)
    hold(graph, profiled(model, shape), "networks")


# ------------------------------------------------------------------------------------------------ single layers

MAPS, TOKENS, VECTOR = (10, 10, 12), (7, 12), (12,)
Case = tuple[str, tuple[int, ...], Callable[[], Any]]
ACTIVATIONS = [
    "relu", "relu6", "leaky_relu", "sigmoid", "tanh", "elu", "selu", "silu", "gelu", "hard_sigmoid", "hard_swish"
]  # fmt: skip
LAYERS: dict[str, Case] = {
    "conv": ("conv: [8, 3]", MAPS, lambda: kl.Conv2D(8, 3)),
    "conv without bias": ("conv: [8, 3, bias: false]", MAPS, lambda: kl.Conv2D(8, 3, use_bias=False)),
    "strided conv": ("conv: [8, 3, 2, padding: same]", MAPS, lambda: kl.Conv2D(8, 3, 2, "same")),
    "dilated conv": ("conv: [8, 3, dilation: 2]", MAPS, lambda: kl.Conv2D(8, 3, dilation_rate=2)),
    "grouped conv": ("conv: [8, 3, groups: 4]", MAPS, lambda: kl.Conv2D(8, 3, groups=4)),
    "depthwise conv": ("conv: [12, 3, groups: 12]", MAPS, lambda: kl.DepthwiseConv2D(3)),
    "wider depthwise conv": ("conv: [24, 3, groups: 12]", MAPS, lambda: kl.DepthwiseConv2D(3, depth_multiplier=2)),
    "conv of one axis": ("conv: [8, 3]", TOKENS, lambda: kl.Conv1D(8, 3)),
    "conv of three axes": ("conv: [8, 3]", (6, 6, 6, 4), lambda: kl.Conv3D(8, 3)),
    "transposed": ("transposed_conv: [8, 2, 2]", MAPS, lambda: kl.Conv2DTranspose(8, 2, 2)),
    "transposed, windows overlap": (
        "transposed_conv: [8, 3, 2, padding: same]", MAPS, lambda: kl.Conv2DTranspose(8, 3, 2, "same"),
    ),
    "transposed, an odd rest": ("transposed_conv: [1, 3, 2]", (5, 5, 3), lambda: kl.Conv2DTranspose(1, 3, 2)),
    "transposed of one axis": ("transposed_conv: [8, 3, 2]", TOKENS, lambda: kl.Conv1DTranspose(8, 3, 2)),
    "transposed of three axes": (
        "transposed_conv: [8, 3, 2, padding: same]", (6, 6, 6, 4), lambda: kl.Conv3DTranspose(8, 3, 2, "same"),
    ),
    "dense": ("dense: 5", VECTOR, lambda: kl.Dense(5)),
    "dense without bias": ("dense: [5, bias: false]", VECTOR, lambda: kl.Dense(5, use_bias=False)),
    "dense over tokens": ("dense: [5, per: position]", TOKENS, lambda: kl.Dense(5)),
    "batch norm": ("batch_norm", MAPS, lambda: kl.BatchNormalization()),
    "batch norm without scale": ("batch_norm: {scale: false}", MAPS, lambda: kl.BatchNormalization(scale=False)),
    "bare batch norm": (
        "batch_norm: {scale: false, shift: false}", MAPS, lambda: kl.BatchNormalization(scale=False, center=False),
    ),
    "layer norm": ("layer_norm", TOKENS, lambda: kl.LayerNormalization()),
    "layer norm of maps": ("layer_norm", MAPS, lambda: kl.LayerNormalization()),
    "layer norm of all": (
        "layer_norm: {over: all}", MAPS, lambda: kl.LayerNormalization(axis=[1, 2, 3]),
    ),
    "layer norm without scale": ("layer_norm: {scale: false}", TOKENS, lambda: kl.LayerNormalization(scale=False)),
    "layer norm without shift": ("layer_norm: {shift: false}", TOKENS, lambda: kl.LayerNormalization(center=False)),
    "bare layer norm": (
        "layer_norm: {scale: false, shift: false}", TOKENS, lambda: kl.LayerNormalization(center=False, scale=False),
    ),
    "words": ("embedding: [10, 4]", (7,), lambda: kl.Embedding(10, 4)),
    **{name: (name, MAPS, lambda name=name: kl.Activation(name)) for name in ACTIVATIONS},
    "prelu": ("prelu", MAPS, lambda: kl.PReLU(shared_axes=[1, 2])),
    "softmax": ("softmax", VECTOR, lambda: kl.Softmax()),
    "max pool": ("max_pool: [3, 2]", MAPS, lambda: kl.MaxPooling2D(3, 2)),
    "average pool": ("avg_pool: 2", MAPS, lambda: kl.AveragePooling2D(2)),
    "average pool of one axis": ("avg_pool: 2", TOKENS, lambda: kl.AveragePooling1D(2)),
    "max pool of three axes": ("max_pool: 2", (6, 6, 6, 4), lambda: kl.MaxPooling3D(2)),
    "global average": ("global_avg_pool", MAPS, lambda: kl.GlobalAveragePooling2D()),
    "global largest": ("global_max_pool", MAPS, lambda: kl.GlobalMaxPooling2D()),
    "nearest": ("upsample: 2", MAPS, lambda: kl.UpSampling2D(2)),
    "nearest of one axis": ("upsample: 2", TOKENS, lambda: kl.UpSampling1D(2)),
    "nearest of three axes": ("upsample: 2", (6, 6, 6, 4), lambda: kl.UpSampling3D(2)),
    "dropout": ("dropout", MAPS, lambda: kl.Dropout(0.5)),
    "flatten": ("flatten", MAPS, lambda: kl.Flatten()),
    "zeros": ("pad: {padding: 1}", MAPS, lambda: kl.ZeroPadding2D(1)),
    "cropping": ("crop: {by: [[1, 1], [1, 1]]}", MAPS, lambda: kl.Cropping2D(1)),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer(name: str) -> None:
    text, (*sides, channels), layer = LAYERS[name]
    reads = f"{{channels: {channels}{f', size: {sides}' if sides else ''}}}"
    graph = cnncalc.loads(f"input: {reads}\nlayers:\n  - {text}\n")
    hold(graph, profiled(keras.Sequential([keras.Input((*sides, channels)), layer()]), (*sides, channels)), "layers")


MERGES = {
    "add": ("add: {", lambda: kl.Add()),
    "multiply": ("multiply: {", lambda: kl.Multiply()),
    "subtract": ("elementwise: {type: subtract, ", lambda: kl.Subtract()),
    "maximum": ("elementwise: {type: maximum, ", lambda: kl.Maximum()),
    "minimum": ("elementwise: {type: minimum, ", lambda: kl.Minimum()),
    "concat": ("concat: {", lambda: kl.Concatenate()),
}


@pytest.mark.parametrize("name", MERGES)
def test_a_merge(name: str) -> None:
    opened, layer = MERGES[name]
    entries = ["relu: {name: a}", "relu: {name: b, from: input}", f"{opened}from: [a, b]}}"]
    graph = cnncalc.loads("input: {channels: 12, size: 10}\nlayers:\n" + "".join(f"  - {one}\n" for one in entries))
    given = keras.Input(MAPS)
    model = keras.Model(given, layer()([kl.ReLU()(given), kl.ReLU()(given)]))
    hold(graph, profiled(model, MAPS), "layers")


@pytest.mark.parametrize("case", [(2, 6, 6, 12, 7, True), (3, 4, 4, 6, 5, False), (2, 4, 3, 5, 6, True)], ids=str)
def test_attention(case: tuple[int, int, int, int, int, bool]) -> None:
    heads, width, value, channels, positions, bias = case
    attributes = f"heads: {heads}, inner: {heads * width}, value_width: {heads * value}, bias: {str(bias).lower()}"
    reads = f"{{channels: {channels}, size: [{positions}]}}"
    graph = cnncalc.loads(f"input: {reads}\nlayers:\n  - attention: {{{attributes}}}\n")
    given = keras.Input((positions, channels))
    layer = kl.MultiHeadAttention(heads, width, value, use_bias=bias)
    hold(graph, profiled(keras.Model(given, layer(given, given)), (positions, channels)), "layers")


BEHIND: dict[str, tuple[str, Callable[[], list[Any]]]] = {  # a grouped convolution
    "batch norm": ("batch_norm", lambda: [kl.BatchNormalization()]),
    "batch norm without scale": ("batch_norm: {scale: false}", lambda: [kl.BatchNormalization(scale=False)]),
    "layer norm": ("layer_norm", lambda: [kl.LayerNormalization()]),
    "prelu": ("prelu", lambda: [kl.PReLU(shared_axes=[1, 2])]),
    "gelu": ("gelu", lambda: [kl.Activation("gelu")]),
    "softmax": ("softmax", lambda: [kl.Softmax()]),
    "nearest": ("upsample: 2", lambda: [kl.UpSampling2D(2)]),
    "max pool": ("max_pool: 2", lambda: [kl.MaxPooling2D(2)]),
    "conv": ("conv: [4, 1]", lambda: [kl.Conv2D(4, 1)]),
    "depthwise conv": ("conv: [8, 3, groups: 8]", lambda: [kl.DepthwiseConv2D(3)]),
    "transposed": ("transposed_conv: [3, 2, 2]", lambda: [kl.Conv2DTranspose(3, 2, 2)]),
    "dense over positions": ("dense: [5, per: position]", lambda: [kl.Dense(5)]),
    "flatten, dense": ("flatten\n  - dense: 5", lambda: [kl.Flatten(), kl.Dense(5)]),
    "global average, dense": ("global_avg_pool\n  - dense: 5", lambda: [kl.GlobalAveragePooling2D(), kl.Dense(5)]),
    "reshape, conv": ("reshape: 4x4x32\n  - conv: [4, 1]", lambda: [kl.Reshape((4, 4, 32)), kl.Conv2D(4, 1)]),
    "pad, conv": ("pad: {padding: 1}\n  - conv: [4, 1]", lambda: [kl.ZeroPadding2D(1), kl.Conv2D(4, 1)]),
}


@pytest.mark.parametrize("name", BEHIND)
def test_behind_a_grouped_convolution_no_sizes_are_known(name: str) -> None:
    text, layers = BEHIND[name]
    graph = cnncalc.loads(f"input: {{channels: 12, size: 10}}\nlayers:\n  - conv: [8, 3, groups: 4]\n  - {text}\n")
    model = keras.Sequential([keras.Input(MAPS), kl.Conv2D(8, 3, groups=4), *layers()])
    hold(graph, profiled(model, MAPS), "layers")


def test_a_sum_with_what_has_no_sizes_has_none() -> None:
    text = "conv: [8, 3, groups: 4, name: a]\n  - conv: [8, 3, from: input, name: b]\n  - add: {from: [a, b]}"
    graph = cnncalc.loads(f"input: {{channels: 12, size: 10}}\nlayers:\n  - {text}\n  - conv: [4, 1]\n")
    given = keras.Input(MAPS)
    both = kl.Add()([kl.Conv2D(8, 3, groups=4)(given), kl.Conv2D(8, 3)(given)])
    hold(graph, profiled(keras.Model(given, kl.Conv2D(4, 1)(both)), MAPS), "layers")
