"""What people wanted to write down: `data/written_down.yaml` has each with its figures, and whose these are."""

from __future__ import annotations

from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.columns import weight_layers
from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.working import working_of
from tests.running import table

CASES = table("written_down.yaml")


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_it_has_its_figures(case: dict[str, Any]) -> None:
    analysis = cnncalc.analyze(cnncalc.loads(case["file"]))
    ((channels, *sides),) = analysis.outputs.values()
    found = {"output": "x".join(map(str, [*sides, channels]))}
    found |= {quantity: str(getattr(analysis.totals, quantity)) for quantity in case["figures"] if quantity != "output"}
    assert found == case["figures"]
    assert list(analysis.lower_bound) == case.get("lower_bound", [])


def test_every_case_says_whose_its_figures_are() -> None:
    assert [case["what"] for case in CASES if not case["from"].strip()] == []


def test_layers_of_sequences_are_one_weight_layer_each() -> None:
    """Attention and recurrent layers multiply by learned weights; products of tensors and embeddings do not."""
    analysis = cnncalc.analyze(
        cnncalc.loads("""
        input: {channels: 1, length: 12}
        layers:
          - embedding: [100, 16]
          - attention: 4
          - lstm: 8
          - gru: 8
          - rnn: {units: 8, bidirectional: true}
          - matmul: {transpose: second, from: [previous, previous]}
          - scale
    """)
    )
    assert MEASURES["weight_layers"].value(analysis) == MEASURES["depth"].value(analysis) == 4
    assert weight_layers(analysis) == 4  # as the table's foot says it


def test_the_working_says_what_is_spread() -> None:
    graph = cnncalc.loads("""
        input: {channels: 8, size: [4, 6]}
        layers: [multiply: {branches: {maps: [], gate: [global_avg_pool], where: [channel_avg_pool]}}]
    """)
    row = cnncalc.analyze(graph).rows[-1]
    assert working_of(row).spread == [
        ("gate/global_avg_pool1", ["height", "width"]),
        ("where/channel_avg_pool1", ["channels"]),
    ]
