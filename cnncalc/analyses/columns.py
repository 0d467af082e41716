"""The columns of a summary: a title, and how a line fills it. Tables, Markdown and CSV read the same list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING

from cnncalc.analyses.measures import MEASURES, Measure, Use, used
from cnncalc.analyses.style import Style
from cnncalc.core.figures import many, megabytes, percent, plural
from cnncalc.core.problem import Label, clean
from cnncalc.core.record import Record

if TYPE_CHECKING:  # the help of a command lists the columns
    from cnncalc.analyses.outline import SummaryLine
    from cnncalc.core.analysis import Analysis


class Column(Record):
    """One column; `total` fills the totals' line, None leaves it empty. `share` is drawn as a bar, 1 is a full one."""

    title: str
    help: str
    cell: Callable[[SummaryLine, Analysis, Style], str]
    total: Callable[[Analysis, Style], str] | None = None
    right: bool = True
    share: Callable[[SummaryLine, Analysis], float] | None = None


def _measured(measure: Measure) -> Column:
    def cell(line: SummaryLine, analysis: Analysis, style: Style) -> str:
        value, sign = line.value(measure, analysis), line.sign(measure, analysis)
        return style.plain(sign) + (style.figure(measure, value) if value or not sign else "0")

    def total(analysis: Analysis, style: Style) -> str:
        value, sign = measure.value(analysis), measure.sign_of(analysis)
        return style.plain(sign) + (style.figure(measure, value) if value or not sign else "0")

    return Column(measure.name, measure.help, cell, total)


def _input_shapes(line: SummaryLine, analysis: Analysis, style: Style) -> str:
    return ", ".join(map(style.shape, getattr(line.entry, "input_shapes", ())))  # a group has none


def _inputs(line: SummaryLine, analysis: Analysis, style: Style) -> str:
    return ", ".join(getattr(line.entry, "inputs", ()))


def _share_of(measure: Measure) -> Column:
    def cell(line: SummaryLine, analysis: Analysis, style: Style) -> str:
        if line.counts is None:
            return ""
        return style.plain(percent(line.value(measure, analysis), measure.value(analysis)))

    def share(line: SummaryLine, analysis: Analysis) -> float:
        whole = measure.value(analysis)
        return float((line.value(measure, analysis) or 0) / whole) if whole else 0

    return Column("share", f"share of the {measure.name}", cell, share=share)


def _line_number(line: SummaryLine, analysis: Analysis, style: Style) -> str:
    if line.entry is None:
        return ""
    origin = line.entry.origin
    return style.plain(clean(origin.text)) if isinstance(origin, Label) else str(origin.line)


def _columns() -> Iterator[Column]:
    yield Column("layer", "name", lambda line, a, s: s.plain(line.label), lambda a, s: "total", right=False)
    yield Column("type", "type, window, size", lambda line, a, s: s.plain(line.description), right=False)
    yield Column("inputs", "names of what it reads", _inputs, right=False)
    yield Column("input", "shapes of what it reads", _input_shapes)
    yield Column("output", "output shape", lambda line, a, s: s.shape(line.output))
    for name, measure in used(Use.COLUMNS).items():
        yield _measured(measure)
        if name == "multiplies":
            yield _share_of(measure)
    yield Column("line", "line in the file", _line_number)


COLUMNS = {column.title: column for column in _columns()}
STANDARD = ("layer", "type", "output", *used(Use.HEADLINE), "share")
FOLDING = ("layer", "type", "inputs", "input")  # names and words, which may take several lines
_FIGURES = [name for name in used(Use.COLUMNS) if name not in STANDARD]
# What a narrow terminal does without, first of all the first
OPTIONAL = ("share", "type", "inputs", "input", "line", *reversed(_FIGURES), "output")


def columns(names: tuple[str, ...], instead: Measure | None = None) -> list[Column]:
    """The columns of these names, in this order; `instead` stands for the quantity that it counts in another way."""
    if instead is None:
        return [COLUMNS[name] for name in names]
    others = {instead.rests_on[0]: _measured(instead)}
    if "multiplies" in others:
        others["share"] = _share_of(instead)
    return [others.get(name) or COLUMNS[name] for name in names]


