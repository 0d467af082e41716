"""A wrong answer → the slips that give it, each found by working the network out once more with the slip."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.layers.base import Layer
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape
from cnncalc.teaching.inverse import MOST_ANSWERS, tried
from cnncalc.teaching.measured import MEASURED, mistaken, seen_with
from cnncalc.teaching.question import Answer, Question, Target
from cnncalc.teaching.rework import PARTS, changed, quantity_of, reworked
from cnncalc.teaching.select import called, hidden
from cnncalc.teaching.slips import SEEN, SLIPS, Slip

MOST_ROWS = 100  # in which a slip is looked for, one by one


class Likely(Record):
    """A slip that gives a certain wrong answer: at one `layer`, or with none in every layer of a table."""

    slip: Slip
    layer: str

    def __str__(self) -> str:
        return f"{self.slip.name} (in {self.layer})" if self.layer else self.slip.name


def likely(analysis: Analysis, question: Question, layout: str = "hwc") -> dict[Answer, tuple[Likely, ...]]:
    """Wrong answers to a question, each with the slips that give it; what is right is no slip's."""
    target = question.target
    if target is None:
        return {}
    found: dict[Answer, list[Likely]] = {}
    slips = _inverse(analysis, target) if target.attribute else _direct(analysis, question, target, layout)
    for answer, slip in slips:
        known = found.setdefault(answer, [])
        if answer not in question.accepted and slip.slip.name not in [one.slip.name for one in known]:
            known.append(slip)
    return {answer: tuple(slips) for answer, slips in found.items() if slips}


def _direct(analysis: Analysis, question: Question, target: Target, layout: str) -> Iterator[tuple[Answer, Likely]]:
    """In the asked layer itself, in each one before it, and in all of the table."""
    rows = range(target.start, target.stop if target.row is None else target.row + 1)
    near = rows if len(rows) <= MOST_ROWS else rows[-MOST_ROWS:] if target.row is not None else rows[:0]
    if target.quantity in (*MEASURED, "trainable"):
        yield from (_seen if target.quantity == SEEN else _measured)(analysis, target)
        return
    for slip in SLIPS:
        asked = {target.quantity, "params" if target.quantity in PARTS["params"] else target.quantity} & {*slip.asked}
        if slip.answers and asked:
            (right, *_) = question.accepted
            if isinstance(right, tuple) and len(right) > 1:
                yield _swapped(right, layout), Likely(slip, "")
            continue
        places: list[tuple[str, frozenset[int]]] = []
        if asked and target.row is not None:
            places.append(("", frozenset([target.row])))
        if target.row is None or "shape" in slip.asked:
            places += [
                (called(analysis, target.start, target.stop, index), frozenset([index]))
                for index in near
                if not hidden(analysis.rows[index]) and not (slip.reads and target.row is not None)
            ]
        if asked:
            places.append(("", frozenset(rows)))
        for layer, at in places:
            value = _value_with(analysis, target, slip, at)
            if value:
                yield value, Likely(slip, layer)


def _seen(analysis: Analysis, target: Target) -> Iterator[tuple[Answer, Likely]]:
    """Of a receptive field: in the asked layer itself, and in all up to it."""
    assert target.row is not None
    for slip in SLIPS:
        for rows in (range(target.row, target.row + 1), range(target.row + 1)) if SEEN in slip.asked else ():
            value = seen_with(analysis, target, slip, rows)
            if value:
                yield value, Likely(slip, "")


def _measured(analysis: Analysis, target: Target) -> Iterator[tuple[Answer, Likely]]:
    """Of other measures: what somebody counts in its place."""
    values = mistaken(analysis, target)
    for slip in SLIPS:
        if slip.name in values:
            yield values[slip.name], Likely(slip, "")


def _value_with(analysis: Analysis, target: Target, slip: Slip, at: frozenset[int]) -> Answer | None:
    """The answer of somebody who makes a slip at these rows; None where it changes no layer."""
    touched = False

    def change(index: int, row: Row, reads: tuple[Shape, ...]) -> tuple[Layer, tuple[Shape, ...]]:
        nonlocal touched
        if index not in at:
            return row.layer, reads
        layer = changed(row.layer, len(reads[0]) - 1, slip.attributes, slip.formulas)
        given = tuple(map(_height_for_channels, reads)) if slip.reads else reads
        touched = touched or layer is not row.layer or given != reads
        return layer, given

    start = target.start if target.row is None else min(at)  # what stands before it is as it is
    found = reworked(analysis, target._replace(start=start), change)
    return quantity_of(analysis, target, found) if touched else None


def _inverse(analysis: Analysis, target: Target) -> Iterator[tuple[Answer, Likely]]:
    """Values of an attribute that would be right if the slip were none."""
    assert target.row is not None
    assert target.wanted is not None
    row = analysis.rows[target.row]
    for slip in SLIPS:
        if slip.answers or slip.reads or target.quantity not in slip.asked or target.attribute in slip.attributes:
            continue
        layer = changed(row.layer, len(row.input_shapes[0]) - 1, slip.attributes, slip.formulas)
        if layer is not row.layer:
            values = tried(row, layer, target, target.wanted)
            if len(values) <= MOST_ANSWERS:
                yield from ((value, Likely(slip, "")) for value in values)


def _swapped(shape: Shape, layout: str) -> Shape:
    """What is read from a shape that was written in the order that is not `layout`."""
    return (*shape[-1:], *shape[:-1]) if layout == "hwc" else (*shape[1:], shape[0])


def _height_for_channels(shape: Shape) -> Shape:
    return (shape[1], *shape[1:]) if len(shape) > 1 else shape
