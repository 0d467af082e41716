"""ONNX: what is read of a model, what is said of it, and what becomes of files that are none."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from tests.foreign.onnx_file import attribute, field, model, node, small, tensor, value, varint
from tests.pace import allowed
from tests.running import environment, invoke, sample

pytestmark = pytest.mark.quick

X = value("x", [1, 3, 8, 8])


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], str]:
    monkeypatch.chdir(tmp_path)

    def written(data: bytes) -> str:
        (tmp_path / "net.onnx").write_bytes(data)
        return "net.onnx"

    return written


def analyzed(file: str, input_size: str | None = None) -> cnncalc.Analysis:
    return cnncalc.analyze(cnncalc.load(file, input_size=input_size))


def test_a_model_is_read_layer_by_layer(write: Callable[[bytes], str]) -> None:
    analysis = analyzed(write(small()))
    assert [
        (row.name, row.type, row.output_shape, row.counts.params, row.counts.multiplies) for row in analysis.rows
    ] == [
        ("conv", "conv", (4, 8, 8), 112, 6_912),
        ("relu", "relu", (4, 8, 8), 0, 0),
        ("pool", "max_pool", (4, 4, 4), 0, 0),
        ("Flatten", "flatten", (64,), 0, 0),
        ("fc", "dense", (10,), 650, 640),
    ]
    assert (analysis.status, analysis.notes) == ("exact", ())
    assert str(analysis.rows[0].origin) == "net.onnx, node /conv/Conv"


@pytest.mark.parametrize("command", [["summary"], ["explain"], ["check"], ["diagram"], ["compare", "lenet5"]])
def test_every_command_takes_it(command: list[str], write: Callable[[bytes], str]) -> None:
    code, out, err = invoke(*command, write(small()))
    assert (code, "Traceback" in err) == (0, False)
    assert out or err


def test_another_size_is_read_where_nothing_is_fixed(write: Callable[[bytes], str]) -> None:
    pooled = model(
        [node("Conv", ["x", "w"], ["a"], kernel_shape=[3, 3]), node("GlobalAveragePool", ["a"], ["y"])],
        [value("x", ["n", 3, "height", "width"])],
        [value("y", ["n", 4, 1, 1])],
        [tensor("w", [4, 3, 3, 3])],
    )
    file = write(pooled)
    assert analyzed(file, input_size="10x12").rows[0].output_shape == (4, 8, 10)
    code, _, err = invoke("summary", file)
    assert code == 2
    assert err == (
        "error[missing-key]: the input `x` leaves sizes open: height, width\n"
        "--> net.onnx, input `x`\n"
        " = help: say them: `--input-size 224`\n"
    )


MISFITS = {
    "a join on an axis on which they differ": (
        [node("MaxPool", ["x"], ["a"], kernel_shape=[1, 1], strides=[2, 1]), node("Concat", ["x", "a"], ["y"], axis=1)],
        "`y` (Concat): dims (1, 3, 8, 8), (1, 3, 4, 8) do not fit together",
    ),
    "no order of axes": (
        [node("Transpose", ["x"], ["y"], perm=[0, 1, 2, 2])],
        "`y` (Transpose): `perm` (0, 1, 2, 2) is no order of 4 axes",
    ),
    "sums of what does not fit": (
        [node("MaxPool", ["x"], ["a"], kernel_shape=[1, 1], strides=[2, 1]), node("Add", ["x", "a"], ["y"])],
        "`y` (Add): dims (1, 3, 8, 8), (1, 3, 4, 8) do not fit together",
    ),
}


@pytest.mark.parametrize("what", MISFITS)
def test_what_contradicts_itself_is_as_declared_and_told(what: str, write: Callable[[bytes], str]) -> None:
    """What is only worked out while a model runs is as declared, too, and no contradiction."""
    nodes, said = MISFITS[what]
    analysis = analyzed(write(model(nodes, [X], [value("y", [1, 6, 8, 8])])))
    assert analysis.rows[-1].output_shape == (6, 8, 8)
    assert analysis.notes == (f"as the file says, for our formulas say otherwise: {said}",)


def test_what_the_file_says_stands_where_our_formulas_say_otherwise(write: Callable[[bytes], str]) -> None:
    """A kernel of 5×5 in the file and 3×3 in its attributes; a shape that is declared and does not follow."""
    other = model(
        [node("MaxPool", ["x"], ["a"], "pool", kernel_shape=[2, 2], strides=[2, 2]), node("Relu", ["a"], ["y"])],
        [X],
        [value("y", [1, 3, 5, 5])],
        [],
        [value("a", [1, 3, 5, 5])],
    )
    analysis = analyzed(write(other))
    assert [(row.type, row.output_shape) for row in analysis.rows] == [("operator", (3, 5, 5)), ("relu", (3, 5, 5))]
    assert (analysis.totals.params, analysis.status) == (0, "exact")
    assert analysis.notes == (
        "as the file says, for our formulas say otherwise: `pool` (MaxPool): declared is 1×3×5×5, and 1×3×4×4 follows",
    )


def test_operators_that_are_not_understood_are_named_all_at_once(write: Callable[[bytes], str]) -> None:
    strange = model(
        [node("Wobble", ["x", "w"], ["a"], "first"), node("Bend", ["a"], ["y"], "second")],
        [X],
        [value("y", [1, 3, 4, 4])],
        [tensor("w", [7])],
        [value("a", [1, 3, 8, 8])],
    )
    file = write(strange)
    analysis = analyzed(file)
    assert [(row.type, row.attributes["type"], row.counts.params) for row in analysis.rows] == [
        ("operator", "Wobble", 7),
        ("operator", "Bend", 0),
    ]
    assert analysis.lower_bound == ("multiplies",)
    assert analysis.notes == (
        "`Wobble` is not understood, its multiplies are not known: `first`",
        "`Bend` is not understood, its multiplies are not known: `second`",
    )
    assert invoke("summary", file).code == 0
    code, _, err = invoke("summary", file, "--strict")
    assert code == 2
    assert [line for line in err.splitlines() if line.startswith("-->")] == [
        "--> net.onnx, node first",
        "--> net.onnx, node second",
    ]


def test_attributes_of_another_kind_leave_what_the_file_declares(write: Callable[[bytes], str]) -> None:
    odd = node("Conv", ["x", "w"], ["y"], "odd", kernel_shape="three", strides=1.5, group=-3)
    analysis = analyzed(write(model([odd], [X], [value("y", [1, 4, 6, 6])], [tensor("w", [4, 3, 3, 3])])))
    assert [(row.type, row.output_shape, row.counts.params) for row in analysis.rows] == [("operator", (4, 6, 6), 108)]
    assert analysis.lower_bound == ("multiplies",)


@pytest.mark.parametrize(
    "changed",
    [
        {"pads": [1, 1, 1, 0]},
        {"pads": [0, 0, 0, 0]},
        {"kernel": [3, 5]},
        {"pool": [2, 4]},
        {"strides": [1, 2]},
        {"strides": [2, 3]},
        {"transB": 0},
    ],
    ids=str,
)
def test_an_attribute_that_is_not_what_it_was_is_noticed(
    changed: dict[str, Any], write: Callable[[bytes], str]
) -> None:
    """What the file stores and declares tells that it no longer fits: the books are kept for each layer."""
    try:
        notes = analyzed(write(small(**changed))).notes
    except cnncalc.ProblemsFound as error:
        notes = tuple(problem.message for problem in error.problems)
    assert notes


def test_a_norm_that_was_folded_is_told_to_the_number(write: Callable[[bytes], str]) -> None:
    folded = model(
        [node("Conv", ["x", "c.weight", "c.weight_bias"], ["y"], kernel_shape=[1, 1])],
        [X],
        [value("y", [1, 4, 8, 8])],
        [tensor("c.weight", [4, 3, 1, 1]), tensor("c.weight_bias", [4])],
    )
    assert analyzed(write(folded)).notes == ("batch norm is folded into 1 layer: 4 scales fewer than in training",)


def test_images_of_a_batch_and_parameters_that_nobody_reads_are_told(write: Callable[[bytes], str]) -> None:
    batch = model(
        [node("Relu", ["x"], ["y"])], [value("x", [8, 3, 4, 4])], [value("y", [8, 3, 4, 4])], [tensor("aux", [5])]
    )
    analysis = analyzed(write(batch))
    assert analysis.inputs == {"x": (3, 4, 4)}
    assert analysis.notes == (
        "the input `x` has 8 images: counted is one",
        "5 stored numbers are read by nobody: `aux`",
    )


def test_a_bias_of_zeros_that_is_made_of_nothing_is_none(write: Callable[[bytes], str]) -> None:
    zeros = model(
        [
            node("Shape", ["w"], ["s"], start=0, end=1),
            node("ConstantOfShape", ["s"], ["b"]),
            node("Conv", ["x", "w", "b"], ["y"], kernel_shape=[1, 1]),
        ],
        [X],
        [value("y", [1, 4, 8, 8])],
        [tensor("w", [4, 3, 1, 1])],
    )
    assert analyzed(write(zeros)).totals.params == 12


def test_channels_that_stand_last_are_found(write: Callable[[bytes], str]) -> None:
    last = model(
        [
            node("Transpose", ["x"], ["a"], perm=[0, 3, 1, 2]),
            node("Conv", ["a", "w"], ["b"], kernel_shape=[3, 3]),
            node("Transpose", ["b"], ["y"], perm=[0, 2, 3, 1]),
        ],
        [value("x", [1, 8, 9, 3])],
        [value("y", [1, 6, 7, 4])],
        [tensor("w", [4, 3, 3, 3])],
    )
    analysis = analyzed(write(last))
    assert analysis.inputs == {"x": (3, 8, 9)}
    assert [(row.type, row.output_shape) for row in analysis.rows] == [("conv", (4, 6, 7))]


def test_products_of_tensors_are_counted(write: Callable[[bytes], str]) -> None:
    attention = model(
        [
            node("MatMul", ["x", "q"], ["a"]),
            node("Transpose", ["x"], ["t"], perm=[0, 2, 1]),
            node("MatMul", ["a", "t"], ["s"]),
            node("Softmax", ["s"], ["p"]),
            node("MatMul", ["p", "x"], ["y"]),
        ],
        [value("x", [1, 10, 6])],
        [value("y", [1, 10, 6])],
        [tensor("q", [6, 6])],
    )
    analysis = analyzed(write(attention))
    assert analysis.totals.multiplies == 10 * 6 * 6 + 10 * 10 * 6 + 10 * 10 * 6
    assert analysis.status == "exact"


def test_functions_of_the_model_are_groups(write: Callable[[bytes], str]) -> None:
    block = field(1, "Block") + field(4, "in") + field(5, "out") + field(10, "mine")
    block += field(7, node("Conv", ["in", "w"], ["mid"], kernel_shape=[1, 1])) + field(
        7, node("Relu", ["mid"], ["out"])
    )
    called = model(
        [node("Block", ["x"], ["y"], "body", "mine")],
        [X],
        [value("y", [1, 3, 8, 8])],
        [tensor("w", [3, 3, 1, 1])],
        [],
        [block],
    )
    with pytest.raises(cnncalc.ProblemsFound) as found:  # a function reads only what it is given
        analyzed(write(called))
    assert found.value.problems[0].message == "nothing gives the tensor `body/w`"


@pytest.mark.parametrize("first", sample(3, range(3)))
def test_a_file_that_ends_anywhere_is_refused_or_read(first: int, write: Callable[[bytes], str]) -> None:
    whole = small()
    for stop in range(first, len(whole), 3):
        with suppress(cnncalc.ProblemsFound):
            analyzed(write(whole[:stop]))


def _deep() -> bytes:
    """Functions that each call the next one twice."""
    bodies = [
        field(1, f"f{at}") + field(4, "a") + field(5, "b") + field(10, "d")
        + field(7, node(f"f{at + 1}", ["a"], ["m"], "l", "d")) + field(7, node(f"f{at + 1}", ["m"], ["b"], "r", "d"))
        for at in range(40)
    ]  # fmt: skip
    return model([node("f0", ["x"], ["y"], "n", "d")], [X], [value("y", [1])], functions=bodies)


HOSTILE = {
    "a cycle": model([node("Relu", ["b"], ["a"]), node("Add", ["a", "x"], ["b"])], [X], [value("b", [1])]),
    "huge dims": model([node("Relu", ["x"], ["y"])], [value("x", [1, 2**60, 2**60, 2**60])], [value("y", [1])]),
    "a huge result": model(
        [node("Expand", ["x", "s"], ["y"])], [value("x", [1])], [value("y", [1])], [tensor("s", [3], [2**40] * 3)]
    ),
    "functions that call each other": _deep(),
    "a convolution that gives nothing": model(
        [node("Conv", ["x", "w"], []), node("Relu", ["z"], ["y"])], [X], [value("y", [1])], [tensor("w", [4, 3, 3, 3])]
    ),
    "a varint without end": b"\x08\x08\x3a" + b"\xff" * 40,
    "a text as long as the file": b"\x08\x08\x3a" + varint(70_010) + b"\x12" + varint(70_000) + b"a" * 70_006,
    "many operators": model([node("Relu", ["x"], ["y"])] * 60_000, [X], [value("y", [1])]),
    "nothing": b"",
    "no graph": b"\x08\x08",
}  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_quickly(data: bytes, write: Callable[[bytes], str]) -> None:
    file = write(data)
    begin = time.process_time()
    code, out, err = invoke("summary", file)
    assert (code, out) == (2, "")
    assert err.startswith("error[")
    assert time.process_time() - begin < allowed(6)  # 2 s, thrice as much while coverage is measured


def test_weights_are_not_read(tmp_path: Path) -> None:
    """A file of 4 GB, most of it a hole, takes no more memory than a small one."""
    size = 4 * 2**30
    head = b"".join(field(1, side) for side in (2**15, 2**15)) + field(2, 1) + field(8, "w")
    raw = varint(9 << 3 | 2) + varint(size)
    inner = len(head) + len(raw) + size
    nodes = (
        field(1, node("MatMul", ["x", "w"], ["y"]))
        + field(11, value("x", [1, 2**15]))
        + field(12, value("y", [1, 2**15]))
    )
    initializer = varint(5 << 3 | 2) + varint(inner)
    graph = len(nodes) + len(initializer) + inner
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.write(field(1, 8) + field(2, "t") + varint(7 << 3 | 2) + varint(graph) + nodes + initializer + head + raw)
        file.truncate(file.tell() + size)
    code = (
        "import re, sys, cnncalc\n"
        "print(cnncalc.analyze(cnncalc.load(sys.argv[1])).totals.params,\n"
        "      int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) < 60_000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
        timeout=60,
    )
    assert done.stdout == f"{2**30} True\n"


def test_the_json_names_the_place(write: Callable[[bytes], str]) -> None:
    layers = json.loads(invoke("summary", write(small()), "-f", "json").out)["layers"]
    assert [layer["place"] for layer in layers][:2] == ["net.onnx, node /conv/Conv", "net.onnx, node /relu/Relu"]


def test_another_format_can_be_said(write: Callable[[bytes], str], tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"\x10\x01" + small())
    assert invoke("summary", "model.bin").code == 2
    assert invoke("summary", "model.bin", "--from", "onnx").code == 0
    code, _, err = invoke("summary", "model.bin", "--from", "onix")
    assert (code, err) == (2, "error[bad-value]: --from: no format `onix`\n = help: did you mean `onnx`?\n")
    code, _, err = invoke("summary", "model.bin", "--from", "tflite")
    assert (code, err) == (
        2,
        "error[bad-value]: --from: no format `tflite`\n = help: there are yaml, caffe, darknet, keras, onnx, pt2\n",
    )


def test_onnx_reads_the_same(tmp_path: Path) -> None:
    """The library of ONNX, where it is installed, finds the files of these tests whole."""
    onnx = pytest.importorskip("onnx")
    read = onnx.load_from_string(small())
    assert [one.op_type for one in read.graph.node] == ["Conv", "Relu", "MaxPool", "Flatten", "Gemm"]
    assert attribute("axis", -1) == onnx.helper.make_attribute("axis", -1).SerializeToString()


def _recurrent(kind: str, gates: int, ways: int, shapes: bool = True) -> bytes:
    """Five steps of six values through four units, as PyTorch exports it for batches in front; three classes."""
    nodes = [
        node("Transpose", ["x"], ["t"], "first", perm=[1, 0, 2]),
        node(kind, ["t", "w", "r", "b"], ["s", "h"], "rnn", hidden_size=4,
             direction="bidirectional" if ways == 2 else "forward"),
        node("Transpose", ["s"], ["z"], "second", perm=[2, 0, 1, 3]),
        node("Flatten", ["z"], ["f"], "flat"),
        node("Gemm", ["f", "g"], ["y"], "fc", transB=1),
    ]  # fmt: skip
    stored = [
        tensor("w", [ways, gates * 4, 6]),
        tensor("r", [ways, gates * 4, 4]),
        tensor("b", [ways, 2 * gates * 4]),
        tensor("g", [3, 20 * ways]),
    ]
    return model(nodes, [value("x", ["batch", 5, 6])], [value("y", ["batch", 3])], stored)


@pytest.mark.parametrize(("kind", "gates"), [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
@pytest.mark.parametrize("ways", [1, 2])
def test_a_layer_over_steps_is_that_layer(kind: str, gates: int, ways: int, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(_recurrent(kind, gates, ways))
    analysis = cnncalc.analyze(cnncalc.load(path))
    layer = next(row for row in analysis.rows if row.type == kind.lower())
    of_units = gates * 4 * (6 + 4) * ways
    assert (layer.counts.params, layer.counts.multiplies) == (of_units + 2 * gates * 4 * ways, 5 * of_units)
    assert (layer.output_shape, analysis.outputs) == ((4 * ways, 5), {"fc": (3,)})
    assert analysis.status == "exact"


def test_steps_in_front_of_an_input_are_no_images(tmp_path: Path) -> None:
    nodes = [node("LSTM", ["x", "w", "r"], ["y"], "rnn", hidden_size=4)]
    stored = [tensor("w", [1, 16, 6]), tensor("r", [1, 16, 4])]
    data = model(nodes, [value("x", [7, 2, 6])], [value("y", [7, 1, 2, 4])], stored)
    (tmp_path / "net.onnx").write_bytes(data)
    graph = cnncalc.load(tmp_path / "net.onnx")
    assert cnncalc.analyze(graph).totals.multiplies == 7 * 160
    assert graph.notes == ("the input `x` has 2 images: counted is one",)


def test_a_sum_of_products_goes_by_its_equation(tmp_path: Path) -> None:
    nodes = [node("Einsum", ["x", "w"], ["y"], "sum", equation="bij,kj->bik")]
    data = model(nodes, [value("x", ["n", 6, 8])], [value("y", ["n", 6, 5])], [tensor("w", [5, 8])])
    (tmp_path / "net.onnx").write_bytes(data)
    totals = cnncalc.analyze(cnncalc.load(tmp_path / "net.onnx")).totals
    assert (totals.params, totals.multiplies) == (40, 240)


def test_weights_that_are_only_filled_are_counted(tmp_path: Path) -> None:
    """As in models that are shipped without their weights: every kernel is one number, as often as it is large."""
    nodes = [
        node("ConstantOfShape", ["kernel"], ["w"], "w"),
        node("ConstantOfShape", ["four"], ["b"], "b"),
        node("Conv", ["x", "w", "b"], ["y"], "conv", kernel_shape=[3, 3]),
    ]
    stored = [tensor("kernel", [4], [4, 3, 3, 3]), tensor("four", [1], [4])]
    data = model(nodes, [value("x", [1, 3, 8, 8])], [value("y", [1, 4, 6, 6])], stored)
    (tmp_path / "net.onnx").write_bytes(data)
    graph = cnncalc.load(tmp_path / "net.onnx")
    totals = cnncalc.analyze(graph).totals
    assert (totals.weights, totals.biases, totals.multiplies) == (108, 4, 3888)
    assert graph.notes == ("1 layer with weights that are not stored, but filled: they are counted",)
