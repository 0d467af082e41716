"""The tables say only what there is: layers of ours with their attributes, moves, and formulas that can be read."""

from __future__ import annotations

import pytest

from cnncalc.core.formula import parse
from cnncalc.core.layers import LAYERS
from cnncalc.formats.foreign import FORMATS
from cnncalc.formats.foreign.moves import MOVES
from cnncalc.formats.foreign.table import EINSUM, NOTHING, PRODUCT, SAME, Match

pytestmark = pytest.mark.quick

ROWS = [(name, row) for name, format in FORMATS.items() for row in format.table.rows]
QUANTITIES = {"", "weights", "biases", "buffers", "constant", "ignored", "state"}


@pytest.mark.parametrize(("format", "row"), ROWS, ids=[f"{name}-{row.operators.split()[0]}" for name, row in ROWS])
def test_a_row_says_only_what_there_is(format: str, row: Match) -> None:
    assert row.type in {*LAYERS, *MOVES, SAME, NOTHING, PRODUCT, EINSUM}
    if row.type in LAYERS:
        assert set(row.values) <= set(LAYERS[row.type].attributes)
        required = {name for name, attribute in LAYERS[row.type].attributes.items() if attribute.required}
        assert required <= set(row.values)
    for value in (*row.values.values(), row.when):
        for text in value if isinstance(value, tuple) else (value,):
            parse(text)
    assert {role.kind for role in row.roles(0)} <= QUANTITIES
    assert row.axis in ("", "first", "last", "format", "steps")


def test_each_operator_is_told_apart() -> None:
    """Of several rows for an operator only the last may hold always, for those behind it were never asked."""
    for name, format in FORMATS.items():
        for operator, rows in format.table.by_operator.items():
            stored = [
                row for row in rows if any(role.kind in QUANTITIES - {"", "ignored", "state"} for role in row.roles(0))
            ]
            always = [row for row in rows[:-1] if row.when == "true" and row not in stored]
            assert not always, (name, operator)
