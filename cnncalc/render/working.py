"""The working of a network as text: formula, numbers and result, each in a column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cnncalc.columns import Style
from cnncalc.figures import exact, percent
from cnncalc.problem import clean
from cnncalc.work import COUNTS, Step
from cnncalc.working import Explanation, LayerWorking, Meaning, SumWorking

COUNTED = ("weights", "biases", "params", "buffers", "multiplies", "activations")
_INDENT = 15  # columns before a formula


class Line(NamedTuple):
    """One line of a layer's working; empty texts where there is nothing to say."""

    label: str
    formula: str
    numbers: str = ""
    result: str = ""
    note: str = ""


def render(explanation: Explanation, style: Style, width: int | None = None) -> str:
    """All entries, the idle layers and the legend, separated by empty lines; folded to `width` columns."""
    texts = []
    for entry in explanation.entries:
        if isinstance(entry, LayerWorking):
            texts.append(_layer(entry, explanation.analysis.totals.multiplies, style, width))
        else:
            texts.append(_sum(entry, style, clean(explanation.analysis.file), width))
    if explanation.idle:
        texts.append(_folded("nothing changes and nothing is counted in: ", ", ".join(explanation.idle), width))
    if explanation.legend:
        texts.append(_legend(explanation.legend, width))
    return style.plain("\n".join(texts))


# ------------------------------------------------------------------------------------------- lines, for any format


def layer_head(working: LayerWorking) -> tuple[str, str, str]:
    """Name, description, and place in the file."""
    return working.name, working.description, f"{clean(working.row.file)}:{working.row.line}"


def sum_head(working: SumWorking, file: str) -> tuple[str, str, str]:
    """Name, description, and place in the file."""
    if working.entry is None:
        return working.name, working.description, file
    layers = f"{working.layers} layer{'s' * (working.layers != 1)}"
    return working.name, f"{working.description}, {layers}", f"{clean(working.entry.file)}:{working.entry.line}"


def layer_lines(working: LayerWorking, style: Style, network: int) -> Iterator[Line | Step]:
    """What is said of a layer, in order: its steps, and lines for what is no formula."""
    row = working.row
    reads = ", ".join(f"{name} {style.shape(shape)}" for name, shape in zip(row.inputs, row.input_shapes, strict=True))
    yield Line("reads", reads)
    sizes = [step for step in working.steps if step.quantity == "output"]
    yield from sizes
    output = style.shape(row.output_shape)
    yield Line("output", "as its input", "", output) if working.unchanged else Line("output", "", "", output)
    counted = [step for step in working.steps if step.quantity in COUNTS]
    yield from counted
    if not any(step.quantity == "multiplies" for step in counted):
        yield Line("multiplies", "none, by convention", "", "0")
    if row.shares:
        yield Line("params", f"counted at {row.shares}, whose weights these are", "", "0")
    for step in working.steps:
        if step.quantity == "activations" or (step.quantity == "params" and not row.shares):
            yield step
    if row.counts.multiplies:
        yield Line("share", "of the network's multiplies", "", percent(row.counts.multiplies, network))


def remainders(working: LayerWorking) -> str:
    """What a stride leaves over, as a sentence; empty where nothing is left."""
    left = working.remainders
    if not left:
        return ""
    same = len(set(left.values())) == 1 and len(left) == len(working.row.output_shape) - 1
    axes = "" if same else f" ({', '.join(f'{axis} {n}' for axis, n in left.items())})"
    number = max(left.values())
    what = "position" if number == 1 else "positions"
    return f"{number}{axes}: the stride does not divide, no window reaches the last {number} {what}"


def is_plain(step: Step) -> bool:
    """Whether the numbers put in say no more than the result does."""
    return step.numbers.replace(",", "") == str(step.value)


def figure(value: object) -> str:
    """A result with thousands separators and a real minus sign."""
    text = f"{value:,}" if type(value) is int else {True: "true", False: "false"}.get(value, str(value))  # type: ignore[call-overload]
    return str(text).replace("-", "−")


def sum_table(working: SumWorking, style: Style) -> tuple[list[str], list[list[str]], list[str]]:
    """Head, rows and last row of the contributions; quantities that nothing contributes to have no column."""
    shown = [name for name in COUNTED if getattr(working.counts, name)]
    if working.counts.weights == working.counts.params:
        shown = [name for name in shown if name != "weights"]
    head = ["part", "output", *shown]
    rows = [
        [name, style.shape(part.output_shape), *(exact(getattr(part.counts, quantity)) for quantity in shown)]
        for name, part in working.parts
    ]
    outputs = ", ".join(
        f"{name} {style.shape(shape)}" if len(working.outputs) > 1 else style.shape(shape)
        for name, shape in working.outputs.items()
    )
    return head, rows, ["sum", outputs, *(exact(getattr(working.counts, quantity)) for quantity in shown)]


