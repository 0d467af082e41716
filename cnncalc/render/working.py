"""The working of a network as text: formula, numbers and result, each in a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnncalc.analyses.columns import Style
from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.outline import describe
from cnncalc.analyses.working import COUNTED, Broken, Explanation, FailedWorking, LayerWorking, Meaning, SumWorking
from cnncalc.core.analysis import Counts
from cnncalc.core.figures import exact, percent
from cnncalc.core.layers.base import COUNTS
from cnncalc.core.problem import clean
from cnncalc.core.work import Step
from cnncalc.render.fold import folded

_INDENT = 15  # columns before a formula


class WorkingLine(NamedTuple):
    """One line of a layer's working; empty texts where there is nothing to say."""

    label: str
    formula: str
    numbers: str = ""
    result: str = ""
    note: str = ""
    is_formula: bool = False


def render(explanation: Explanation, style: Style, width: int | None = None) -> str:
    """All entries, the idle layers and the legend, separated by empty lines; folded to `width` columns."""
    parts = []
    for entry in explanation.entries:
        if isinstance(entry, LayerWorking):
            parts.append(_layer(entry, explanation.multiplies, style, width))
        else:
            parts.append(_sum(entry, style, clean(explanation.analysis.file), width))
    if explanation.broken:
        parts += _broken(explanation.broken, style, width)
    if explanation.idle:
        parts.append(folded("nothing changes and nothing is counted in: ", ", ".join(explanation.idle), width))
    if explanation.legend:
        parts.append(_legend(explanation.legend, width))
    return style.plain("\n".join(parts))


# ------------------------------------------------------------------------------------------- lines, for any format


def layer_head(working: LayerWorking) -> tuple[str, str, str]:
    """Name, description, and place in the file."""
    return working.name, working.description, clean(str(working.row.origin))


def sum_head(working: SumWorking, file: str, style: Style) -> tuple[str, str, str]:
    """Name, description, and place in the file."""
    if working.entry is None:
        outputs = [f"{name} {style.shape(shape)}" for name, shape in working.outputs.items()]
        several = f", outputs {', '.join(outputs)}" if len(outputs) > 1 else ""
        return working.name, f"{working.description}{several}", file
    layers = f"{working.layers} layer{'s' * (working.layers != 1)}"
    return working.name, f"{working.description}, {layers}", clean(str(working.entry.origin))


def layer_lines(working: LayerWorking, style: Style, network: int) -> Iterator[WorkingLine | Step]:
    """What is said of a layer, in order: its steps, and lines for what is no formula."""
    row = working.row
    reads = ", ".join(f"{name} {style.shape(shape)}" for name, shape in zip(row.inputs, row.input_shapes, strict=True))
    yield WorkingLine("reads", reads)
    if spread := working.spread:
        yield WorkingLine("spread", "; ".join(f"{name} over {' and '.join(axes)}" for name, axes in spread))
    sizes = [step for step in working.steps if step.quantity == "output"]
    yield from sizes
    output = style.shape(row.output_shape)
    yield (
        WorkingLine("output", "as its input", "", output)
        if working.unchanged
        else WorkingLine("output", "", "", output)
    )
    counted = [step for step in working.steps if step.quantity in COUNTS]
    yield from counted
    for quantity in row.layer.left_open:
        yield WorkingLine(quantity, "not known: the file does not say")
    if not any(step.quantity == "multiplies" for step in counted) and "multiplies" not in row.layer.left_open:
        yield WorkingLine("multiplies", "none, by convention", "", "0")
    if row.shares:
        yield WorkingLine("params", f"counted at {row.shares}, whose weights these are", "", "0")
    for step in working.steps:
        if step.quantity == "activations" or (step.quantity == "params" and not row.shares):
            yield step
    if row.counts.multiplies and network:
        yield WorkingLine("share", "of the network's multiplies", "", percent(row.counts.multiplies, network))


def remainders(working: LayerWorking) -> str:
    """What a stride leaves over, as a sentence; empty where nothing is left."""
    left = working.remainders
    if not left:
        return ""
    same = len(set(left.values())) == 1 and len(left) == len(working.row.output_shape) - 1
    axes = str(max(left.values())) if same else ", ".join(f"{axis} {number}" for axis, number in left.items())
    return f"{axes}: the stride does not divide, and no window reaches so many positions at the end, padding included"


def failed_head(working: FailedWorking) -> tuple[str, str, str]:
    """Name, description, and place in the file."""
    return working.name, working.description, clean(str(working.origin))


def failed_lines(working: FailedWorking, style: Style) -> list[WorkingLine | Step]:
    """What the layer reads, and the working up to what cannot be."""
    named = zip(working.inputs, working.input_shapes, strict=True)
    reads = WorkingLine("reads", ", ".join(f"{name} {style.shape(shape)}" for name, shape in named))
    return [reads, *working.steps]


