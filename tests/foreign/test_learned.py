"""How many numbers a program of PyTorch learns: each parameter once, and only parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnncalc
from tests.foreign import onnx_file as onnx
from tests.foreign.test_pt2 import archive, node, program

pytestmark = pytest.mark.quick

X, Y = [1, 6, 8, 8], [1, 6, 8, 8]


def linear(read: str, weight: str, bias: str | None, gives: str) -> dict[str, Any]:
    return node("linear.default", {"input": read, "weight": weight, "bias": bias}, gives)


CASES: dict[str, tuple[list[dict[str, Any]], dict[str, list[int]], tuple[int, int, int]]] = {
    "a table that two layers read": (
        [
            node("mul.Tensor", {"self": "x", "other": "p_t"}, "a"),
            node("add.Tensor", {"self": "a", "other": "p_t"}, "y"),
        ],
        {"p_t": [6, 1, 1], "x": X, "a": X, "y": Y},
        (6, 0, 0),
    ),
    "two halves of a table": (
        [
            node("slice.Tensor", {"self": "p_t"}, "h", dim=0, start=0, end=1),
            node("slice.Tensor", {"self": "p_t"}, "i", dim=0, start=1, end=2),
            node("mul.Tensor", {"self": "x", "other": "h"}, "a"),
            node("add.Tensor", {"self": "a", "other": "i"}, "y"),
        ],
        {"p_t": [2, 6, 1, 1], "h": [1, 6, 1, 1], "i": [1, 6, 1, 1], "x": X, "a": X, "y": Y},
        (12, 0, 0),
    ),
    "two parts of a kernel, by two layers": (
        [
            node("slice.Tensor", {"self": "p_w"}, "h", dim=0, start=0, end=8),
            node("slice.Tensor", {"self": "p_w"}, "i", dim=0, start=8, end=16),
            linear("x", "h", None, "a"),
            linear("a", "i", None, "y"),
        ],
        {"p_w": [16, 8], "h": [8, 8], "i": [8, 8], "x": [1, 5, 8], "a": [1, 5, 8], "y": [1, 5, 8]},
        (128, 2 * 5 * 64, 0),
    ),
    "a kernel by two layers of one kind, and by another": (
        [
            linear("x", "p_w", None, "a"),
            linear("a", "p_w", None, "b"),
            node("mul.Tensor", {"self": "b", "other": "p_w"}, "y"),
        ],
        {"p_w": [8, 8], "x": [1, 8, 8], "a": [1, 8, 8], "b": [1, 8, 8], "y": [1, 8, 8]},
        (64, 2 * 8 * 64, 0),
    ),
    "a part of a table, the whole of which is learned": (
        [
            node("slice.Tensor", {"self": "p_t"}, "h", dim=0, start=0, end=1),
            node("mul.Tensor", {"self": "x", "other": "h"}, "y"),
        ],
        {"p_t": [10, 6, 1, 1], "h": [1, 6, 1, 1], "x": X, "y": Y},
        (60, 0, 0),
    ),
    "a part of a kernel, the whole of which is learned": (
        [node("slice.Tensor", {"self": "p_w"}, "h", dim=0, start=0, end=8), linear("x", "h", None, "y")],
        {"p_w": [12, 8], "h": [8, 8], "x": [1, 5, 8], "y": [1, 5, 8]},
        (96, 5 * 64, 0),
    ),
    "a sum of what is learned": (
        [
            node("sum.dim_IntList", {"self": "p_t"}, "s", dim=[1]),
            node("add.Tensor", {"self": "x", "other": "s"}, "y"),
        ],
        {"p_t": [1, 2, 6, 8, 8], "s": [1, 6, 8, 8], "x": X, "y": Y},
        (2 * 6 * 64, 0, 0),
    ),
    "nothing, joined with something": (
        [
            node("slice.Tensor", {"self": "x"}, "e", dim=2, start=0, end=0),
            node("mul.Tensor", {"self": "x", "other": "p_t"}, "a"),
            node("cat.default", {"first": "e", "second": "a"}, "y", dim=2),
        ],
        {"p_t": [6, 1, 1], "x": X, "e": [1, 6, 0, 8], "a": X, "y": Y},
        (6, 0, 0),
    ),
    "a norm that is called twice": (
        [
            node("layer_norm.default", {"input": "x", "weight": "p_w", "bias": "p_b"}, "a", normalized_shape=[8]),
            node("layer_norm.default", {"input": "a", "weight": "p_w", "bias": "p_b"}, "y", normalized_shape=[8]),
        ],
        {"p_w": [8], "p_b": [8], "x": [1, 5, 8], "a": [1, 5, 8], "y": [1, 5, 8]},
        (16, 0, 0),
    ),
    "groups of a norm": (
        [
            node("group_norm.default", {"input": "x", "weight": "p_w", "bias": "p_b"}, "a", num_groups=2),
            node("native_group_norm.default", {"input": "a", "weight": "p_v", "bias": "p_c"}, "y", C=6, group=3),
        ],
        {"p_w": [6], "p_b": [6], "p_v": [6], "p_c": [6], "x": X, "a": X, "y": Y},
        (24, 0, 0),
    ),
    "a kernel with a gain": (
        [
            node("mul.Tensor", {"self": "p_w", "other": "p_gain"}, "k"),
            node("conv2d.default", {"input": "x", "weight": "k", "bias": None}, "y"),
        ],
        {"p_w": [4, 6, 1, 1], "p_gain": [4, 1, 1, 1], "k": [4, 6, 1, 1], "x": X, "y": [1, 4, 8, 8]},
        (28, 24 * 64, 0),
    ),
    "a kernel that is not learned": (
        [node("conv2d.default", {"input": "x", "weight": "b_w", "bias": None}, "y")],
        {"b_w": [4, 6, 1, 1], "x": X, "y": [1, 4, 8, 8]},
        (0, 24 * 64, 24),
    ),
    "a bias of which a part is not learned": (
        [
            node("add.Tensor", {"self": "p_q", "other": "b_k"}, "b"),
            linear("x", "p_w", "b", "y"),
        ],
        {"p_q": [8], "b_k": [8], "b": [8], "p_w": [8, 8], "x": [1, 5, 8], "y": [1, 5, 8]},
        (72, 5 * 64, 8),
    ),
    "a single number": (
        [
            node("mul.Tensor", {"self": "x", "other": "p_s"}, "a"),
            node("add.Tensor", {"self": "a", "other": "b_s"}, "y"),
        ],
        {"p_s": [1], "b_s": [1], "x": X, "a": X, "y": Y},
        (1, 0, 0),
    ),
    "a kernel of two layers that have a bias each": (
        [linear("x", "p_w", "p_a", "a"), linear("a", "p_w", "p_b", "y")],
        {"p_w": [8, 8], "p_a": [8], "p_b": [8], "x": [1, 5, 8], "a": [1, 5, 8], "y": [1, 5, 8]},
        (80, 2 * 5 * 64, 0),
    ),
    "a kernel that is filled": (
        [node("ones.default", {}, "w", size=[8, 8]), linear("x", "w", "p_b", "y")],
        {"p_b": [8], "w": [8, 8], "x": [1, 5, 8], "y": [1, 5, 8]},
        (8, 5 * 64, 0),
    ),
    "norms over several axes": (
        [
            node("layer_norm.default", {"input": "x", "weight": "p_w", "bias": "p_b"}, "a", normalized_shape=[6, 8, 8]),
            node("rms_norm.default", {"input": "a", "weight": "p_v"}, "b", normalized_shape=[8, 8]),
            node("layer_norm.default", {"input": "b"}, "y", normalized_shape=[8, 8]),
        ],
        {"p_w": X[1:], "p_b": X[1:], "p_v": [8, 8], "x": X, "a": X, "b": X, "y": Y},
        (2 * 384 + 64, 0, 0),
    ),
    "a norm of each image by itself": (
        [
            node(
                "native_batch_norm.default",
                {"input": "x", "weight": "p_w", "bias": "p_b", "running_mean": None, "running_var": None},
                "y m v",
            ),
        ],
        {"p_w": [6], "p_b": [6], "x": X, "y": Y, "m": [6], "v": [6]},
        (12, 0, 0),
    ),
    "what is added to a product": (
        [node("baddbmm.default", {"self": "p_b", "batch1": "x", "batch2": "x"}, "y")],
        {"p_b": [8], "x": [1, 8, 8], "y": [1, 8, 8]},
        (8, 512, 0),
    ),
    "a layer of a parameter": (
        [linear("p_q", "p_w", "p_b", "q"), node("add.Tensor", {"self": "x", "other": "q"}, "y")],
        {"p_q": [1, 8], "p_w": [8, 8], "p_b": [8], "q": [1, 8], "x": [1, 5, 8], "y": [1, 5, 8]},
        (80, 64, 0),
    ),
}


@pytest.mark.parametrize(("nodes", "sizes", "figures"), CASES.values(), ids=CASES)
def test_what_is_learned_counts_once(
    nodes: list[dict[str, Any]], sizes: dict[str, list[int]], figures: tuple[int, int, int], tmp_path: Path
) -> None:
    (tmp_path / "net.pt2").write_bytes(archive(program(nodes, sizes, "y")))
    analysis = cnncalc.analyze(cnncalc.load(tmp_path / "net.pt2"))
    totals = analysis.totals
    assert (totals.params, totals.multiplies, totals.buffers) == figures
    assert (analysis.status, analysis.notes) == ("exact", ())


def test_a_kernel_of_two_layers_counts_once_and_their_biases_each(tmp_path: Path) -> None:
    nodes = [
        onnx.node("Conv", ["x", "w", "b"], ["a"], "one", kernel_shape=[1, 1]),
        onnx.node("Conv", ["a", "w", "c"], ["y"], "two", kernel_shape=[1, 1]),
    ]
    stored = [onnx.tensor("w", [6, 6, 1, 1]), onnx.tensor("b", [6]), onnx.tensor("c", [6])]
    (tmp_path / "net.onnx").write_bytes(onnx.model(nodes, [onnx.value("x", X)], [onnx.value("y", Y)], stored))
    analysis = cnncalc.analyze(cnncalc.load(tmp_path / "net.onnx"))
    assert (analysis.totals.params, analysis.totals.multiplies) == (36 + 12, 2 * 36 * 64)
    assert (analysis.status, analysis.notes) == ("exact", ())
