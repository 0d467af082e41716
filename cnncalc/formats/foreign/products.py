"""Products of matrices: which two are multiplied, and the dims of what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnncalc.formats.foreign.model import Operation
from cnncalc.formats.foreign.moves import Known, spread
from cnncalc.formats.foreign.table import PRODUCT, Match
from cnncalc.formats.foreign.value import Value


def operands(row: Match, reads: Sequence[Any]) -> list[Any]:
    """The two that are multiplied by each other."""
    return [read for role, read in row.by_role(reads) if role.name in ("x", "w") and not role.aside and read]


def turned_sides(operator: Operation, parts: Sequence[Value | Known]) -> list[tuple[int, ...]]:
    """The dims of two matrices as they are multiplied."""
    turned = [operator.attributes.get(name) == 1 for name in ("transA", "transB")]
    return [_swapped(part.dims) if turn else part.dims for part, turn in zip(parts, turned, strict=True)]


def product_of(operator: Operation, rows: Sequence[Match], reads: Sequence[Known | None]) -> tuple[int, ...] | None:
    """The dims of a product of matrices, whatever is added to it; None where it is none."""
    parts = next((operands(row, reads) for row in rows if row.type == PRODUCT), [])
    if len(parts) != 2:
        return None
    a, b = turned_sides(operator, parts)
    if not (a and b) or a[-1] != b[max(-2, -len(b))]:
        return None
    rows_, columns = a[-2:-1], b[-1:] if len(b) > 1 else ()  # of vectors there are none
    return (*spread([a[:-2], b[:-2]]), *rows_, *columns)


def _swapped(dims: tuple[int, ...]) -> tuple[int, ...]:
    return (*dims[:-2], dims[-1], dims[-2]) if len(dims) > 1 else dims
