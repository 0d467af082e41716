"""What a worksheet is made of: questions, and the tables and passages in which they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cnncalc.core.analysis import Analysis
from cnncalc.core.figures import many
from cnncalc.core.record import Record
from cnncalc.core.result import Result
from cnncalc.core.shape import Shape
from cnncalc.teaching.recipe import Recipe

if TYPE_CHECKING:
    from cnncalc.teaching.grade import Mark

Answer = Shape | int | str  # a shape is channels first, whatever order it is written in

WANTED = {"hwc": "height × width × channels", "chw": "channels × height × width"}


class Target(Record):
    """The quantity that a question asks for: of one row, or with no `row` of all of `start:stop`.

    An inverse question asks for the `attribute` with which the row has the `wanted` quantity. Rows outside of
    `start:stop` are given: no slip is looked for in them.
    """

    start: int
    stop: int
    row: int | None
    quantity: str  # shape, params, weights, biases, multiplies, trainable, or a measure with a working
    attribute: str | None = None
    wanted: Shape | int | None = None


@dataclass(frozen=True)
class Question:
    """One blank: its prompt, all answers that are right, and the way to them.

    `kind` is shape, integer or choice; `ask` is one of ASKS. `rounded` allows `35k` for 34,944. Of the `hints` the
    first has the formula, the next the numbers put in.
    """

    id: str
    ask: str
    kind: str
    layer: str
    prompt: str
    accepted: tuple[Answer, ...]
    working: tuple[str, ...]
    hints: tuple[str, ...]
    points: int = 1
    rounded: bool = False
    choices: tuple[str, ...] = ()
    target: Target | None = field(default=None, repr=False)

    @property
    def asked(self) -> str:
        """The quantity asked for, in a word: `output`, `params`, `stride`, `line`, `reason`."""
        if self.target is None:
            return "reason" if self.choices else "line"
        return self.target.attribute or ("output" if self.target.quantity == "shape" else self.target.quantity)


class Cell(Record):
    """A cell of a table: a given text, or the blank of a question."""

    text: str
    question: str | None = None


class TableLine(Record):
    """A layer in a table: what it is, what it reads, and its cells, one for each of the table's columns."""

    name: str
    description: str
    reads: str
    cells: tuple[Cell, ...]


class Table(Record):
    """Layers with blanks; `given` are the shapes that enter, `columns` the titles of the cells."""

    caption: str
    given: tuple[tuple[str, str], ...]
    lines: tuple[TableLine, ...]
    columns: tuple[str, ...]


class Passage(Record):
    """Questions outside of a table: a text, a listing where there is one, and then the questions."""

    text: str
    listing: tuple[str, ...]
    questions: tuple[str, ...]


class _Handout(Record):
    sheet: Worksheet
    key: bool = False
    room: int = 0


class Handout(_Handout, Result):
    """A worksheet to be filled in, or the `key` to it: with answers and working.

    `room` is how many empty lines each question has for its working.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Handout: {self.sheet.title}, {many(len(self.questions), 'question')}{', key' if self.key else ''}>"

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions, with their answers, hints and the working."""
        return self.sheet.questions

    def mark(self, question: str | int, answer: str) -> Mark:
        """The mark of one answer: its verdict, points, and the likely slips; KeyError where there is no such question.

        >>> import cnncalc
        >>> sheet = cnncalc.exercise("lenet5", seed=7, count=2)
        >>> [sheet.mark(1, answer).verdict for answer in ("14x14x6", "28x28x6", "")]
        ['right', 'wrong', 'blank']
        """
        from cnncalc.teaching.grade import Grader

        asked = next((one for one in self.questions if one.id == str(question)), None)
        if asked is None:
            raise KeyError(question)
        return Grader(self.sheet).mark(asked, answer)


@dataclass(frozen=True)
class Worksheet:
    """A sheet of questions about one network; `recipe` is all that is needed to make it again."""

    title: str
    recipe: Recipe
    tables: tuple[Table, ...]
    passages: tuple[Passage, ...]
    questions: tuple[Question, ...]
    analysis: Analysis = field(repr=False, compare=False)

    @property
    def points(self) -> int:
        """The points of all questions."""
        return sum(question.points for question in self.questions)

    def question(self, id: str) -> Question:
        """The question of that id."""
        return next(question for question in self.questions if question.id == id)
