"""The table of a summary, drawn by rich: for a terminal, for a pipe, and for notebooks."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.style import Style as Paint
from rich.text import Text

from cnncalc.analyses.columns import FOLDING, OPTIONAL, STANDARD, Style, columns, footer, is_counted, title
from cnncalc.analyses.outline import Overview, SummaryLine, outline
from cnncalc.core.analysis import Analysis
from cnncalc.render.fold import folded
from cnncalc.render.grid import Cells, Fitted, Grid, Head, leaving_out, to_text

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR = 8


def rich_table(
    analysis: Analysis,
    lines: list[SummaryLine] | None = None,
    names: tuple[str, ...] = STANDARD,
    style: Style | None = None,
    *,
    bars: bool = True,
    see: str = "",
) -> RenderableType:
    """An analysis as something that rich can draw.

    `see` names what shows columns that there is no room for. Bars stand where nothing has to be folded for them.
    """
    style = style or Style()
    shown = outline(analysis) if lines is None else lines

    def ways() -> Iterator[Grid]:
        if bars and not style.ascii and any(column.share for column in columns(names)):
            yield _grid(analysis, shown, names, style, see, bars=True)
        *wider, last = style.ways
        yield from (_grid(analysis, shown, names, one, see) for one in wider)
        yield from leaving_out(_grid(analysis, shown, names, last, see), OPTIONAL)

    name, inputs = title(analysis, style)
    head = Text.assemble((name, "bold"), "   ", (inputs, "dim"), "\n")
    return Group(head, Fitted(ways), "", _Footer(footer(analysis, style)))


def _grid(
    analysis: Analysis, lines: list[SummaryLine], names: tuple[str, ...], style: Style, see: str, bars: bool = False
) -> Grid:
    shown = columns(names)
    heads = [Head(style.plain(one.title), one.right, one.title in FOLDING, one.title == "layer") for one in shown]
    rows = []
    for line in lines:
        cells = [column.cell(line, analysis, style) for column in shown]
        if names[0] == "layer":
            cells[0] = "  " * line.level + cells[0]
        rows.append(Cells(cells, "bold" if line.counts is None else "" if is_counted(line) else "dim"))
    total = [column.total(analysis, style) if column.total else "" for column in shown]
    for place, column in enumerate(shown if bars else ()):
        if column.share:
            heads.insert(place, Head("", style="cyan"))
            for row, line in zip(rows, lines, strict=True):
                row.cells.insert(place, _bar(column.share(line, analysis)))
            total.insert(place, "")
    return Grid(heads, rows, Cells(total, "bold"), ascii=style.ascii, see=see, folds=not bars)


def _bar(share: float) -> str:
    eighths = round(8 * _BAR * share)
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


class _Footer:
    """Labels, and their texts folded beside them."""

    def __init__(self, lines: list[tuple[str, str]]) -> None:
        self.lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        indent = max(len(label) for label, _ in self.lines) + 3
        dim = Paint.parse("dim")
        previous = ""
        for label, text in self.lines:
            shown = f" {label if label != previous else ''}".ljust(indent)
            for line in folded(shown, text, options.max_width).splitlines():
                yield Segment(line[:indent], dim)
                yield Segment(line[indent:])
                yield Segment.line()
            previous = label


def render(overview: Overview, style: Style) -> str:
    """The tables of all networks as text."""
    names = overview.columns or STANDARD
    drawn = (
        rich_table(one, overview.lines(one), names, style, bars=style.color, see="-f markdown")
        for one in overview.analyses
    )
    return "\n".join(to_text(one, width=style.width, color=style.color) for one in drawn)
