"""`from_dict`: a mapping gives what YAML would have given, and a problem names the path of keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import cnncalc
from cnncalc.formats import bundled
from cnncalc.formats.yaml import mapping

pytestmark = pytest.mark.quick

INPUT = {"channels": 3, "size": 8}


@pytest.mark.parametrize("name", ["alexnet", "lenet5_1998", "unet", "googlenet", "resnet50"])
def test_a_bundled_file_read_by_yaml_is_the_same_network(name: str) -> None:
    text = Path(str(bundled.find(name))).read_text(encoding="utf-8")
    given = cnncalc.from_dict(yaml.safe_load(text), name=name)
    graph = cnncalc.loads(text, name=name)
    assert [(node.name, node.layer.values, node.inputs, node.work) for node in given.nodes] == [
        (node.name, node.layer.values, node.inputs, node.work) for node in graph.nodes
    ]
    assert cnncalc.check(given).figures == cnncalc.check(graph).figures > 0
    assert cnncalc.check(given).passed


PROBLEMS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a misspelt attribute": (
        {"input": INPUT, "layers": ["relu", {"conv": {"filter": 4, "kernel": 3}}]},
        "layers[1].conv.filter",
        "unknown attribute of `conv`: `filter`",
    ),
    "a value by position": (
        {"input": INPUT, "layers": [{"conv": ["n", 3]}]},
        "layers[0].conv[0]",
        "no var or param `n`",
    ),
    "a layer in a block": (
        {"input": INPUT, "blocks": {"b": {"layers": [{"max_pool": 9}]}}, "layers": ["b"]},
        "blocks.b.layers[0].max_pool",
        "`max_pool` leaves nothing: height = (8 − 9 + 2·0) // 9 + 1 = 0",
    ),
    "no value": ({"input": INPUT, "layers": [{"conv": None}]}, "layers[0].conv", "`conv:` has no value"),
    "a flag that is a number": (
        {"input": INPUT, "layers": [{"conv": {"filters": 4, "kernel": 1, "bias": 1}}]},
        "layers[0].conv.bias",
        "`bias` must be true or false, is 1",
    ),
    "an unknown key": ({"input": INPUT, "layer": ["relu"], "layers": ["relu"]}, "layer", "unknown key `layer`"),
    "no layers": ({"input": INPUT}, "", "no `layers` (and no `extends`)"),
}


@pytest.mark.parametrize(("given", "path", "message"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_problem_names_the_path_of_keys(given: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.from_dict(given, name="net")
    (problem,) = found.value.problems
    assert (problem.where, problem.message) == (cnncalc.Label("net", path), message)


def test_a_note_leads_from_a_block_to_its_call() -> None:
    given = {"input": INPUT, "blocks": {"b": {"layers": [{"max_pool": 9}]}}, "layers": [{"b": {"name": "one"}}]}
    with pytest.raises(cnncalc.ProblemsFound) as found:
        cnncalc.from_dict(given, name="net")
    assert found.value.problems[0].notes == ("here `one/max_pool1`, used at net, layers[0].b",)


def test_expectations_name_the_path_too() -> None:
    given = {"input": INPUT, "layers": [{"conv": [4, 3]}], "expect": {"conv1": {"params": 111}}}
    (problem,) = cnncalc.check(cnncalc.from_dict(given)).problems
    assert str(problem.where) == "<mapping>, expect.conv1.params"
    assert problem.message == "`conv1` params: expected 111, is 112 (1 more, +0.9 %)"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["relu"], "a network is a mapping with `input` and `layers`, not list"),
        ({"input": {1.5: 3}}, "input: a key must be text, is 1.5"),
        ({"layers": {"relu"}}, "layers: must be text, a number, a list or a mapping, is set"),
    ],
)
def test_what_yaml_has_not_is_a_type_error(given: Any, message: str) -> None:
    with pytest.raises(TypeError) as found:
        cnncalc.from_dict(given)
    assert str(found.value) == message


def test_a_mapping_of_itself_and_a_large_one_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(cnncalc.ProblemsFound, match=r"nested deeper than 100 \(limit: nesting 100\)"):
        cnncalc.from_dict({"input": INPUT, "layers": endless})
    monkeypatch.setattr(mapping, "MOST_NODES", 5)
    with pytest.raises(cnncalc.ProblemsFound, match=r"more than 5 values \(limit: values 5\)"):
        cnncalc.from_dict({"input": INPUT, "layers": ["relu"] * 3})


def test_vars_and_the_input_size_are_set_as_in_a_file() -> None:
    given = {"vars": {"n": 4}, "input": INPUT, "layers": [{"conv": ["n", 3]}]}
    assert cnncalc.from_dict(given, set={"n": "6"}, input_size="10").shape(0) == (6, 8, 8)
