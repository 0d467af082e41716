"""JSON, version 1: what other programs may rely on. Keys may be added; those here never change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest

import cnncalc
from cnncalc import bundled
from tests.running import invoke

# Key: the type of its value; a list of one type, or a mapping of names to one.
DOCUMENT = {
    "schema_version": int,
    "name": str,
    "file": str,
    "status": str,
    "uncounted": [dict],
    "inputs": {str: [int]},
    "outputs": [str],
    "totals": {str: int},
    "layers": [dict],
}
TOTALS = ("params", "weights", "biases", "buffers", "multiplies", "flops", "activations")
LAYER = {
    "name": str,
    "type": str,
    "line": int,
    "inputs": [str],
    "input_shapes": [[int]],
    "output_shape": [int],
    "params": int,
    "weights": int,
    "biases": int,
    "buffers": int,
    "multiplies": int,
    "activations": int,
    "attributes": dict,
}
PROBLEM = {"code": str, "message": str}
PLACE = {"file": str, "line": int, "column": int}

NET = """\
name: Every part
source: "a paper"
note: for the test
input: {channels: 3, size: [8, 6]}
blocks:
  cr: {params: [n], layers: [conv: [n, 3, padding: same], relu]}
layers:
  - cr: {name: stem, n: 4}
  - concat: {branches: {a: [cr: 5], b: [batch_norm, relu: {repeat: 2}]}}
  - flatten
  - dense: {name: scores, units: 10}
