"""The layers and attributes that a user of PyTorch, Keras or Caffe types from habit: each is understood or told."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.core.layers import LAYERS
from cnncalc.formats import attribute_names, bundled, names
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
    assert {name for known in attribute_names._CALLED.values() for name in known} - attributes == set()
    assert {layer for layer, _ in attribute_names._OF_A_TYPE} - set(LAYERS) == set()


def test_nothing_is_called_two_ways() -> None:
    """A word leads to a layer type or to another way; and none hides a layer type of that name."""
    ways = [set(names._LAYERS), set(names._OTHERWISE), set(names._ACTIVATIONS), set(names._RESHAPING)]
    ways.append(set(names._SAMPLING))
    assert len(set().union(*ways)) == sum(map(len, ways))
    own = {name.replace("_", "") for name in LAYERS}
    assert own & set().union(*ways) == set()


ATTRIBUTES = [
    (tool, layer, word, said)
    for tool, layers in table("habit_attributes.yaml").items()
    for layer, words in layers.items()
    for word, said in words.items()
]


@pytest.mark.parametrize(("tool", "layer", "word", "said"), ATTRIBUTES, ids=[" ".join(case[:3]) for case in ATTRIBUTES])
def test_what_is_said_of_an_attribute(tool: str, layer: str, word: str, said: str) -> None:
    if said == "understood":
        assert word in LAYERS[layer].attributes
        return
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads(f"input: {{channels: 4, size: 8}}\nlayers: [{layer}: {{{word}: 1}}]")
    problem = next(one for one in found.value.problems if f"`{word}`" in one.message)
    assert (problem.code, problem.help) == ("unknown-attribute", said)


def test_a_layer_of_that_name_is_like_it_only_where_it_is_a_slip_of_the_pen() -> None:
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads("input: {channels: 4, size: 8}\nlayers: [flaten, frobnicate]")
    assert [problem.help for problem in found.value.problems] == [
        "did you mean `flatten`? What has no layer type is an `operator: {type: flaten, …}`",
        "`cnncalc layers` lists the layer types; what has no layer type is an `operator: {type: frobnicate, …}`",
    ]


def test_what_is_shown_is_bundled() -> None:
    assert set(names._SHOWN.values()) - set(bundled.names()) == set()


def test_defaults_are_told_the_same() -> None:
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.loads(
            "{input: {channels: 4, size: 8}, defaults: {Conv2d: {}, conv: {use_bias: false}}, layers: [conv: [8, 3]]}"
        )
    assert [problem.help for problem in found.value.problems] == [
        "here it is called `conv`; what has no layer type is an `operator: {type: Conv2d, …}`",
        "here it is called `bias`",
    ]
