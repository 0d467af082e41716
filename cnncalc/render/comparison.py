"""Networks side by side as a table in a terminal, and their layers as a diff."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cnncalc.columns import Style
from cnncalc.comparing.changes import MARKS, headline
from cnncalc.comparing.changes import Line as ChangeLine
from cnncalc.comparing.comparison import Line, Network, bounds, lines
from cnncalc.comparing.diff import Change
from cnncalc.figures import change
from cnncalc.problem import clean
from cnncalc.render.table import ruled, to_text

_SIDE_BY_SIDE = 4  # more networks stand below each other
_LONGEST = 20  # words may be folded
_GAP = 3
_MIDDLING = 100
_WIDE = 120  # a narrower terminal has no room for shapes
_COLORS = {"added": "green", "removed": "red", "changed": "yellow", "moved": "cyan", "resized": "", "unchanged": "dim"}


class _Sheet(NamedTuple):
    """A table before it is drawn: which columns are figures, what stands in them, and how wide it has to be."""

    head: list[str]
    rows: list[list[str]]
    figures: list[bool]
    least: int


def _least(columns: list[list[str]]) -> int:
    return sum(max(map(len, column)) for column in columns) + _GAP * (len(columns) - 1)


def render(networks: list[Network], style: Style, *, exact: bool | None, width: int | None, color: bool) -> str:
    """All networks: each a column, or each a line where there are many or the terminal is narrow.

    `exact` None writes figures to the last digit where they fit, else to four digits.
    """
    sheet = _fitting(networks, style, exact, width)
    table = Table(box=ruled(style), show_header=True, show_edge=False, pad_edge=False, header_style="bold")
    for head, figure in zip(sheet.head, sheet.figures, strict=True):
        table.add_column(Text(head), justify="right" if figure else "left", overflow="fold")
    for row in sheet.rows:
        table.add_row(*[Text(cell) for cell in row])
    drawn: list[RenderableType] = [table]
    drawn += [Text(style.plain(f"\n {text}")) for text in bounds(networks)]
    return to_text(Group(*drawn), width=width, color=color)


def _fitting(networks: list[Network], style: Style, exact: bool | None, width: int | None) -> _Sheet:
    """The first of the ways to write it that is no wider than the terminal, else the narrowest."""
    styles = [style._replace(exact=one) for one in ((True, False) if exact is None else (exact,))]
    sheets = []
    if len(networks) <= _SIDE_BY_SIDE:
        sheets += [_columns(networks, one) for one in styles]
    for labels in _SELECTIONS:
        sheets += [rows(networks, one, labels) for one in styles]
    if width is None:
        return sheets[0]
    narrowest = min(sheets, key=lambda sheet: sheet.least)
    return next((sheet for sheet in sheets if sheet.least <= width), narrowest)


def _columns(networks: list[Network], style: Style) -> _Sheet:
    """A network in each column, followed by what it is of the first."""
    two = len(networks) == 2
    head = ["", style.plain(clean(networks[0].file))]
    for one in networks[1:]:
        head += [style.plain(clean(one.file)), *(["change", ""] if two else [""])]
    found, figures = [], []
    for line in lines(networks, style):
        row = [line.label, line.cells[0]]
        for index in range(1, len(networks)):
            changes = line.changes[index] if line.changes else ""
            ratios = line.ratios[index] if line.ratios and line.ratios[index] != "=" else ""
            row += [line.cells[index], *([changes, ratios] if two else [ratios or changes])]
        found.append(row)
        figures.append(row if line.changes else [row[0], *[cell[:_LONGEST] for cell in row[1:]]])
    columns = [list(column) for column in zip([cell[:_LONGEST] for cell in head], *figures, strict=True)]
    return _Sheet(head, found, [False, *[True] * (len(head) - 1)], _least(columns))


_RATIO = "×"  # behind a label: how many times as much follows
_SELECTIONS = (
    ("input", "params×", "multiplies×", "activations×", "size", "layers", "depth", "most params", "most multiplies"),
    ("params×", "multiplies×", "activations×", "size", "layers", "depth"),
    ("params×", "multiplies×", "activations", "depth"),
    ("params×", "multiplies×", "depth"),
    ("params", "multiplies"),
)


def rows(networks: list[Network], style: Style, labels: tuple[str, ...] = _SELECTIONS[0]) -> _Sheet:
    """A network on each line, with those figures."""
    found = {line.label: line for line in lines(networks, style)}
    head, figures = ["network"], [False]
    columns = [[style.plain(clean(one.file)) for one in networks]]
    for label in labels:
        name = label.removesuffix(_RATIO)
        if name not in found:
            continue
        line: Line = found[name]
        head.append(name)
        columns.append(line.cells)
        figures.append(bool(line.changes))
        if label != name:
            head.append("")
            columns.append(["", *line.ratios[1:]])
            figures.append(True)
    least = _least([[name, *column] for name, column in zip(head, columns, strict=True)])
    return _Sheet(head, [list(row) for row in zip(*columns, strict=True)], figures, least)


def render_layers(
    shown: Sequence[ChangeLine],
    changes: Sequence[Change],
    style: Style,
    *,
    exact: bool | None,
    width: int | None,
    color: bool,
) -> str:
    """The layers that are not as they were, as a diff; `exact` None shortens figures in a narrow terminal."""
    table = Table(box=ruled(style), show_header=True, show_edge=False, pad_edge=False, header_style="bold")
    style = style._replace(exact=exact if exact is not None else width is None or width >= _MIDDLING)
    roomy = width is None or width >= _WIDE
    heads = ("", "layer", "", *(("output",) if roomy else ()), "params", "multiplies")
    for index, head in enumerate(heads):
        figure = head in ("params", "multiplies")
        table.add_column(head, justify="right" if index > 2 else "left", overflow="fold", no_wrap=figure)
    for line in shown:
        if line.after is None or line.before is None:
            table.add_row("", style.plain("…"), line.text, style="dim")
            continue
        grown = [style.plain(grown_text(line, quantity, style)) for quantity in ("params", "multiplies")]
        cells = [line.text, *((line.output,) if roomy else ()), *grown]
        table.add_row(MARKS[line.kind], line.label, *map(Text, cells), style=_COLORS[line.kind])
    return to_text(Group(table, "", Text(f" {headline(changes)}")), width=width, color=color)


def grown_text(line: ChangeLine, quantity: str, style: Style) -> str:
    """By how much a count grew: `+307,200 (+100.0 %)`."""
    before, after = (getattr(counts, quantity) if counts else 0 for counts in (line.before, line.after))
    if before == after:
        return "–"
    sign = "+" if after > before else "−"
    text = f"{sign}{style.number(abs(after - before))}"
    return f"{text} ({change(before, after)})" if before and after else text
