"""Which of the numbers that a model of ONNX stores are params: settings are none, parts of a tensor are their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

import cnncalc
from cnncalc.core.analysis import Analysis
from tests.foreign.onnx_file import Given, body, entry, field, floats, model, node, scalar, sparse, tensor, value

pytestmark = pytest.mark.quick

INT8, UINT8 = 3, 2
SIGNATURE = "pkg.torch.export.ExportedProgram.graph_signature"
CONV = node("Conv", ["x", "w", "b"], ["c"], "conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
KERNEL = [tensor("w", [4, 3, 3, 3]), tensor("b", [4])]  # 112 params, on 16×16 values 27,648 multiplies
IMAGE = [value("x", [1, 3, 16, 16])]


def read(folder: Path, data: bytes) -> Analysis:
    (folder / "net.onnx").write_bytes(data)
    return cnncalc.analyze(cnncalc.load(folder / "net.onnx"))


class Case(NamedTuple):
    """A network behind (or of) some nodes, and its params and multiplies."""

    nodes: list[bytes]
    stored: list[bytes]
    figures: tuple[int, int]
    inputs: list[bytes] = IMAGE
    output: tuple[int, ...] = (1, 4, 16, 16)


SCALES = floats("s", [4], [1, 1, 2, 2])
LARGE = (1, 4, 32, 32)
COUNTED = {
    "factors of a resize": Case([CONV, node("Resize", ["c", "", "s"], ["y"], mode="nearest")],
        [*KERNEL, SCALES], (112, 27_648), output=LARGE),
    "factors of a resize of version 10": Case([CONV, node("Resize", ["c", "s"], ["y"], mode="nearest")],
        [*KERNEL, SCALES], (112, 27_648), output=LARGE),
    "corners of a resize": Case([CONV, node("Resize", ["c", "roi", "s"], ["y"], mode="nearest")],
        [*KERNEL, SCALES, floats("roi", [8], [0, 0, 0, 0, 1, 1, 1, 1])], (112, 27_648), output=LARGE),
    "factors of an upsample": Case([CONV, node("Upsample", ["c", "s"], ["y"], mode="nearest")],
        [*KERNEL, SCALES], (112, 27_648), output=LARGE),
    "factors that are a constant": Case(
        [CONV, node("Constant", [], ["s"], value=SCALES), node("Resize", ["c", "", "s"], ["y"], mode="nearest")],
        KERNEL, (112, 27_648), output=LARGE),
    "two values of a one-hot": Case(
        [node("OneHot", ["i", "five", "v"], ["h"]), node("MatMul", ["h", "w"], ["y"])],
        [tensor("five", [1], [5]), floats("v", [2], [0, 1]), tensor("w", [5, 7])], (35, 6 * 35),
        [value("i", [1, 6])], (1, 6, 7)),
    "the value of a pad": Case([node("Pad", ["x", "p", "v"], ["y"])],
        [tensor("p", [8], [0, 0, 1, 1, 0, 0, 1, 1]), scalar("v", 1.5)], (0, 0), output=(1, 3, 18, 18)),
    "scales of numbers of quantization": Case(
        [node("DequantizeLinear", ["q", "s", "z"], ["w"], axis=1), node("MatMul", ["x", "w"], ["y"])],
        [tensor("q", [6, 5], dtype=INT8), tensor("s", [5]), tensor("z", [5], dtype=INT8)], (30, 7 * 30),
        [value("x", [1, 7, 6])], (1, 7, 5)),
    "parts of one kernel by sizes that two layers share": Case(
        [node("Split", ["w", "sizes"], ["u", "v"], axis=0), node("Split", ["b", "sizes"], ["c", "d"], axis=0),
         node("Transpose", ["u"], ["ut"], perm=[1, 0]), node("Transpose", ["v"], ["vt"], perm=[1, 0]),
         node("MatMul", ["x", "ut"], ["p"]), node("Add", ["p", "c"], ["q"]),
         node("MatMul", ["z", "vt"], ["r"]), node("Add", ["r", "d"], ["s"]),
         node("Concat", ["q", "s"], ["y"], axis=1)],
        [tensor("w", [32, 16]), tensor("b", [32]), tensor("sizes", [2], [16, 16])],
        (544, 14 * 16 * 16), [value("x", [1, 9, 16]), value("z", [1, 5, 16])], (1, 14, 16)),
    "a kernel whose sizes are worked out": Case(
        [node("Reshape", ["flat", "sizes"], ["w"]), node("MatMul", ["x", "w"], ["h"]),
         node("Reshape", ["flat", "sizes"], ["v"]), node("MatMul", ["h", "v"], ["y"])],
        [tensor("flat", [36]), tensor("sizes", [2], [6, 6])], (36, 2 * 7 * 36), [value("x", [1, 7, 6])], (1, 7, 6)),
    "a kernel of numbers of quantization, whose window nobody else says": Case(
        [node("DequantizeLinear", ["q", "s", "z"], ["w"], axis=0), node("Conv", ["x", "w"], ["y"])],
        [tensor("q", [4, 3, 3, 3], dtype=INT8), tensor("s", [4]), tensor("z", [4], dtype=INT8)],
        (108, 14 * 14 * 108), output=(1, 4, 14, 14)),
    "a kernel that is made of two tensors": Case(
        [node("ReduceL2", ["v"], ["l"], axes=[1, 2, 3], keepdims=1), node("Div", ["v", "l"], ["u"]),
         node("Mul", ["u", "g"], ["w"]), node("Conv", ["x", "w"], ["y"], kernel_shape=[3, 3])],
        [tensor("v", [4, 3, 3, 3]), tensor("g", [4, 1, 1, 1])], (108 + 4, 14 * 14 * 108), output=(1, 4, 14, 14)),
    "a norm over several axes": Case(
        [node("LayerNormalization", ["x", "g", "h"], ["n"], axis=1), node("Conv", ["n", "w"], ["y"])],
        [tensor("g", [3, 16, 16]), tensor("h", [3, 16, 16]), tensor("w", [4, 3, 1, 1])],
        (2 * 768 + 12, 256 * 12)),
    "steps behind the images": Case(
        [node("LSTM", ["x", "w", "r"], ["s", "last"], hidden_size=7, direction="reverse", layout=1),
         node("Squeeze", ["s", "two"], ["y"])],
        [tensor("w", [1, 28, 5]), tensor("r", [1, 28, 7]), tensor("two", [1], [2])], (336, 11 * 336),
        [value("x", [1, 11, 5])], (1, 11, 7)),
    "a join of version 1": Case([node("Concat", ["x", "x"], ["y"])], [], (0, 0), output=(1, 6, 16, 16)),
    "quantization while it runs": Case(
        [node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]), node("MatMulInteger", ["q", "w", "z"], ["m"]),
         node("Cast", ["m"], ["f"], to=1), node("Mul", ["f", "s"], ["y"])],
        [tensor("w", [6, 5], dtype=INT8)], (30, 7 * 30), [value("x", [1, 7, 6])], (1, 7, 5)),
    "a convolution that is quantized while it runs": Case(
        [node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
         node("ConvInteger", ["q", "w", "z", "wz"], ["m"]), node("Cast", ["m"], ["f"], to=1),
         node("Mul", ["s", "ws"], ["ss"]), node("Mul", ["f", "ss"], ["y"])],
        [tensor("w", [4, 3, 3, 3], dtype=UINT8), tensor("wz", [], dtype=UINT8), scalar("ws", 0.5)],
        (108, 14 * 14 * 108), output=(1, 4, 14, 14)),
}  # fmt: skip


@pytest.mark.parametrize("case", COUNTED.values(), ids=COUNTED)
def test_params_are_what_is_learned(case: Case, tmp_path: Path) -> None:
    analysis = read(tmp_path, model(case.nodes, case.inputs, [value("y", case.output)], case.stored))
    totals = analysis.totals
    assert (totals.params, totals.multiplies, totals.buffers, analysis.status) == (*case.figures, 0, "exact")
    assert analysis.notes == ()
    assert list(analysis.outputs.values()) == [cnncalc.TensorShape(_ours(case.output))]


def _ours(dims: tuple[int, ...]) -> tuple[int, ...]:
    """Channels first: those of a matrix stand last."""
    return (dims[1], *dims[2:]) if len(dims) > 3 else dims[:0:-1]


@pytest.mark.parametrize(("turned", "stored"), [({"transB": 1}, [24, 6]), ({}, [6, 24])], ids=["turned", "as it is"])
def test_a_product_of_constants_is_one(turned: dict[str, int], stored: list[int], tmp_path: Path) -> None:
    """The state that a recurrent cell begins with is a constant: it is multiplied by a kernel all the same."""
    nodes = [
        node("Constant", [], ["h"], value=tensor("", [1, 6])),
        node("Gemm", ["h", "r", "b"], ["a"], **turned),
        node("Gemm", ["x", "w"], ["c"], transB=1),
        node("Add", ["a", "c"], ["y"]),
    ]
    kernels = [tensor("r", stored), tensor("b", [24]), tensor("w", [24, 5])]
    data = model(nodes, [value("x", [1, 5])], [value("y", [1, 24])], kernels, producer="pytorch")
    totals = read(tmp_path, data).totals
    assert (totals.params, totals.multiplies, totals.buffers) == (24 * 6 + 24 + 24 * 5, 24 * 6 + 24 * 5, 6)


def test_further_tensors_of_an_operator_are_there(tmp_path: Path) -> None:
    """The places of what a pool has chosen, and what a dropout let through."""
    nodes = [
        node("MaxPool", ["x"], ["m", "places"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        node("MaxUnpool", ["m", "places"], ["u"], "unpool", kernel_shape=[2, 2], strides=[2, 2]),
        node("Dropout", ["u"], ["d", "kept"], "drop"),
        node("Where", ["kept", "u", "d"], ["y"], "chosen"),
    ]
    stored = [value("u", [1, 3, 16, 16])]
    analysis = read(tmp_path, model(nodes, IMAGE, [value("y", [1, 3, 16, 16])], [], stored))
    assert [(row.name, row.output_shape) for row in analysis.rows] == [
        ("pool", (3, 8, 8)), ("pool_2", (3, 8, 8)), ("unpool", (3, 16, 16)),
        ("drop", (3, 16, 16)), ("drop_2", (3, 16, 16)), ("chosen", (3, 16, 16)),
    ]  # fmt: skip
    assert analysis.notes == ("`MaxUnpool` is not understood, its multiplies are not known: `unpool`",)


def test_a_further_tensor_that_nobody_knows_is_named(tmp_path: Path) -> None:
    nodes = [node("LayerNormalization", ["x", "w"], ["n", "means"], "norm"), node("Mul", ["n", "means"], ["y"])]
    with pytest.raises(cnncalc.ProblemsFound) as found:
        read(tmp_path, model(nodes, IMAGE, [value("y", [1, 3, 16, 16])], [tensor("w", [16])]))
    assert [problem.message for problem in found.value.problems] == [
        "`LayerNormalization`: the file says not what it gives besides"
    ]


@pytest.mark.parametrize(
    ("domain", "type", "status"),
    [
        ("", "Relu", "exact"),
        ("ai.onnx", "Relu", "exact"),
        ("com.microsoft", "Gelu", "exact"),
        ("com.microsoft", "Relu", "lower_bound"),
        ("ai.onnx.ml", "Scaler", "lower_bound"),
        ("strange", "Relu", "lower_bound"),
        ("strange", "Conv", "lower_bound"),
        ("strange", "Constant", "lower_bound"),
    ],
)
def test_an_operator_is_of_its_domain(domain: str, type: str, status: str, tmp_path: Path) -> None:
    nodes = [node(type, ["x"], ["y"], "one", domain)]
    analysis = read(tmp_path, model(nodes, IMAGE, [value("y", [1, 3, 16, 16])]))
    assert analysis.status == status
    said = f"`{domain}::{type}` is not understood, its multiplies are not known: `one`"
    assert analysis.notes == ((said,) if status == "lower_bound" else ())


def test_what_an_operator_of_another_domain_stores_counts(tmp_path: Path) -> None:
    nodes = [node("Relu", ["x", "w"], ["y"], "one", "strange")]
    analysis = read(tmp_path, model(nodes, IMAGE, [value("y", [1, 3, 16, 16])], [tensor("w", [4, 3, 3, 3])]))
    assert (analysis.totals.params, analysis.status) == (108, "lower_bound")


def exported(nodes: list[bytes], stored: list[bytes], learned: str, declared: list[bytes] | None = None) -> bytes:
    """A model beside which PyTorch's exporter says what the program learns."""
    text = "# inputs\n" + "".join(f"p_{at}: PARAMETER target='{one}'\n" for at, one in enumerate(learned.split()))
    outputs = [value("y", [1, 4, 16, 16])]
    return model(nodes, IMAGE, outputs, stored, declared or [], beside={SIGNATURE: text})


