"""What people wanted to write down: `data/written_down.yaml` has each with its figures, and whose these are."""

from __future__ import annotations

from typing import Any

import pytest

import cnncalc
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
