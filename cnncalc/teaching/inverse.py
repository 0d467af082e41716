"""Questions the other way round: which stride gives 27×27? Right is every value that the engine says so of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnncalc.analysis import Analysis, Row
from cnncalc.layers.base import BadValue, Layer
from cnncalc.teaching.question import Answer, Question, Target
from cnncalc.teaching.rework import changed
from cnncalc.teaching.wording import described, entry, hints_of, lines_of, working, written_answer
from cnncalc.work import Impossible, work

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


def possible(row: Row, start: int) -> Iterator[tuple[str, Target]]:
    """The attributes of a row that can be asked for."""
    for name, quantity in ATTRIBUTES.items():
        value = row.layer.values.get(name)
        if value is None or row.shares or len(row.input_shapes) > 1 or not row.layer.counted:
            continue
        if name == "padding" and (value == "same" or len({end for pair in value for end in pair}) > 1):
            continue
        if isinstance(value, tuple) and len(set(value)) > 1:
            continue
        if (name == "groups" and value == 1) or (name == "dilation" and set(value) == {1}):
            continue
        if quantity == "shape" and not row.input_shapes[0][1:]:
            continue
        if name in ("stride", "kernel") and set(value) == {1}:
            continue
        if quantity == "params" and not row.counts.params:
            continue
        yield name, Target(start, start + 1, start, quantity, name)


def tried(row: Row, layer: Layer, target: Target) -> list[Answer]:
    """Every value of the attribute with which the layer gives what the row gives, each tried through the engine."""
    assert target.attribute is not None
    declared = layer.attributes[target.attribute]
    rank = len(row.input_shapes[0]) - 1
    values: list[Any] = list(range(declared.at_least, min(_bound(row, target), MOST_TRIED) + 1))
    if declared.kind == "Padding":
        values.append("same")
    return [value for value in values if _gives(row, changed_to(layer, rank, target.attribute, value), target)]


def changed_to(layer: Layer, rank: int, attribute: str, value: Any) -> Layer | None:
    """The layer with one other value, formulas that were changed kept; None where it takes no such value."""
    try:
        copy = changed(layer, rank, {attribute: value})
    except BadValue:
        return None
    if copy is not layer:
        copy.__dict__.update({name: text for name, text in layer.__dict__.items() if name not in ("values", "names")})
        copy.names = {**layer.names, **copy.names}
    return copy


def _gives(row: Row, layer: Layer | None, target: Target) -> bool:
    try:
        done = work(layer, row.input_shapes) if layer else None
    except (Impossible, ArithmeticError, TypeError):
        return False
    if done is None:
        return False
    if target.quantity == "shape":
        return done.output == row.output_shape
    return done.weights + done.biases == row.counts.params


def _bound(row: Row, target: Target) -> int:
    """No larger value can be right: it would be wider than the input, or have more numbers than there are."""
    values, sides = row.layer.values, (*row.input_shapes[0][1:], *row.output_shape[1:])
    if target.attribute in ("filters", "units"):
        return row.counts.params
    if target.attribute == "groups":
        return row.input_shapes[0][0]
    padding = values.get("padding", "same")
    padded = 0 if padding == "same" else sum(max(pair) for pair in padding)
    reach = max(values.get("kernel") or (1,)) * max(values.get("dilation") or (1,))
    if target.attribute == "padding":
        return max(sides, default=1) * max(values.get("stride") or (1,)) + reach
    return max(sides, default=1) + 2 * padded + reach


def question_for(analysis: Analysis, target: Target, id: str, layout: str) -> Question | None:
    """The question, or None where no value, or too many, are right."""
    assert target.row is not None
    assert target.attribute is not None
    row = analysis.rows[target.row]
    accepted = tried(row, row.layer, target)
    if not 1 <= len(accepted) <= MOST_ANSWERS or row.output_shape[1:] == (1,) * len(row.output_shape[1:]) != ():
        return None
    reads = written_answer(row.input_shapes[0], layout)
    gives = written_answer(row.output_shape, layout)
    if target.quantity == "params":
        gives = f"{row.counts.params:,} params"
    found = working(row, target.quantity)
    listed = " or ".join(written_answer(value, layout) for value in accepted)
    formulas, _ = hints_of(found)
    name = row.name.rpartition("/")[2]
    many = target.attribute in ("filters", "units", "groups")
    asked = f"How many {target.attribute} give" if many else f"Which {target.attribute} gives"
    return Question(
        id=id,
        ask="inverse",
        kind="integer",
        layer=row.name,
        prompt=f"`{name}` reads {reads}: `{entry(row, target.attribute)}`. {asked} {gives}? "
        "(One value that does is enough.)",
        accepted=tuple(accepted),
        working=(
            f"{described(row)}: {'; '.join(lines_of(found))}",
            f"every value tried: {target.attribute} {listed} gives {gives}, no other does",
        ),
        hints=(formulas, f"{name} reads {reads} and has to give {gives}: put in one value after the other"),
        points=2,
        target=target,
    )