def test_a_single_number_counts_where_the_exporter_says_that_it_is_learned(tmp_path: Path) -> None:
    nodes = [CONV, node("Mul", ["c", "g"], ["m"], "gain"), node("Mul", ["m", "half"], ["y"], "fixed")]
    stored = [*KERNEL, scalar("g", 2.0), scalar("half", 0.5)]
    figures = {row.name: row.counts.params for row in read(tmp_path, exported(nodes, stored, "w b g")).rows}
    assert figures == {"conv": 112, "gain": 1, "fixed": 0}


def fused(kernel: str, bias: str, norm: str, rules: str = "FuseBatchNormIntoConv") -> bytes:
    """A convolution in which the new exporter has put a batch norm, and in whose place it stands then."""
    beside = {"pkg.onnxscript.rewriter.rule_name": rules, "pkg.torch.onnx.name_scopes": f"['', '{norm}', 'norm']"}
    reads = ["x", kernel, *([bias] if bias else [])]
    return node("Conv", reads, ["y"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]) + b"".join(
        field(9, entry(*one)) for one in beside.items()
    )


FOLDED = {
    "its shift is the bias": ("c.weight", "c.weight_bias", "c.weight n.weight n.bias", "4 scales"),
    "its shift is in a bias that there was": (
        "c.weight", "c.bias", "c.weight c.bias n.weight n.bias", "4 scales and 4 shifts",
    ),
    "its shift is zero": ("c.weight", "", "c.weight n.weight n.bias", "4 scales and 4 shifts"),
    "it learned nothing": ("c.weight", "c.weight_bias", "c.weight", "0 scales"),
}  # fmt: skip


