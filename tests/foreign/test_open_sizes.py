"""Sizes in letters: whatever the batch, one image is counted, and what is folded into the batch with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.foreign import onnx_file as onnx
from tests.foreign.test_one_image import counted
from tests.foreign.test_pt2 import archive, node, program

pytestmark = pytest.mark.quick

BATCH = "Symbol('s53', positive=True, integer=True)"
FIVE = f"Mul(Integer(5), {BATCH})"
FRAMES = 5 * (36 * 108 + 4 * 2)  # of five images: a convolution, and a dense layer


def dynamic(named: dict[str, str], nodes: list[dict[str, Any]], sizes: dict[str, list[Any]]) -> bytes:
    """A program in which texts among sizes are letters; `named` are sizes that are worked out on the way."""
    plain = {name: [0 if isinstance(side, str) else side for side in dims] for name, dims in sizes.items()}
    whole = program(nodes, plain, "y")
    graph = whole["graph_module"]["graph"]
    for name, dims in sizes.items():
        said = [{"as_expr": {"expr_str": side}} if isinstance(side, str) else {"as_int": side} for side in dims]
        graph["tensor_values"][name]["sizes"] = said
    graph["sym_int_values"] = {name: {"as_expr": {"expr_str": said}} for name, said in named.items()}
    return archive(whole)


def reshape(read: str, gives: str, *shape: int | str) -> dict[str, Any]:
    sizes = [{"as_name": side} if isinstance(side, str) else {"as_int": side} for side in shape]
    one = node("reshape.default", {"self": read}, gives)
    one["inputs"].append({"name": "shape", "arg": {"as_sym_ints": sizes}, "kind": 1})
    return one


def size(read: str, gives: str) -> dict[str, Any]:
    one = node("sym_size.int", {"self": read}, "", dim=0)
    return {**one, "outputs": [{"as_sym_int": {"as_name": gives}}], "name": gives}


PROGRAM = (
    [
        size("x", "batch"),
        reshape("x", "f", "frames", 3, 8, 8),
        node("conv2d.default", {"input": "f", "weight": "p_w", "bias": None}, "c"),
        node("mean.dim", {"self": "c"}, "m", dim=[2, 3]),
        node("linear.default", {"input": "m", "weight": "p_f", "bias": None}, "l"),
        reshape("l", "y", "batch", 5, 2),
    ],
    {"p_w": [4, 3, 3, 3], "p_f": [2, 4], "x": [BATCH, 5, 3, 8, 8], "f": [FIVE, 3, 8, 8], "c": [FIVE, 4, 6, 6],
     "m": [FIVE, 4], "l": [FIVE, 2], "y": [BATCH, 5, 2]},
)  # fmt: skip


def test_a_program_of_any_batch_folds_frames_into_it(tmp_path: Path) -> None:
    analysis = counted(dynamic({"batch": BATCH, "frames": FIVE}, *PROGRAM), tmp_path)
    assert (analysis.totals.params, analysis.totals.multiplies) == (108 + 8, FRAMES)
    assert (analysis.status, analysis.notes) == ("exact", ())


def folded(frames: str) -> bytes:
    """The same as ONNX has it, where the frames are so many in letters."""
    return onnx.model(
        [
            onnx.node("Reshape", ["x", "to"], ["f"], "fold"),
            onnx.node("Conv", ["f", "w"], ["c"], "conv", kernel_shape=[3, 3]),
            onnx.node("Relu", ["c"], ["r"], "relu"),
            onnx.node("GlobalAveragePool", ["r"], ["p"], "pool"),
            onnx.node("Flatten", ["p"], ["m"], "flatten"),
            onnx.node("Gemm", ["m", "v"], ["l"], "dense", transB=1),
            onnx.node("Reshape", ["l", "back"], ["y"], "back"),
        ],
        [onnx.value("x", ["s0", 5, 3, 8, 8])],
        [onnx.value("y", ["s0", 5, 2])],
        [onnx.tensor("w", [4, 3, 3, 3]), onnx.tensor("v", [2, 4]), onnx.tensor("to", [4], [-1, 3, 8, 8]),
         onnx.tensor("back", [3], [-1, 5, 2])],
        [onnx.value("f", [frames, 3, 8, 8]), onnx.value("c", [frames, 4, 6, 6]), onnx.value("r", [frames, 4, 6, 6]),
         onnx.value("l", [frames, 2])],
    )  # fmt: skip


@pytest.mark.parametrize("frames", ["5*s0", "s0*5", "unk__0", "", "a size"])
def test_a_model_of_any_batch_folds_frames_into_it(frames: str, tmp_path: Path) -> None:
    analysis = counted(folded(frames), tmp_path)
    assert (analysis.totals.params, analysis.totals.multiplies) == (108 + 8, FRAMES)
    assert (analysis.status, analysis.notes) == ("exact", ())


def test_letters_that_say_another_size_are_told(tmp_path: Path) -> None:
    (note,) = counted(folded("4*s0"), tmp_path).notes
    assert "`fold` (Reshape): declared is 4×3×8×8, and 5×3×8×8 follows" in note


NO_SIZES = [
    "Pow(Integer(9), Integer(99999))", "__import__('os')", "(" * 4_000, "Mul(" * 90 + ")" * 90, "Integer(10**99)",
    "Mul()",
]  # fmt: skip


@pytest.mark.parametrize("said", NO_SIZES, ids=lambda said: said[:20])
def test_what_is_no_size_is_not_known_and_never_called(said: str, tmp_path: Path) -> None:
    nodes, sizes = PROGRAM
    data = dynamic({"batch": BATCH, "frames": said}, nodes, {**sizes, "f": [said, 3, 8, 8]})
    assert counted(data, tmp_path).totals.multiplies == FRAMES  # for the values fit
