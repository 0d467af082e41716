"""Networks side by side as a table in a terminal, and their layers as a diff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.text import Text

from cnncalc.analyses.columns import Style
from cnncalc.analyses.comparing.changes import MARKS, ChangeLine, headline
from cnncalc.analyses.comparing.changes import lines as change_lines
from cnncalc.analyses.comparing.comparison import Comparison, FigureLine, NetworkFigures, bounds, lines
from cnncalc.analyses.comparing.diff import Change
from cnncalc.analyses.measures import Measure, Use, used
from cnncalc.core.figures import change
from cnncalc.core.problem import clean
from cnncalc.render.grid import Cells, Fitted, Grid, Head, leaving_out, to_text

_SIDE_BY_SIDE = 4  # more networks stand below each other
_COLORS = {"added": "green", "removed": "red", "changed": "yellow", "moved": "cyan", "resized": "", "unchanged": "dim"}


class Sheet(NamedTuple):
    """A table before it is drawn: its head, which columns are figures, and the rows."""

    head: list[str]
    figures: list[bool]
    rows: list[list[str]]


def render(comparison: Comparison, style: Style) -> str:
    """All networks: each a column, or each a line where there are many or the terminal is narrow; then their layers."""
    text = _networks(comparison.networks, style)
    return text if comparison.changes is None else f"{text}\n{_by_layer(comparison.changes, style)}"


def _networks(networks: Sequence[NetworkFigures], style: Style) -> str:
    styles = style.ways

    def ways() -> Iterator[Grid]:
        if len(networks) <= _SIDE_BY_SIDE:
            yield from (_side_by_side(networks, one) for one in styles)
        for labels in _SELECTIONS:
            yield from (_below_each_other(networks, one, labels) for one in styles)

    drawn: list[RenderableType] = [Fitted(ways)]
    drawn += [Text(style.plain(f"\n {text}")) for text in bounds(networks)]
    return to_text(Group(*drawn), width=style.width, color=style.color)


def _side_by_side(networks: Sequence[NetworkFigures], style: Style) -> Grid:
    """A network in each column, followed by what it is of the first."""
    two = len(networks) == 2
    heads = ["", style.plain(clean(networks[0].file))]
    for one in networks[1:]:
        heads += [style.plain(clean(one.file)), *(["change", ""] if two else [""])]
    found = []
    for line in lines(networks, style):
        row = [line.label, line.cells[0]]
        for index in range(1, len(networks)):
            changes = line.changes[index] if line.changes else ""
            ratios = line.ratios[index] if line.ratios and line.ratios[index] != "=" else ""
            row += [line.cells[index], *([changes, ratios] if two else [ratios or changes])]
        found.append(Cells(row, folds=not line.changes))
    columns = [Head(head, right=index > 0, folds=True) for index, head in enumerate(heads)]
    return Grid(columns, found, ascii=style.ascii)


def _below_each_other(networks: Sequence[NetworkFigures], style: Style, labels: tuple[str, ...]) -> Grid:
    """A network on each line, with those figures."""
    sheet = rows(networks, style, labels)
    columns = [
        Head(head, figure, not figure, head == "network")
        for head, figure in zip(sheet.head, sheet.figures, strict=True)
    ]
    lacking = tuple(name for name in rows(networks, style).head if name not in sheet.head)
    return Grid(columns, list(map(Cells, sheet.rows)), ascii=style.ascii, see="-f markdown", left_out=lacking)


_RATIO = "×"  # behind a label: how many times as much follows


def _selections() -> Iterator[tuple[str, ...]]:
    """The labels of what there may be room for, most first."""
    headline, held = (list(used(use)) for use in (Use.HEADLINE, Use.HELD))
    others = [measure.label for name, measure in used(Use.LISTED).items() if name not in held]
    beside = [f"{name}{_RATIO}" for name in headline]
    figures = [*(f"{name}{_RATIO}" for name in held), *others]
    yield ("input", *figures, *(f"most {name}" for name in headline))
    yield tuple(figures)
    yield (*beside, *(name for name in held if name not in headline), "depth")
    yield (*beside, "depth")
    yield tuple(headline)


_SELECTIONS = tuple(_selections())


def rows(networks: Sequence[NetworkFigures], style: Style, labels: tuple[str, ...] = _SELECTIONS[0]) -> Sheet:
    """A network on each line, with those figures."""
    found = {line.label: line for line in lines(networks, style)}
    head, figures = ["network"], [False]
    columns = [[style.plain(clean(one.file)) for one in networks]]
    for label in labels:
        name = label.removesuffix(_RATIO)
        if name not in found:
            continue
        line: FigureLine = found[name]
        head.append(name)
        columns.append(line.cells)
        figures.append(bool(line.changes))
        if label != name:
            head.append("")
            columns.append(["", *line.ratios[1:]])
            figures.append(True)
    return Sheet(head, figures, [list(row) for row in zip(*columns, strict=True)])


def _by_layer(changes: Sequence[Change], style: Style) -> str:
    """The layers that are not as they were, as a diff."""
    styles, shown = style.ways, change_lines(changes, style)

    def ways() -> Iterator[Grid]:
        yield from (_layers(shown, one, below=False) for one in styles)
        yield from leaving_out(_layers(shown, styles[-1], below=True), ("output",))
        bare = _layers(shown, styles[-1], below=True, percent=False).without("output")
        yield bare._replace(left_out=(*bare.left_out, "percents"))

    return to_text(Group(Fitted(ways), "", Text(f" {headline(changes)}")), width=style.width, color=style.color)


def _layers(shown: Sequence[ChangeLine], style: Style, below: bool, percent: bool = True) -> Grid:
    """What became of each layer in a column, or on a line of its own."""
    heads = [
        Head(""),
        Head("layer", folds=True, name=True),
        *([] if below else [Head("", folds=True)]),
    ]
    headline = used(Use.HEADLINE)
    heads += [Head(title, right=True) for title in ("output", *headline)]
    found = []
    for line in shown:
        label, figures = line.label or style.plain("…"), [""] * (1 + len(headline))
        if line.after is not None and line.before is not None:
            grown = (grown_text(line, measure, style, percent) for measure in headline.values())
            figures = [line.output, *map(style.plain, grown)]
        elif below:
            label = f"{label} {line.text}"
        texts = [MARKS[line.kind], label] if below else [MARKS[line.kind], label, line.text]
        said = line.text if below and line.label else ""
        found.append(Cells([*texts, *figures], _COLORS[line.kind], said))
    return Grid(heads, found, ascii=style.ascii, see="-f markdown")


def grown_text(line: ChangeLine, measure: Measure, style: Style, percent: bool = True) -> str:
    """By how much a headline measure grew: `+307,200 (+100.0 %)`."""
    assert measure.of is not None
    before, after = (measure.of(counts) or 0 if counts else 0 for counts in (line.before, line.after))
    if before == after:
        return "–"
    sign = "+" if after > before else "−"
    text = f"{sign}{style.figure(measure, abs(after - before))}"
    return f"{text} ({change(before, after)})" if percent and before and after else text
