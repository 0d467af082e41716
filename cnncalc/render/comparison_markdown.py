"""Networks side by side as Markdown: made for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.analyses.columns import Style
from cnncalc.analyses.comparing.changes import ChangeLine, headline
from cnncalc.analyses.comparing.changes import lines as change_lines
from cnncalc.analyses.comparing.comparison import Comparison, NetworkFigures, bounds, lines
from cnncalc.analyses.comparing.diff import Change
from cnncalc.analyses.measures import Use, used
from cnncalc.core.figures import change
from cnncalc.core.problem import clean
from cnncalc.render.comparison import grown_text, rows
from cnncalc.render.markdown import escape, prose

_SIDE_BY_SIDE = 4


def render(comparison: Comparison, style: Style) -> str:
    """A headline with what matters, a table, and the layers folded away below it."""
    networks, changes, grown, _ = comparison
    parts = [_title(networks, style)]
    parts += [f"> [!WARNING]\n> {'<br>'.join(prose(problem.message) for problem in grown)}"] if grown else []
    parts.append(_side_by_side(networks, style) if len(networks) <= _SIDE_BY_SIDE else _listed(networks, style))
    parts += [escape(style.plain(text)) for text in bounds(networks)]
    if changes is not None:
        parts.append(_by_layer(changes, style))
    return "\n\n".join(parts) + "\n"


def _title(networks: Sequence[NetworkFigures], style: Style) -> str:
    first, last = networks[0], networks[-1]
    if len(networks) > 2:
        return f"### {len(networks)} networks"
    names = list(dict.fromkeys(one.analysis.name for one in networks))
    figures, short = [], style._replace(exact=False)
    for quantity, measure in used(Use.HEADLINE).items():
        before, after = first.figures[quantity], last.figures[quantity]
        was, is_ = short.figure(measure, before), short.figure(measure, after)
        text = f"{was} → {is_} ({change(before, after)})"
        figures.append(f"{quantity} {text if before != after else f'{is_}, as before'}")
    return style.plain(f"### {escape(' → '.join(names))}: {escape(', '.join(figures))}")


def _side_by_side(networks: Sequence[NetworkFigures], style: Style) -> str:
    """Each network a column; of two the change, of more how many times as much as the first."""
    two = len(networks) == 2
    head = ["", *[_code(one.file) for one in networks]]
    if two:
        head = ["", _code(_version(networks[0].file, networks[1].file)), head[2], "change"]
    table = [head, [":---", *["---:"] * (len(head) - 1)]]
    for line in lines(networks, style):
        if len(set(line.cells)) == 1 and not line.changes and line.label == "network":
            continue
        cells = [escape(cell) for cell in line.cells]
        if two and line.changes:
            cells.append(_bold(line.changes[1]) if line.changes[1] != "=" else "=")
        elif two:
            cells.append("")
        elif line.ratios:
            cells[1:] = [
                cell if ratio in ("=", "–", "-") else f"{cell} ({ratio})"
                for cell, ratio in zip(cells[1:], line.ratios[1:], strict=True)
            ]
        table.append([escape(line.label), *cells])
    return _drawn(table)


def _version(before: str, after: str) -> str:
    """What an older version of the same file is called: by its ref alone, for a comment has little room."""
    ref, colon, path = before.removeprefix("git:").partition(":")
    return ref if before.startswith("git:") and colon and path == after else before


def _listed(networks: Sequence[NetworkFigures], style: Style) -> str:
    sheet = rows(networks, style)
    table = [sheet.head, ["---:" if figure else ":---" for figure in sheet.figures]]
    return _drawn(table + [[_code(row[0]), *map(escape, row[1:])] for row in sheet.rows])


def _by_layer(changes: Sequence[Change], style: Style) -> str:
    """The layers that are not as they were; blank lines let Markdown into HTML."""
    shown = change_lines(changes, style)
    summary = f"By layer: {headline(changes)}"
    figures = ["output", *used(Use.HEADLINE)]
    table = [["", "layer", "", *figures], [":---"] * 3 + ["---:"] * len(figures)]
    table += [_layer(line, style) for line in shown]
    return f"<details>\n<summary>{summary}</summary>\n\n{_drawn(table)}\n\n</details>"


def _layer(line: ChangeLine, style: Style) -> list[str]:
    if line.after is None or line.before is None:
        return ["", "…", f"_{line.text}_", "", *("" for _ in used(Use.HEADLINE))]
    grown = [escape(style.plain(grown_text(line, measure, style))) for measure in used(Use.HEADLINE).values()]
    return [line.kind, _code(line.label), escape(line.text), escape(line.output), *grown]


def _drawn(table: list[list[str]]) -> str:
    text = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
    return text.replace(" %", "&nbsp;%")


def _bold(text: str) -> str:
    return f"**{escape(text)}**"


def _code(text: str) -> str:
    """A name as code; a bar would end the cell, a backtick the code."""
    text = clean(text)
    return escape(text) if "`" in text or "|" in text else f"`{' '.join(text.split())}`"
