"""A summary as a Markdown table."""

from __future__ import annotations

import re

from cnncalc.analyses.columns import STANDARD, Style, columns, footer, title
from cnncalc.analyses.outline import Overview, SummaryLine
from cnncalc.core.analysis import Analysis


def render(overview: Overview, style: Style) -> str:
    """GitHub's Markdown: for each network a heading, the table, and what stands below it as a list."""
    names = overview.columns or STANDARD
    return "\n".join(_network(one, overview.lines(one), names, style) for one in overview.analyses)


def _network(analysis: Analysis, lines: list[SummaryLine], names: tuple[str, ...], style: Style) -> str:
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


_LIVE = re.compile(r"@(?=\w)|(?:#|\bGH-)(?=\d)|\w(?=://)|(?:mailto|xmpp)(?=:)|www(?=\.)", re.IGNORECASE)


def escape(text: str) -> str:
    """Text that Markdown shows as it is; on GitHub it notifies nobody, links nowhere, and tells no issue of itself.

    >>> escape("a|b*")
    'a\\\\|b\\\\*'
    >>> escape("@octocat").replace("\\u200b", "<nothing>")
    '@<nothing>octocat'
    >>> escape("see https://example.org").replace("\\u200b", "<nothing>")
    'see https<nothing>://example.org'
    """
    text = _LIVE.sub("\\g<0>\u200b", text.replace("\n", " "))
    return re.sub(r"([\\`*_{}\[\]<>#|~$&])", r"\\\1", text)


_SPAN = re.compile(r"(?<![`$])`([^`\\|\n]*[^`\\|\n\s][^`\\|\n]*)`(?![`$])")


def prose(text: str) -> str:
    """A message whose names in backticks stay code; all else is shown as it is.

    What could end the code or the cell of a table is no code: a backtick, a bar, a backslash.

    >>> print(prose("`conv_1` of <b> is `a|b`"))
    `conv_1` of \\<b\\> is \\`a\\|b\\`
    """
    parts = _SPAN.split(text)  # text, what stands in backticks, text, …
    return "".join(f"`{part}`" if place % 2 else escape(part) for place, part in enumerate(parts))


def _indented(text: str, title: str, level: int) -> str:
    return ("&nbsp;&nbsp;" * level if title == "layer" else "") + escape(text)


def _bold(text: str) -> str:
    return f"**{escape(text)}**" if text else ""
