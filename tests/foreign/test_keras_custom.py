"""Keras: a class of a program is not the layer of Keras whose name it has; the file says whose it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from tests.running import invoke

pytestmark = pytest.mark.quick

SHAPES = {"x": [None, 9, 8], "a": [None, 9, 8], "end": [None, 72]}


def layer(type: str, name: str, reads: str = "", whose: dict[str, Any] | None = None, **config: Any) -> dict[str, Any]:
    """A layer as Keras 3 writes it; `whose` is what says where its class is from."""
    said = {"module": "keras.layers", "registered_name": None} if whose is None else whose
    history = {"shape": SHAPES.get(reads), "keras_history": [reads, 0, 0]}
    calls = [{"args": [{"class_name": "__keras_tensor__", "config": history}], "kwargs": {}}] if reads else []
    return {"class_name": type, "config": {"name": name, **config}, "name": name, "inbound_nodes": calls, **said}


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A network of one layer `a`, and of a dense one behind it that says what it reads."""
    monkeypatch.chdir(tmp_path)

    def written(one: dict[str, Any], last: bool = False) -> str:
        ends = [] if last else [layer("Flatten", "end", "a"), layer("Dense", "fc", "end", units=2)]
        layers = [layer("InputLayer", "x", batch_shape=[None, 9, 8]), one, *ends]
        gives = [["a" if last else "fc", 0, 0]]
        config = {"name": "net", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": gives}
        whole = {"module": "keras.src.models.functional", "class_name": "Functional", "config": config,
                 "registered_name": "Functional"}  # fmt: skip
        (tmp_path / "net.json").write_text(json.dumps(whole), encoding="utf-8")
        return "net.json"

    return written


MINE: dict[str, Any] = {"module": None, "registered_name": "my>Dense"}
DENSE = 72 * 2 + 2  # the params behind
ANOTHER = {
    "registered": ("Dense", MINE, {"units": 8}, "my>Dense"),
    "of a module": ("Dense", {"module": "my.layers", "registered_name": "Dense"}, {"units": 8}, "my.layers.Dense"),
    "of a module that is called like Keras": (
        "Dense", {"module": "keras_hub.layers", "registered_name": None}, {"units": 8}, "keras_hub.layers.Dense",
    ),
    "registered without a package": ("Dense", {"module": None, "registered_name": "Dense"}, {}, "Custom>Dense"),
    "one that does nothing in Keras": ("ReLU", {"module": None, "registered_name": "my>ReLU"}, {}, "my>ReLU"),
    "a norm": ("RMSNormalization", {"module": None, "registered_name": "my>RMSNormalization"}, {},
               "my>RMSNormalization"),
    "one that reads less": ("Attention", {"module": None, "registered_name": "my>Attention"}, {}, "my>Attention"),
    "an operation": ("Reshape", {"module": "my", "registered_name": "my>Reshape"}, {"target_shape": [9, 8]},
                     "my>Reshape"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANOTHER)
def test_a_class_of_a_program_is_not_that_of_keras(name: str, write: Callable[..., str]) -> None:
    type, whose, config, called = ANOTHER[name]
    analysis = cnncalc.analyze(cnncalc.load(write(layer(type, "a", "x", whose, **config))))
    assert (analysis.totals.params, analysis.lower_bound) == (DENSE, ("params", "multiplies"))
    assert analysis.notes == (f"`{called}` is not understood, its multiplies are not known: `a`",)


def test_at_the_end_nobody_says_what_it_gives(write: Callable[..., str]) -> None:
    code, _, err = invoke("summary", write(layer("Dense", "a", "x", MINE, units=8), last=True))
    message = "error[unknown-layer]: `my>Dense`: it is not known, and the file says not what it gives"
    assert (code, err.splitlines()[:2]) == (2, [message, "--> net.json, layer `a`"])


INNER = {
    "at each step": (
        "TimeDistributed", {"layer": layer("Dense", "d", "", MINE, units=8)}, "TimeDistributed of my>Dense",
    ),
    "both ways": (
        "Bidirectional", {"layer": layer("LSTM", "r", "", {"module": None, "registered_name": "my>LSTM"}, units=4)},
        "Bidirectional of my>LSTM",
    ),
    "a cell": (
        "RNN", {"cell": layer("LSTMCell", "c", "", {"module": "my", "registered_name": "LSTMCell"}, units=8)},
        "RNN of my.LSTMCell",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", INNER)
def test_so_is_one_in_a_layer_of_keras(name: str, write: Callable[..., str]) -> None:
    type, config, called = INNER[name]
    analysis = cnncalc.analyze(cnncalc.load(write(layer(type, "a", "x", **config))))
    assert (analysis.totals.params, analysis.lower_bound) == (DENSE, ("params", "multiplies"))
    assert analysis.notes == (f"`{called}` is not understood, its multiplies are not known: `a`",)


ACTIVATIONS = {
    "my>relu": "my>relu",
    "a function": {"module": None, "class_name": "function", "config": "my>relu", "registered_name": "my>relu"},
    "of a module": {"module": "my", "class_name": "function", "config": "relu", "registered_name": "relu"},
    "a layer": {"module": None, "class_name": "ReLU", "config": {"name": "r"}, "registered_name": "my>ReLU"},
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_of_a_program_is_not_that_of_keras(name: str, write: Callable[..., str]) -> None:
    one = layer("Dense", "a", "x", units=8, activation=ACTIVATIONS[name])
    analysis = cnncalc.analyze(cnncalc.load(write(one)))
    assert (analysis.totals.params, analysis.lower_bound) == (72 + DENSE, ("params", "multiplies"))


OWN: dict[str, dict[str, Any]] = {
    "Keras 3": {"module": "keras.layers", "registered_name": None},
    "inside Keras 3": {"module": "keras.src.applications.convnext", "registered_name": "Dense"},
    "Keras 2": {},
    "Keras 2 in TensorFlow": {"module": "tensorflow.keras.layers", "registered_name": None},
    "Keras 2 by itself": {"module": "tf_keras.src.layers", "registered_name": "Dense"},
}
OWN_ACTIVATIONS = (
    {"module": "keras.activations", "class_name": "function", "config": "relu", "registered_name": "relu"},
    {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"},
    {"module": "keras.layers", "class_name": "ReLU", "config": {"name": "r"}, "registered_name": None},
)


@pytest.mark.parametrize("name", OWN)
def test_a_class_of_keras_is_read(name: str, write: Callable[..., str]) -> None:
    for activation in OWN_ACTIVATIONS:
        one = layer("Dense", "a", "x", OWN[name], units=8, activation=activation)
        analysis = cnncalc.analyze(cnncalc.load(write(one)))
        assert (analysis.totals.params, analysis.lower_bound) == (72 + DENSE, ())
        assert [row.type for row in analysis.rows] == ["dense", "relu", "flatten", "dense"]
