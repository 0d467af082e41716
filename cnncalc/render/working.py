"""Where each number comes from: the formula, the numbers put in, and the result."""

from __future__ import annotations

from cnncalc.analysis import QUANTITIES, Analysis, GroupRow, Row
from cnncalc.columns import Style
from cnncalc.figures import percent
from cnncalc.outline import describe, parts
from cnncalc.problem import clean
from cnncalc.shape import AXES
from cnncalc.work import COUNTS, Step, steps

_SAME_SHAPE = ("W", "C")


def render(analysis: Analysis, entries: list[Row | GroupRow | None], style: Style) -> str:
    """The working of each entry, separated by an empty line; None stands for the total."""
    below = parts(analysis)
    texts = []
    for entry in entries:
        if isinstance(entry, Row):
            texts.append(_layer(entry, analysis, style))
        else:
            texts.append(_sum(entry, below, analysis, style))
    return style.plain("\n".join(texts))


def _layer(row: Row, analysis: Analysis, style: Style) -> str:
    working = steps(row.layer, row.input_shapes)
    lines = _output_lines(row, working, style)
    for quantity in COUNTS:
        own = [step for step in working if step.quantity == quantity]
        total = sum(step.value for step in own)
        for number, step in enumerate(own):
            label = quantity if number == 0 else ""
            what = f"  {step.label}" if len(own) > 1 else ""
            lines.append((label, *_equation(step), f"{step.value:,}{what}"))
        if len(own) > 1:
            lines.append(("", "", " + ".join(f"{step.value:,}" for step in own), f"{total:,}"))
        if not own and quantity == "multiplies":
            lines.append((quantity, "none, by convention", "", "0"))
    weights, biases = (sum(step.value for step in working if step.quantity == which) for which in ("weights", "biases"))
    if row.shares:
        lines.append(("params", f"counted at {row.shares}, whose weights these are", "", "0"))
    elif weights and biases:
        lines.append(("params", "weights + biases", f"{weights:,} + {biases:,}", f"{row.counts.params:,}"))
    sides = "·".join(map(str, row.output_shape[1:] + row.output_shape[:1]))
    lines.append(("activations", "values in the output", sides if "·" in sides else "", f"{row.counts.activations:,}"))
    if row.counts.multiplies:
        lines.append(
            ("share", "of the network's multiplies", "", percent(row.counts.multiplies, analysis.totals.multiplies))
        )
    head = f"{row.name} · {describe(row)} · {clean(row.file)}:{row.line}"
    reads = ", ".join(f"{name} {style.shape(shape)}" for name, shape in zip(row.inputs, row.input_shapes, strict=True))
    return f"{head}\n{_aligned([('reads', reads, '', ''), *lines])}{_remainders(working, row)}"


def _output_lines(row: Row, working: list[Step], style: Style) -> list[tuple[str, str, str, str]]:
    output = style.shape(row.output_shape)
    sizes = [step for step in working if step.quantity == "output"]
    if row.output_shape == row.input_shapes[0] and all(step.symbols in _SAME_SHAPE for step in sizes):
        return [("output", "as its input", "", output)]
    channels, sides = sizes[0], sizes[1:]
    if len({(step.symbols, step.numbers) for step in sides}) == 1:
        sides = [Step("output", "size", "size" if len(sides) > 1 else sides[0].axis, *_rest(sides[0]))]
    lines = [(step.axis or "", *_equation(step), f"{step.value:,}") for step in sides]
    lines.append(
        ("channels" if sides or len(row.output_shape) > 1 else "values", *_equation(channels), f"{channels.value:,}")
    )
    return [*lines, ("output", "", "", output)]


def _rest(step: Step) -> tuple[str, str, int, int]:
    return step.symbols, step.numbers, step.value, step.remainder


def _equation(step: Step) -> tuple[str, str]:
    """The formula, and the numbers put in where they say more than the result does."""
    trivial = step.numbers.replace(",", "") == str(step.value)
    return step.symbols, "" if trivial else step.numbers


def _remainders(working: list[Step], row: Row) -> str:
    left = {step.axis: step.remainder for step in working if step.remainder}
    if not left:
        return ""
    values = set(left.values())
    axes = (
        ""
        if len(values) == 1 and len(left) == len(AXES[len(row.output_shape) - 1])
        else f" ({', '.join(f'{axis} {n}' for axis, n in left.items())})"
    )
    number = max(values)
    what = "position" if number == 1 else "positions"
    return f"  remainder    {number}{axes}: the stride does not divide, no window reaches the last {number} {what}\n"


def _sum(entry: GroupRow | None, below: dict[str, list[Row | GroupRow]], analysis: Analysis, style: Style) -> str:
    counts = entry.counts if entry else analysis.totals
    children = below.get(entry.name if entry else "", [])
    if entry:
        layers = entry.stop - entry.start
        head = (
            f"{entry.name} · {describe(entry)}, {layers} layer{'s' * (layers != 1)} · {clean(entry.file)}:{entry.line}"
        )
        lines = [f"  output       {style.shape(entry.output_shape)}"]
    else:
        head = f"total · {analysis.name} · {clean(analysis.file)}"
        lines = [
            f"  output       {', '.join(f'{name} {style.shape(shape)}' for name, shape in analysis.outputs.items())}"
        ]
    prefix = f"{entry.name}/" if entry else ""
    for quantity in QUANTITIES:
        total = getattr(counts, quantity)
        addends = [(getattr(child.counts, quantity), child.name.removeprefix(prefix)) for child in children]
        kept = [(value, name) for value, name in addends if value]
        if quantity == "weights" and total == counts.params and total:
            lines.append(f"  {quantity:<11}  = params")
            continue
        if not kept:
            lines.append(f"  {quantity:<11}  0")
            continue
        width = len(f"{total:,}")
        for number, (value, name) in enumerate(kept):
            label = quantity if number == 0 else ""
            lines.append(f"  {label:<11}  {' ' if number == 0 else '+'} {value:>{width},}  {name}")
        lines.append(f"  {'':<11}  = {total:>{width},}")
    return f"{head}\n" + "\n".join(lines) + "\n"


def _aligned(lines: list[tuple[str, str, str, str]]) -> str:
    """Label, formula, numbers and result, each in a column; a column that is empty on a line leaves no `=`."""
    symbols = max((len(line[1]) for line in lines if line[3]), default=0)
    numbers = max((len(line[2]) for line in lines if line[3]), default=0)
    text = ""
    for label, formula, put_in, result in lines:
        middle = f"= {put_in}" if put_in else ""
        end = f"= {result}" if result and formula else result
        text += f"  {label:<11}  {formula:<{symbols}}  {middle:<{numbers + 2}}  {end}".rstrip() + "\n"
    return text
