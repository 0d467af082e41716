"""Tables in a terminal: the first of the ways to write one that fits, and its lines. No figure is ever cut."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from cnncalc.analyses.style import Style
from cnncalc.core.problem import clean
from cnncalc.core.record import Record
from cnncalc.formats.writing import UTF8, shown
from cnncalc.render.document import UNBOUNDED, Bar, Grid, Inline, TableRow, plain
from cnncalc.render.fold import ROOM, cells, fold, folded, narrowest

Line = list[tuple[str, str]]  # texts, each with its style

_LINES = 3  # a cell that would need more is one for a wider column
_LEAST = 12  # columns; a narrower text is hard to read
_BAR = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_COLORS = {
    "bold": "group total",
    "dim": "idle unchanged blank",
    "green": "added right",
    "red": "removed wrong error",
    "yellow": "changed carried warning",
    "cyan": "moved bar",
    "magenta": "unclear",
}
ROLES = {role: color for color, roles in _COLORS.items() for role in roles.split()}


class Terminal(Record):
    """A terminal, or what stands for one: how many columns wide, in colour or not, in which encoding."""

    width: int
    color: bool = False
    encoding: str = UTF8

    @property
    def ascii(self) -> bool:
        """Whether letters stand for signs."""
        return self.encoding != UTF8

    @classmethod
    def of(cls, style: Style) -> Terminal:
        """The terminal that a result is written to in a style; a pipe has no end."""
        return cls(style.width or UNBOUNDED, style.color, style.encoding)

    def text(self, inline: Inline) -> str:
        """Words as plain text: what a file says neither drives the terminal nor breaks a line."""
        text = inline if isinstance(inline, str) else plain(inline)
        if not text.isprintable():
            text = clean(text.replace("\n", " "))
        return shown(text, self.encoding) if self.ascii else text


def drawn(table: Grid, terminal: Terminal) -> Iterator[Line]:
    """The lines of a table; bars only in colour, and only where they fit."""
    gap = "  " if table.inner else "   "
    grid, widths = fitting(table, terminal, len(gap))
    columns: list[int] = [*range(len(widths))]
    tight = grid.inner and len(columns) > 2 and _sum(widths, len(gap)) > terminal.width
    for taken in _bands(widths, terminal.width, len(gap)) if tight else [columns]:
        yield from _lines(grid, taken, widths, terminal, gap)
    if grid.left_out:
        where = f"a wider terminal or {grid.see}" if grid.see else "a wider terminal"
        what = "it" if len(grid.left_out) == 1 else "them"
        yield []
        text = f" left out: {', '.join(grid.left_out)}; {where} shows {what}"
        yield from ([(line, "dim")] for line in fold(text, max(terminal.width, 20)))


# ------------------------------------------------------------------------------------------------ which way


def fitting(table: Grid, terminal: Terminal, gap: int) -> tuple[Grid, list[int]]:
    """The first way that is no wider, with its widths; else the narrowest, whose lines may run over the edge.

    Each is tried as it is, and then with its texts folded, but for bars: nothing is folded for them.
    """
    width = terminal.width
    if any(head.role == "bar" for head in table.columns) and terminal.color and not terminal.ascii:
        grid = _whole(table, terminal)
        natural = _widths(grid, 1)
        if _sum(natural, gap) <= width:
            return grid, natural
    narrow: tuple[int, Grid] | None = None
    for way in _ways(table):
        grid = _whole(way, terminal)
        natural = _widths(grid, 1)
        if _sum(natural, gap) <= width:
            return grid, natural
        least = _widths(grid, _LINES)
        if _sum(least, gap) <= width:
            return grid, _shared(grid, natural, least, width, gap)
        if narrow is None or _sum(least, gap) < narrow[0]:
            narrow = _sum(least, gap), grid
    assert narrow is not None
    grid = narrow[1]
    least = _widths(grid, None)
    least = least if _sum(least, gap) <= width else _widths(grid, _LINES)
    return grid, _shared(grid, _widths(grid, 1), least, width, gap)


def _ways(grid: Grid) -> Iterator[Grid]:
    for way in chain((grid,), grid.ways() if grid.ways else ()):
        yield way.where(lambda head: head.role != "bar")


def _whole(grid: Grid, terminal: Terminal) -> Grid:
    """The same with cells of plain text."""
    name = next((place for place, head in enumerate(grid.columns) if head.name), 0)

    def row(one: TableRow) -> TableRow:
        if not (one.level or terminal.ascii) and all(type(cell) is str and cell.isprintable() for cell in one.cells):
            return one
        texts = [_bar(cell) if isinstance(cell, Bar) else terminal.text(cell) for cell in one.cells]
        if one.level:
            texts[name] = "  " * one.level + texts[name]
        return one._replace(cells=texts)

    heads = [head._replace(title=terminal.text(head.title)) for head in grid.columns]
    return grid._replace(columns=heads, rows=[row(one) for one in grid.rows], total=grid.total and row(grid.total))


def _bar(bar: Bar) -> str:
    eighths = round(8 * _BAR * bar.share)
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def _all(grid: Grid) -> Iterator[TableRow]:
    if not (grid.inner and grid.headless):
        yield TableRow([head.title for head in grid.columns])
    yield from grid.rows
    if grid.total:
        yield grid.total


def _widths(grid: Grid, lines: int | None) -> list[int]:
    """What each column needs where cells may take so many lines, or any number of them (None)."""
    found = [0] * len(grid.columns)
    for row in _all(grid):
        for index, cell in enumerate(row.cells):
            assert isinstance(cell, str)
            size = min(cells(cell), grid.columns[index].most)
            if size <= found[index]:
                continue
            if lines == 1 or not (row.folds and grid.columns[index].folds):
                found[index] = size
                continue
            found[index] = max(found[index], narrowest(cell), min(size, _LEAST) if lines else 0)
            if lines:  # what all but the blanks needs at least, and in larger steps where it is very long
                found[index] = max(found[index], min(size, -(-cells(cell.replace(" ", "")) // lines)))
                while len(fold(cell, found[index])) > lines:
                    found[index] += 1 + size // 500
    return found


def _sum(widths: list[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _shared(grid: Grid, natural: list[int], least: list[int], width: int, gap: int) -> list[int]:
    """The widths between both that fill the room: the widest gives most, and a name only where that is not enough."""
    whole = [wide if head.name else one for head, wide, one in zip(grid.columns, natural, least, strict=True)]
    if _sum(whole, gap) <= width:
        least = whole
    else:
        natural = whole
    for level in range(max(natural), 0, -1):
        widths = [max(one, min(other, level)) for one, other in zip(least, natural, strict=True)]
        if _sum(widths, gap) <= width:
            return widths
    return least


def _bands(widths: list[int], width: int, gap: int) -> Iterator[list[int]]:
    """The columns that fit beside the first one, then those that are left: below each other nothing is lost."""
    left = list(range(1, len(widths)))
    while left:
        taken = [0, left.pop(0)]
        while left and _sum([widths[place] for place in (*taken, left[0])], gap) <= width:
            taken.append(left.pop(0))
        yield taken


# ------------------------------------------------------------------------------------------------ lines


def _lines(grid: Grid, shown: list[int], widths: list[int], terminal: Terminal, gap: str) -> Iterator[Line]:
    """Every line of those columns."""
    sign = "-" if terminal.ascii else "─"
    sizes = [widths[place] for place in shown]
    rule = [(gap.join(sign * size for size in sizes) if grid.inner else sign * _sum(sizes, len(gap)), "")]
    strong = "" if grid.inner else "bold"

    def cells_of(row: TableRow, style: str) -> Iterator[Line]:
        return _row(grid, row, style, shown, widths, terminal, gap)

    if not (grid.inner and grid.headless):
        yield from cells_of(TableRow([head.title for head in grid.columns]), strong)
    if not grid.inner:
        yield rule
    for row in grid.rows:
        yield from cells_of(row, ROLES.get(row.role, ""))
    if grid.total:
        if grid.rows:
            yield rule
        yield from cells_of(grid.total, strong)


def _row(
    grid: Grid, row: TableRow, style: str, shown: list[int], widths: list[int], terminal: Terminal, gap: str
) -> Iterator[Line]:
    hang = 4 if grid.inner and row.below else 0  # sets what is folded apart from what stands below
    texts = []
    for place in shown:
        text, wide = str(row.cells[place]), widths[place]
        if not (row.folds and grid.columns[place].folds) or cells(text) <= wide:
            texts.append([text])
        else:
            by = max(0, min(hang, wide - narrowest(text)))
            first, *further = fold(text, wide - by)
            texts.append([first, *(" " * by + line for line in further)])
    for n in range(max(map(len, texts))):
        line: Line = []
        for place, own in zip(shown, texts, strict=True):
            text = own[n] if n < len(own) else ""
            head, fill = grid.columns[place], " " * (widths[place] - cells(text))
            aligned = f"{fill}{text}" if head.right else f"{text}{fill}"
            line.append((f"{gap if line else ''}{aligned}", f"{style} {ROLES.get(head.role, '')}".strip()))
        yield line
    if row.below:
        beside = widths[0] + len(gap) if len(shown) > 1 else 0
        indent = " " * min(beside + (len(gap) if grid.inner else 0), max(len(gap), terminal.width - ROOM))
        for text in folded(indent, terminal.text(row.below), terminal.width).splitlines():
            yield [(text, style)]
