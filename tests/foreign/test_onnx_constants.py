"""Which constants of a model of ONNX are learned: those of nodes `Constant`, of numbers of quantization, of states."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

import cnncalc
from cnncalc.core.analysis import Analysis
from tests.foreign.onnx_file import floats, model, node, scalar, tensor, value

pytestmark = pytest.mark.quick

INT8, INT32 = 3, 6
FOLDED = "pkg.onnxscript.optimizer.folded_from"
SIGNATURE = "pkg.torch.export.ExportedProgram.graph_signature"
IMAGE = [1, 3, 8, 8]
KERNEL = [tensor("k", [8, 3, 3, 3]), tensor("l", [8])]  # 224 params
CONV = node("Conv", ["x", "k", "l"], ["c"], "conv")
BEHIND = [1, 8, 6, 6]


def read(folder: Path, data: bytes) -> Analysis:
    (folder / "net.onnx").write_bytes(data)
    return cnncalc.analyze(cnncalc.load(folder / "net.onnx"))


def constant(name: str, dims: list[int], number: float | None = None, dtype: int = 1) -> bytes:
    """A node that holds a tensor: of one number, of several, or of such that nobody reads."""
    size = 1
    for side in dims:
        size *= side
    numbers = [float(at) for at in range(size)] if number is None else [number] * size
    data = floats("", dims, numbers) if dtype == 1 else tensor("", dims, dtype=dtype)
    return node("Constant", [], [name], value=data)


NORMS = {
    "instance norm": ([node("InstanceNormalization", ["c", "g", "h"], ["y"])], [], 224),
    "batch norm": (
        [node("BatchNormalization", ["c", "g", "h", "m", "v"], ["y"])], [tensor("m", [8]), tensor("v", [8])], 224,
    ),
    "scale alone": ([node("InstanceNormalization", ["c", "w", "h"], ["y"])], [floats("w", [8], [1] * 8)], 232),
    "shift alone": ([node("InstanceNormalization", ["c", "g", "w"], ["y"])], [floats("w", [8], [0] * 8)], 232),
    "ones and zeros in each other's place": ([node("InstanceNormalization", ["c", "h", "g"], ["y"])], [], 240),
    "other numbers": (
        [constant("u", [8]), node("InstanceNormalization", ["c", "u", "h"], ["y"])], [], 232,
    ),
    "groups": (
        [node("Constant", [], ["s"], value=tensor("", [3], [0, 4, -1])), node("Reshape", ["c", "s"], ["r"]),
         constant("gg", [4], 1), constant("gh", [4], 0), node("InstanceNormalization", ["r", "gg", "gh"], ["n"]),
         node("Constant", [], ["t"], value=tensor("", [4], BEHIND)), node("Reshape", ["n", "t"], ["b"]),
         node("Mul", ["b", "onnx::Mul_8"], ["p"]), node("Add", ["p", "onnx::Add_9"], ["y"])],
        [tensor("onnx::Mul_8", [8, 1, 1]), tensor("onnx::Add_9", [8, 1, 1])], 240,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("nodes", "stored", "params"), NORMS.values(), ids=NORMS)
def test_ones_and_zeros_of_a_norm_are_none(
    nodes: list[bytes], stored: list[bytes], params: int, tmp_path: Path
) -> None:
    """An exporter writes them where a norm learns no scale and no shift."""
    data = model([CONV, constant("g", [8], 1), constant("h", [8], 0), *nodes], [value("x", IMAGE)],
                 [value("y", BEHIND)], [*KERNEL, *stored])  # fmt: skip
    analysis = read(tmp_path, data)
    assert (analysis.totals.params, analysis.status, analysis.notes) == (params, "exact", ())


def test_a_layer_norm_has_no_scale_of_ones(tmp_path: Path) -> None:
    nodes = [constant("g", [8], 1), constant("h", [8], 0), node("LayerNormalization", ["x", "g", "h"], ["y"])]
    analysis = read(tmp_path, model(nodes, [value("x", [1, 5, 8])], [value("y", [1, 5, 8])]))
    assert (analysis.totals.params, analysis.rows[0].type) == (0, "layer_norm")


LOOSE = {
    "a table that is added": ([constant("p", [1, 16, 8]), node("Add", ["x", "p"], ["y"])], [1, 16, 8], 128),
    "one of ones": ([constant("p", [1, 16, 8], 1), node("Add", ["x", "p"], ["y"])], [1, 16, 8], 128),
    "kernels side by side": ([constant("p", [4, 8, 8]), node("MatMul", ["x", "p"], ["y"])], [1, 4, 5, 8], 256),
    "a scale": ([constant("p", [8]), node("Mul", ["x", "p"], ["y"])], [1, 8], 8),
}


@pytest.mark.parametrize(("nodes", "dims", "params"), LOOSE.values(), ids=LOOSE)
def test_constants_are_supposed_to_be_learned(nodes: list[bytes], dims: list[int], params: int, tmp_path: Path) -> None:
    """Nobody can know: a note says how many numbers these are."""
    analysis = read(tmp_path, model(nodes, [value("x", dims)], [value("y", dims)]))
    said = f"`p` stand in nodes `Constant`: counted are these {params} numbers, of which the network may learn fewer"
    assert (analysis.totals.params, analysis.totals.buffers, analysis.notes) == (params, 0, (said,))


def test_a_kernel_in_a_node_is_learned(tmp_path: Path) -> None:
    nodes = [
        constant("w", [8, 8]),
        constant("b", [8]),
        node("MatMul", ["x", "w"], ["h"]),
        node("Add", ["h", "b"], ["y"]),
    ]
    analysis = read(tmp_path, model(nodes, [value("x", [1, 8])], [value("y", [1, 8])]))
    assert (analysis.totals.params, analysis.status, analysis.notes) == (72, "exact", ())


@pytest.mark.parametrize(
    ("stored", "figures"), [(KERNEL, (224, 8)), ([], (216 + 8 + 8, 0))], ids=["kernels apart", "all in nodes"]
)
def test_pytorch_writes_what_it_learns_apart(stored: list[bytes], figures: tuple[int, int], tmp_path: Path) -> None:
    """Only a program that was frozen has its kernels in nodes `Constant`, and then all that it learns."""
    kernels = [] if stored else [constant("k", [8, 3, 3, 3]), constant("l", [8])]
    nodes = [*kernels, CONV, constant("p", [8, 1, 1]), node("Add", ["c", "p"], ["y"])]
    data = model(nodes, [value("x", IMAGE)], [value("y", BEHIND)], stored, producer="pytorch")
    totals = read(tmp_path, data).totals
    assert (totals.params, totals.buffers) == figures


class Case(NamedTuple):
    """A network, and how many numbers it learns."""

    nodes: list[bytes]
    stored: list[bytes]
    dims: list[int]
    params: int
    output: list[int] | None = None


SCALE = scalar("s", 0.1)
P = [tensor("p", [4, 8, 8], dtype=INT8), SCALE]
DQ = node("DequantizeLinear", ["p", "s"], ["w"])
TABLE = [tensor("p", [1, 16, 8], dtype=INT8), SCALE]
PACKED = {
    "kernels side by side": Case([DQ, node("MatMul", ["x", "w"], ["y"])], P, [1, 4, 5, 8], 256),
    "kernels of whole numbers": Case([node("MatMulInteger", ["x", "p"], ["y"])], P, [1, 4, 5, 8], 256),
    "a table": Case([DQ, node("Add", ["x", "w"], ["y"])], TABLE, [1, 16, 8], 128),
    "a table that is cut off": Case(
        [node("Clip", ["q", "", "s"], ["w"]), node("Sigmoid", ["w"], ["u"]), node("Add", ["x", "u"], ["y"])],
        [tensor("q", [1, 16, 8]), SCALE], [1, 16, 8], 128),
    "a table that is cast": Case(
        [node("Cast", ["p"], ["w"], to=1), node("Add", ["x", "w"], ["y"])], TABLE, [1, 16, 8], 128),
    "a scale": Case([DQ, node("Mul", ["x", "w"], ["y"])], [tensor("p", [8], dtype=INT8), SCALE], [1, 8], 8),
    "a bias of 32 bits": Case(
        [DQ, node("MatMul", ["x", "w"], ["h"]), node("DequantizeLinear", ["b", "s"], ["d"]),
         node("Add", ["h", "d"], ["y"])],
        [tensor("p", [8, 8], dtype=INT8), tensor("b", [8], dtype=INT32), SCALE], [1, 8], 72),
    "a bias that is added to whole numbers": Case(
        [node("MatMulInteger", ["x", "p"], ["h"]), node("Add", ["h", "b"], ["y"])],
        [tensor("p", [8, 8], dtype=INT8), tensor("b", [8], dtype=INT32)], [1, 8], 72),
    "words of several axes": Case(
        [node("Gather", ["p", "x"], ["h"]), node("DequantizeLinear", ["h", "s"], ["y"])],
        [tensor("p", [10, 2, 3], dtype=INT8), SCALE], [1, 5], 60, [1, 5, 2, 3]),
    "scales of a product": Case(
        [node("Cast", ["p"], ["c"], to=1), node("Sub", ["c", "z"], ["d"]), node("Mul", ["d", "t"], ["w"]),
         node("MatMul", ["x", "w"], ["y"])],
        [tensor("p", [8, 8], dtype=INT8), tensor("t", [8]), tensor("z", [8])], [1, 8], 64),
    "whole numbers that are looked up": Case(
        [node("Gather", ["t", "x"], ["h"]), node("Cast", ["h"], ["y"], to=1)],
        [tensor("t", [10, 4], range(40))], [1, 5], 0, [1, 5, 4]),
    "filters that are all one": Case(
        [node("Expand", ["w", "n"], ["k"]), node("Conv", ["x", "k"], ["y"])],
        [tensor("w", [1, 3, 3, 3]), tensor("n", [4], [8, 3, 3, 3])], IMAGE, 27, BEHIND),
    "filters side by side": Case(
        [node("Tile", ["w", "n"], ["k"]), node("Conv", ["x", "k"], ["y"])],
        [tensor("w", [1, 3, 3, 3]), tensor("n", [4], [8, 1, 1, 1])], IMAGE, 27, BEHIND),
    "a bias of one number": Case(
        [node("Expand", ["b", "n"], ["l"]), CONV, node("Relu", ["c"], ["y"])],
        [KERNEL[0], tensor("b", [1]), tensor("n", [1], [8])], IMAGE, 217, BEHIND),
    "a kernel of two thin ones": Case(
        [node("MatMul", ["u", "v"], ["w"]), node("MatMul", ["x", "w"], ["y"])],
        [tensor("u", [8, 2]), tensor("v", [2, 8])], [1, 8], 32),
}  # fmt: skip


@pytest.mark.parametrize("case", PACKED.values(), ids=PACKED)
def test_numbers_of_quantization_and_spread_ones_count_as_they_are_stored(case: Case, tmp_path: Path) -> None:
    outputs = [value("y", case.output or case.dims)]
    analysis = read(tmp_path, model(case.nodes, [value("x", case.dims)], outputs, case.stored))
    assert (analysis.totals.params, analysis.totals.buffers, analysis.status) == (case.params, 0, "exact")


STATES = {
    "learned": ([floats("h", [1, 1, 7], range(7)), floats("c", [1, 1, 7], range(7))], 14),
    "zero": ([floats("h", [1, 1, 7], [0] * 7), floats("c", [1, 1, 7], [0] * 7)], 0),
    "one of both": ([floats("h", [1, 1, 7], [0] * 7), floats("c", [1, 1, 7], range(7))], 7),
}


LSTM = node("LSTM", ["x", "w", "r", "b", "", "h", "c"], ["y"], "lstm", hidden_size=7)
GATES = [tensor("w", [1, 28, 5]), tensor("r", [1, 28, 7]), tensor("b", [1, 56])]  # 392 params
STEPS = [value("x", [6, 1, 5])], [value("y", [6, 1, 1, 7])]


@pytest.mark.parametrize(("states", "more"), STATES.values(), ids=STATES)
def test_the_state_that_a_layer_begins_with_may_be_learned(states: list[bytes], more: int, tmp_path: Path) -> None:
    analysis = read(tmp_path, model([LSTM], *STEPS, [*GATES, *states]))
    assert (analysis.totals.params, analysis.totals.multiplies) == (392 + more, 6 * 336)
    assert (analysis.status, analysis.notes) == ("exact", ())


def test_a_state_of_which_nobody_knows_is_named(tmp_path: Path) -> None:
    """Its numbers stand in another file, or it is a constant."""
    apart = [tensor("h", [1, 1, 7]), floats("c", [1, 1, 7], [0] * 7)]
    analysis = read(tmp_path, model([LSTM], *STEPS, [*GATES, *apart]))
    assert (analysis.totals.params, analysis.notes) == (
        399,
        (
            "layers begin with `h`, whose numbers are not in the file: counted are these 7, of which the network may "
            "learn fewer",
        ),
    )
    nodes = [constant("h", [1, 1, 7]), constant("c", [1, 1, 7], 0), LSTM]
    analysis = read(tmp_path, model(nodes, *STEPS, GATES))
    assert (analysis.totals.params, analysis.notes) == (
        399,
        ("`h` stand in nodes `Constant`: counted are these 7 numbers, of which the network may learn fewer",),
    )


def exported(nodes: list[bytes], stored: list[bytes], learned: str, declared: list[bytes], **sizes: Any) -> bytes:
    """A model beside which PyTorch's exporter says what the program learns."""
    text = "# inputs\n" + "".join(f"p_{at}: PARAMETER target='{one}'\n" for at, one in enumerate(learned.split()))
    return model(
        nodes, [value("x", sizes["x"])], [value("y", sizes["y"])], stored, declared, beside={SIGNATURE: text},
        producer="pytorch",
    )  # fmt: skip


