"""How layers, answers and working are written on a worksheet."""

from __future__ import annotations

from cnncalc.analyses.outline import describe_layer
from cnncalc.analyses.working import working_of
from cnncalc.core.analysis import Counts, Row
from cnncalc.core.formula import written
from cnncalc.core.layers.base import PER_AXIS, Layer
from cnncalc.core.problem import Label
from cnncalc.core.shape import Shape, TensorShape, written_shape
from cnncalc.core.work import Step, work
from cnncalc.teaching.question import Answer


def described(row: Row) -> str:
    """The words for a layer: `conv 11×11, 96 filters, stride 4`."""
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
        elif declared.kind == "Padding" and not isinstance(value, str):
            even = all(before == after for before, after in value)
            if any(before or after for before, after in value):
                ends = [str(before) if even else f"[{before}, {after}]" for before, after in value]
                parts.append(f"{name}: {_listed(ends)}" if even else f"{name}: [{', '.join(ends)}]")
        elif declared.kind in PER_AXIS:
            if set(value) != {declared.default}:
                parts.append(f"{name}: {_listed([written(part) for part in value])}")
        elif declared.kind == "Dims":
            parts.append(f"{name}: {written_shape(value, times='x')}")
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


def working(layer: Layer, reads: tuple[Shape, ...], quantity: str) -> list[Step]:
    """The steps that lead to a quantity of a layer: its shape, or one that is counted."""
    wanted = {"shape": ("output",), "params": ("weights", "biases", "params")}.get(quantity, (quantity,))
    done = work(layer, reads)
    counts = Counts(done.weights, done.biases, done.buffers, done.multiplies, done.activations)
    row = Row("", layer.type, layer, (), tuple(map(TensorShape, reads)), done.output, counts, Label("", ""))
    return [step for step in working_of(row).steps if step.quantity in wanted]


def _label(step: Step) -> str:
    """What a step gives: an axis, channels, weights; its own label where a quantity has several steps."""
    plain = (step.quantity, "kernels", "matrix", "dot products")
    return step.quantity if step.quantity != "output" and step.label in plain else step.label


def lines_of(found: list[Step]) -> tuple[str, ...]:
    """The lines of a working: what each step gives, symbols, numbers, and the result."""
    lines = []
    for step in found:
        trivial = step.numbers.replace(",", "") == str(step.value)
        parts = [step.symbols] if trivial else [step.symbols, step.numbers]
        lines.append(f"{_label(step)}: {' = '.join(parts)} = {step.value:,}")
    return tuple(lines)


def hints_of(found: list[Step]) -> tuple[str, str]:
    """The formulas, then the numbers put in, without results."""
    formulas = "; ".join(f"{_label(step)}: {step.symbols}" for step in found)
    first = [step for step in found if step.label not in ("sum", "params")]  # their numbers are results
    return formulas, "; ".join(f"{_label(step)}: {step.numbers}" for step in first)
