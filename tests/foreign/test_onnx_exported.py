"""What exporters of ONNX write beside a network, and how they write out what is one layer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.core.analysis import Analysis
from tests.foreign.onnx_file import body, field, model, node, scalar, tensor, value
from tests.running import invoke

pytestmark = pytest.mark.quick


def read(folder: Path, data: bytes) -> Analysis:
    (folder / "net.onnx").write_bytes(data)
    return cnncalc.analyze(cnncalc.load(folder / "net.onnx"))


SIGNATURE = """
# inputs
p_norm_weight: PARAMETER target='norm.weight'
p_table: PARAMETER target='attn.table'
b_index: BUFFER target='attn.index' persistent=True
c_shift: CONSTANT_TENSOR target='shift'
x: USER_INPUT

# outputs
y: USER_OUTPUT
"""


def test_the_exporter_says_what_is_learned(tmp_path: Path) -> None:
    """A product with a turned matrix is learned; what is made of constants and buffers is not."""
    folded = "pkg.onnxscript.optimizer.folded_from"
    analysis = read(
        tmp_path,
        model(
            [
                node("Add", ["x", "val_1"], ["a"], "mask"),
                node("Add", ["a", "index"], ["b"], "bias"),
                node("Mul", ["b", "norm.weight"], ["c"], "norm"),
                node("Add", ["c", "shift"], ["y"], "shifted"),
            ],
            [value("x", [1, 5, 5])],
            [value("y", [1, 5, 5])],
            [tensor("val_1", [5, 5]), tensor("index", [5, 5]), tensor("norm.weight", [5]), tensor("shift", [5])],
            [
                value("val_1", [5, 5], {folded: "['val_0', 'shift']"}),
                value("index", [5, 5], {folded: "['attn.table', 'attn.index', 'val_0']"}),
            ],
            beside={"pkg.torch.export.ExportedProgram.graph_signature": SIGNATURE},
        ),
    )
    figures = {row.name: (row.counts.params, row.counts.buffers) for row in analysis.rows}
    assert figures == {"mask": (0, 25), "bias": (25, 0), "norm": (5, 0), "shifted": (0, 5)}
    assert analysis.notes == (
        "the exporter worked out ahead what is made of `attn.table`, whose own sizes are not in the file: counted are "
        "the 25 numbers that are",
    )


def test_a_table_without_a_name_of_its_own_is_named(tmp_path: Path) -> None:
    """The TorchScript exporter says not what it made a table of."""
    nodes, stored = [node("Add", ["x", "onnx::Add_77"], ["y"])], [tensor("onnx::Add_77", [5, 5])]
    analysis = read(tmp_path, model(nodes, [value("x", [1, 5, 5])], [value("y", [1, 5, 5])], stored))
    assert (analysis.totals.params, analysis.notes) == (
        25,
        (
            "the exporter worked out `onnx::Add_77` ahead: counted are the 25 numbers in the file, of which the "
            "network may learn fewer",
        ),
    )


def test_a_layer_of_constants_has_its_bias(tmp_path: Path) -> None:
    """What makes a table of positions from coordinates, in Swin of version 2."""
    nodes = [
        node("MatMul", ["places", "w"], ["a"]),
        node("Add", ["b", "a"], ["table"]),
        node("Add", ["x", "table"], ["y"]),
    ]
    stored = [tensor("places", [1, 5, 5, 2]), tensor("w", [2, 8]), tensor("b", [8])]
    analysis = read(tmp_path, model(nodes, [value("x", [1, 5, 5, 8])], [value("y", [1, 5, 5, 8])], stored))
    assert (analysis.totals.multiplies, analysis.status) == (25 * 16, "exact")


def test_a_long_list_of_the_exporter_is_read_and_what_is_not_asked_for_passed_over(tmp_path: Path) -> None:
    """Of DenseNet-169 it is 130 KB; beside each node stands the way through the program, which nobody reads."""
    long = {"pkg.torch.export.ExportedProgram.graph_signature": SIGNATURE + 3_000 * "p: PARAMETER target='p'\n"}
    for beside in (long, {"pkg.torch.onnx.stack_trace": 100_000 * "line "}):
        nodes, stored = [node("Add", ["x", "shift"], ["y"])], [tensor("shift", [5, 5])]
        data = model(nodes, [value("x", [1, 5, 5])], [value("y", [1, 5, 5])], stored, beside=beside)
        assert read(tmp_path, data).totals.buffers == (25 if beside is long else 0)


def written_out(parts: Any, axes: int = -1) -> bytes:
    """A model that gives what an expression of operators does, over an input of 1×7×6."""
    nodes: list[bytes] = []
    stored: dict[str, bytes] = {}

    def tensor_of(part: Any) -> str:
        if isinstance(part, int | float):
            stored[str(part)] = scalar(str(part), part)
            return str(part)
        if isinstance(part, str):
            if part != "x":
                stored[part] = tensor(part, [6])
            return part
        kind, *reads = part
        given = f"t{len(nodes)}"
        names = [tensor_of(read) for read in reads]
        more = {"axes": [axes]} if kind == "ReduceMean" else {}
        given = f"t{len(nodes)}"
        nodes.append(node(kind, names, [given], **more))
        return given

    last = tensor_of(parts)
    nodes.append(node("Relu", [last], ["y"]))
    return model(nodes, [value("x", [1, 7, 6])], [value("y", [1, 7, 6])], list(stored.values()))


CUBE, ROOT = ("Pow", "x", 3), 2**0.5
OFF = ("Sub", "x", ("ReduceMean", "x"))
DEVIATION = ("Sqrt", ("Add", ("ReduceMean", ("Pow", OFF, 2)), 1e-5))
INNER = ("Mul", ("Add", "x", ("Mul", CUBE, 0.044715)), 0.79788456)
SIX = ("Clip", ("Add", 3, "x"), 0, 6)
EVEN = ("Div", "x", ("Sqrt", ("Add", ("ReduceMean", ("Mul", "x", "x")), 1e-6)))
ONE_LAYER: dict[str, tuple[Any, str, int]] = {
    "gelu of PyTorch": (("Mul", ("Mul", "x", ("Add", ("Erf", ("Div", "x", ROOT)), 1)), 0.5), "gelu", 0),
    "gelu of TensorFlow": (("Mul", ("Mul", 0.5, "x"), ("Add", 1, ("Erf", ("Mul", "x", 1 / ROOT)))), "gelu", 0),
    "gelu by tanh": (("Mul", ("Mul", "x", 0.5), ("Add", ("Tanh", INNER), 1)), "gelu", 0),
    "silu": (("Mul", ("Sigmoid", "x"), "x"), "silu", 0),
    "hard_swish": (("Mul", "x", ("Div", SIX, 6)), "hard_swish", 0),
    "hard_swish, divided last": (("Div", ("Mul", "x", SIX), 6), "hard_swish", 0),
    "hard_sigmoid": (("Div", SIX, 6), "hard_sigmoid", 0),
    "layer_norm": (("Add", ("Mul", ("Div", OFF, DEVIATION), "W"), "B"), "layer_norm", 12),
    "layer_norm without shift": (("Mul", "W", ("Div", OFF, DEVIATION)), "layer_norm", 6),
    "layer_norm that learns nothing": (("Mul", OFF, ("Reciprocal", DEVIATION)), "layer_norm", 0),
    "rms_norm": (("Mul", EVEN, "W"), "rms_norm", 6),
}


@pytest.mark.parametrize(("parts", "type", "params"), ONE_LAYER.values(), ids=ONE_LAYER)
def test_what_is_written_out_is_one_layer(parts: Any, type: str, params: int, tmp_path: Path) -> None:
    analysis = read(tmp_path, written_out(parts))
    assert [(row.type, row.counts.params) for row in analysis.rows] == [(type, params), ("relu", 0)]
    assert (analysis.status, analysis.notes) == ("exact", ())


ITS_PARTS: dict[str, tuple[Any, int, int]] = {
    "of another tensor": (("Mul", "x", ("Sigmoid", ("Neg", "x"))), -1, 0),
    "another number": (("Mul", ("Mul", "x", ("Add", ("Erf", ("Div", "x", 2)), 1)), 0.5), -1, 0),
    "over another axis": (("Add", ("Mul", ("Div", OFF, DEVIATION), "W"), "B"), 1, 12),
}


@pytest.mark.parametrize(("parts", "axes", "params"), ITS_PARTS.values(), ids=ITS_PARTS)
def test_what_is_something_else_is_counted_by_its_parts(parts: Any, axes: int, params: int, tmp_path: Path) -> None:
    analysis = read(tmp_path, written_out(parts, axes))
    assert not {row.type for row in analysis.rows} & {"silu", "gelu", "layer_norm"}
    assert (analysis.totals.params, analysis.totals.multiplies, analysis.status) == (params, 0, "exact")


def test_a_part_that_is_read_elsewhere_stays(tmp_path: Path) -> None:
    nodes = [node("Sigmoid", ["x"], ["s"]), node("Mul", ["x", "s"], ["a"]), node("Add", ["a", "s"], ["y"])]
    analysis = read(tmp_path, model(nodes, [value("x", [1, 7, 6])], [value("y", [1, 7, 6])]))
    assert [row.type for row in analysis.rows] == ["sigmoid", "silu", "add"]


@pytest.mark.parametrize(
    ("perm", "types"), [((0, 2, 1, 3, 4), ["channel_shuffle"]), ((0, 1, 2, 4, 3), ["reshape", "reshape"])]
)
def test_channels_that_are_cut_and_turned_are_shuffled(perm: tuple[int, ...], types: list[str], tmp_path: Path) -> None:
    nodes = [
        node("Reshape", ["x", "cut"], ["a"]),
        node("Transpose", ["a"], ["b"], perm=list(perm)),
        node("Reshape", ["b", "whole"], ["y"]),
    ]
    stored = [tensor("cut", [5], [1, 3, 4, 5, 5]), tensor("whole", [4], [1, -1, 5, 5])]
    analysis = read(tmp_path, model(nodes, [value("x", [1, 12, 5, 5])], [value("y", [1, 12, 5, 5])], stored))
    assert [row.type for row in analysis.rows] == types
    assert analysis.rows[-1].output_shape == (12, 5, 5)
    assert analysis.rows[0].layer.values.get("groups", 3) == 3


def test_attention_that_is_written_out_has_the_figures_of_one_layer(tmp_path: Path) -> None:
    """Projections, heads, both products and the softmax between them, against `attention` of ours."""
    steps, width, heads = 7, 6, 2
    each = width // heads
    nodes, stored = [], []
    for name in "qkv":
        nodes += [
            node("MatMul", ["x", f"{name}.weight"], [f"{name}0"]),
            node("Add", [f"{name}.bias", f"{name}0"], [f"{name}1"]),
            node("Reshape", [f"{name}1", "split"], [f"{name}2"]),
            node("Transpose", [f"{name}2"], [name], perm=[0, 2, 3, 1] if name == "k" else [0, 2, 1, 3]),
        ]
        stored += [tensor(f"{name}.weight", [width, width]), tensor(f"{name}.bias", [width])]
    nodes += [
        node("MatMul", ["q", "k"], ["scores"]),
        node("Mul", ["scores", "root"], ["scaled"]),
        node("Softmax", ["scaled"], ["weights"], axis=-1),
        node("MatMul", ["weights", "v"], ["heads"]),
        node("Transpose", ["heads"], ["beside"], perm=[0, 2, 1, 3]),
        node("Reshape", ["beside", "join"], ["joined"]),
        node("MatMul", ["joined", "o.weight"], ["o"]),
        node("Add", ["o.bias", "o"], ["y"]),
    ]
    stored += [tensor("o.weight", [width, width]), tensor("o.bias", [width]), scalar("root", each**-0.5)]
    stored += [tensor("split", [4], [1, steps, heads, each]), tensor("join", [3], [1, steps, width])]
    analysis = read(tmp_path, model(nodes, [value("x", [1, steps, width])], [value("y", [1, steps, width])], stored))
    ours = cnncalc.analyze(
        cnncalc.from_dict({"input": {"channels": width, "length": steps}, "layers": [{"attention": {"heads": heads}}]})
    )
    assert (analysis.totals.params, analysis.totals.multiplies) == (ours.totals.params, ours.totals.multiplies)
    assert (analysis.totals.params, analysis.totals.multiplies, analysis.status) == (168, 1_596, "exact")


def choosing(condition: list[bytes], stored: list[bytes], said: tuple[int, ...] = (1, 4, 8, 8)) -> bytes:
    """A convolution in one branch and a pool in the other, which read what stands around them."""
    big = body(
        [node("Conv", ["a", "w"], ["then"], "conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1])],
        [],
        [value("then", [1, 4, 8, 8])],
        [tensor("w", [4, 4, 3, 3])],
    )
    little = body(
        [node("MaxPool", ["a"], ["else"], "pool", kernel_shape=[1, 1])],
        [],
        [value("else", said)],
    )
    nodes = [node("Relu", ["x"], ["a"], "first"), *condition]
    nodes += [node("If", ["c"], ["b"], "choice", then_branch=big, else_branch=little)]
    nodes += [node("Relu", ["b"], ["y"], "last")]
    return model(nodes, [value("x", [1, 4, 8, 8])], [value("y", ["n", "c", "h", "w"])], stored)


SIDE = [
    node("Shape", ["a"], ["sizes"]),
    node("Gather", ["sizes", "place"], ["side"]),
    node("Equal", ["side", "eight"], ["c"]),
]


@pytest.mark.parametrize(
    ("condition", "stored", "rows"),
    [
        ([], [tensor("c", [1], [1])], ["relu", "conv", "relu"]),
        ([], [tensor("c", [1], [0])], ["relu", "max_pool", "relu"]),
        (SIDE, [tensor("place", [1], [2]), tensor("eight", [1], [8])], ["relu", "conv", "relu"]),
        (SIDE, [tensor("place", [1], [1]), tensor("eight", [1], [8])], ["relu", "max_pool", "relu"]),
    ],
    ids=["true", "false", "a size that is so", "a size that is not so"],
)
def test_a_branch_whose_condition_is_known_is_taken(
    condition: list[bytes], stored: list[bytes], rows: list[str], tmp_path: Path
) -> None:
    analysis = read(tmp_path, choosing(condition, stored))
    assert [row.type for row in analysis.rows] == rows
    assert analysis.totals.multiplies == (9_216 if "conv" in rows else 0)
    assert analysis.status == "exact"


def test_a_branch_may_give_what_is_stored(tmp_path: Path) -> None:
    """A shift of the images, by one of two stored ones."""
    branches = {
        f"{name}_branch": body([node("Identity", ["shift"], [name])], [], [value(name, [4, 1, 1])], [])
        for name in ("then", "else")
    }
    nodes = [node("If", ["c"], ["b"], "choice", **branches), node("Add", ["x", "b"], ["y"], "shifted")]
    stored = [tensor("c", [1], [1]), tensor("shift", [4, 1, 1])]
    analysis = read(tmp_path, model(nodes, [value("x", [1, 4, 8, 8])], [value("y", [1, 4, 8, 8])], stored))
    assert [(row.name, row.counts.params) for row in analysis.rows] == [("shifted", 4)]
    nodes[:0] = [node("ReduceMax", ["x"], ["most"], keepdims=0), node("Greater", ["most", "zero"], ["c"])]
    stored = [scalar("zero", 0.0), tensor("shift", [4, 1, 1])]
    analysis = read(tmp_path, model(nodes, [value("x", [1, 4, 8, 8])], [value("y", [1, 4, 8, 8])], stored))
    assert (analysis.totals.params, analysis.status) == (4, "lower_bound")


RUNS = [node("ReduceMax", ["a"], ["most"], keepdims=0), node("Greater", ["most", "zero"], ["c"])]


def test_a_branch_that_is_chosen_while_the_network_runs_is_named(tmp_path: Path) -> None:
    analysis = read(tmp_path, choosing(RUNS, [scalar("zero", 0.0)]))
    assert [row.output_shape for row in analysis.rows if row.name == "choice"] == [(4, 8, 8)]
    assert analysis.status == "lower_bound"
    assert analysis.notes == ("`If` is not understood, its multiplies are not known: `choice`",)
    with pytest.raises(cnncalc.ProblemsFound) as found:
        read(tmp_path, choosing(RUNS, [scalar("zero", 0.0)], (1, 4, 4, 4)))
    assert [problem.message for problem in found.value.problems] == [
        "`If`: it is not known, and the file says not what it gives"
    ]


def test_parts_of_one_kernel_are_no_shared_kernel(tmp_path: Path) -> None:
    """As exporters write the three projections of attention; what no layer reads of a table is stored, too."""
    nodes = [
        node("Split", ["w"], ["q", "k"], axis=1),
        node("MatMul", ["x", "q"], ["a"], "query"),
        node("MatMul", ["x", "k"], ["b"], "key"),
        node("Slice", ["table", "zero", "five", "zero"], ["part"]),
        node("Add", ["a", "b"], ["c"], "sum"),
        node("Add", ["c", "part"], ["y"], "placed"),
    ]
    stored = [tensor("w", [8, 16]), tensor("table", [9, 8]), tensor("zero", [1], [0]), tensor("five", [1], [5])]
    analysis = read(tmp_path, model(nodes, [value("x", [1, 5, 8])], [value("y", [1, 5, 8])], stored))
    assert {row.name: row.counts.params for row in analysis.rows} == {"query": 64, "key": 64, "sum": 0, "placed": 72}
    assert (analysis.totals.multiplies, analysis.notes) == (2 * 5 * 64, ())


def test_a_stored_tensor_in_the_place_of_an_image_is_named(tmp_path: Path) -> None:
    """Coordinates of which a layer makes a table are learned by nobody; a query that goes through one is."""
    nodes = [
        node("MatMul", ["places", "onnx::MatMul_1"], ["table"], "mlp"),
        node("Add", ["x", "table"], ["y"], "placed"),
    ]
    stored = [tensor("places", [5, 2]), tensor("onnx::MatMul_1", [2, 8])]
    analysis = read(tmp_path, model(nodes, [value("x", [1, 5, 8])], [value("y", [1, 5, 8])], stored))
    assert (analysis.totals.params, analysis.totals.multiplies) == (26, 5 * 2 * 8)
    assert analysis.notes == (
        "`places` stand where an image would be read: counted are these 10 numbers, of which the network may learn "
        "fewer",
    )


def test_an_input_that_is_no_tensor_is_named(tmp_path: Path) -> None:
    """A sequence of tensors, and a tensor whose axes nobody counts."""
    sequence = field(1, "x") + field(2, field(4, field(1, field(1, field(1, 1)))))
    for said in (sequence, field(1, "x") + field(2, field(1, field(1, 1)))):
        with pytest.raises(cnncalc.ProblemsFound) as found:
            read(tmp_path, model([node("Relu", ["x"], ["y"], "r")], [said], [value("y", [1, 5])], []))
        assert [problem.message for problem in found.value.problems] == [
            "the input `x` is no tensor, or has no number of axes"
        ]


def test_what_fits_only_with_all_its_images_is_counted_so(tmp_path: Path) -> None:
    """A product of two inputs: what stands in front of a matrix are no images."""
    data = model(
        [node("MatMul", ["x", "z"], ["y"], "p")], [value("x", [3, 4]), value("z", [4, 2])], [value("y", [3, 2])]
    )
    analysis = read(tmp_path, data)
    assert analysis.totals.multiplies == 3 * 4 * 2
    assert analysis.notes == (
        "the input `x` has 3 images: counted are all, for one alone does not fit",
        "the input `z` has 4 images: counted are all, for one alone does not fit",
    )


def test_an_input_without_numbers_is_known(tmp_path: Path) -> None:
    """Axes of a sum that may be said and are not."""
    nodes = [node("ReduceSum", ["x", "axes"], ["y"], "sum", keepdims=0)]
    analysis = read(tmp_path, model(nodes, [value("x", [1, 4, 3]), value("axes", [0])], [value("y", [])]))
    assert [(row.name, row.output_shape) for row in analysis.rows] == [("sum", (1,))]


@pytest.mark.parametrize("name", ["/", "//", "/a//b/"])
def test_a_name_of_slashes_is_a_name(name: str, tmp_path: Path) -> None:
    analysis = read(tmp_path, model([node("Relu", ["x"], ["y"], name)], [value("x", [1, 4])], [value("y", [1, 4])]))
    assert [row.type for row in analysis.rows] == ["relu"]


def test_functions_that_call_each_other_without_end_of_it_are_refused(tmp_path: Path) -> None:
    """Each of twenty calls the next one twice: a million calls, and not one operator."""
    functions = [
        field(1, f"f{at}")
        + field(4, "a")
        + field(5, "b")
        + 2 * field(7, node(f"f{at + 1}", ["a"], ["b"], domain="d"))
        + field(10, "d")
        for at in range(19)
    ]
    data = model([node("f0", ["x"], ["y"], domain="d")], [value("x", [1, 3])], [value("y", [1, 3])], [], [], functions)
    with pytest.raises(cnncalc.ProblemsFound) as found:
        read(tmp_path, data)
    assert "more than 50,000 operators" in found.value.problems[0].message


def small_of(dtype: int) -> bytes:
    stored = [tensor("w", [4, 3, 3, 3], dtype=dtype), tensor("b", [4])]
    return model([node("Conv", ["x", "w", "b"], ["y"])], [value("x", [1, 3, 8, 8])], [value("y", [1, 4, 6, 6])], stored)


def test_the_bytes_of_the_file_are_told_by_their_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, dtype in (("whole", 1), ("half", 10), ("eighth", 3)):
        (tmp_path / f"{name}.onnx").write_bytes(small_of(dtype))
    assert cnncalc.analyze(cnncalc.load("half.onnx")).file_bytes == {"float16": 216, "float32": 16}
    assert " stored       0.000 MB: 216 bytes as float16, 16 bytes as float32\n" in invoke("summary", "half.onnx").out
    assert json.loads(invoke("summary", "whole.onnx", "-f", "json").out)["file_bytes"] == {"float32": 448}
    ran = invoke("compare", "whole.onnx", "eighth.onnx", "-f", "json")
    assert [one["file_bytes"] for one in json.loads(ran.out)["networks"]] == [
        {"float32": 448},
        {"int8": 108, "float32": 16},
    ]
    lines = [line.split() for line in invoke("compare", "whole.onnx", "eighth.onnx").out.splitlines()]
    assert [line for line in lines if line[:1] == ["stored"]] == [
        ["stored", "0.000", "MB", "float32", "0.000", "MB", "int8/float32", "−72.3", "%", "×0.28"]
    ]
    assert cnncalc.analyze(cnncalc.load("lenet5")).file_bytes == {}
