"""What holds for every test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

collect_ignore = ["data/measures"]  # they would enter the registry of the tests


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `-m quick` a file in which nothing is marked so is not even imported."""
    if config.option.markexpr != "quick" or collection_path.suffix != ".py":
        return None
    return "pytest.mark.quick" not in collection_path.read_text(encoding="utf-8") or None


@pytest.fixture(autouse=True)
def _outside_github(monkeypatch: pytest.MonkeyPatch) -> None:
    """`cnncalc check` writes annotations inside GitHub Actions; the tests say themselves when they are there."""
    for name in [name for name in os.environ if name.startswith("GITHUB_")]:
        monkeypatch.delenv(name)
