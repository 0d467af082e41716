"""The same file gives the same bytes in any process, folder, locale, hash seed and Python version."""

from __future__ import annotations

import pytest

from tests.determinism import Circumstance, circumstances, fingerprints, other_pythons

pytestmark = pytest.mark.sweep
NAMES = ["lenet5", "googlenet", "unet"]


@pytest.fixture(scope="module")
def usual() -> dict[str, str]:
    return fingerprints(NAMES, Circumstance("as usual"))


@pytest.mark.parametrize("circumstance", list(circumstances()), ids=lambda one: one.name)
def test_nothing_around_it_changes_the_output(circumstance: Circumstance, usual: dict[str, str]) -> None:
    found = fingerprints(NAMES, circumstance)
    assert [command for command in usual if found[command] != usual[command]] == []


def test_another_python_changes_nothing(usual: dict[str, str]) -> None:
    for circumstance in other_pythons():
        found = fingerprints(NAMES, circumstance)
        assert (circumstance.name, [command for command in usual if found[command] != usual[command]]) == (
            circumstance.name,
            [],
        )
