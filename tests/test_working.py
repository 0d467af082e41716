"""The working of every layer type, to the letter: each step in symbols, with the numbers, and what it gives.

`data/working.txt` holds the cases: a `#` line with the entry and what it reads (channels last), then its steps. Where a
layer is impossible the last line says why. The numbers are checked by the examples and the oracles; this is what the
reader of `explain` sees.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

import cnncalc
from cnncalc.analyses.working import working_of
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import Layer
from cnncalc.core.shape import Shape, read_shape
from cnncalc.core.work import attempt
from tests.running import DATA

pytestmark = pytest.mark.quick


def cases() -> dict[str, str]:
    text = (DATA / "working.txt").read_text(encoding="utf-8")
    return {name: steps.strip() for name, steps in re.findall(r"^# (.*)\n((?:[^#\n].*\n)*)", text, flags=re.MULTILINE)}


CASES = cases()


def layer_of(entry: str, rank: int) -> Layer:
    """The layer of an entry like `conv: {filters: 4, kernel: 3}`, for an input with `rank` sides."""
    name, _, written = entry.partition(": ")
    given = yaml.safe_load(written) if written else {}
    values: dict[str, Any] = {}
    for attribute in LAYERS[name].attributes.values():
        value = tuples(given.get(attribute.name, attribute.default))
        if isinstance(value, str) and value.startswith("$"):
            values[attribute.name] = values[value[1:]]
        else:
            values[attribute.name] = None if value is None else attribute.convert(value, rank)
    return LAYERS[name](values)


def tuples(value: Any) -> Any:
    return tuple(map(tuples, value)) if isinstance(value, list) else value


def working(case: str) -> str:
    """What `explain` is made of."""
    entry, _, reads = case.rpartition(" on ")
    shapes: list[Shape] = []
    for text in reads.split(", "):
        shape = read_shape(text)
        assert shape is not None
        shapes.append(shape)
    layer = layer_of(entry, len(shapes[0]) - 1)
    steps, failure = attempt(layer, tuple(shapes))
    lines = []
    for step in steps:
        place = f" {step.axis}" if step.axis else ""
        rest = f", {step.remainder} left over" if step.remainder != 0 else ""
        lines.append(f"{step.quantity} {step.label}{place}: {step.symbols} = {step.numbers} = {step.value}{rest}")
    if failure is not None:
        assert str(failure) == failure.what
        lines += [f"{failure.code}: {failure.what}", *([f"cure: {failure.cure}"] if failure.cure else [])]
    return "\n".join(lines)


@pytest.mark.parametrize("case", CASES)
def test_the_working(case: str) -> None:
    assert working(case) == CASES[case]


def test_every_layer_type_is_there() -> None:
    assert {re.split(r":? ", case)[0] for case in CASES} == set(LAYERS)


def test_a_sum_leaves_nothing_over() -> None:
    (row,) = cnncalc.analyze(cnncalc.loads("{input: {channels: 3, size: 8}, layers: [conv: [4, 3, 2]]}")).rows
    found = working_of(row)
    assert found.remainders == {"height": 1, "width": 1}
    assert [step.label for step in found.steps if step.remainder] == ["size"]
