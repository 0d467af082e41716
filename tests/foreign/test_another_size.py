"""Another input size than that of the file: what it declares of its own size is neither held against nor used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc import ProblemsFound
from tests.foreign import onnx_file as onnx
from tests.foreign.test_pt2 import SMALL, archive, node, program

pytestmark = pytest.mark.quick

WEIGHTS = {
    "k": onnx.tensor("k", [4, 3, 3, 3]),
    "l": onnx.tensor("l", [5, 4, 3, 3]),
    "m": onnx.tensor("m", [10, 180]),
    "g": onnx.tensor("g", [10, 4]),
    "s": onnx.tensor("s", [2], [1, 180]),
}
CONV = onnx.node("Conv", ["x", "k"], ["a"], "a", kernel_shape=[3, 3])
RELU = onnx.node("Relu", ["a"], ["r"], "r")
SIZES = {"a": [1, 4, 14, 14], "r": [1, 4, 14, 14], "b": [1, 5, 12, 12], "p": [1, 5, 6, 6], "q": [1, 4, 1, 1]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, nodes: list[bytes], gives: str, dims: list[int], declared: bool = True) -> str:
    """A model that reads 16×16×3; it declares the dims of its tensors, or those of none."""
    said = [onnx.value(name, sides) for name, sides in SIZES.items() if declared and name != gives]
    data = onnx.model(nodes, [onnx.value("x", [1, 3, 16, 16])], [onnx.value(gives, dims)], list(WEIGHTS.values()), said)
    (folder / "net.onnx").write_bytes(data)
    return "net.onnx"


SEVERAL = [
    CONV,
    RELU,
    onnx.node("Conv", ["r", "l"], ["b"], "b", kernel_shape=[3, 3]),
    onnx.node("MaxPool", ["b"], ["p"], "p", kernel_shape=[2, 2], strides=[2, 2]),
]


def test_the_layers_are_worked_out_at_that_size(folder: Path) -> None:
    found = cnncalc.analyze(cnncalc.load(written(folder, SEVERAL, "p", SIZES["p"]), input_size=20))
    assert [(row.type, row.output_shape, row.counts.multiplies) for row in found.rows] == [
        ("conv", (4, 18, 18), 324 * 108),
        ("relu", (4, 18, 18), 0),
        ("conv", (5, 16, 16), 256 * 180),
        ("max_pool", (5, 8, 8), 0),
    ]
    assert found.status == "exact"


def test_a_first_layer_that_learns_nothing_is_too(folder: Path) -> None:
    file = written(folder, [onnx.node("Relu", ["x"], ["a"], "r")], "a", [1, 3, 16, 16])
    assert cnncalc.analyze(cnncalc.load(file, input_size=20)).totals.activations == 3 * 20 * 20


def test_a_program_of_pytorch_is_too(folder: Path) -> None:
    (folder / "net.pt2").write_bytes(archive(SMALL))
    found = cnncalc.analyze(cnncalc.load("net.pt2", input_size=12))
    assert (found.totals.multiplies, found.status) == (108 * 144 + 40, "exact")


@pytest.mark.parametrize(
    "turn",
    [
        node("flatten.using_ints", {"self": "a"}, "f", start_dim=1),
        node("view.default", {"self": "a"}, "f", size=[1, -1]),
    ],
)
def test_what_a_program_leaves_to_the_size_is_worked_out(turn: dict[str, Any], folder: Path) -> None:
    nodes = [
        node("conv2d.default", {"input": "x", "weight": "p_w", "bias": None}, "a"),
        turn,
        node("mul.Tensor", {"self": "f", "other": "f"}, "y"),
    ]
    sizes = {"p_w": [4, 3, 3, 3], "x": [1, 3, 8, 8], "a": [1, 4, 6, 6], "f": [1, 144], "y": [1, 144]}
    (folder / "net.pt2").write_bytes(archive(program(nodes, sizes, "y")))
    found = cnncalc.analyze(cnncalc.load("net.pt2", input_size=12))
    assert (found.rows[-1].output_shape, found.totals.multiplies) == ((400,), 100 * 108)


@pytest.mark.parametrize("size", [16, 20])
def test_behind_a_global_pool_the_file_says_the_shape_at_every_size(size: int, folder: Path) -> None:
    nodes = [CONV, onnx.node("GlobalAveragePool", ["a"], ["q"], "q"), onnx.node("Strange", ["q"], ["y"], "strange")]
    found = cnncalc.analyze(cnncalc.load(written(folder, nodes, "y", [1, 7]), input_size=size))
    assert (found.rows[-1].output_shape, found.status) == ((7,), "lower_bound")
    assert found.totals.multiplies == (size - 2) ** 2 * 108


FIXED: dict[str, tuple[list[bytes], str]] = {
    "a reshape": (
        [onnx.node("Reshape", ["p", "s"], ["y"], "view")],
        "`Reshape`: 320 values do not fit into (1, 180)",
    ),
    "a dense layer": (
        [onnx.node("Flatten", ["p"], ["f"], "f"), onnx.node("Gemm", ["f", "m"], ["y"], "dense", transB=1)],
        "`Gemm`: 1,800 weights are stored, and 3,200 are its formula",
    ),
    "an unknown operator": (
        [onnx.node("Strange", ["p"], ["y"], "strange")],
        "`Strange`: it is not known, and the file says what it gives at its own input size alone",
    ),
}


@pytest.mark.parametrize("name", FIXED)
def test_what_fits_the_size_of_the_file_alone_is_told(name: str, folder: Path) -> None:
    nodes, said = FIXED[name]
    file = written(folder, [*SEVERAL, *nodes], "y", [1, 10])
    with pytest.raises(ProblemsFound) as raised:
        cnncalc.load(file, input_size=20)
    assert [problem.message for problem in raised.value.problems] == [said]


def test_the_smallest_size_is_the_one_that_fits(folder: Path) -> None:
    """Two convolutions take 4, a pool halves, and the third takes 2 more: 10 is 1 behind them."""
    nodes = [*SEVERAL, onnx.node("Conv", ["p", "n"], ["y"], "y", kernel_shape=[3, 3])]
    weights = [*WEIGHTS.values(), onnx.tensor("n", [6, 5, 3, 3])]
    said = [onnx.value(one, sides) for one, sides in SIZES.items()]
    data = onnx.model(nodes, [onnx.value("x", [1, 3, 16, 16])], [onnx.value("y", [1, 6, 4, 4])], weights, said)
    (folder / "net.onnx").write_bytes(data)
    found = cnncalc.sizes("net.onnx")
    assert (found.smallest, 9 in found, 10 in found) == ((10, 10), False, True)


def test_a_block_is_worked_out_at_the_size_that_it_reads(folder: Path) -> None:
    """The file is written for 16×16."""
    written(folder, [onnx.node("Conv", ["x", "k"], ["a"], "a", kernel_shape=[3, 3]), RELU], "r", SIZES["r"])
    text = "input: {channels: 3, size: 20}\nblocks: {enc: {network: net.onnx}}\nlayers:\n- enc\n"
    (folder / "net.yaml").write_text(text + "- conv: {filters: 4, kernel: 3, bias: false}\n")
    found = cnncalc.analyze(cnncalc.load("net.yaml"))
    assert (found.totals.multiplies, found.status) == (18 * 18 * 108 + 16 * 16 * 144, "exact")
