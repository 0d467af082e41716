"""A small sample of what `python -m tests.fuzz` does at length."""

from __future__ import annotations

import random

import pytest

from tests.fuzz import Writer, attempt


@pytest.mark.parametrize("seed", range(300))
def test_any_file_is_a_network_or_a_list_of_problems(seed: int) -> None:
    writer = Writer(random.Random(seed))
    text = writer.file()
    assert attempt(text) in ("network", "problems")
    assert attempt(writer.damaged(text)) in ("network", "problems")
