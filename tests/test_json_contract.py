"""JSON, version 1: what `cnncalc summary -f json` promises to programs. Keys may be added, never changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.measures import MEASURES
from tests.running import DATA, Ran, invoke, process

pytestmark = pytest.mark.quick

NET = DATA / "json.yaml"
TOP = {
    "schema_version": int, "name": str, "file": str, "status": str, "lower_bound": list, "uncounted": list,
    "inputs": dict, "outputs": list, "totals": dict, "layers": list,
}  # fmt: skip
QUANTITIES = ("params", "weights", "biases", "buffers", "multiplies")
TOTALS = (*QUANTITIES, "flops", "activations")
LAYER = {
    "name": str, "type": str, "line": int, "inputs": list, "input_shapes": list, "output_shape": list,
    **dict.fromkeys((*QUANTITIES, "activations"), int), "attributes": dict,
}  # fmt: skip
ADDED = {"source", "note", "notes", "file_bytes"}  # to the file, since version 1
ADDED_TO_LAYERS = {"shares", "place"}  # and quantities

SMALL = "input: {channels: 3, size: 8}\nlayers: [conv: [4, 3]]\n"
UNKNOWN = "input: {channels: 3, size: 8}\nlayers:\n  - convv: [4, 3]\n"


def summary(*args: str, input: str | None = None) -> Ran:
    return invoke("summary", *args, "-f", "json", input=input)


def document(*args: str, input: str | None = None) -> Any:
    ran = summary(*args, input=input)
    assert ran.code == 0
    return json.loads(ran.out)


def network(text: str) -> Any:
    """The JSON of a file of this text."""
    return document("-", input=text)


def assert_holds(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """All that is expected; what is there besides are quantities."""
    assert {key: found.get(key) for key in expected} == expected
    assert found.keys() - expected.keys() <= MEASURES.keys()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(UNKNOWN, encoding="utf-8")
    return tmp_path


# ------------------------------------------------------------------------------------------------ one file, whole

# name: type, line, what it reads, its input, its output, weights, biases, buffers, multiplies
LAYERS: dict[str, tuple[str, int, list[str], list[int], list[int], int, int, int, int]] = {
    "stem": ("conv", 14, ["input"], [3, 8, 6], [4, 4, 6], 36, 4, 0, 864),
    "main/cr1/conv1": ("conv", 11, ["stem"], [4, 4, 6], [4, 4, 6], 144, 0, 0, 3456),
    "main/cr1/batch_norm1": ("batch_norm", 12, ["main/cr1/conv1"], [4, 4, 6], [4, 4, 6], 4, 4, 8, 0),
    "add1": ("add", 15, ["main/cr1/batch_norm1", "stem"], [4, 4, 6], [4, 4, 6], 0, 0, 0, 0),
    "rep/1/conv1": ("conv", 11, ["add1"], [4, 4, 6], [4, 4, 6], 144, 0, 0, 3456),
    "rep/1/batch_norm1": ("batch_norm", 12, ["rep/1/conv1"], [4, 4, 6], [4, 4, 6], 4, 4, 8, 0),
    "rep/2/conv1": ("conv", 11, ["rep/1/batch_norm1"], [4, 4, 6], [4, 4, 6], 144, 0, 0, 3456),
    "rep/2/batch_norm1": ("batch_norm", 12, ["rep/2/conv1"], [4, 4, 6], [4, 4, 6], 4, 4, 8, 0),
    "pool": ("max_pool", 17, ["rep/2/batch_norm1"], [4, 4, 6], [4, 2, 3], 0, 0, 0, 0),
    "flatten1": ("flatten", 18, ["pool"], [4, 2, 3], [24], 0, 0, 0, 0),
    "dense1": ("dense", 19, ["flatten1"], [24], [2], 48, 2, 0, 48),
    "out": ("softmax", 20, ["dense1"], [2], [2], 0, 0, 0, 0),
}


def test_a_file_as_a_whole() -> None:
    found = document(str(NET))
    assert_holds(found["totals"], {
        "params": 546, "weights": 528, "biases": 18, "buffers": 24, "multiplies": 11280, "flops": 22560,
        "activations": 820, "trainable": 546, "frozen": 0,
    })  # fmt: skip
    assert {key: value for key, value in found.items() if key not in (*ADDED, "layers", "totals")} == {
        "schema_version": 1,
        "name": "Net “ß”",
        "file": str(NET),
        "status": "exact",
        "lower_bound": [],
        "uncounted": [],
        "inputs": {"input": [3, 8, 6]},
        "outputs": ["out"],
    }
    assert (found["source"], found["note"], found["notes"]) == ("a paper", "a note", [])


def test_the_layers_in_their_order() -> None:
    assert [layer["name"] for layer in document(str(NET))["layers"]] == list(LAYERS)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer(name: str) -> None:
    (found,) = [layer for layer in document(str(NET))["layers"] if layer["name"] == name]
    type_name, line, inputs, read, output, weights, biases, buffers, multiplies = LAYERS[name]
    values = 1
    for side in output:
        values *= side
    expected = {
        "name": name,
        "type": type_name,
        "line": line,
        "place": f"{NET}:{line}",
        "inputs": inputs,
        "input_shapes": [read] * len(inputs),
        "output_shape": output,
        "params": weights + biases,
        "weights": weights,
        "biases": biases,
        "buffers": buffers,
        "multiplies": multiplies,
        "activations": values,
        "trainable": weights + biases,
        "frozen": 0,
    }
    assert_holds({key: value for key, value in found.items() if key != "attributes"}, expected)


# The attributes are all there, resolved: defaults filled in, one number for each axis
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "stem": {
        "filters": 4, "kernel": [1, 3], "stride": [2, 1], "padding": [0, 1], "dilation": [1, 1], "groups": 1,
        "bias": True, "connections": None, "shared": True,
    },
    "main/cr1/conv1": {
        "filters": 4, "kernel": [3, 3], "stride": [1, 1], "padding": "same", "dilation": [1, 1], "groups": 1,
        "bias": False, "connections": None, "shared": True,
    },
    "rep/2/batch_norm1": {"scale": True, "shift": True},
    "add1": {},
    "pool": {
        "kernel": [2, 2], "stride": [2, 2], "padding": [[0, 1], [0, 0]], "dilation": [1, 1], "ceil": False,
        "clip": "torch",
    },
    "dense1": {"units": 2, "bias": True, "per": "none"},
}  # fmt: skip


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attributes_are_all_there_and_resolved(name: str) -> None:
    (found,) = [layer for layer in document(str(NET))["layers"] if layer["name"] == name]
    assert found["attributes"] == ATTRIBUTES[name]


def test_a_lecture_layer_by_its_published_numbers() -> None:
    """The example of the contract: conv1 of AlexNet."""
    found = document("alexnet.yaml")
    assert (found["name"], found["file"], found["inputs"]) == (
        "AlexNet, two GPUs as the lecture draws it", "alexnet.yaml", {"input": [3, 227, 227]},
    )  # fmt: skip
    first = found["layers"][0]
    assert first["attributes"].items() >= {"filters": 96, "kernel": [11, 11], "stride": [4, 4]}.items()
    wanted = {
        "name": "conv1", "type": "conv", "inputs": ["input"], "input_shapes": [[3, 227, 227]],
        "output_shape": [96, 55, 55], "params": 34848, "weights": 34848, "biases": 0, "buffers": 0,
        "multiplies": 105415200, "activations": 290400,
    }  # fmt: skip
    assert {key: first[key] for key in wanted} == wanted
    assert found["totals"].items() >= {"params": 200_415_264, "multiplies": 863_867_424}.items()


# ------------------------------------------------------------------------------------------------ keys, types, sums


def holds(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


@pytest.mark.parametrize("name", ["json.yaml", "lenet5.yaml", "resnet50.yaml", "googlenet_aux.yaml", "siamese.yaml"])
def test_keys_and_types(name: str) -> None:
    found = document(str(NET) if name == NET.name else name)
    assert set(found) - ADDED == set(TOP)
    assert [key for key, kind in TOP.items() if not holds(found[key], kind)] == []
    assert (found["schema_version"], found["status"], found["uncounted"]) == (1, "exact", [])
    assert set(TOTALS) <= set(found["totals"]) <= set(MEASURES)
    assert all(holds(found["totals"][quantity], int) for quantity in TOTALS)
    for layer in found["layers"]:
        assert set(LAYER) <= set(layer) <= {*LAYER, *ADDED_TO_LAYERS, *MEASURES}
        assert [key for key, kind in LAYER.items() if not holds(layer[key], kind)] == []
        assert len(layer["inputs"]) == len(layer["input_shapes"]) >= 1
        for shape in (*layer["input_shapes"], layer["output_shape"]):
            assert shape
            assert all(holds(side, int) for side in shape)


@pytest.mark.parametrize("name", ["resnet50", "googlenet_aux", "densenet121", "mobilenet_v2", "siamese"])
def test_layers_add_up_to_the_totals(name: str) -> None:
    found = document(name)
    for quantity in (*QUANTITIES, "activations"):
        assert sum(layer[quantity] for layer in found["layers"]) == found["totals"][quantity]
    assert found["totals"]["params"] == found["totals"]["weights"] + found["totals"]["biases"]
    assert found["totals"]["flops"] == 2 * found["totals"]["multiplies"]


@pytest.mark.parametrize("name", ["resnet50", "googlenet_aux", "densenet121", "mobilenet_v2", "siamese"])
def test_a_layer_reads_what_stands_above_it_with_that_shape(name: str) -> None:
    found = document(name)
    shapes = dict(found["inputs"])
    for layer in found["layers"]:
        assert [shapes[read] for read in layer["inputs"]] == layer["input_shapes"]
        assert layer["name"] not in shapes
        shapes[layer["name"]] = layer["output_shape"]


# ------------------------------------------------------------------------------------------------ leaf layers, names


DEPTHS = [["-d", "0"], ["-d", "1"], ["-d", "2"], ["--depth", "all"], ["--layout", "chw"]]


@pytest.mark.parametrize("options", DEPTHS, ids=" ".join)
def test_leaf_layers_only_whatever_the_depth(options: list[str]) -> None:
    assert document("resnet18", *options) == document("resnet18")


def test_a_layer_inside_blocks_has_its_whole_path_as_name() -> None:
    found = document("resnet50")
    names = [layer["name"] for layer in found["layers"]]
    assert "conv2/unit1/main/body1/cb3/conv1" in names
    assert "conv4/unit2/5/main/body1/cb1/conv1" in names
    assert not {"conv2", "conv2/unit1", "conv2/unit2", "conv2/unit1/main"} & set(names)
    assert names == [row.name for row in cnncalc.analyze(cnncalc.load("resnet50")).rows]


# ------------------------------------------------------------------------------------------------ shapes

SHAPES = {
    "a map": ("{channels: 3, height: 8, width: 6}", "conv: [4, 3, padding: same]", [3, 8, 6], [4, 8, 6]),
    "a volume": ("{channels: 3, size: [4, 8, 6]}", "conv: [5, 3, padding: same]", [3, 4, 8, 6], [5, 4, 8, 6]),
    "a sequence": ("{channels: 3, length: 8}", "conv: [5, 3]", [3, 8], [5, 6]),
    "a vector": ("{channels: 4096}", "dense: 10", [4096], [10]),
    "flat": ("{channels: 3, height: 8, width: 6}", "flatten", [3, 8, 6], [144]),
    "tokens": ("{channels: 3, height: 8, width: 6}", "to_sequence", [3, 8, 6], [3, 48]),
    "one by one": ("{channels: 3, size: 8}", "conv: [4, 8]", [3, 8, 8], [4, 1, 1]),
}


@pytest.mark.parametrize(("written", "entry", "read", "output"), SHAPES.values(), ids=SHAPES)
def test_shapes_are_channels_first_without_a_batch(
    written: str, entry: str, read: list[int], output: list[int]
) -> None:
    found = network(f"input: {written}\nlayers:\n  - {entry}\n")
    (layer,) = found["layers"]
    assert (found["inputs"], layer["input_shapes"], layer["output_shape"]) == ({"input": read}, [read], output)


def test_several_inputs_and_outputs_in_their_order() -> None:
    found = network("""