# --------------------------------------------------------------------------------------------------- text


def _layer(working: LayerWorking, network: int, style: Style, width: int | None) -> str:
    text = " · ".join(layer_head(working)) + "\n"
    text += _aligned(list(_texts([*layer_lines(working, style, network)])), width)
    left = remainders(working)
    return text + (_folded(f"  {'remainder':<11}  ", left, width) if left else "")


def _texts(lines: list[Line | Step]) -> Iterator[Line]:
    quantities = [line.quantity for line in lines if isinstance(line, Step)]
    previous = ""
    for line in lines:
        if isinstance(line, Line):
            yield line
            continue
        label = line.label if line.quantity == "output" else line.quantity
        formula = "" if line.label == "sum" else line.symbols
        note = line.label if formula and label == line.quantity and quantities.count(line.quantity) > 1 else ""
        numbers = "" if is_plain(line) else line.numbers
        yield Line(label if label != previous else "", formula, numbers, figure(line.value), note)
        previous = label


def _aligned(lines: list[Line], width: int | None) -> str:
    """Label, formula, numbers and result, each in a column; a line that is too wide goes on below its formula."""
    columns = [line for line in lines if line.result]
    while True:
        symbols = max((len(line.formula) for line in columns), default=0)
        numbers = max((len(line.numbers) for line in columns), default=0)
        widths = {line: _INDENT + symbols + numbers + 8 + len(line.result + line.note) for line in columns}
        if width is None or not columns or max(widths.values()) <= width:
            break
        columns.remove(max(columns, key=lambda line: len(line.formula) + len(line.numbers)))
    text = ""
    for line in lines:
        middle = f"= {line.numbers}" if line.numbers else ""
        end = f"= {line.result}" if line.formula or line.numbers else line.result
        note = f"  {line.note}" if line.note else ""
        if line in columns or not line.result:
            row = f"  {line.label:<11}  {line.formula:<{symbols}}  {middle:<{numbers + 2}}  {end}{note}".rstrip()
            text += f"{row}\n" if line.result else _folded(f"  {line.label:<11}  ", line.formula, width)
        else:
            text += _folded(f"  {line.label:<11}  ", line.formula, width) if line.formula else ""
            head = "" if line.formula else line.label
            text += _folded(f"  {head:<11}  ", f"{middle} {end}{note}".strip(), width)
    return text


def _folded(head: str, text: str, width: int | None) -> str:
    """A text behind its head, folded at blanks and behind `·` so that it fits."""
    room = max(20, width - len(head)) if width else 0
    lines, line = [], ""
    for piece in re.findall(r"[^ ·]*(?:·(?=[^ ])| |$)", text):
        if room and len(line) + len(piece.rstrip()) > room:
            lines.append(line)
            line = ""
        line += piece
    rows = [row for row in [*lines, line] if row]
    return "".join(f"{head if n == 0 else ' ' * len(head)}{row}".rstrip() + "\n" for n, row in enumerate(rows))


def _sum(working: SumWorking, style: Style, file: str, width: int | None) -> str:
    head, rows, last = sum_table(working, style)
    table = [head, *rows, last]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(head))]
    text = " · ".join(sum_head(working, file)) + "\n"
    shown = list(range(1, len(head)))
    while shown:  # as many columns as there is room for, the others below
        taken = [0, shown.pop(0)]
        while shown and (width is None or 2 + sum(widths[n] + 2 for n in [*taken, shown[0]]) <= width + 2):
            taken.append(shown.pop(0))
        rule = "-" if style.ascii else "─"
        for cells in (head, *rows, [rule * widths[n] for n in range(len(head))], last):
            line = "  ".join(f"{cells[n]:<{widths[n]}}" if n == 0 else f"{cells[n]:>{widths[n]}}" for n in taken)
            text += f"  {line}".rstrip() + "\n"
    return text


def _legend(legend: tuple[Meaning, ...], width: int | None) -> str:
    heads = [", ".join(meaning.symbols) for meaning in legend]
    wide = max(map(len, heads))
    lines = [_folded(f"  {head:<{wide}}  ", meaning.text, width) for head, meaning in zip(heads, legend, strict=True)]
    return "where\n" + "".join(lines)
