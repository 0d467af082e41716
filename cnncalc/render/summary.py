"""Summaries of networks: the table of layers, with the totals and what is to be known of them below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.analyses.columns import FOLDING, OPTIONAL, STANDARD, Style, columns, footer, is_counted, title
from cnncalc.analyses.outline import SummaryLine, outline
from cnncalc.core.analysis import Analysis
from cnncalc.render.document import Bar, Block, Grid, Head, Heading, Inline, Page, TableRow, Terms


def document(
    found: Sequence[tuple[Analysis, list[SummaryLine]]],
    names: tuple[str, ...] = STANDARD,
    style: Style = Style(),  # noqa: B008
    exact: bool | None = None,
) -> Page:
    """Networks with the lines to show of each, one below the other.

    `exact` None writes figures to the last digit where they fit, else to four digits.
    """
    blocks = [block for analysis, lines in found for block in _network(analysis, lines, names, style, exact)]
    return Page(", ".join(title(analysis, style)[0] for analysis, _ in found), blocks)


def summary(analysis: Analysis, names: tuple[str, ...] = STANDARD) -> Page:
    """One network as notebooks and rich show it."""
    return document([(analysis, outline(analysis))], names)


def _network(
    analysis: Analysis, lines: list[SummaryLine], names: tuple[str, ...], style: Style, exact: bool | None
) -> list[Block]:
    def narrower() -> Iterator[Grid]:
        short = style if exact else style._replace(exact=False)
        grid = _table(analysis, lines, names, short)
        if exact is None:
            yield grid
        yield from grid.leaving_out(OPTIONAL)

    table = _table(analysis, lines, names, style)
    return [Heading(*title(analysis, style)), table._replace(ways=narrower), Terms(footer(analysis, style))]


def _table(analysis: Analysis, lines: list[SummaryLine], names: tuple[str, ...], style: Style) -> Grid:
    heads: list[Head] = []
    cells: list[list[Inline]] = [[] for _ in lines]
    total: list[Inline] = []
    for column in columns(names):
        if column.share:
            heads.append(Head(role="bar"))
            total.append("")
            for row, line in zip(cells, lines, strict=True):
                row.append(Bar(column.share(line, analysis)))
        heads.append(Head(style.plain(column.title), column.right, column.title in FOLDING, column.title == "layer"))
        total.append(column.total(analysis, style) if column.total else "")
        for row, line in zip(cells, lines, strict=True):
            row.append(column.cell(line, analysis, style))
    roles = ["group" if line.counts is None else "" if is_counted(line) else "idle" for line in lines]
    rows = [TableRow(row, role, line.level) for row, role, line in zip(cells, roles, lines, strict=True)]
    return Grid(heads, rows, TableRow(total, "total"), "layers", see="-f markdown")