def numbers(name: str, dims: list[int], order: list[int]) -> bytes:
    return floats(name, dims, [one + 0.5 for one in order])


def test_a_copy_of_a_parameter_is_that_parameter(tmp_path: Path) -> None:
    """Of words and of the layer that gives them again: the exporter turns the table for the latter."""
    nodes = [node("Gather", ["t", "x"], ["e"], "words"), node("MatMul", ["e", "u"], ["y"], "head")]
    stored = [tensor("t", [10, 4]), tensor("u", [4, 10])]
    data = exported(nodes, stored, "t", [value("u", [4, 10], {FOLDED: "['t']"})], x=[1, 5], y=[1, 5, 10])
    analysis = read(tmp_path, data)
    assert [(row.counts.params, row.counts.multiplies) for row in analysis.rows] == [(40, 0), (0, 200)]
    assert (analysis.status, analysis.notes) == ("exact", ())


def test_two_copies_of_one_parameter_are_told_from_two_parts(tmp_path: Path) -> None:
    """Where it is not in the file itself the numbers say which."""
    nodes = [node("MatMul", ["x", "u"], ["h"]), node("MatMul", ["h", "v"], ["y"])]
    for second, params in (([0, 3, 1, 4, 2, 5], 6), ([6, 7, 8, 9, 10, 11], 12)):
        stored = [numbers("u", [2, 3], [0, 1, 2, 3, 4, 5]), numbers("v", [3, 2], second)]
        declared = [value("u", [2, 3], {FOLDED: "['w']"}), value("v", [3, 2], {FOLDED: "['w']"})]
        analysis = read(tmp_path, exported(nodes, stored, "w", declared, x=[1, 2], y=[1, 2]))
        assert (analysis.totals.params, analysis.totals.multiplies) == (params, 12)


