"""The records of long measurements: figures that add up, as those of a program do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

RECORDS = Path(__file__).parent.parent / "docs" / "evidence" / "records"
VERDICTS = ("killed", "timeout", "survived")


@pytest.mark.parametrize("name", ["guards", "mutation"])
def test_every_mutant_has_one_verdict(name: str) -> None:
    record = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    for counts in (record["total"], *record["modules"].values()):
        assert min(counts.values()) >= 0
        assert counts["mutants"] == sum(counts[verdict] for verdict in VERDICTS)
    for figure in ("mutants", *VERDICTS):
        assert record["total"][figure] == sum(counts[figure] for counts in record["modules"].values())
    assert len(record["survivors"]) == record["total"]["survived"] == sum(record["reasons"].values())
