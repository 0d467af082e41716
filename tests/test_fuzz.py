"""A small sample of what `python -m tests.fuzz` does at length."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.grammar import Writer
from tests.fuzz.inputs import KINDS, an_input
from tests.fuzz.trial import attempt


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_file_written_at_random_is_a_network_or_a_list_of_problems(choose: random.Random) -> None:
    writer = Writer(choose)
    text = writer.file()
    assert attempt(text).outcome in ("network", "problems")
    assert attempt(writer.damaged(text)).outcome in ("network", "problems")


@pytest.mark.sweep
def test_a_sample_of_the_long_run_has_networks_and_problems_of_every_kind() -> None:
    found: Counter[tuple[str, str]] = Counter()
    for number in range(1_000):
        kind, text = an_input(0, number)
        found[kind, attempt(text).outcome] += 1
    # a few whole networks need another value of a var, which only `--set` would give them; some are wild
    assert found["whole network", "problems"] < 0.2 * found["whole network", "network"]
    assert min(found[kind, "problems"] for kind in ("damaged network", "written at random")) > 50
    assert min(found[kind, "network"] for kind in ("whole network", "damaged network", "written at random")) > 20
    assert {kind for kind, _ in found} == {*KINDS}