def test_a_kernel_that_was_cut_has_no_norm_in_it(tmp_path: Path) -> None:
    """The exporter makes the kernel and the bias of a folded norm at once, and numbers them so."""
    for bias, notes in (("onnx::Conv_7", 1), ("onnx::Conv_4", 1), ("onnx::Conv_11", 0)):
        nodes = [node("Conv", ["x", "onnx::Conv_6", bias], ["y"])]
        stored = [tensor("onnx::Conv_6", [8, 3, 3, 3]), tensor(bias, [8])]
        assert len(read(tmp_path, model(nodes, [value("x", IMAGE)], [value("y", BEHIND)], stored)).notes) == notes


def test_a_matrix_that_was_turned_is_the_one_that_it_was(tmp_path: Path) -> None:
    """The TorchScript exporter says it nowhere: its numbers do, unless all are one."""
    nodes = [node("Gather", ["t", "x"], ["e"], "words"), node("MatMul", ["e", "onnx::MatMul_9"], ["y"], "head")]
    cases = (
        ([0, 1, 2, 3, 4, 5], [0, 2, 4, 1, 3, 5], 6),
        ([0, 1, 2, 3, 4, 5], [0, 2, 4, 1, 3, 6], 12),
        ([0] * 6, [0] * 6, 12),
    )
    for table, head, params in cases:
        stored = [numbers("t", [3, 2], table), numbers("onnx::MatMul_9", [2, 3], head)]
        data = model(nodes, [value("x", [1, 5])], [value("y", [1, 5, 3])], stored, producer="pytorch")
        analysis = read(tmp_path, data)
        assert (analysis.totals.params, analysis.totals.multiplies, analysis.status) == (params, 30, "exact")


