"""A summary as an HTML table, for notebooks."""

from __future__ import annotations

from html import escape

from cnncalc.analyses.columns import STANDARD, Style, columns, footer, title
from cnncalc.analyses.outline import outline
from cnncalc.core.analysis import Analysis


def table_html(analysis: Analysis, names: tuple[str, ...] = STANDARD) -> str:
    """A table without scripts or outside resources; every text from a file is escaped."""
    style = Style()
    shown = columns(names)
    name, inputs = title(analysis, style)
    rows = []
    for line in outline(analysis):
        cells = [column.cell(line, analysis, style) for column in shown]
        rows.append([f"{'&nbsp;&nbsp;' * line.level}{escape(cells[0])}", *map(escape, cells[1:])])
    totals = [escape(column.total(analysis, style)) if column.total else "" for column in shown]
    aligned = ["right" if column.right else "left" for column in shown]

    def row(cells: list[str], tag: str) -> str:
        inner = (f'<{tag} style="text-align:{side}">{cell}</{tag}>' for cell, side in zip(cells, aligned, strict=True))
        return f"<tr>{''.join(inner)}</tr>"

    head = row([column.title for column in shown], "th")
    body = "".join(row(cells, "td") for cells in rows)
    below = "".join(f"<li>{escape(label)}: {escape(text)}</li>" for label, text in footer(analysis, style))
    return (
        f"<p><b>{escape(name)}</b> &nbsp; {escape(inputs)}</p>"
        f"<table><thead>{head}</thead><tbody>{body}</tbody><tfoot>{row(totals, 'th')}</tfoot></table><ul>{below}</ul>"
    )