@pytest.mark.parametrize(("kernel", "bias", "learned", "fewer"), FOLDED.values(), ids=FOLDED)
def test_a_norm_that_the_new_exporter_folded_is_told_to_the_number(
    kernel: str, bias: str, learned: str, fewer: str, tmp_path: Path
) -> None:
    stored = [tensor(kernel, [4, 3, 3, 3]), *([tensor(bias, [4])] if bias else [])]
    analysis = read(tmp_path, exported([fused(kernel, bias, "n")], stored, learned))
    assert analysis.notes == (f"batch norm is folded into 1 layer: {fewer} fewer than in training",)


def test_a_kernel_that_was_worked_out_has_no_norm_in_it(tmp_path: Path) -> None:
    """The TorchScript exporter calls a product of two parameters `onnx::Conv_6`, too; the bias has its own name."""
    for bias, notes in (("b", 0), ("onnx::Conv_7", 1)):
        nodes = [node("Conv", ["x", "onnx::Conv_6", bias], ["y"], kernel_shape=[3, 3], pads=[1, 1, 1, 1])]
        stored = [tensor("onnx::Conv_6", [4, 3, 3, 3]), tensor(bias, [4])]
        assert len(read(tmp_path, model(nodes, IMAGE, [value("y", [1, 4, 16, 16])], stored)).notes) == notes


