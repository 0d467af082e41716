"""JSON, version 1, of every bundled network: keys, types, sums; and texts, places and operators as they may come."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import pytest

import cnncalc
from cnncalc.analyses.measures import MEASURES
from cnncalc.formats.writing import REPLACEMENT, shown_json
from tests.running import invoke, networks

pytestmark = pytest.mark.quick

# Key: the type of its value; a list of one type, or a mapping of names to one.
DOCUMENT = {
    "schema_version": int,
    "name": str,
    "file": str,
    "status": str,
    "lower_bound": [str],
    "uncounted": [dict],
    "inputs": {str: [int]},
    "outputs": [str],
    "totals": dict,
    "layers": [dict],
}
TOTALS = ("params", "weights", "biases", "buffers", "multiplies", "flops", "activations", "trainable", "frozen")
LAYER = {
    "name": str,
    "type": str,
    "line": int,
    "place": str,
    "inputs": [str],
    "input_shapes": [[int]],
    "output_shape": [int],
    "params": int,
    "weights": int,
    "biases": int,
    "buffers": int,
    "multiplies": int,
    "activations": int,
    "trainable": int,
    "frozen": int,
    "attributes": dict,
}
PROBLEM = {"code": str, "message": str}


def refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


def read(text: str) -> Any:
    return json.loads(text, parse_constant=refuse)


def summary(*args: str, input: str | None = None) -> Any:
    return read(invoke("summary", *args, "-f", "json", input=input).out)


def is_a(value: object, kind: Any) -> bool:
    if isinstance(kind, list):
        return isinstance(value, list) and all(is_a(part, kind[0]) for part in value)
    if isinstance(kind, dict):
        ((key, of),) = kind.items()
        return isinstance(value, dict) and all(is_a(k, key) and is_a(v, of) for k, v in value.items())
    return type(value) is kind


def wrong(found: dict[str, Any], kinds: dict[str, Any]) -> list[str]:
    """The keys that are missing or hold another type."""
    return [key for key, kind in kinds.items() if key not in found or not is_a(found[key], kind)]


@pytest.mark.parametrize("name", networks(every=8))
def test_every_document_holds_together(name: str) -> None:
    found = summary(name)
    assert wrong(found, DOCUMENT) == []
    assert (found["schema_version"], found["file"], found["status"]) == (1, name, "exact")
    assert set(TOTALS) <= set(found["totals"]) <= set(MEASURES)
    read_by: set[str] = set(found["inputs"])
    for layer in found["layers"]:
        assert wrong(layer, LAYER) == []
        assert set(layer["inputs"]) <= read_by, "a layer reads what stands above it"
        assert len(layer["inputs"]) == len(layer["input_shapes"])
        assert layer["params"] == layer["weights"] + layer["biases"]
        activations = 1
        for side in layer["output_shape"]:
            activations *= side
        assert layer["activations"] == activations
        read_by.add(layer["name"])
    totals = found["totals"]
    assert totals["flops"] == 2 * totals["multiplies"]
    for quantity in set(TOTALS) - {"flops"}:
        assert sum(layer[quantity] for layer in found["layers"]) == totals[quantity]
    assert len({layer["name"] for layer in found["layers"]}) == len(found["layers"])


def test_names_and_texts_of_any_language_are_kept() -> None:
    text = 'name: "Größe \\"×\\" 网络 \\\\"\nnote: été 😀\ninput: {channels: 3, size: 8}\nlayers: [relu]\n'
    found = summary("-", input=text)
    assert (found["name"], found["note"]) == ('Größe "×" 网络 \\', "été 😀")


def test_problems_without_a_place_have_none() -> None:
    found = summary("nowhere/none.yaml")
    (problem,) = found["problems"]
    assert wrong(problem, PROBLEM) == []
    assert "line" not in problem


def test_one_layer_a_line() -> None:
    """So that a difference of two documents is a difference of layers."""
    lines = invoke("summary", "lenet5", "-f", "json").out.splitlines()
    named = [line for line in lines if line.strip().startswith('{"name"')]
    assert len(named) == len(cnncalc.load("lenet5").nodes)


def test_what_cannot_be_counted_is_listed_and_makes_a_lower_bound() -> None:
    text = "input: {channels: 3, size: 8}\nlayers: [relu, operator: {type: Einsum, output: 4x4x2}]\n"
    found = summary("-", input=text)
    assert found["status"] == "lower_bound"
    assert found["lower_bound"] == ["params", "multiplies"]
    assert found["uncounted"] == [{"layer": "operator1", "operator": "Einsum", "quantities": ["params", "multiplies"]}]
    assert found["layers"][1]["output_shape"] == [2, 4, 4]


@pytest.mark.parametrize("first", range(0, 0x11000, 0x1000), ids=hex)
def test_text_in_json_is_kept_and_drives_no_terminal(first: int) -> None:
    """Of the first planes every character, and some beyond."""
    for code in (*range(first, min(first + 0x1000, 0x10FFFF)), 0x1F600, 0xE0001, 0xF0000):
        written = shown_json(f"{{\n{json.dumps(chr(code), ensure_ascii=False)}: 1}}\n")
        assert written.replace("\n", "").isprintable(), hex(code)
        read = list(json.loads(written))
        assert read == [chr(code) if not 0xD800 <= code < 0xE000 else REPLACEMENT]
