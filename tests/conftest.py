"""What holds for every test."""

from __future__ import annotations

import os

import pytest

collect_ignore = ["data/measures"]  # they would enter the registry of the tests


@pytest.fixture(autouse=True)
def _outside_github(monkeypatch: pytest.MonkeyPatch) -> None:
    """`cnncalc check` writes annotations inside GitHub Actions; the tests say themselves when they are there."""
    for name in [name for name in os.environ if name.startswith("GITHUB_")]:
        monkeypatch.delenv(name)
