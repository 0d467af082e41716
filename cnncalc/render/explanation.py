"""The working of a network: formula, numbers and result of each layer, sums as tables, and what the symbols mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.analyses.measures import MEASURES, Worked
from cnncalc.analyses.outline import describe
from cnncalc.analyses.style import Style
from cnncalc.analyses.working import COUNTED, Broken, Explanation, FailedWorking, LayerWorking, Meaning, SumWorking
from cnncalc.core.analysis import Counts
from cnncalc.core.figures import exact, many, percent
from cnncalc.core.layers.base import COUNTS
from cnncalc.core.problem import clean
from cnncalc.core.work import Step
from cnncalc.render.document import (
    Block,
    Equation,
    Equations,
    Grid,
    Head,
    Inline,
    Labelled,
    Math,
    Page,
    Paragraph,
    Remark,
    Run,
    Section,
    TableRow,
)


def document(explanation: Explanation, style: Style) -> Page:
    """All entries, the idle layers and the legend."""
    blocks: list[Block] = []
    for entry in explanation.entries:
        if isinstance(entry, LayerWorking):
            blocks.append(_layer(entry, explanation.multiplies, style))
        else:
            blocks.append(_sum(entry, style, explanation.analysis.file))
    if explanation.broken:
        blocks += _broken(explanation.broken, style)
    if explanation.idle:
        blocks.append(Paragraph(f"Nothing changes and nothing is counted in: {', '.join(explanation.idle)}."))
    if explanation.legend:
        blocks.append(_legend(explanation.legend))
    return Page(" ".join(explanation.analysis.name.split()), blocks, fragment=not style.standalone)


def _layer(working: LayerWorking, network: int, style: Style) -> Section:
    equations = equations_of(working, style, network)
    return Section(working.name, [equations], (working.description, clean(str(working.row.origin))))


def equations_of(working: LayerWorking, style: Style, network: int = 0) -> Equations:
    """Equations of a layer, in order: its steps, and lines for what is no formula.

    `network` are the multiplies of all layers, where these are known.
    """
    row = working.row
    found: list[Equation | Remark] = [_reads(row.inputs, row.input_shapes, style)]
    if spread := working.spread:
        found.append(Remark("spread", "; ".join(f"{name} over {' and '.join(axes)}" for name, axes in spread)))
    if working.computes:
        found.append(Equation("value", working.computes))
    if working.maps:
        found.append(Equation("class map", f"M_k(h, w) = Σ_c w_k,c·f_c(h, w), the maps before {working.maps}"))
    found += _equations([step for step in working.steps if step.quantity == "output"], working.steps)
    if padded := working.padding:
        found.append(Remark("padding", _padded(padded)))
    found.append(Equation("output", "as its input" if working.unchanged else "", None, style.shape(row.output_shape)))
    counted = [step for step in working.steps if step.quantity in COUNTS]
    weights = [step for step in counted if step.quantity == "weights"]
    found += _equations(weights, working.steps)
    symbols, numbers = working.by_group
    if symbols:
        found.append(Equation("", symbols, None, numbers, "by group"))
    found += _equations(counted[len(weights) :], working.steps)
    found += [Equation(quantity, "not known: the file does not say") for quantity in row.layer.left_open]
    if not any(step.quantity == "multiplies" for step in counted) and "multiplies" not in row.layer.left_open:
        found.append(Equation("multiplies", "none, by convention", None, "0"))
    if row.shares:
        found.append(Equation("params", f"counted at {row.shares}, whose weights these are", None, "0"))
    others = ("activations",) if row.shares else ("params", "activations")
    found += _equations([step for step in working.steps if step.quantity in others], working.steps)
    if row.counts.frozen:
        found.append(
            Equation("frozen", "all of them: training leaves these as they are", None, exact(row.counts.frozen))
        )
    if row.dtype:
        found.append(Remark("dtype", f"{row.dtype}, of its own"))
    if row.counts.multiplies and network:
        found.append(Equation("share", "of the network's multiplies", None, percent(row.counts.multiplies, network)))
    return Equations([*found, *_remainder(working), *_asked(working.asked)])


def _padded(padded: Sequence[tuple[str, int, int, int]]) -> str:
    """The zeros of `padding: same`: P = (F − 1)/2 where both ends have as many."""
    said = []
    for axis, extent, before, after in padded:
        of = "" if axis == "size" else f" in {axis}"
        if before == after == (extent - 1) / 2:
            said.append(f"same is P = (F − 1)/2 = ({extent} − 1)/2 = {before} at each end{of}")
        else:
            said.append(f"same is {many(before, 'zero')} before and {after} behind{of}")
    return "; ".join(said)


def _reads(names: tuple[str, ...], shapes: tuple[tuple[int, ...], ...], style: Style) -> Remark:
    named = zip(names, shapes, strict=True)
    return Remark("reads", ", ".join(f"{name} {style.shape(shape)}" for name, shape in named))


def _equations(steps: Sequence[Step], whole: Sequence[Step]) -> Iterator[Equation]:
    """Steps as equations: a label only where it changes, numbers only where they say more than the result."""
    previous = ""
    for step in steps:
        label = step.label if step.quantity == "output" else step.quantity
        parts = [one for one in whole if one.quantity == step.quantity]
        named = step.quantity in COUNTS and len(parts) > 1 and step.label != "sum"
        said = "" if step.label == "sum" else Math(step)
        numbers = None if step.numbers.replace(",", "") == str(step.value) else Math(step, put_in=True)
        shown = label if label != previous else ""
        yield Equation(shown, said, numbers, _figure(step.value), step.label if named else "")
        previous = label


def _figure(value: object) -> str:
    """A result with thousands separators and a real minus sign."""
    text = f"{value:,}" if type(value) is int else {True: "true", False: "false"}.get(value, str(value))  # type: ignore[call-overload]
    return str(text).replace("-", "−")


def _asked(asked: dict[str, Sequence[Worked]]) -> Iterator[Equation | Remark]:
    """The working of the quantities that are asked for."""
    for line in (line for lines in asked.values() for line in lines):
        if line.symbols:
            yield Equation(line.label, line.symbols, line.numbers, line.value, line.note)
        else:
            yield Remark(line.label, line.value)


def _remainder(working: LayerWorking) -> Iterator[Remark]:
    """What a stride leaves over, as a sentence."""
    left = working.remainders
    if left:
        same = len(set(left.values())) == 1 and len(left) == len(working.row.output_shape) - 1
        axes = str(max(left.values())) if same else ", ".join(f"{axis} {number}" for axis, number in left.items())
        why = "the stride does not divide, and no window reaches so many positions at the end, padding included"
        yield Remark("remainder", f"{axes}: {why}")


def _sum(working: SumWorking, style: Style, file: str) -> Section:
    """A table of what is added; quantities that nothing contributes to have no column."""
    *of_parts, of_all = working.left_open
    shown = [name for name in COUNTED if getattr(working.counts, name) or MEASURES[name].sign(of_all)]
    if working.counts.weights == working.counts.params:
        shown = [name for name in shown if name != "weights"]
    if working.counts.frozen:
        shown += ["trainable", "frozen"]
    heads = [Head("part", name=True), *(Head(title, right=True) for title in ("output", *shown))]

    def figures(counts: Counts, left_open: tuple[str, ...]) -> list[str]:
        signs = [MEASURES[quantity].sign(left_open) for quantity in shown]
        values = [getattr(counts, quantity) for quantity in shown]
        return [sign + (exact(value) if value or not sign else "0") for sign, value in zip(signs, values, strict=True)]

    rows = [
        TableRow([name, style.shape(part.output_shape), *figures(part.counts, left_open)])
        for (name, part), left_open in zip(working.parts, of_parts, strict=True)
    ]
    outputs = [style.shape(shape) for shape in working.outputs.values()]
    total = TableRow(["sum", outputs[0] if len(outputs) == 1 else "", *figures(working.counts, of_all)])
    blocks: list[Block] = [Grid(heads, rows, total, "sum", inner=True)]
    if asked := list(_asked(working.asked)):
        blocks.append(Equations(asked))
    return Section(working.name, blocks, _beside(working, style, file))


def _beside(working: SumWorking, style: Style, file: str) -> tuple[str, str]:
    """Description, and place in the file."""
    if working.entry is None:
        outputs = [f"{name} {style.shape(shape)}" for name, shape in working.outputs.items()]
        several = f", outputs {', '.join(outputs)}" if len(outputs) > 1 else ""
        return f"{working.description}{several}", clean(file)
    layers = many(working.layers, "layer")
    return f"{working.description}, {layers}", clean(str(working.entry.origin))


def _broken(broken: Broken, style: Style) -> Iterator[Block]:
    """The entries that fit, and the working of those that do not up to what cannot be."""
    rows = [TableRow([one.name, describe(one), style.shape(one.output_shape)]) for one in broken.fits]
    fit = f"{len(rows)} {'entry fits' if len(rows) == 1 else 'entries fit'}"
    failing = ", ".join(one.name for one in broken.failed)
    heads = [Head("layer", name=True), Head("type"), Head("output", right=True)]
    table = Grid(heads, rows, caption="entries that fit", inner=True, headless=True)
    yield Labelled(f"{fit}{f'; what fails: {failing}' if failing else ''}", [table] if rows else [])
    for failed in broken.failed:
        yield _failed(failed, style)


def _failed(failed: FailedWorking, style: Style) -> Section:
    reads = _reads(failed.inputs, failed.input_shapes, style)
    lines: list[Equation | Remark] = [reads, *_equations(failed.steps, ())]
    if failed.why and isinstance(last := lines[-1], Equation):
        lines[-1] = last._replace(note=f"impossible: {failed.why}")
    return Section(failed.name, [Equations(lines)], (failed.description, clean(str(failed.origin))))


def _legend(legend: tuple[Meaning, ...]) -> Labelled:
    def symbols(meaning: Meaning) -> Inline:
        first, *others = [Run(symbol, "symbol") for symbol in meaning.symbols]
        return [first, *(part for other in others for part in (", ", other))]

    rows = [TableRow([symbols(meaning), meaning.text]) for meaning in legend]
    heads = [Head("symbol"), Head("meaning", folds=True)]
    return Labelled("where", [Grid(heads, rows, caption="symbols", inner=True, headless=True)])
