"""Tables in a terminal: the first of the ways to write one that fits, and its lines. No figure is ever cut."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from rich.console import Console, ConsoleOptions, RenderableType
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style as Paint

from cnncalc.core.problem import clean
from cnncalc.render.fold import cells, fold, narrowest

_GAP = "   "
_LINES = 3  # a cell that would need more is one for a wider column
_LEAST = 12  # columns; a narrower text is hard to read
_UNBOUNDED = 100_000  # columns; a pipe has no width, so nothing is folded there


class Head(NamedTuple):
    """A title, and how its cells are written; only what `folds` may take several lines, and a `name` last of all.

    `most`: no wider, whatever the room.
    """

    title: str
    right: bool = False
    folds: bool = False
    name: bool = False
    most: int = _UNBOUNDED
    style: str = ""


class Cells(NamedTuple):
    """A cell for each column, and what is said on lines of its own below them; `folds` is False for figures."""

    cells: list[str]
    style: str = ""
    below: str = ""
    folds: bool = True


class Grid(NamedTuple):
    """One way to write a table. `left_out` names the columns that it lacks, `see` what shows them."""

    columns: Sequence[Head]
    rows: Sequence[Cells]
    total: Cells | None = None
    ascii: bool = False
    see: str = ""
    left_out: tuple[str, ...] = ()
    folds: bool = True

    def without(self, title: str) -> Grid:
        """The same without a column."""
        kept = [index for index, column in enumerate(self.columns) if column.title != title]

        def cut(row: Cells) -> Cells:
            return row._replace(cells=[row.cells[index] for index in kept])

        return self._replace(
            columns=[self.columns[index] for index in kept],
            rows=[cut(row) for row in self.rows],
            total=cut(self.total) if self.total else None,
            left_out=(*self.left_out, title),
        )

    def _all(self) -> Iterator[Cells]:
        yield Cells([column.title for column in self.columns])
        yield from self.rows
        if self.total:
            yield self.total

    def widths(self, lines: int | None) -> list[int]:
        """What each column needs where cells may take so many lines, or any number of them (None)."""
        found = [0] * len(self.columns)
        for row in self._all():
            for index, cell in enumerate(row.cells):
                size = min(cells(cell), self.columns[index].most)
                if size <= found[index]:
                    continue
                if lines == 1 or not (row.folds and self.columns[index].folds):
                    found[index] = size
                    continue
                found[index] = max(found[index], narrowest(cell), min(size, _LEAST) if lines else 0)
                while lines and len(fold(cell, found[index])) > lines:
                    found[index] += 1
        return found

    def lines(self, widths: list[int], width: int) -> Iterator[list[tuple[str, str]]]:
        """Every line as its texts, each with its style."""
        rule = [(("-" if self.ascii else "─") * _sum(widths), "")]
        yield from self._line(Cells([column.title for column in self.columns], "bold"), widths, width)
        yield rule
        for row in self.rows:
            yield from self._line(row, widths, width)
        if self.total:
            if self.rows:
                yield rule
            yield from self._line(self.total, widths, width)
        if self.left_out:
            names = ", ".join(self.left_out)
            where = f"a wider terminal or {self.see}" if self.see else "a wider terminal"
            what = "it" if len(self.left_out) == 1 else "them"
            yield [("", "")]
            for line in fold(f" left out: {names}; {where} shows {what}", max(width, 20)):
                yield [(line, "dim")]

    def _line(self, row: Cells, widths: list[int], width: int) -> Iterator[list[tuple[str, str]]]:
        texts = [
            fold(cell, wide) if row.folds and column.folds else [cell]
            for cell, column, wide in zip(row.cells, self.columns, widths, strict=True)
        ]
        for n in range(max(map(len, texts))):
            line: list[tuple[str, str]] = []
            for column, wide, own in zip(self.columns, widths, texts, strict=True):
                text = own[n] if n < len(own) else ""
                fill = " " * (wide - cells(text))
                text = f"{_GAP if line else ''}{fill}{text}" if column.right else f"{_GAP if line else ''}{text}{fill}"
                line.append((text, f"{row.style} {column.style}".strip()))
            yield line
        if row.below:
            indent = " " * (widths[0] + len(_GAP))
            for text in fold(f"{indent}{row.below}", max(width, len(indent) + 20)):
                yield [(text, row.style)]


def _sum(widths: list[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def fitting(grids: Iterable[Grid], width: int) -> tuple[Grid, list[int]]:
    """The first that is no wider, with its widths; else the narrowest, whose lines may run over the edge.

    Each is tried as it is, and then with its texts folded.
    """
    narrow: tuple[int, Grid] | None = None
    for grid in grids:
        natural = grid.widths(1)
        if _sum(natural) <= width:
            return grid, natural
        if not grid.folds:
            continue
        least = grid.widths(_LINES)
        if _sum(least) <= width:
            return grid, _shared(grid, natural, least, width)
        if narrow is None or _sum(least) < narrow[0]:
            narrow = _sum(least), grid
    assert narrow is not None
    grid = narrow[1]
    least = grid.widths(None)
    return grid, _shared(grid, grid.widths(1), least if _sum(least) <= width else grid.widths(_LINES), width)


def _shared(grid: Grid, natural: list[int], least: list[int], width: int) -> list[int]:
    """The widths between both that fill the room: the widest gives most, and a name only where that is not enough."""
    whole = [wide if column.name else one for column, wide, one in zip(grid.columns, natural, least, strict=True)]
    if _sum(whole) <= width:
        least = whole
    else:
        natural = whole
    for level in range(max(natural), 0, -1):
        widths = [max(one, min(other, level)) for one, other in zip(least, natural, strict=True)]
        if _sum(widths) <= width:
            return widths
    return least


def leaving_out(grid: Grid, titles: Iterable[str]) -> Iterator[Grid]:
    """A table, and the same with ever fewer columns."""
    yield grid
    for title in titles:
        if len(grid.columns) > 1 and any(column.title == title for column in grid.columns):
            grid = grid.without(title)
            yield grid


class Fitted:
    """A table that rich draws as wide as there is room; `ways` are tried in order, and made only when needed."""

    def __init__(self, ways: Callable[[], Iterable[Grid]]) -> None:
        self.ways = ways

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        grid, widths = fitting(map(_cleaned, self.ways()), options.max_width)
        paints: dict[str, Paint | None] = {"": None}
        for line in grid.lines(widths, options.max_width):
            for text, style in line:
                if style not in paints:
                    paints[style] = Paint.parse(style)
                yield Segment(text, paints[style])
            yield Segment.line()

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        (widest,) = islice(self.ways(), 1)
        return Measurement(1, _sum(widest.widths(1)))


def _cleaned(grid: Grid) -> Grid:
    """What a file says neither drives the terminal nor breaks a line."""

    def whole(row: Cells) -> Cells:
        if all(map(str.isprintable, row.cells)):
            return row
        return row._replace(cells=[clean(cell.replace("\n", " ")) for cell in row.cells])

    return grid._replace(rows=[whole(row) for row in grid.rows])


def to_text(drawn: RenderableType, *, width: int | None, color: bool) -> str:
    """Anything that rich can draw, as text without trailing blanks; `width` None is a pipe, where nothing is folded."""
    file = io.StringIO()  # rich writes to standard output even where it is asked for the text
    console = Console(
        file=file,
        width=width or _UNBOUNDED,
        height=25,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
        _environ={},
    )
    console.print(drawn, crop=False)
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


def draw(*grids: Grid, width: int | None, color: bool) -> str:
    """A table as text, in the first of these ways that fits."""
    return to_text(Fitted(lambda: grids), width=width, color=color)
