"""pytest as mutation testing needs it: silent, without caches, with short and repeatable tests of hypothesis."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
UNUSED = ("tests/test_hostile_input.py", "tests/test_fuzz.py")  # they measure time and memory of other processes
QUIET = ("-n0", "-s", "-p", "no:cacheprovider", "-p", "no:cov", "-p", "no:terminal", "--assert=plain")


def run_pytest(*plugins: object, files: Sequence[str] = ()) -> None:
    """Collect the default tests, or those of these files, and run them as the plugins say."""
    os.chdir(ROOT)
    pytest.main([*QUIET, f"--rootdir={ROOT}", *(f"--ignore={name}" for name in UNUSED), *files], plugins=list(plugins))


class Tamed:
    """A plugin that makes the tests of hypothesis short, always the same and without shrinking."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        from hypothesis import HealthCheck, Phase, settings

        for item in items:
            function = getattr(item, "obj", None)
            if hasattr(function, "hypothesis"):
                old = getattr(function, "_hypothesis_internal_use_settings", settings.default)
                tamed = settings(
                    old,
                    max_examples=min(40, old.max_examples),
                    phases=(Phase.explicit, Phase.generate),
                    derandomize=True,
                    database=None,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                )
                setattr(function, "_hypothesis_internal_use_settings", tamed)  # noqa: B010


def quiet() -> None:
    """Nothing that a test or pytest says is wanted."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
