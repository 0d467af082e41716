"""Caffe: every tensor that a layer of data gives is an input, of the shape that is said; labels give no output."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import cnncalc
from tests.running import invoke

pytestmark = pytest.mark.quick


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    monkeypatch.chdir(tmp_path)

    def written(text: str) -> str:
        (tmp_path / "net.prototxt").write_text(text, encoding="utf-8")
        return "net.prototxt"

    return written


def data(type: str, said: str) -> str:
    """A layer that gives the tensors `a` and `b`."""
    return f'layer {{ name: "data" type: "{type}" top: "a" top: "b" {said} }}\n'


def convolution(name: str, bottom: str) -> str:
    """A convolution of 3×3 to four channels."""
    param = "convolution_param { num_output: 4 kernel_size: 3 }"
    return f'layer {{ name: "{name}" type: "Convolution" bottom: "{bottom}" top: "{name}" {param} }}\n'


BOTH = convolution("ca", "a") + convolution("cb", "b")
SUM = BOTH + 'layer { name: "s" type: "Eltwise" bottom: "ca" bottom: "cb" top: "s" }\n'
CAT = 'layer { name: "cat" type: "Concat" bottom: "a" bottom: "b" top: "cat" }\n' + convolution("c", "cat")
SHAPES = "shape { dim: 1 dim: 3 dim: 8 dim: 8 } shape { dim: 1 dim: 5 dim: 8 dim: 8 }"
SIDES = "num: 2 channels: 3 channels: 5 height: 8 width: 8 num: 2 height: 8 width: 8"
FLAT = 'layer { name: "f" type: "InnerProduct" bottom: "b" top: "f" inner_product_param { num_output: 4 } }\n'


class Case(NamedTuple):
    """A network, its inputs, params and multiplies."""

    text: str
    inputs: dict[str, tuple[int, ...]]
    params: int
    multiplies: int


TWO = {"a": (3, 8, 8), "b": (5, 8, 8)}
CASES = {
    "a shape each": Case(data("Input", f"input_param {{ {SHAPES} }}") + SUM, TWO, 112 + 184, 36 * 27 * 4 + 36 * 45 * 4),
    "joined": Case(data("Input", f"input_param {{ {SHAPES} }}") + CAT, TWO, 8 * 9 * 4 + 4, 36 * 72 * 4),
    "one shape for all": Case(
        data("Input", "input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } }") + SUM,
        {"a": (3, 8, 8), "b": (3, 8, 8)}, 2 * 112, 2 * 36 * 27 * 4,
    ),
    "made up": Case(data("DummyData", f"dummy_data_param {{ {SHAPES} }}") + SUM, TWO, 296, 10_368),
    "made up in the first form": Case(data("DummyData", f"dummy_data_param {{ {SIDES} }}") + SUM, TWO, 296, 10_368),
    "kept in memory": Case(
        data("MemoryData", "memory_data_param { channels: 3 height: 8 width: 8 }") + convolution("c", "a"),
        {"a": (3, 8, 8)}, 112, 3_888,
    ),
    "a label that is read": Case(
        data("ImageData", "transform_param { mean_value: 1 mean_value: 1 mean_value: 1 crop_size: 8 }")
        + convolution("c", "a") + FLAT + 'layer { name: "o" type: "Flatten" bottom: "c" top: "o" }\n'
        + 'layer { name: "j" type: "Concat" bottom: "o" bottom: "f" top: "j" }\n',
        {"a": (3, 8, 8), "b": (1,)}, 112 + 8, 3_888 + 4,
    ),
    "a label that is worked out and judged": Case(
        data("Data", "transform_param { mean_value: 1 mean_value: 1 mean_value: 1 crop_size: 8 }")
        + convolution("c", "a") + 'layer { name: "p" type: "Power" bottom: "b" top: "p" }\n'
        + 'layer { name: "l" type: "EuclideanLoss" bottom: "p" bottom: "c" top: "l" }\n',
        {"a": (3, 8, 8)}, 112, 3_888,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_tensor_of_data_is_an_input(name: str, write: Callable[[str], str]) -> None:
    case = CASES[name]
    graph = cnncalc.load(write(case.text))
    totals = cnncalc.analyze(graph).totals
    assert (graph.inputs, totals.params, totals.multiplies) == (case.inputs, case.params, case.multiplies)
    assert graph.notes == ()


def test_what_does_not_fit_is_told_with_the_shapes_of_both(write: Callable[[str], str]) -> None:
    both = "shape { dim: 1 dim: 3 dim: 8 dim: 8 } shape { dim: 1 dim: 7 }"
    text = data("Input", f"input_param {{ {both} }}") + convolution("ca", "a") + FLAT
    text += 'layer { name: "s" type: "Eltwise" bottom: "ca" bottom: "f" top: "s" }\n'
    code, _, err = invoke("summary", write(text))
    message = "error[bad-value]: `Eltwise/SUM`: dims (1, 4, 6, 6), (1, 4) do not fit together"
    assert (code, err.splitlines()[0]) == (2, message)


def test_sizes_of_a_file_elsewhere_stay_open(write: Callable[[str], str]) -> None:
    code, _, err = invoke("summary", write(data("HDF5Data", 'hdf5_data_param { source: "x" }') + SUM))
    message = "error[missing-key]: the input `a` leaves sizes open: channels, height, width"
    assert (code, err.splitlines()[0]) == (2, message)