inputs: {right: {channels: 3, size: 8}, left: {channels: 2, size: 4}}
layers:
  - conv: {name: b, from: left, filters: 4, kernel: 1}
  - conv: {name: a, from: right, filters: 4, kernel: 1}
outputs: [b, a]
""")
    assert list(found["inputs"].items()) == [("right", [3, 8, 8]), ("left", [2, 4, 4])]
    assert found["outputs"] == ["b", "a"]
    assert [layer["inputs"] for layer in found["layers"]] == [["left"], ["right"]]


def test_what_leads_to_no_output_is_left_out() -> None:
    found = network("""
input: {channels: 3, size: 8}
layers:
  - relu: {name: kept}
  - conv: {name: aux, filters: 4, kernel: 1}
outputs: [kept]
""")
    assert [layer["name"] for layer in found["layers"]] == ["kept"]
    assert found["totals"]["params"] == 0
    assert found["notes"] == ["left out, for it leads to no output: aux (1 layer)"]


def test_shared_weights_count_once() -> None:
    found = network("""
input: {channels: 3, size: 8}
layers:
  - conv: {name: a, filters: 3, kernel: 1}
  - conv: {name: b, filters: 3, kernel: 1, share: a}
""")
    first, second = found["layers"]
    assert (first["params"], second["params"], found["totals"]["params"]) == (12, 0, 12)
    assert (first["multiplies"], second["multiplies"], found["totals"]["multiplies"]) == (576, 576, 1152)
    assert ("shares" in first, second["shares"]) == (False, "a")


def test_integers_are_exact_however_large() -> None:
    found = network("input: {channels: 1000003}\nlayers: [dense: {units: 999999937, bias: false}]\n")
    assert found["totals"]["params"] == 1_000_003 * 999_999_937


# ------------------------------------------------------------------------------------------------ `file`


@pytest.mark.parametrize("name", ["net.yaml", "./net.yaml", "lenet5.yaml", "lenet5", "fragments/gap"])
def test_file_is_the_name_as_given(folder: Path, name: str) -> None:
    assert document(name)["file"] == name


def test_file_is_the_name_as_given_of_standard_input() -> None:
    assert network(SMALL)["file"] == "-"


# ------------------------------------------------------------------------------------------------ files that fail


def test_a_failed_file_is_an_error_object(folder: Path) -> None:
    ran = summary("bad.yaml")
    assert ran.code == 2
    assert json.loads(ran.out) == {
        "schema_version": 1,
        "file": "bad.yaml",
        "status": "error",
        "problems": [
            {
                "code": "unknown-layer",
                "message": "no layer or block `convv`",
                "file": "bad.yaml",
                "place": "bad.yaml:3",
                "line": 3,
                "column": 5,
                "length": 5,
                "help": "did you mean `conv`? What has no layer type is an `operator: {type: convv, …}`",
            }
        ],
    }
    assert "no layer or block `convv`" in ran.err


FAILURES = {
    "nowhere.yaml": (None, ["unreadable"]),
    "nowhere/net.yaml": (None, ["unreadable"]),
    "empty.yaml": ("", ["not-an-architecture"]),
    "syntax.yaml": ("layers: [", ["yaml-syntax"]),
    "two.yaml": ("input: {channels: 3, size: 8}\nlayers: [relu: {a: 1}, tanh: {b: 2}]\n", ["unknown-attribute"] * 2),
    "shapes.yaml": ("input: {channels: 3, size: 8}\nlayers: [dense: 3]\n", ["requirement"]),
}


@pytest.mark.parametrize(("name", "failure"), FAILURES.items(), ids=FAILURES)
def test_every_failure_has_its_problems(folder: Path, name: str, failure: tuple[str | None, list[str]]) -> None:
    text, codes = failure
    if text is not None:
        (folder / name).write_text(text, encoding="utf-8")
    ran = summary(name)
    found = json.loads(ran.out)
    assert (ran.code, list(found)) == (2, ["schema_version", "file", "status", "problems"])
    assert (found["schema_version"], found["file"], found["status"]) == (1, name, "error")
    assert [problem["code"] for problem in found["problems"]] == codes
    assert all(problem["message"] for problem in found["problems"])


def test_several_files_are_an_array_in_the_order_given(folder: Path) -> None:
    ran = summary("bad.yaml", "net.yaml", "nowhere.yaml", "lenet5.yaml")
    found = json.loads(ran.out)
    assert [(one["file"], one["status"]) for one in found] == [
        ("bad.yaml", "error"), ("net.yaml", "exact"), ("nowhere.yaml", "error"), ("lenet5.yaml", "exact"),
    ]  # fmt: skip
    assert ran.code == 2


def test_a_failed_file_does_not_change_the_others(folder: Path) -> None:
    alone = document("net.yaml")
    assert json.loads(summary("bad.yaml", "net.yaml").out)[1] == alone
    assert document("net.yaml", "net.yaml") == [alone, alone]


# ------------------------------------------------------------------------------------------------ exit codes, bytes


def test_exit_codes(folder: Path) -> None:
    assert summary("net.yaml").code == 0
    assert summary("net.yaml", "lenet5").code == 0
    assert summary("bad.yaml").code == 2
    assert summary("net.yaml", "bad.yaml").code == 2
    assert summary("nowhere.yaml").code == 2
    assert summary().code == 2
    assert summary("net.yaml", "--dept", "1").code == 2


def test_summary_does_not_read_expect(folder: Path) -> None:
    """A file that breaks its expectations is fine for `summary`; `check` says 1, or 2 where a name is unknown."""
    (folder / "wrong.yaml").write_text(f"{SMALL}expect: {{total: {{params: 1}}}}\n", encoding="utf-8")
    (folder / "unknown.yaml").write_text(f"{SMALL}expect: {{nobody: {{params: 1}}}}\n", encoding="utf-8")
    assert (summary("wrong.yaml").code, summary("unknown.yaml").code) == (0, 0)
    assert (invoke("check", "wrong.yaml").code, invoke("check", "unknown.yaml").code) == (1, 2)


def test_what_was_set_is_in_the_figures() -> None:
    found = document("resnet50", "--set", "classes=10", "--input-size", "256x320")
    assert found["inputs"] == {"input": [3, 256, 320]}
    assert found["layers"][-1]["output_shape"] == [10]


def test_a_process_writes_json_and_nothing_else_to_standard_output(folder: Path) -> None:
    ran = process("summary", "net.yaml", "bad.yaml", "lenet5.yaml", "-f", "json", cwd=folder)
    assert (ran.code, [one["status"] for one in json.loads(ran.out)]) == (2, ["exact", "error", "exact"])
    assert ran.out.endswith("]\n")
    assert "note: lenet5.yaml is a bundled architecture" in ran.err


def test_output_goes_to_the_file_that_is_named(folder: Path) -> None:
    ran = summary("net.yaml", "-o", "net.json")
    assert (ran.code, ran.out) == (0, "")
    assert (folder / "net.json").read_text(encoding="utf-8") == summary("net.yaml").out
