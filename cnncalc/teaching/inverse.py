"""Questions the other way round: which stride would give 27×27? Right is every value of which the engine says so."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from cnncalc.analyses.outline import describe_layer
from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.layers.base import BadValue, Layer
from cnncalc.core.shape import Shape
from cnncalc.core.work import Impossible, work
from cnncalc.teaching.dice import Dice
from cnncalc.teaching.question import Answer, Question, Target
from cnncalc.teaching.rework import changed
from cnncalc.teaching.wording import entry, hints_of, lines_of, working, written_answer

ATTRIBUTES = {
    "stride": "shape",
    "kernel": "shape",
    "padding": "shape",
    "dilation": "shape",
    "filters": "params",
    "units": "params",
    "groups": "params",
}
MOST_ANSWERS = 6
MOST_TRIED = 20_000


def possible(row: Row, index: int) -> Iterator[Target]:
    """The attributes of a row that can be asked for."""
    for name, quantity in ATTRIBUTES.items():
        value = row.layer.values.get(name)
        if value is None or row.shares or len(row.input_shapes) > 1 or row.layer.left_open:
            continue
        if name == "padding" and (isinstance(value, str) or len({end for pair in value for end in pair}) > 1):
            continue
        if isinstance(value, tuple) and name != "padding" and len(set(value)) > 1:
            continue
        if (name == "groups" and value == 1) or (name == "dilation" and set(value) == {1}):
            continue
        if quantity == "shape" and not row.input_shapes[0][1:]:
            continue
        if quantity == "params" and not row.counts.params:
            continue
        yield Target(index, index + 1, index, quantity, name)


def variations(row: Row, target: Target) -> list[tuple[Layer, Shape | int]]:
    """The layer with another value of the attribute, and what it gives then; never the value that the file has."""
    assert target.attribute is not None
    rank, now = len(row.input_shapes[0]) - 1, row.layer.values[target.attribute]
    old = now if isinstance(now, int) else 0
    values = {"filters": (old // 2, 2 * old, 3 * old), "units": (old // 2, 2 * old, 3 * old), "groups": (1, 2, 4, 8)}
    found = []
    for value in values.get(target.attribute, tuple(range(8))):
        layer = changed_to(row.layer, rank, target.attribute, value)
        gives = _gives(row, layer, target)
        if layer is not None and gives is not None and layer.values != row.layer.values:
            found.append((layer, gives))
    return found


def tried(row: Row, layer: Layer, target: Target, wanted: Shape | int) -> list[Answer]:
    """Every value of the attribute with which the layer gives what is wanted, each tried through the engine."""
    assert target.attribute is not None
    declared = layer.attributes[target.attribute]
    rank = len(row.input_shapes[0]) - 1
    values: list[Any] = list(range(declared.at_least, min(_bound(row, target, wanted), MOST_TRIED) + 1))

    def given(value: Any) -> Shape | int | None:
        assert target.attribute is not None
        return _gives(row, changed_to(layer, rank, target.attribute, value), target)

    if isinstance(wanted, tuple):
        if declared.kind == "Padding":
            values.append("same")
        return [value for value in values if given(value) == wanted]
    if declared.name == "groups":
        return [value for value in values if row.input_shapes[0][0] % value == 0 and given(value) == wanted]

    def given_from(value: int) -> int:
        """The params with this value, or with the next larger one that is possible."""
        found = next((gives for one in range(value, value + groups) if (gives := given(one))), None)
        return found if isinstance(found, int) else sys.maxsize

    groups = layer.values.get("groups", 1)  # of so many values in a row one is possible, or none is
    first = bisect_left(values, wanted, key=given_from)  # more filters never have fewer params
    return [value for value in values[first : first + groups] if given(value) == wanted]


def changed_to(layer: Layer, rank: int, attribute: str, value: Any) -> Layer | None:
    """The layer with one other value, formulas that were changed kept; None where it takes no such value."""
    try:
        copy = changed(layer, rank, {attribute: value})
    except BadValue:
        return None
    if copy is not layer:
        copy.__dict__.update({name: text for name, text in layer.__dict__.items() if name not in ("values", "names")})
    return copy


def _gives(row: Row, layer: Layer | None, target: Target) -> Shape | int | None:
    """What a layer gives in the place of a row; None where it cannot stand there."""
    try:
        done = work(layer, row.input_shapes) if layer else None
    except (Impossible, ArithmeticError):
        return None
    if done is None:
        return None
    return done.output if target.quantity == "shape" else done.weights + done.biases


def _bound(row: Row, target: Target, wanted: Shape | int) -> int:
    """No larger value can be right: it would be wider than the input, or have more numbers than there are."""
    if isinstance(wanted, int):
        return row.input_shapes[0][0] if target.attribute == "groups" else wanted
    values, widest = row.layer.values, int(max(*row.input_shapes[0][1:], *wanted[1:]))
    padding = values.get("padding", "same")
    padded = 0 if isinstance(padding, str) else sum(max(pair) for pair in padding)
    reach = int(max(values.get("kernel", (1,)))) * int(max(values.get("dilation", (1,))))
    if target.attribute == "padding":
        return widest * int(max(values.get("stride", (1,)))) + reach
    return widest + 2 * padded + reach


def question_for(analysis: Analysis, target: Target, dice: Dice, id: str, layout: str) -> Question | None:
    """A question about a variation that the dice choose; None where no value, or too many, are right for each."""
    assert target.row is not None
    assert target.attribute is not None
    row = analysis.rows[target.row]
    for layer, wanted in dice.shuffled(variations(row, target)):
        if isinstance(wanted, tuple) and max(wanted[1:]) == 1:
            continue  # a window over all of it: every larger stride is right, too
        accepted = tried(row, row.layer, target, wanted)
        if 1 <= len(accepted) <= MOST_ANSWERS:
            return _question(row, layer, target._replace(wanted=wanted), tuple(accepted), id, layout)
    return None


def _question(row: Row, layer: Layer, target: Target, accepted: tuple[Answer, ...], id: str, layout: str) -> Question:
    assert target.attribute is not None
    assert target.wanted is not None
    reads = written_answer(row.input_shapes[0], layout)
    gives = written_answer(target.wanted, layout) + (" params" if target.quantity == "params" else "")
    found = working(layer, row.input_shapes, target.quantity)
    listed = " or ".join(written_answer(value, layout) for value in accepted)
    name = row.name.rpartition("/")[2]
    many = target.attribute in ("filters", "units", "groups")
    asked = f"How many {target.attribute}" if many else f"Which {target.attribute}"
    return Question(
        id=id,
        ask="inverse",
        kind="integer",
        layer=row.name,
        prompt=f"`{entry(row, target.attribute)}` reads {reads}. {asked} would give {gives}?"
        + (" (One value that does is enough.)" if len(accepted) > 1 else ""),
        accepted=accepted,
        working=(
            f"with {describe_layer(layer, row.input_shapes[0][0], spelled=True)}: {'; '.join(lines_of(found))}",
            f"every value tried: {target.attribute} {listed} gives {gives}, no other does",
        ),
        hints=(hints_of(found)[0], f"`{name}` reads {reads} and has to give {gives}: put in one value after the other"),
        points=2,
        target=target,
    )