def test_a_kernel_that_is_stored_in_two_shapes_counts_once(tmp_path: Path) -> None:
    """A standardised one: the exporter has worked out a reshaped copy, and a turned one for its means."""
    kernel = list(range(216))
    turned = [kernel[row * 27 + column] for column in range(27) for row in range(8)]
    nodes = [
        node("ReduceMean", ["onnx::ReduceMean_50"], ["m"], "mean", axes=[1], keepdims=1),
        node("Reshape", ["m", "column"], ["r"], "column"),
        node("Sub", ["onnx::Reshape_48", "r"], ["s"], "sub"),
        node("Reshape", ["s", "shape"], ["k"], "kernel"),
        node("Conv", ["x", "k"], ["y"], "conv"),
    ]
    stored = [
        numbers("onnx::Reshape_48", [8, 27], kernel), numbers("onnx::ReduceMean_50", [1, 27, 8], turned),
        tensor("column", [2], [8, 1]), tensor("shape", [4], [8, 3, 3, 3]),
    ]  # fmt: skip
    analysis = read(tmp_path, model(nodes, [value("x", IMAGE)], [value("y", BEHIND)], stored, producer="pytorch"))
    assert (analysis.totals.params, analysis.totals.multiplies, analysis.status) == (216, 36 * 216, "exact")


