"""Networks whose input has no axis of images, and what is left where the stored weights are not those of a formula."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnncalc
from tests.foreign import onnx_file as onnx
from tests.foreign.test_pt2 import archive, node, program

pytestmark = pytest.mark.quick


def counted(data: bytes, tmp_path: Path) -> cnncalc.Analysis:
    (tmp_path / "net").write_bytes(data)
    return cnncalc.analyze(cnncalc.load(tmp_path / "net"))


PROGRAMS: dict[str, tuple[list[dict[str, Any]], dict[str, list[int]], int]] = {
    "a convolution": (
        [node("conv2d.default", {"input": "x", "weight": "p_w", "bias": None}, "y")],
        {"p_w": [4, 3, 3, 3], "x": [3, 8, 8], "y": [4, 6, 6]},
        36 * 108,
    ),
    "a pool in front": (
        [
            node("max_pool2d.default", {"self": "x"}, "p", kernel_size=[2, 2], stride=[2, 2]),
            node("conv2d.default", {"input": "p", "weight": "p_w", "bias": None}, "y"),
        ],
        {"p_w": [4, 3, 3, 3], "x": [3, 8, 8], "p": [3, 4, 4], "y": [4, 2, 2]},
        4 * 108,
    ),
    "one side": (
        [node("conv1d.default", {"input": "x", "weight": "p_w", "bias": None}, "y")],
        {"p_w": [4, 3, 3], "x": [3, 16], "y": [4, 14]},
        14 * 36,
    ),
    "an activation in front": (
        [
            node("relu.default", {"self": "x"}, "r"),
            node("conv2d.default", {"input": "r", "weight": "p_w", "bias": None}, "y"),
        ],
        {"p_w": [4, 3, 3, 3], "x": [3, 8, 8], "r": [3, 8, 8], "y": [4, 6, 6]},
        36 * 108,
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_image_alone_is_one_image(name: str, tmp_path: Path) -> None:
    nodes, sizes, multiplies = PROGRAMS[name]
    analysis = counted(archive(program(nodes, sizes, "y")), tmp_path)
    assert (analysis.totals.multiplies, analysis.status) == (multiplies, "exact")


def test_a_model_that_puts_an_axis_in_front_reads_one_image(tmp_path: Path) -> None:
    data = onnx.model(
        [
            onnx.node("Unsqueeze", ["x", "zero"], ["a"], "unsqueeze"),
            onnx.node("Conv", ["a", "w"], ["b"], "conv", kernel_shape=[3, 3]),
            onnx.node("Squeeze", ["b", "zero"], ["y"], "squeeze"),
        ],
        [onnx.value("x", [3, 8, 8])],
        [onnx.value("y", [4, 6, 6])],
        [onnx.tensor("w", [4, 3, 3, 3]), onnx.tensor("zero", [1], [0])],
    )
    analysis = counted(data, tmp_path)
    assert (analysis.totals.params, analysis.totals.multiplies, analysis.status) == (108, 36 * 108, "exact")
    assert analysis.notes == ("the input `x` has 3 images: counted are all, for one alone does not fit",)


def test_weights_that_are_not_those_of_the_formula_leave_the_multiplies_unknown(tmp_path: Path) -> None:
    data = onnx.model(
        [onnx.node("Conv", ["x", "w"], ["y"], "conv", kernel_shape=[3, 3])],
        [onnx.value("x", [1, 1, 8, 8])],
        [onnx.value("y", [1, 4, 6, 6])],
        [onnx.tensor("w", [4, 3, 3, 3])],
    )
    analysis = counted(data, tmp_path)
    assert (analysis.totals.params, analysis.totals.multiplies, analysis.status) == (108, 0, "lower_bound")
    said = "`conv` (Conv): 108 weights are stored, and 36 are its formula"
    assert analysis.notes == (f"as the file says, for our formulas say otherwise: {said}",)


def test_all_images_are_counted_where_one_fits_less_well(tmp_path: Path) -> None:
    """A program for four images that turns them: a table of words, which two layers read, counts once all the same."""
    nodes = [
        node("embedding.default", {"weight": "p_e", "indices": "x"}, "a"),
        node("embedding.default", {"weight": "p_e", "indices": "x"}, "b"),
        node("add.Tensor", {"self": "a", "other": "b"}, "s"),
        node("transpose.int", {"self": "s"}, "t", dim0=0, dim1=1),
        node("linear.default", {"input": "t", "weight": "p_w", "bias": None}, "l"),
        node("transpose.int", {"self": "l"}, "y", dim0=0, dim1=1),
    ]
    sizes = {"p_e": [10, 6], "p_w": [5, 6], "x": [4, 9], "a": [4, 9, 6], "b": [4, 9, 6], "s": [4, 9, 6],
             "t": [9, 4, 6], "l": [9, 4, 5], "y": [4, 9, 5]}  # fmt: skip
    analysis = counted(archive(program(nodes, sizes, "y")), tmp_path)
    assert (analysis.totals.params, analysis.totals.multiplies) == (60 + 30, 4 * 9 * 30)
    assert analysis.notes[0] == "the input `x` has 4 images: counted are all, for one alone does not fit"
