"""What holds for every test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("cnncalc", deadline=None)  # no test is against the clock
settings.load_profile("cnncalc")

COLORS = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"}

collect_ignore = ["data/measures"]  # they would enter the registry of the tests


QUICK = "quick and not sweep"


def pytest_configure(config: pytest.Config) -> None:
    """With `-m quick` the sweeps of such a file are left out, as they are by default."""
    if config.option.markexpr == "quick":
        config.option.markexpr = QUICK


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `-m quick` a file in which nothing is marked so is not even imported."""
    if config.option.markexpr != QUICK or collection_path.suffix != ".py":
        return None
    return "pytest.mark.quick" not in collection_path.read_text(encoding="utf-8") or None


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub Actions and wishes for colours change what is written; the tests say themselves when there are some."""
    for name in [name for name in os.environ if name.startswith("GITHUB_") or name in COLORS]:
        monkeypatch.delenv(name)
