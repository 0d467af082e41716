"""Documents: what a result says, before it is text, Markdown, HTML or LaTeX.

Every result becomes one document (`summary.py`, `working.py`, …); each format has one writer (`text.py`, `markdown.py`,
`html.py`, `latex.py`), which knows these blocks and no result. All texts are as the files have them: writers escape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from cnncalc.core.record import Record
from cnncalc.core.work import Step

CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")  # a name in prose; what a file says may have backticks itself
SYMBOL = re.compile(r"(?<![A-Za-z_])([A-Z](?:_\w+)?)\b")  # a letter, or one with its index, in a formula
UNBOUNDED = 100_000  # columns of a pipe: nothing is folded there

# ------------------------------------------------------------------------------------------------ words


class Run(Record):
    """Words of a `kind`: `code`, `strong`, a `symbol`, or `prose`, whose names in backticks are code.

    A line of a `working` is prose whose letters are symbols.
    Of a form: its `button`, and where it is `said` what became of it.
    """

    text: str
    kind: str = "code"


class Math(Record):
    """The formula of a step: in symbols, or with the numbers put in."""

    step: Step
    put_in: bool = False

    @property
    def text(self) -> str:
        """The text of the step, with symbols or with the numbers put in."""
        return self.step.numbers if self.put_in else self.step.symbols


class Sign(Record):
    """A sign, for a terminal, and the word that pages show for it."""

    text: str
    word: str


class Gap(Record):
    """The blank of a question; in a key its answer. A `field` is typed into, where a page can do that."""

    id: str
    answer: str = ""
    field: bool = False

    @property
    def text(self) -> str:
        """The blank in a terminal: its number, and the answer or a line to write on."""
        return f"({self.id}) {self.answer or '_' * 10}"


class Bar(Record):
    """A share from 0 to 1 as a bar; alone in a column whose `role` is `bar`."""

    share: float


Part = str | Run | Math | Sign | Gap | Bar
Inline = Part | list[Part]


def parts(inline: Inline) -> list[Part]:
    """The parts of words."""
    return inline if isinstance(inline, list) else [inline]


def plain(inline: Inline) -> str:
    """Words as a terminal shows them.

    >>> plain(["conv1 in ", Run("net.yaml")])
    'conv1 in net.yaml'
    """
    if isinstance(inline, str):
        return inline
    return "".join(part if isinstance(part, str) else getattr(part, "text", "") for part in parts(inline))


# ------------------------------------------------------------------------------------------------ tables


class Head(Record):
    """A column: only what `folds` may take several lines, and a `name` last of all; no wider than `most`.

    What stands in an `aside` is said of the column before it, whose title it shares.
    """

    title: Inline = ""
    right: bool = False
    folds: bool = False
    name: bool = False
    most: int = UNBOUNDED
    role: str = ""
    aside: bool = False


class TableRow(Record):
    """A cell for each column; its name stands `level` steps to the right, `below` on lines of its own.

    The `role` says what the row is (`added`, `wrong`, `group`, …), and so its colour; `folds` is False for figures.
    """

    cells: Sequence[Inline]
    role: str = ""
    level: int = 0
    below: str = ""
    folds: bool = True


class Grid(Record):
    """A table. `ways` gives narrower ones for a narrow terminal; `left_out` names the columns that such a one lacks.

    `see` names the format that shows them. A table of a section (`inner`) is set close; `headless`, its titles are for
    pages alone. Where each row is read `by_row`, not down the columns, a narrow page sets its cells below each other.
    """

    columns: Sequence[Head]
    rows: Sequence[TableRow]
    total: TableRow | None = None
    caption: str = ""
    ways: Callable[[], Iterable[Grid]] | None = None
    see: str = ""
    left_out: tuple[str, ...] = ()
    inner: bool = False
    headless: bool = False
    by_row: bool = False

    def where(self, keep: Callable[[Head], bool]) -> Grid:
        """The same with some of its columns."""
        kept = [index for index, column in enumerate(self.columns) if keep(column)]
        if len(kept) == len(self.columns):
            return self

        def cut(row: TableRow) -> TableRow:
            return row._replace(cells=[row.cells[index] for index in kept])

        return self._replace(
            columns=[self.columns[index] for index in kept],
            rows=[cut(row) for row in self.rows],
            total=cut(self.total) if self.total else None,
        )

    def without(self, title: str) -> Grid:
        """The same without a column, which is named as left out."""
        return self.where(lambda column: column.title != title)._replace(left_out=(*self.left_out, title))

    def leaving_out(self, titles: Iterable[str]) -> Iterator[Grid]:
        """The same with ever fewer columns."""
        grid = self
        for title in titles:
            if len(grid.columns) > 1 and any(column.title == title for column in grid.columns):
                grid = grid.without(title)
                yield grid


# ------------------------------------------------------------------------------------------------ blocks


class Heading(Record):
    """The title of a result, and what is said beside it; a `quiet` one is not for terminals."""

    text: str
    beside: str = ""
    quiet: bool = False


class Section(Record):
    """A part with a title of its own; `beside` is said of it in short."""

    title: str
    blocks: Sequence[Block]
    beside: tuple[str, ...] = ()


class Labelled(Record):
    """Blocks below a label, which is no title."""

    label: str
    blocks: Sequence[Block]


class Details(Record):
    """Blocks that may be folded away, and what they come to."""

    title: str
    said: str
    blocks: Sequence[Block]


class Paragraph(Record):
    """A paragraph."""

    text: Inline


class Note(Record):
    """A note that must not be overlooked; a terminal has it on standard error."""

    level: str
    texts: Sequence[Inline]


class Terms(Record):
    """Texts behind what they are called; the same name may come again."""

    items: Sequence[tuple[str, str]]


class Items(Record):
    """A list."""

    items: Sequence[Inline]


class Listing(Record):
    """Lines that stay as they are; the first word of `language` is a language."""

    lines: Sequence[str]
    language: str = "text"


class Fields(Record):
    """Lines to write on: the name of each, and how many letters it is to have room for."""

    items: tuple[tuple[str, int], ...]


class Equation(Record):
    """One number: its label, the formula or words for it, the numbers put in, the result, and what is said of it."""

    label: str
    said: Math | str = ""
    numbers: Math | str | None = None
    result: str = ""
    note: str = ""


class Remark(Record):
    """A sentence among equations, behind its label."""

    label: str
    text: str


def _worded(said: Math | str) -> Inline:
    return Run(said, "working") if isinstance(said, str) and said else said


class Equations(Record):
    """Equations and remarks, one below the other."""

    lines: Sequence[Equation | Remark]

    def tables(self) -> Iterator[Grid | Remark]:
        """The same as tables of label, formula, numbers and result, with the remarks between them."""
        heads = [Head(), Head("formula"), Head("numbers"), Head("result", right=True)]
        for is_remark, run in groupby(self.lines, lambda line: isinstance(line, Remark)):
            if is_remark:
                yield from (line for line in run if isinstance(line, Remark))
                continue
            lines = [line for line in run if isinstance(line, Equation)]
            cells = [
                [one.label, _worded(one.said), one.numbers or "", f"{one.result} {one.note}".rstrip()] for one in lines
            ]
            yield Grid(heads, [TableRow(row) for row in cells], caption="working")


Block = Heading | Section | Labelled | Details | Paragraph | Note | Terms | Items | Listing | Fields | Equations | Grid


def grids(blocks: Sequence[Block]) -> Iterator[Grid]:
    """The tables of blocks, and of what is in them."""
    for block in blocks:
        if isinstance(block, Grid):
            yield block
        elif isinstance(block, Section | Labelled | Details):
            yield from grids(block.blocks)


class Page(Record):
    """A result as blocks.

    Its titles have `depth` signs in Markdown; as LaTeX a `fragment` is for another document. A worksheet carries a
    `header`, one line of JSON; as HTML it may run a `script`, and no other.
    """

    title: str
    blocks: Sequence[Block]
    depth: int = 3
    header: str = ""
    fragment: bool = False
    script: str = ""

    @property
    def says_its_title(self) -> bool:
        """Whether a block has the title: one heading, or one section that is all of it."""
        headings = sum(isinstance(block, Heading) for block in self.blocks)
        only = self.blocks[0] if len(self.blocks) == 1 else None
        return headings == 1 or (isinstance(only, Section) and only.title == self.title)
