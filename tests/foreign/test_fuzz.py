"""A small sample of what `python -m tests.foreign.fuzz` does at length, and what it has found."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.foreign import onnx_file as onnx
from tests.foreign.fuzz import OUTCOMES, an_input, archive, attempt, files, packed


def test_the_files_that_are_damaged_are_whole() -> None:
    import random

    for format, ones in files().items():
        for one in ones:
            assert attempt(format, packed(format, one, random.Random(1))) == "network"


FOUND = {
    "an archive that ends in its middle": ("pt2", archive("pt2", files()["pt2"][0])[:-150]),
    "an archive whose list of files is another one": (
        "keras", archive("keras", files()["keras"][0]).replace(b"PK\x01\x02", b"[route]\n", 1),
    ),
    "a product that reads one tensor": (
        "onnx", onnx.model([onnx.node("MatMul", ["x"], ["y"])], [onnx.value("x", [1, 3])], [onnx.value("y", [1, 3])]),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("format", "data"), FOUND.values(), ids=FOUND)
def test_what_was_found_is_a_list_of_problems(format: str, data: bytes) -> None:
    assert attempt(format, data) == "problems"


def test_a_sample_has_networks_and_problems_of_every_format() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for number in range(400):
        format, data = an_input(f"0/{number}")
        counts[format, attempt(format, data)] += 1
    assert min(counts[format, outcome] for format in files() for outcome in OUTCOMES[:2]) > 5
