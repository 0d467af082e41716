"""The network worked out once more with something changed: by the engine, never by a formula of our own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import prod
from typing import Any, NamedTuple

from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.layers.base import BadValue, Layer
from cnncalc.core.shape import Shape
from cnncalc.core.work import Impossible, Work, work
from cnncalc.teaching.question import Target

Change = Callable[[int, Row, tuple[Shape, ...]], tuple[Layer, tuple[Shape, ...]]]


class Rewritten(NamedTuple):
    """How formulas of a layer are changed: in the field, what `pattern` matches becomes `by`."""

    field: str
    pattern: str
    by: str


def changed(layer: Layer, rank: int, attributes: Mapping[str, Any], formulas: tuple[Rewritten, ...] = ()) -> Layer:
    """A copy of a layer with other attributes and formulas; the layer itself where nothing changes.

    New formulas may also use `one_side`, the longest side of the kernel, and `one_less`, a kernel with F − 1 for F.

    >>> from cnncalc.core.layers import LAYERS
    >>> pool = LAYERS["upsample"]({"factor": (2, 2)})
    >>> work(changed(pool, 2, {"factor": 3}), ((8, 5, 5),)).output
    (8, 15, 15)
    >>> work(changed(pool, 2, {}, (Rewritten("out_side", r" \\*", " +"),)), ((8, 5, 5),)).output
    (8, 7, 7)
    """
    values = dict(layer.values)
    for name, value in attributes.items():
        if name in values:
            values[name] = layer.attributes[name].convert(value, rank)
    fields: dict[str, Any] = {}
    for field, pattern, by in formulas:
        before = fields.get(field, getattr(layer, field))
        after = _substituted(before, pattern, by)
        if after != before:
            fields[field] = after
    if values == layer.values and not fields:
        return layer
    copy = type(layer)(values)
    copy.__dict__.update(fields)  # a formula of one object hides that of its class
    kernel = values.get("kernel", ())
    copy.names |= {"one_side": max(kernel, default=1), "one_less": prod(side - 1 for side in kernel)}
    return copy


def _substituted(formula: Any, pattern: str, by: str) -> Any:
    if isinstance(formula, dict):
        return {key: _substituted(value, pattern, by) for key, value in formula.items()}
    return re.sub(pattern, by, formula) if formula else formula


def reworked(
    analysis: Analysis, target: Target, change: Change, shapes: Mapping[int, Shape] | None = None
) -> dict[int, Work] | None:
    """The work of rows `start:stop` with every layer changed; `shapes` are outputs that somebody says.

    None where the changed network does not fit, or a change makes a value that no layer takes.
    """
    graph = analysis.graph
    assert graph is not None
    found: dict[int, Work] = {}
    said = shapes or {}
    try:
        for index in range(target.start, target.stop if target.row is None else target.row + 1):
            reads = tuple(
                said[ref] if ref in said else found[ref].output if ref in found else graph.shape(ref)
                for ref in graph.nodes[index].inputs
            )
            layer, reads = change(index, analysis.rows[index], reads)
            found[index] = work(layer, reads)
    except (Impossible, BadValue, ArithmeticError, ValueError, TypeError, IndexError):
        return None
    return found


def quantity_of(analysis: Analysis, target: Target, found: Mapping[int, Work]) -> Shape | int:
    """What a question asks for, in such work."""
    if target.quantity == "shape":
        assert target.row is not None
        return found[target.row].output
    total = 0
    for index in found if target.row is None else (target.row,):
        done, row = found[index], analysis.rows[index]
        if target.quantity == "multiplies":
            total += done.multiplies
        elif row.shares is None:
            total += done.weights + done.biases
    return total
