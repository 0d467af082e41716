"""Summaries of networks: the table of layers, with the totals and what is to be known of them below."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.columns import FOLDING, OPTIONAL, STANDARD, Column, columns, footer, is_counted, title
from cnncalc.analyses.outline import SummaryLine
from cnncalc.analyses.overview import Overview
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis
from cnncalc.render.document import Bar, Block, Grid, Head, Heading, Inline, Page, TableRow, Terms


def document(overview: Overview, style: Style) -> Page:
    """The networks one below the other."""
    names = overview.columns or STANDARD
    found = [block for one in overview.analyses for block in _network(overview, one, names, style)]
    return Page(", ".join(title(analysis, style)[0] for analysis in overview.analyses), found)


def _network(overview: Overview, analysis: Analysis, names: tuple[str, ...], style: Style) -> list[Block]:
    lines, instead = overview.lines(analysis), overview.instead
    shown = columns(names, instead)

    def narrower() -> Iterator[Grid]:
        last = _table(analysis, lines, shown, style.ways[-1])
        yield last
        yield from last.leaving_out(OPTIONAL)

    table = _table(analysis, lines, shown, style)._replace(ways=narrower)
    return [Heading(*title(analysis, style)), table, Terms(footer(analysis, style, instead, names))]


def _table(analysis: Analysis, lines: list[SummaryLine], shown: list[Column], style: Style) -> Grid:
    heads: list[Head] = []
    cells: list[list[Inline]] = [[] for _ in lines]
    total: list[Inline] = []
    for column in shown:
        if column.share:
            heads.append(Head(role="bar"))
            total.append("")
            for row, line in zip(cells, lines, strict=True):
                row.append(Bar(column.share(line, analysis)))
        heads.append(Head(column.title, column.right, column.title in FOLDING, column.title == "layer"))
        total.append(column.total(analysis, style) if column.total else "")
        for row, line in zip(cells, lines, strict=True):
            row.append(column.cell(line, analysis, style))
    roles = ["group" if line.counts is None else "" if is_counted(line) else "idle" for line in lines]
    rows = [TableRow(row, role, line.level) for row, role, line in zip(cells, roles, lines, strict=True)]
    return Grid(heads, rows, TableRow(total, "total"), "layers", see="-f markdown")
