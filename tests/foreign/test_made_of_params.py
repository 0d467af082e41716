"""What is worked out of parameters alone, for each image anew: its multiplies count, or nobody knows them by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.foreign import onnx_file as onnx
from tests.foreign.test_one_image import counted
from tests.foreign.test_pt2 import archive, node, program

pytestmark = pytest.mark.quick

# What makes `t` of parameters; their sizes; the multiplies of that
MADE: dict[str, tuple[list[dict[str, Any]], dict[str, list[int]], int]] = {
    "a transposed convolution": (
        [
            node("conv_transpose2d.input", {"input": "p_t", "weight": "p_w", "bias": None}, "u", stride=[2, 2]),
            node("mean.dim", {"self": "u"}, "t", dim=[2, 3]),
        ],
        {"p_t": [1, 3, 4, 4], "p_w": [3, 8, 2, 2], "u": [1, 8, 8, 8], "t": [1, 8]},
        3 * 16 * 4 * 8,
    ),
    "attention": (
        [
            node("scaled_dot_product_attention.default", {"query": "p_q", "key": "p_k", "value": "p_k"}, "u"),
            node("mean.dim", {"self": "u"}, "t", dim=[1]),
        ],
        {"p_q": [1, 5, 8], "p_k": [1, 6, 8], "u": [1, 5, 8], "t": [1, 8]},
        2 * 5 * 6 * 8,
    ),
    "a matrix times a vector": (
        [node("mv.default", {"self": "p_m", "vec": "p_v"}, "t")],
        {"p_m": [8, 5], "p_v": [5], "t": [8]},
        40,
    ),
    "a matrix turned, times a vector": (
        [node("mH.default", {"self": "p_m"}, "u"), node("mv.default", {"self": "u", "vec": "p_v"}, "t")],
        {"p_m": [5, 8], "p_v": [5], "u": [8, 5], "t": [8]},
        40,
    ),
    "the length of a vector": (
        [node("vdot.default", {"self": "p_v", "other": "p_v"}, "t")],
        {"p_v": [5], "t": []},
        5,
    ),
}


def read_with(nodes: list[dict[str, Any]], sizes: dict[str, list[int]]) -> bytes:
    """A program that multiplies what is made by a dense layer of its input."""
    dense = node("linear.default", {"input": "x", "weight": "p_d", "bias": None}, "d")
    last = node("mul.Tensor", {"self": "d", "other": "t"}, "y")
    return archive(program([*nodes, dense, last], {"p_d": [8, 4], "x": [1, 4], "d": [1, 8], "y": [1, 8], **sizes}, "y"))


@pytest.mark.parametrize("name", MADE)
def test_it_counts(name: str, tmp_path: Path) -> None:
    nodes, sizes, multiplies = MADE[name]
    analysis = counted(read_with(nodes, sizes), tmp_path)
    assert (analysis.totals.multiplies, analysis.status, analysis.notes) == (32 + multiplies, "exact", ())


def test_what_nobody_knows_is_named_and_the_rest_still_counts(tmp_path: Path) -> None:
    made = [node("linalg_multi_dot.default", {"a": "p_a", "b": "p_b"}, "t")]
    analysis = counted(read_with(made, {"p_a": [1, 5], "p_b": [5, 8], "t": [1, 8]}), tmp_path)
    assert (analysis.totals.params, analysis.totals.multiplies) == (32 + 5 + 40, 32)
    assert analysis.lower_bound == ("multiplies",)
    assert analysis.notes == ("`linalg_multi_dot` is not understood, its multiplies are not known: `t`",)


# Operators of ONNX whose results no file declares: the stored, the operator, the dims, the multiplies
ALONE: dict[str, tuple[list[list[int]], dict[str, Any], int]] = {
    "MatMul": ([[4, 8], [8]], {}, 32),
    "Einsum": ([[4, 8], [8, 3, 4]], {"equation": "ab,bca->ac"}, 8 * 4 * 3),
    "ConvTranspose": ([[1, 3, 4, 4], [3, 4, 2, 2]], {"strides": [2, 2]}, 3 * 16 * 4 * 4),
}


@pytest.mark.parametrize("type", ALONE)
def test_onnx_need_not_declare_it(type: str, tmp_path: Path) -> None:
    stored, attributes, multiplies = ALONE[type]
    names = [f"c{at}" for at in range(len(stored))]
    data = onnx.model(
        [
            onnx.node(type, names, ["t"], "made", **attributes),
            onnx.node("ReduceMean", ["t"], ["m"], "mean", keepdims=0),
            onnx.node("Mul", ["x", "m"], ["y"], "times"),
        ],
        [onnx.value("x", [1, 4, 5, 5])],
        [onnx.value("y", [1, 4, 5, 5])],
        [onnx.tensor(name, dims) for name, dims in zip(names, stored, strict=True)],
    )
    analysis = counted(data, tmp_path)
    assert (analysis.totals.multiplies, analysis.status) == (multiplies, "exact")
    assert not any("do not fit" in note for note in analysis.notes)
