"""Exercises of public courses, worked out by `cnncalc`: the published answer must come out, unless it is wrong.

The questions, their sources and the files to work them out from are rows of `data/exercises.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import prod
from typing import Any

import pytest

import cnncalc
from cnncalc import Analysis, Row
from cnncalc.core.work import steps
from tests.running import data

ROWS = data("exercises.yaml")
EXERCISES: list[dict[str, Any]] = ROWS["exercises"]
BYTES = 4  # of a number as float32


# What can be asked of an analysis


def shape(row: Row) -> list[int]:
    channels, *sides = row.output_shape
    return [*sides, channels]


def with_params(analysis: Analysis) -> list[Row]:
    return [row for row in analysis.rows if row.counts.params]


def volumes(analysis: Analysis) -> list[int]:
    """The values in the input and in each layer of the lecture's drawing: no activations, no flattening."""
    layers = [row for row in analysis.rows if row.type in ("conv", "max_pool", "dense")]
    return [*map(prod, analysis.inputs.values()), *(row.counts.activations for row in layers)]


def fits(analysis: Analysis) -> bool:
    """Whether the windows cover the input, without a border that none reaches."""
    return all(step.remainder == 0 for row in analysis.rows for step in steps(row.layer, row.input_shapes))


def connections(analysis: Analysis) -> int:
    """Each output value is connected to the values of its window, and to a bias."""
    (row,) = analysis.rows
    channels = row.input_shapes[0][0] if row.type == "conv" else 1
    return row.counts.activations * (prod(row.attributes["kernel"]) * channels + 1)


def window(analysis: Analysis) -> int:
    """The weights of one filter."""
    (row,) = analysis.rows
    return row.counts.weights // row.output_shape[0]


def additions(analysis: Analysis) -> int:
    """One fewer than there are products, for each output value."""
    (row,) = analysis.rows
    return row.counts.multiplies - row.counts.activations


ANSWERS: dict[str, Callable[[Analysis], Any]] = {
    "output_shape": lambda analysis: shape(analysis.rows[-1]),
    "shapes": lambda analysis: [shape(row) for row in analysis.rows],
    "weights": lambda analysis: analysis.totals.weights,
    "weights_per_layer": lambda analysis: [row.counts.weights for row in with_params(analysis)],
    "params": lambda analysis: analysis.totals.params,
    "params_per_layer": lambda analysis: [row.counts.params for row in with_params(analysis)],
    "params_without_sharing": lambda analysis: analysis.totals.activations * (window(analysis) + 1),
    "macs": lambda analysis: analysis.totals.multiplies,
    "operations": lambda analysis: analysis.totals.multiplies + additions(analysis),
    "connections": connections,
    "fits": fits,
    "im2col": lambda analysis: [window(analysis), analysis.totals.activations // analysis.rows[0].output_shape[0]],
    "activations": lambda analysis: analysis.totals.activations,
    "activations_all_layers": lambda analysis: analysis.totals.activations,
    "activations_total": lambda analysis: sum(volumes(analysis)),
    "activation_sizes": volumes,
    "memory_MiB": lambda analysis: 2 * BYTES * analysis.totals.activations / 2**20,  # and as much for gradients
}


# What takes several analyses


def padding(text: str) -> int:
    """The padding that keeps the sides."""
    for pad in range(10):
        analysis = cnncalc.analyze(cnncalc.loads(text, set={"pad": str(pad)}))
        if analysis.rows[0].output_shape[1:] == analysis.rows[0].input_shapes[0][1:]:
            return pad
    raise AssertionError("no padding keeps the sides")


def receptive_field(text: str) -> int:
    """The smallest input that gives one value: smaller ones are refused."""
    for side in range(1, 100):
        try:
            graph = cnncalc.loads(text, input_size=str(side))
        except cnncalc.ProblemsFound:
            continue
        assert graph.nodes[-1].work.output == (1, 1, 1)
        return side
    raise AssertionError("no input is large enough")


SEARCHES = {"pad": padding, "receptive_field": receptive_field}


def answer(row: dict[str, Any]) -> Any:
    """What `cnncalc` says."""
    if row["asked"] in SEARCHES:
        return SEARCHES[row["asked"]](row["file"])
    graph = cnncalc.load(row["bundled"]) if "bundled" in row else cnncalc.loads(row["file"])
    analysis = cnncalc.analyze(graph)
    if "layers" in row:
        return [getattr(analysis.find(name).counts, row["asked"]) for name in row["layers"]]
    return ANSWERS[row["asked"]](analysis)


def near(published: Any, exact: Any, tolerance: float) -> bool:
    return abs(published - exact) <= tolerance if tolerance else published == exact


@pytest.mark.parametrize("row", EXERCISES, ids=[row["id"] for row in EXERCISES])
def test_exercise(row: dict[str, Any]) -> None:
    ours = answer(row)
    assert ours == row["computed"]
    if row["agrees"]:
        assert near(row["answer"], ours, row.get("tolerance", 0))
    else:
        assert not near(row["answer"], ours, row.get("tolerance", 0)), "the published answer is right after all"
        assert row["note"]


WORKED = [row for row in EXERCISES if "worked" in row]


@pytest.mark.parametrize("row", WORKED, ids=[row["id"] for row in WORKED])
def test_the_step_from_what_is_printed_to_the_answer(row: dict[str, Any]) -> None:
    parts = row["worked"] if isinstance(row["worked"], list) else [row["worked"]]
    assert all(re.fullmatch(r"[\d+*/() ]+", str(part)) for part in parts)
    values = [round(eval(str(part)), 1) for part in parts]
    assert row["computed"] == (values if isinstance(row["worked"], list) else values[0])


def test_the_rows_are_whole() -> None:
    assert len({row["id"] for row in EXERCISES}) == len(EXERCISES) == 81
    assert {row["source"] for row in EXERCISES} <= set(ROWS["sources"])
    assert [row["id"] for row in EXERCISES if not row["agrees"]] == ["EX-032", "EX-034", "EX-046", "EX-082"]
    assert {row["asked"] for row in EXERCISES} == {*ANSWERS, *SEARCHES}
