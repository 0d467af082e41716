"""A summary as a Markdown table."""

from __future__ import annotations

import re

from cnncalc.analysis import Analysis
from cnncalc.columns import Style, columns, footer, title
from cnncalc.outline import Line


def render(analysis: Analysis, lines: list[Line], names: tuple[str, ...], style: Style) -> str:
    """GitHub's Markdown: a heading, the table, and what stands below it as a list."""
    name, inputs = title(analysis, style)
    shown = columns(names)
    rows = [
        [column.title for column in shown],
        ["---:" if column.right else ":---" for column in shown],
        *(
            [_indented(column.cell(line, analysis, style), column.title, line.level) for column in shown]
            for line in lines
        ),
        [_bold(column.total(analysis, style) if column.total else "") for column in shown],
    ]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    below = "\n".join(f"- {label}: {escape(text)}" for label, text in footer(analysis, style))
    return f"### {escape(name)}\n\n{escape(inputs)}\n\n{table}\n\n{below}\n"


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|&~])", r"\\\1", text.replace("\n", " "))


def _indented(text: str, title: str, level: int) -> str:
    return ("&nbsp;&nbsp;" * level if title == "layer" else "") + escape(text)


def _bold(text: str) -> str:
    return f"**{escape(text)}**" if text else ""
