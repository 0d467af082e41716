"""The network worked out once more with something changed: by the engine, never by a formula of our own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import prod
from operator import eq
from typing import Any

from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.layers.base import BadValue, Layer
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape
from cnncalc.core.work import Impossible, Work, work
from cnncalc.teaching.question import Target

Change = Callable[[int, Row, tuple[Shape, ...]], tuple[Layer, tuple[Shape, ...]]]


class Rewritten(Record):
    """The change of a layer's formulas: in the field, what `pattern` matches becomes `by`."""

    field: str
    pattern: str
    by: str


def changed(layer: Layer, rank: int, attributes: Mapping[str, Any], formulas: tuple[Rewritten, ...] = ()) -> Layer:
    """A copy of a layer with other attributes and formulas; the layer itself where nothing changes.

    New formulas may also use `one_side`, the longest side of the kernel, and `one_less`, a kernel with F − 1 for F
    (of 1 it stays 1).

    >>> from cnncalc.core.layers import LAYERS
    >>> pool = LAYERS["upsample"]({"factor": (2, 2)})
    >>> work(changed(pool, 2, {"factor": 3}), ((8, 5, 5),)).output
    TensorShape(channels=8, height=15, width=15)
    >>> work(changed(pool, 2, {}, (Rewritten("out_side", r" \\*", " +"),)), ((8, 5, 5),)).output
    TensorShape(channels=8, height=7, width=7)
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
    copy.names |= {"one_side": max(kernel, default=1), "one_less": prod(max(side - 1, 1) for side in kernel)}
    return copy


def _substituted(formula: Any, pattern: str, by: str) -> Any:
    if isinstance(formula, dict):
        return {key: _substituted(value, pattern, by) for key, value in formula.items()}
    return re.sub(pattern, by, formula) if formula else formula


class Said(Record):
    """The rows as somebody states them: their outputs, and their counts by row and quantity."""

    shapes: dict[int, Shape]
    counts: dict[tuple[int, str], int]


NOTHING = Said({}, {})
PARTS = {"params": ("weights", "biases")}  # what a count is the sum of
COUNTED = ("shape", "params", *PARTS["params"], "multiplies")  # what the work of a layer tells


def reworked(analysis: Analysis, target: Target, change: Change, said: Said = NOTHING) -> dict[int, Work]:
    """The work of rows `start:stop` with every layer changed; for what reads a row, its output is what is `said`.

    A row is left out where the changed network does not fit, or a change makes a value that no layer takes.
    """
    graph = analysis.graph
    assert graph is not None
    found: dict[int, Work] = {}
    rows = range(target.start, target.stop if target.row is None else target.row + 1)
    for index in rows:
        try:
            reads = tuple(
                said.shapes[ref] if ref in said.shapes else found[ref].output if ref in rows else graph.shape(ref)
                for ref in graph.nodes[index].inputs
            )
            node = graph.nodes[index]
            layer, reads = change(index, analysis.rows[index], reads)
            if index in said.shapes and target.quantity == "multiplies":
                layer = _giving(layer, said.shapes[index])
            same = layer is node.layer and all(map(eq, reads, map(graph.shape, node.inputs)))
            found[index] = node.work if same else work(layer, reads)
        except (Impossible, BadValue, ArithmeticError, ValueError, TypeError, LookupError):
            continue
    return found


def _giving(layer: Layer, output: Shape) -> Layer:
    """A layer with another output, whatever it reads."""
    copy = type(layer)(dict(layer.values))
    copy.__dict__.update({name: text for name, text in layer.__dict__.items() if name not in ("values", "names")})
    copy.__dict__["out_shape"] = "said_output"
    copy.names |= {"said_output": output}
    return copy


def quantity_of(
    analysis: Analysis, target: Target, found: Mapping[int, Work], said: Said = NOTHING
) -> Shape | int | None:
    """The quantity that a question asks for, in such work; None where a row that it needs was left out.

    Or where no work tells it, as a measure.
    """
    if target.quantity not in COUNTED:
        return None
    if target.row is not None and target.quantity == "shape":
        return found[target.row].output if target.row in found else None
    total = 0
    for index in range(target.start, target.stop) if target.row is None else (target.row,):
        row = analysis.rows[index]
        whole = (index, target.quantity) in said.counts
        for quantity in (target.quantity,) if whole else PARTS.get(target.quantity, (target.quantity,)):
            if (index, quantity) in said.counts:
                total += said.counts[index, quantity]
            elif index not in found:
                return None
            elif quantity == "multiplies" or row.shares is None:
                total += int(getattr(found[index], quantity))
    return total