def fits_table(broken: Broken, style: Style) -> tuple[str, list[list[str]]]:
    """A sentence, and the entries that fit: name, description, output."""
    rows = [[entry.name, describe(entry), style.shape(entry.output_shape)] for entry in broken.fits]
    fit = f"{len(rows)} {'entry fits' if len(rows) == 1 else 'entries fit'}"
    failing = ", ".join(one.name for one in broken.failed)
    return f"{fit}{f'; what fails: {failing}' if failing else ''}", rows


def is_plain(step: Step) -> bool:
    """Whether the numbers put in say no more than the result does."""
    return step.numbers.replace(",", "") == str(step.value)


def is_named(step: Step, steps: Sequence[Step]) -> bool:
    """Whether to say what a count is of: it has several parts, and this is one of them."""
    parts = [one for one in steps if one.quantity == step.quantity]
    return step.quantity in COUNTS and len(parts) > 1 and step.label != "sum"


def figure(value: object) -> str:
    """A result with thousands separators and a real minus sign."""
    text = f"{value:,}" if type(value) is int else {True: "true", False: "false"}.get(value, str(value))  # type: ignore[call-overload]
    return str(text).replace("-", "−")


def sum_table(working: SumWorking, style: Style) -> tuple[list[str], list[list[str]], list[str]]:
    """Head, rows and last row of the contributions; quantities that nothing contributes to have no column."""
    *of_parts, of_all = working.left_open

    def figures(counts: Counts, left_open: tuple[str, ...]) -> list[str]:
        signs = [style.plain(MEASURES[quantity].sign(left_open)) for quantity in shown]
        values = [getattr(counts, quantity) for quantity in shown]
        return [sign + (exact(value) if value or not sign else "0") for sign, value in zip(signs, values, strict=True)]

    shown = [name for name in COUNTED if getattr(working.counts, name) or MEASURES[name].sign(of_all)]
    if working.counts.weights == working.counts.params:
        shown = [name for name in shown if name != "weights"]
    head = ["part", "output", *shown]
    rows = [
        [name, style.shape(part.output_shape), *figures(part.counts, left_open)]
        for (name, part), left_open in zip(working.parts, of_parts, strict=True)
    ]
    outputs = [style.shape(shape) for shape in working.outputs.values()]
    return (
        head,
        rows,
        [
            "sum",
            outputs[0] if len(outputs) == 1 else "",
            *figures(working.counts, of_all),
        ],
    )


def texts(lines: list[WorkingLine | Step]) -> Iterator[WorkingLine]:
    """The lines as text: a label only where it changes, numbers only where they say more than the result."""
    steps = [line for line in lines if isinstance(line, Step)]
    previous = ""
    for line in lines:
        if isinstance(line, WorkingLine):
            yield line
            continue
        label = line.label if line.quantity == "output" else line.quantity
        formula = "" if line.label == "sum" else line.symbols
        note = line.label if is_named(line, steps) else ""
        numbers = "" if is_plain(line) else line.numbers
        yield WorkingLine(label if label != previous else "", formula, numbers, figure(line.value), note, bool(formula))
        previous = label


# --------------------------------------------------------------------------------------------------- text


def _layer(working: LayerWorking, network: int, style: Style, width: int | None) -> str:
    text = _head(layer_head(working), width)
    text += _aligned(list(texts([*layer_lines(working, style, network)])), width)
    left = remainders(working)
    return text + (folded(f"  {'remainder':<11}  ", left, width) if left else "")


def _aligned(lines: list[WorkingLine], width: int | None) -> str:
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
            text += f"{row}\n" if line.result else folded(f"  {line.label:<11}  ", line.formula, width)
        else:
            text += folded(f"  {line.label:<11}  ", line.formula, width) if line.formula else ""
            head = "" if line.formula else line.label
            text += folded(f"  {head:<11}  ", f"{middle} {end}{note}".strip(), width)
    return text


def _head(head: tuple[str, str, str], width: int | None) -> str:
    return folded("", " · ".join(head), width)


def _sum(working: SumWorking, style: Style, file: str, width: int | None) -> str:
    head, rows, last = sum_table(working, style)
    table = [head, *rows, last]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(head))]
    text = _head(sum_head(working, file, style), width)
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


def _broken(broken: Broken, style: Style, width: int | None) -> Iterator[str]:
    sentence, rows = fits_table(broken, style)
    widths = [max([len(cells[column]) for cells in rows] or [0]) for column in range(3)]
    text = folded("", sentence, width)
    for name, description, shape in rows:
        text += f"  {name:<{widths[0]}}  {description:<{widths[1]}}  {shape:>{widths[2]}}\n"
    yield text
    for failed in broken.failed:
        lines = list(texts(failed_lines(failed, style)))
        if failed.why:
            lines[-1] = lines[-1]._replace(note=f"impossible: {failed.why}")
        yield _head(failed_head(failed), width) + _aligned(lines, width)


def _legend(legend: tuple[Meaning, ...], width: int | None) -> str:
    heads = [", ".join(meaning.symbols) for meaning in legend]
    wide = max(map(len, heads))
    lines = [folded(f"  {head:<{wide}}  ", meaning.text, width) for head, meaning in zip(heads, legend, strict=True)]
    return "where\n" + "".join(lines)