def test_a_table_that_was_worked_out_of_two_parameters_is_told_once(tmp_path: Path) -> None:
    """And sizes that were worked out of a parameter are no table."""
    folded = "pkg.onnxscript.optimizer.folded_from"
    nodes = [node("Conv", ["x", "mul", "b"], ["c"], "conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1])]
    nodes += [node("Reshape", ["c", "sizes"], ["y"], "turned")]
    stored = [tensor("mul", [4, 3, 3, 3]), tensor("b", [4]), tensor("sizes", [4], [1, 4, 16, 16])]
    declared = [
        value("mul", [4, 3, 3, 3], {folded: "['v', 'g', 'val_0']"}),
        value("sizes", [4], {folded: "['v', 'val_1']"}),
    ]
    analysis = read(tmp_path, exported(nodes, stored, "v g b", declared))
    assert analysis.notes == (
        "the exporter worked out ahead what is made of `v`, `g`, whose own sizes are not in the file: counted are the "
        "108 numbers that are",
    )


def test_what_the_exporter_left_out_is_named(tmp_path: Path) -> None:
    analysis = read(tmp_path, exported([CONV, node("Relu", ["c"], ["y"])], KERNEL, "w b aux.weight"))
    assert (analysis.totals.params, analysis.notes) == (
        112,
        (
            "learned, but not in the file: `aux.weight`; the exporter leaves out what nothing reads, "
            "what is zero and what is equal to others",
        ),
    )


def function(nodes: list[bytes], reads: str, *defaults: bytes) -> bytes:
    """A FunctionProto `Block` of the domain `mine`, which gives `y`."""
    taken = b"".join(field(4, one) for one in reads.split())
    inside = b"".join(field(7, one) for one in nodes)
    return (
        field(1, "Block")
        + taken
        + field(5, "y")
        + inside
        + field(10, "mine")
        + b"".join(field(11, one) for one in defaults)
    )


INSIDE = {
    "strides": ({"strides": [2, 2]}, (4, 7, 7), 7 * 7 * 108),
    "pads": ({"pads": [1, 1, 1, 1]}, (4, 16, 16), 16 * 16 * 108),
    "nothing": ({}, (4, 14, 14), 14 * 14 * 108),
}  # fmt: skip


@pytest.mark.parametrize(("given", "shape", "multiplies"), INSIDE.values(), ids=INSIDE)
def test_a_function_has_the_attributes_of_its_call(
    given: dict[str, list[int]], shape: tuple[int, ...], multiplies: int, tmp_path: Path
) -> None:
    inner = node("Conv", ["x", "w"], ["y"], kernel_shape=[3, 3], strides=Given("strides"), pads=Given("pads"))
    nodes = [node("Block", ["x", "w"], ["y"], "block", "mine", **given)]
    outputs = [value("y", ["n", "c", "h", "w"])]
    data = model(nodes, IMAGE, outputs, [tensor("w", [4, 3, 3, 3])], [], [function([inner], "x w")])
    analysis = read(tmp_path, data)
    assert [(row.output_shape, row.counts.params) for row in analysis.rows] == [(shape, 108)]
    assert (analysis.totals.multiplies, analysis.status) == (multiplies, "exact")


def test_a_function_has_attributes_of_its_own_where_its_call_says_none(tmp_path: Path) -> None:
    """And hands them on to the one that it calls."""
    inner = node("Concat", ["x", "x"], ["y"], axis=Given("where"))
    for given, shape in (({}, (3, 32, 16)), ({"where": 3}, (3, 16, 32))):
        nodes = [node("Block", ["x"], ["y"], "block", "mine", **given)]
        block = function([inner], "x", field(1, "where") + field(3, 2) + field(20, 2))
        analysis = read(tmp_path, model(nodes, IMAGE, [value("y", ["n", "c", "h", "w"])], [], [], [block]))
        assert analysis.rows[0].output_shape == shape


def test_a_sparse_tensor_counts_whole(tmp_path: Path) -> None:
    data = model(
        [node("MatMul", ["x", "w"], ["y"])], [value("x", [1, 4])], [value("y", [1, 3])], [],
        sparsely=[sparse("w", [4, 3], 5)],
    )  # fmt: skip
    analysis = read(tmp_path, data)
    assert (analysis.totals.params, analysis.totals.multiplies) == (12, 12)
    assert analysis.notes == ("sparse tensors count whole, with what is 0: stored are 5 of 12 numbers of `w`",)


def test_what_is_stored_in_branches_counts_where_nobody_knows_which_is_taken(tmp_path: Path) -> None:
    """Both branches are learned; of a resize in one the factors are a setting."""
    small = body(
        [CONV, node("Resize", ["c", "", "s"], ["t"], "grow", mode="nearest")], [], [value("t", [1, 4, 32, 32])],
        [*KERNEL, SCALES],
    )  # fmt: skip
    large = body([node("ConvTranspose", ["x", "v"], ["e"], strides=[2, 2])], [], [value("e", [1, 4, 32, 32])],
                 [tensor("v", [3, 4, 2, 2])])  # fmt: skip
    nodes = [node("If", ["which"], ["y"], "choice", then_branch=small, else_branch=large)]
    inputs = [*IMAGE, field(1, "which") + field(2, field(1, field(1, 9) + field(2, b"")))]
    analysis = read(tmp_path, model(nodes, inputs, [value("y", [1, 4, 32, 32])]))
    assert (analysis.totals.params, analysis.lower_bound) == (112 + 48, ("multiplies",))
    assert analysis.notes == ("`If` is not understood, its multiplies are not known: `choice`",)


def test_what_is_stored_in_a_loop_counts(tmp_path: Path) -> None:
    step = body([node("MatMul", ["s", "w"], ["t"]), node("Identity", ["go"], ["on"])],
                [value("i", []), value("go", []), value("s", [1, 5])], [value("on", []), value("t", [1, 5])],
                [tensor("w", [5, 5])])  # fmt: skip
    nodes = [node("Loop", ["ten", "", "x"], ["y"], "loop", body=step)]
    data = model(nodes, [value("x", [1, 5])], [value("y", [1, 5])], [tensor("ten", [], [10])])
    analysis = read(tmp_path, data)
    assert (analysis.totals.params, analysis.lower_bound) == (25, ("multiplies",))


@pytest.mark.parametrize(
    ("dtype", "given", "bounds"),
    [
        (1, {}, ("multiplies",)),
        (UINT8, {}, ("params", "multiplies")),
        (INT8, {}, ("params", "multiplies")),
        (9, {}, ("multiplies",)),
        (1, {"coefficients": (0.5, 1.5)}, ("params", "multiplies")),
        (1, {"sides": [3, 4]}, ("multiplies",)),
    ],
)
def test_params_of_what_is_not_understood_are_a_bound_where_they_may_be_hidden(
    dtype: int, given: dict[str, Any], bounds: tuple[str, ...], tmp_path: Path
) -> None:
    nodes = [node("Packed", ["x", "w"], ["y"], "one", "strange", **given)]
    data = model(nodes, IMAGE, [value("y", [1, 3, 16, 16])], [tensor("w", [8, 16], dtype=dtype)])
    analysis = read(tmp_path, data)
    assert analysis.lower_bound == bounds
    hidden = (
        "`strange::Packed` may learn numbers that are packed, or among its attributes, its params are not known: `one`"
    )
    assert (hidden in analysis.notes) is ("params" in bounds)
