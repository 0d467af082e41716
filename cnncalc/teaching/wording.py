"""How layers, answers and working are written on a worksheet."""

from __future__ import annotations

from cnncalc.analysis import Row
from cnncalc.outline import describe_layer
from cnncalc.shape import written_shape
from cnncalc.teaching.question import Answer
from cnncalc.work import COUNTS, Step, steps


def described(row: Row) -> str:
    """What a layer is: `conv 11×11, 96 filters, stride 4`."""
    return describe_layer(row.layer, row.input_shapes[0][0], spelled=True)


def entry(row: Row, hidden: str) -> str:
    """The layer as it would stand in a file, one attribute a question mark: `conv: {filters: 96, stride: ?}`."""
    parts = []
    for name, value in row.layer.values.items():
        declared = row.layer.attributes[name]
        if name == hidden:
            parts.append(f"{name}: ?")
        elif value is None or value == declared.default or declared.kind == "Table":
            continue
        elif declared.kind == "Padding" and value != "same":
            ends = [str(before) if before == after else f"[{before}, {after}]" for before, after in value]
            if any(before or after for before, after in value):
                parts.append(f"{name}: {_listed(ends)}")
        elif declared.kind == "PerAxis":
            if set(value) != {declared.default}:
                parts.append(f"{name}: {_listed([str(part) for part in value])}")
        else:
            parts.append(f"{name}: {str(value).lower() if isinstance(value, bool) else value}")
    return f"{row.type}: {{{', '.join(parts)}}}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(set(parts)) == 1 else f"[{', '.join(parts)}]"


def written_answer(answer: Answer, layout: str = "hwc") -> str:
    """An answer as people write it.

    >>> written_answer((96, 55, 55)), written_answer(34944), written_answer("same")
    ('55×55×96', '34,944', 'same')
    """
    if isinstance(answer, tuple):
        return written_shape(answer, layout)
    return f"{answer:,}" if isinstance(answer, int) else answer


def working(row: Row, quantity: str) -> list[Step]:
    """The steps that lead to a quantity of a row: shape, params or multiplies."""
    wanted = {"shape": ("output",), "params": ("weights", "biases"), "multiplies": ("multiplies",)}[quantity]
    return _merged([step for step in steps(row.layer, row.input_shapes) if step.quantity in wanted])


def _merged(found: list[Step]) -> list[Step]:
    """The sides as one step where their working is the same, and before the channels."""
    sides = [step for step in found if step.label == "size"]
    if len(sides) > 1 and len({(step.symbols, step.numbers) for step in sides}) == 1:
        return [sides[0]._replace(axis=_and([step.axis or "" for step in sides])), found[0]]
    return [*sides, *(step for step in found if step.label != "size")]


def _and(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def label(step: Step) -> str:
    """What a step gives: an axis, channels, weights."""
    if step.quantity == "output":
        return step.axis or step.label
    return step.quantity if step.label in (step.quantity, "kernels", "matrix", "dot products") else step.label


def lines_of(found: list[Step], result: bool = True) -> tuple[str, ...]:
    """Each step as a line: what it gives, symbols, numbers, and the result."""
    lines = []
    for step in found:
        trivial = step.numbers.replace(",", "") == str(step.value)
        parts = [step.symbols] if trivial else [step.symbols, step.numbers]
        if result:
            parts.append(f"{step.value:,}")
        lines.append(f"{label(step)}: {' = '.join(parts)}")
    counted = [step for step in found if step.quantity in COUNTS]
    if result and len(counted) > 1:
        total = sum(step.value for step in counted)
        lines.append(f"together: {' + '.join(f'{step.value:,}' for step in counted)} = {total:,}")
    return tuple(lines)


def hints_of(found: list[Step]) -> tuple[str, str]:
    """The formulas, then the numbers put in, without the result."""
    formulas = "; ".join(f"{label(step)}: {step.symbols}" for step in found)
    numbers = "; ".join(f"{label(step)}: {step.numbers}" for step in found)
    return formulas, numbers
