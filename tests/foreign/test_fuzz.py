"""A small sample of what `python -m tests.foreign.fuzz` does at length, and what it has found."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.foreign.fuzz import OUTCOMES, an_input, attempt, files, packed


def test_the_files_that_are_damaged_are_whole() -> None:
    import random

    for format, ones in files().items():
        for one in ones:
            assert attempt(format, packed(format, one, random.Random(1))) == "network"


@pytest.mark.parametrize("found", ["1/14675", "1/48291", "1/48375"])
def test_what_was_found_is_a_list_of_problems(found: str) -> None:
    """An archive that ends in its middle, twice, and a product that reads nothing."""
    assert attempt(*an_input(found)) == "problems"


def test_a_sample_has_networks_and_problems_of_every_format() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for number in range(400):
        format, data = an_input(f"0/{number}")
        counts[format, attempt(format, data)] += 1
    assert min(counts[format, outcome] for format in files() for outcome in OUTCOMES[:2]) > 5