def is_counted(line: SummaryLine) -> bool:
    """Whether a line stands for a cost, in one of the measures that matter most."""
    return line.counts is not None and any(
        measure.of(line.counts) for measure in used(Use.HEADLINE).values() if measure.of
    )


def weight_layers(analysis: Analysis) -> int:
    """The layers that multiply by weights of their own, so that shared ones are one: the 16 of VGG-16.

    >>> import cnncalc
    >>> weight_layers(cnncalc.analyze(cnncalc.load("vgg16")))
    16
    """
    return sum(row.counts.weights > 0 and row.counts.multiplies > 0 for row in analysis.rows)


def footer(
    analysis: Analysis, style: Style, instead: Measure | None = None, names: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Lines below a table: (label, text); `instead` is shown for a quantity that it counts in another way.

    Of columns of these `names` it says what they assume.
    """
    totals = analysis.totals
    bound = analysis.lower_bound
    params, flops, layers = (MEASURES[name].sign(bound) for name in ("params", "flops", "weight_layers"))
    lines = [
        (
            "params",
            f"{params}{style.number(totals.params, zero='0')} = {style.number(totals.weights, zero='0')} weights"
            f" + {style.number(totals.biases, zero='0')} biases; {megabytes(totals.size)} as float32",
        ),
    ]
    if totals.frozen:
        learned = style.number(totals.trainable, zero="0")
        lines.append(("trainable", f"{params}{learned}; the other {style.number(totals.frozen)} are frozen"))
    lines += [
        ("FLOPs", f"{flops}{style.number(totals.flops, zero='0')} = 2 × multiplies"),
        ("activations", f"{style.number(totals.activations)} values"),
    ]
    if instead:
        lines.append(("convention", _counted(analysis, instead, style)))
    deep = weight_layers(analysis)
    if deep:
        lines.append(("layers", f"{layers}{many(deep, 'weight layer')}"))
    if totals.buffers:
        lines.append(("buffers", f"{style.number(totals.buffers)} stored, not learned"))
    if analysis.file_bytes:
        lines.append(("stored", stored_text(analysis, style)))
    memory = dict.fromkeys(assumed(analysis, names))
    lines += [("memory", f"{text}; MB of 10⁶ bytes") for text in memory]
    if analysis.uncounted:
        operators = ", ".join(f"{operator} ({layer})" for layer, operator, _ in analysis.uncounted)
        lines.append(
            (
                "not known",
                f"{operators}: the {plural('total', len(bound))} of {' and '.join(bound)} "
                f"{'are lower bounds' if len(bound) > 1 else 'is a lower bound'}",
            )
        )
    if analysis.note:
        lines.append(("note", analysis.note))
    lines += [("note", note) for note in analysis.notes]
    return [(style.plain(label), style.plain(text)) for label, text in lines]


def stored_text(analysis: Analysis, style: Style) -> str:
    """The bytes that a file of another program has, by their type: `244.4 MB: 244,403,360 bytes as float32`."""
    parts = [f"{style.number(size)} bytes as {dtype}" for dtype, size in analysis.file_bytes.items()]
    return f"{megabytes(sum(analysis.file_bytes.values()))}: {', '.join(parts)}"


def _counted(analysis: Analysis, instead: Measure, style: Style) -> str:
    """What a convention counts, beside our figure: named wherever its figures are shown."""
    ours = MEASURES[instead.rests_on[0]]
    figures = [f"{one.sign_of(analysis)}{style.number(one.value(analysis), zero='0')}" for one in (instead, ours)]
    return f"{instead.help}: {figures[0]}, and {figures[1]} {ours.name} as they are counted here"


def assumed(analysis: Analysis, names: Collection[str]) -> Iterator[str]:
    """Assumptions of the quantities of these names, besides the network, where they have any."""
    for name in names:
        if name in MEASURES and (found := MEASURES[name].assumption(analysis)):
            yield found


def title(analysis: Analysis, style: Style) -> tuple[str, str]:
    """The network's name, and its inputs."""
    named = ", ".join(
        f"{name} {style.shape(shape)}" if len(analysis.inputs) > 1 else style.shape(shape)
        for name, shape in analysis.inputs.items()
    )
    name = " ".join(analysis.name.split())  # it may be written on several lines
    return style.plain(name), style.plain(f"{plural('input', len(analysis.inputs))} {named}")