"""


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


def test_the_document() -> None:
    found = summary("-", input=NET)
    assert wrong(found, DOCUMENT) == []
    assert list(found)[: len(DOCUMENT) - 1] == [key for key in DOCUMENT if key != "layers"]
    assert (found["schema_version"], found["name"], found["file"]) == (1, "Every part", "<stdin>")
    assert (found["status"], found["uncounted"]) == ("exact", [])
    assert found["inputs"] == {"input": [3, 8, 6]}
    assert found["outputs"] == ["scores"]
    assert tuple(found["totals"]) == TOTALS


def test_leaf_layers_have_their_whole_path() -> None:
    assert [layer["name"] for layer in summary("-", input=NET)["layers"]] == [
        "stem/conv1", "stem/relu1", "a/cr1/conv1", "a/cr1/relu1", "b/batch_norm1", "b/relu1/1", "b/relu1/2", "concat1",
        "flatten1", "scores",
    ]  # fmt: skip


def test_shapes_are_channels_first_and_a_vector_is_one_number() -> None:
    layers = {layer["name"]: layer for layer in summary("-", input=NET)["layers"]}
    assert layers["stem/conv1"]["input_shapes"] == [[3, 8, 6]]
    assert layers["stem/conv1"]["output_shape"] == [4, 8, 6]
    assert layers["concat1"]["input_shapes"] == [[5, 8, 6], [4, 8, 6]]
    assert layers["concat1"]["inputs"] == ["a/cr1/relu1", "b/relu1/2"]
    assert layers["concat1"]["output_shape"] == [9, 8, 6]
    assert layers["flatten1"]["output_shape"] == [432]
    assert layers["scores"]["input_shapes"] == [[432]]


def test_the_first_layer_of_alexnet() -> None:
    (layer,) = (layer for layer in summary("alexnet")["layers"] if layer["name"] == "conv1")
    line = layer.pop("line")
    assert invoke("show", "alexnet").out.splitlines()[line - 1].lstrip().startswith("- conv: {name: conv1")
    assert layer == {
        "name": "conv1",
        "type": "conv",
        "inputs": ["input"],
        "input_shapes": [[3, 227, 227]],
        "output_shape": [96, 55, 55],
        "params": 34848,
        "weights": 34848,
        "biases": 0,
        "buffers": 0,
        "multiplies": 105415200,
        "activations": 290400,
        "attributes": {
            "filters": 96,
            "kernel": [11, 11],
            "stride": [4, 4],
            "padding": [0, 0],
            "dilation": [1, 1],
            "groups": 1,
            "bias": False,
            "connections": None,
        },
    }


def test_all_attributes_are_there_and_resolved() -> None:
    text = """
    input: {channels: 4, size: [2, 7, 7]}
    vars: {k: 1 + 1}
    layers:
      - max_pool: {kernel: k, padding: [0, [0, 1], [0, 1]]}
      - conv: {filters: channels * 2, kernel: 1, padding: same, groups: channels}
      - leaky_relu
      - flatten
      - reshape: 4x4x8
      - max_pool: 2
    """
    pool, conv, leaky, flat, shaped, plain = (layer["attributes"] for layer in summary("-", input=text)["layers"])
    assert pool["padding"] == [[0, 0], [0, 1], [0, 1]]
    assert pool["kernel"] == pool["stride"] == [2, 2, 2]
    assert (conv["filters"], conv["groups"], conv["padding"], conv["kernel"]) == (8, 4, "same", [1, 1, 1])
    assert (leaky, flat) == ({"slope": 0.01}, {})
    assert sorted(shaped["shape"]) == [4, 4, 8]
    assert plain == {
        "kernel": [2, 2], "stride": [2, 2], "padding": [0, 0], "ceil": False, "clip": "torch", "dilation": [1, 1],
    }  # fmt: skip


@pytest.mark.parametrize("name", bundled.names())
def test_every_document_holds_together(name: str) -> None:
    found = summary(name)
    assert wrong(found, DOCUMENT) == []
    assert found["file"] == f"{name}.yaml"
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


@pytest.mark.parametrize(
    "options", [["--depth", "0"], ["--depth", "all"], ["--short"], ["--layout", "chw"], ["--ascii"]]
)
def test_it_is_the_same_whatever_the_table_would_show(options: list[str]) -> None:
    assert invoke("summary", "googlenet", "-f", "json", *options) == invoke("summary", "googlenet", "-f", "json")


def test_the_file_is_named_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "my net.yaml").write_text(NET, encoding="utf-8")
    assert summary("nets/my net.yaml")["file"] == "nets/my net.yaml"
    assert summary("./nets/../nets/my net.yaml")["file"] == "./nets/../nets/my net.yaml"


def test_several_inputs_and_outputs() -> None:
    text = """
    inputs: {left: {channels: 1, size: 8}, right: {channels: 1, size: 8}}
    layers:
      - conv: {name: a, from: left, filters: 2, kernel: 3}
      - conv: {name: b, from: right, filters: 2, kernel: 3, share: a}
      - distance: {name: far, from: [a, b]}
    outputs: [far, a]
    """
    found = summary("-", input=text)
    assert found["inputs"] == {"left": [1, 8, 8], "right": [1, 8, 8]}
    assert found["outputs"] == ["far", "a"]
    a, b, far = found["layers"]
    assert (a["params"], b["params"], b["multiplies"]) == (20, 0, a["multiplies"])
    assert far["inputs"] == ["a", "b"]
    assert found["totals"]["params"] == 20


def test_names_and_texts_of_any_language_are_kept() -> None:
    text = 'name: "Größe \\"×\\" 网络 \\\\ \\u2028"\nnote: "a\\tb"\ninput: {channels: 3, size: 8}\nlayers: [relu]\n'
    found = summary("-", input=text)
    assert (found["name"], found["note"]) == ('Größe "×" 网络 \\ \u2028', "a\tb")


def test_what_cannot_be_a_number_of_json_is_none() -> None:
    """Exact integers have no bound, and no float is infinite."""
    text = "input: {channels: 1000000000000}\nlayers: [dense: 1000000000000, dense: [1000000000000], dropout: 1e-30]\n"
    found = summary("-", input=text)
    assert found["totals"]["weights"] == 2 * 10**24
    assert found["layers"][2]["attributes"]["rate"] == 1e-30


@pytest.mark.parametrize("count", [1, 2])
def test_a_file_that_fails(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone it is an object, among several files one of an array."""
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text("input: {channels: 3, size: 8}\nlayers: [convv, dense: 10]\n", encoding="utf-8")
    ran = invoke("summary", *["bad.yaml", "lenet5"][:count], "-f", "json")
    found = read(ran.out)
    assert ran.code == 2
    bad = found if count == 1 else found[0]
    assert {key: bad[key] for key in ("schema_version", "file", "status")} == {
        "schema_version": 1, "file": "bad.yaml", "status": "error",
    }  # fmt: skip
    (problem,) = bad["problems"]
    assert wrong(problem, PROBLEM | PLACE) == []
    assert (problem["code"], problem["file"], problem["line"], problem["column"]) == (
        "unknown-layer",
        "bad.yaml",
        2,
        10,
    )
    assert "layers" not in bad
    if count == 2:
        assert [document["status"] for document in found] == ["error", "exact"]


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
    found = summary(
        "-", input="input: {channels: 3, size: 8}\nlayers: [relu, uncounted: {operator: Einsum, output: 8x8x3}]\n"
    )
    if found["status"] == "error":
        pytest.skip("no layer of the file format is uncounted")
    assert found["status"] == "lower_bound"
    assert found["uncounted"] == [{"layer": "uncounted1", "operator": "Einsum"}]
