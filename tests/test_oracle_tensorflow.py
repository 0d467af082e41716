"""Keras' params, and the FLOPs of TensorFlow's profiler, against their conventions: Keras' networks, to the digit.

Keras runs on PyTorch; the profiler wants TensorFlow, `pip install tensorflow-cpu==2.21.0`, in another environment.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.conventions import convention
from cnncalc.analyses.reconcile import Reconciled, reconciled
from cnncalc.analyses.variants import changed, changes
from tests.oracles.asked import compared, keep

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

BIASED = "a bias in each convolution before a batch norm"
NETWORKS: dict[str, tuple[str, dict[str, Any], str]] = {  # our file: Keras' constructor, and what it has otherwise
    "xception": ("Xception", {}, ""),
    "mobilenet_v1": ("MobileNet", {}, ""),
    "mobilenet_v1_075": ("MobileNet", {"alpha": 0.75}, ""),
    "mobilenet_v1_050": ("MobileNet", {"alpha": 0.5}, ""),
    "mobilenet_v1_025": ("MobileNet", {"alpha": 0.25}, ""),
    "mobilenet_v2": ("MobileNetV2", {}, ""),
    "densenet121": ("DenseNet121", {}, ""),
    "densenet169": ("DenseNet169", {}, ""),
    "densenet201": ("DenseNet201", {}, ""),
    "vgg16": ("VGG16", {}, ""),
    "resnet50": ("ResNet50", {}, BIASED),
}


@pytest.fixture(scope="module")
def keras() -> Iterator[Any]:
    """Keras, on the library that is there."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["KERAS_BACKEND"] = "tensorflow" if find_spec("tensorflow") else "torch"
    yield pytest.importorskip("keras", reason="pip install -e '.[oracle]'")
    keep()


def ours(name: str, change: str, as_counted_by: str) -> Reconciled:
    """A convention's figure for a network of ours, with a change of it."""
    graph = cnncalc.load(name)
    if change:
        (found,) = (one for one in changes(graph) if one.said == change)
        other = changed(graph, found.layers)
        assert other is not None
        graph = other
    return reconciled(cnncalc.analyze(graph), convention(as_counted_by))


@pytest.mark.parametrize("name", NETWORKS)
def test_params_of_keras(name: str, keras: Any) -> None:
    constructor, arguments, change = NETWORKS[name]
    model = getattr(keras.applications, constructor)(weights=None, **arguments)
    found = ours(name, change, "keras")
    assert (found.figure, found.status) == (model.count_params(), "exact")
    compared("keras", "networks", 1)


def profiled(tf: Any, model: Any) -> int:
    """The FLOPs of TensorFlow's profiler, as keras-flops asks for them."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2_as_graph

    called = tf.function(lambda given: model(given, training=False))
    concrete = called.get_concrete_function(tf.TensorSpec((1, *model.input_shape[1:]), tf.float32))
    _, written = convert_variables_to_constants_v2_as_graph(concrete)
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation()).with_empty_output().build()
    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(written, name="")
        found = profiler.profile(graph=graph, run_meta=tf.compat.v1.RunMetadata(), cmd="op", options=options)
    return int(found.total_float_ops)


@pytest.mark.parametrize("name", NETWORKS)
def test_flops_of_the_profiler(name: str, keras: Any) -> None:
    tf = pytest.importorskip("tensorflow", reason="pip install tensorflow-cpu==2.21.0")
    constructor, arguments, change = NETWORKS[name]
    found = ours(name, change, "tf-profiler")
    model = getattr(keras.applications, constructor)(weights=None, **arguments)
    assert (found.figure, found.status) == (profiled(tf, model), "exact")
    compared("tensorflow-cpu", "networks", 1)
