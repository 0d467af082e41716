"""What holds for every test."""

from __future__ import annotations

import os

import pytest

collect_ignore = ["data/measures"]  # they would enter the registry of the tests


COLORS = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"}


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub Actions and wishes for colours change what is written; the tests say themselves when there are some."""
    for name in [name for name in os.environ if name.startswith("GITHUB_") or name in COLORS]:
        monkeypatch.delenv(name)
