"""The params of Keras' summary against their convention, on Keras' own networks, to the digit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.conventions import convention
from cnncalc.analyses.reconcile import reconciled
from tests.oracles.asked import compared, keep
from tests.oracles.keras_networks import BIASED, ours

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

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
    """Keras, on PyTorch."""
    os.environ["KERAS_BACKEND"] = "torch"
    yield pytest.importorskip("keras", reason="pip install -e '.[oracle]'")
    keep()


@pytest.mark.parametrize("name", NETWORKS)
def test_params_of_keras(name: str, keras: Any) -> None:
    constructor, arguments, change = NETWORKS[name]
    model = getattr(keras.applications, constructor)(weights=None, **arguments)
    found = reconciled(cnncalc.analyze(ours(name, change)), convention("keras"))
    assert (found.figure, found.status) == (model.count_params(), "exact")
    compared("keras", "networks", 1)