def test_the_scales_of_a_kernel_that_is_quantized_while_it_runs_are_not_learned(tmp_path: Path) -> None:
    nodes = [
        node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"], "quantize"),
        node("ConvInteger", ["q", "k", "z"], ["i"], "conv"),
        node("Cast", ["i"], ["c"], "cast", to=1),
        node("Mul", ["s", "scale"], ["m"], "scales"),
        node("Mul", ["c", "m"], ["y"], "numbers"),
    ]
    stored = [tensor("k", [8, 3, 3, 3], dtype=3), tensor("scale", [1, 8, 1, 1])]
    analysis = read(tmp_path, model(nodes, [value("x", IMAGE)], [value("y", BEHIND)], stored))
    assert (analysis.totals.params, analysis.totals.multiplies, analysis.status) == (216, 36 * 216, "exact")


def test_a_quantization_without_a_scale_is_no_reason_to_fall(tmp_path: Path) -> None:
    """It gives three tensors; a damaged one says one alone."""
    nodes = [node("DynamicQuantizeLinear", ["x"], ["q"], "quantize"), node("Mul", ["q", "scale"], ["y"], "numbers")]
    data = model(nodes, [value("x", IMAGE)], [value("y", IMAGE)], [tensor("scale", [1, 3, 1, 1])])
    assert read(tmp_path, data).totals.params == 3
