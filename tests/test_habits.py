"""The operators and layers that a user of PyTorch, Keras or Caffe types from habit: each is understood or told."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.core.layers import LAYERS
from cnncalc.formats import names
from tests.running import table

HABITS = [(tool, word, said) for tool, words in table("habits.yaml").items() for word, said in words.items()]
OPERATOR = "an `operator: {type: %s, …}`"


@pytest.mark.parametrize(("tool", "word", "said"), HABITS, ids=[f"{tool}: {word}" for tool, word, _ in HABITS])
def test_what_is_said(tool: str, word: str, said: str) -> None:
    if said == "understood":
        assert word in LAYERS
        return
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads(f"input: {{channels: 4, size: 8}}\nlayers: [{word}]")
    (problem,) = found.value.problems
    assert problem.code == "unknown-layer"
    assert problem.help == f"{said}; what has no layer type is {OPERATOR % word}"


def test_each_tool_has_its_first_thirty() -> None:
    for words in table("habits.yaml").values():
        assert len(words) >= 30
        assert "???" not in words.values()


def test_what_things_are_called_are_layer_types_and_attributes() -> None:
    attributes = {name for layer in LAYERS.values() for name in layer.attributes}
    assert {name for name in names._LAYERS.values() if name not in LAYERS} == set()
    assert {name for name in names._ATTRIBUTES.values() if name not in attributes} == set()


def test_nothing_is_called_two_ways() -> None:
    """A word leads to a layer type or to another way; and none hides a layer type of that name."""
    ways = [set(names._LAYERS), set(names._OTHERWISE), set(names._ACTIVATIONS), set(names._RESHAPING)]
    assert len(set().union(*ways)) == sum(map(len, ways))
    own = {name.replace("_", "") for name in LAYERS}
    assert own & set().union(*ways) == set()


ATTRIBUTES = {
    "conv: {out_channels: 8, kernel: 3}": "here it is called `filters`",
    "conv: {filters: 8, kernel_size: 3}": "here it is called `kernel`",
    "conv: [8, 3, padding_mode: zeros]": "leave it out: no count depends on it",
    "conv: [8, 3, in_channels: 4]": "leave it out: what a layer reads is known",
    "conv: [8, 3, activation: relu]": "an activation is an entry of its own: `- relu`",
    "conv: [8, 3, pad: 1]": "here it is called `padding`",
    "conv: [8, 3, kernel_h: 3]": "write `kernel: [H, W]`",
    "dropout: {p: 0.2}": "here it is called `rate`",
    "relu: {inplace: true}": "leave it out: no count depends on it",
    "batch_norm: {momentum: 0.1}": "leave it out: no count depends on it",
    "conv: [8, 3, filtres: 3]": "did you mean `filters`?",
}


@pytest.mark.parametrize(("entry", "said"), ATTRIBUTES.items(), ids=ATTRIBUTES)
def test_what_is_said_of_an_attribute(entry: str, said: str) -> None:
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads(f"input: {{channels: 4, size: 8}}\nlayers: [{entry}]")
    assert said in [problem.help for problem in found.value.problems]


def test_defaults_are_told_the_same() -> None:
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads(
            "{input: {channels: 4, size: 8}, defaults: {Conv2d: {}, conv: {use_bias: false}}, layers: [conv: [8, 3]]}"
        )
    assert [problem.help for problem in found.value.problems] == [
        "here it is called `conv`; what has no layer type is an `operator: {type: Conv2d, …}`",
        "here it is called `bias`",
    ]
