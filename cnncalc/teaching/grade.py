"""Answers → marks: right or wrong, the points, for what is wrong the likely slip; what is unclear is for a person."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cnncalc.core.figures import many
from cnncalc.core.problem import clean
from cnncalc.core.record import Record
from cnncalc.core.result import Tabular
from cnncalc.teaching.answers import LONGEST, Reading, read_answer, shown, tidy
from cnncalc.teaching.likely import Likely, likely
from cnncalc.teaching.question import Answer, Question, Target, Worksheet
from cnncalc.teaching.recipe import BadRecipe, Recipe, read_header
from cnncalc.teaching.responses import Answers
from cnncalc.teaching.rework import PARTS, Said, quantity_of, reworked
from cnncalc.teaching.roster import Roster
from cnncalc.teaching.worksheet import TooFew, make

MISSING = "its blank is not in the file: answers stand behind their numbers"


@dataclass(frozen=True)
class Mark:
    """One answer, marked: its `verdict` is right, wrong, blank, carried or unclear.

    Carried is right for an earlier wrong answer of one's own. Unclear is for a person to look at: it has no `points`.
    `slips` name what gives such an answer; `remark` says why it cannot be read, or from which answer it follows.
    """

    question: Question
    given: str
    verdict: str
    points: int | None
    slips: tuple[Likely, ...] = ()
    remark: str = ""


class _Marks(Record):
    sheet: Worksheet
    students: Sequence[Graded]
    columns: Sequence[str] = ()
    key: bool = False


class Marks(_Marks, Tabular):
    """The marks of everyone who handed in a worksheet, and which `columns` of which table were read.

    `key`: the right answers are shown, too.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Marks of {self.sheet.title}: {many(len(self.students), 'student')}>"


@dataclass(frozen=True)
class Graded:
    """One student's answers: `problem` says why they were not read, `notes` what is odd about them.

    `passed_over` is a file in a folder that nobody takes for answers. `recipe` is that of the sheet which was answered;
    of a class it has the student. `absent`: a student of the class of whom there are no answers.
    """

    name: str
    marks: tuple[Mark, ...] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()
    passed_over: bool = False
    recipe: Recipe | None = None
    absent: bool = False

    @property
    def student(self) -> str:
        """The name on the sheet of a class."""
        return self.recipe.student if self.recipe else ""

    @property
    def called(self) -> str:
        """The student with the file; the file alone where no name is known.

        >>> Graded("a.md", recipe=Recipe((), student="Ada")).called, Graded("a.md").called
        ('Ada (a.md)', 'a.md')
        """
        return f"{self.student} ({self.name})" if self.student not in ("", self.name) else self.name

    @property
    def points(self) -> int:
        """The points of all marks that are certain."""
        return sum(mark.points or 0 for mark in self.marks)

    @property
    def of(self) -> int:
        """The points of all questions."""
        return sum(mark.question.points for mark in self.marks)

    @property
    def open(self) -> int:
        """The points of what is for a person to look at."""
        return sum(mark.question.points for mark in self.unclear)

    @property
    def unclear(self) -> tuple[Mark, ...]:
        """The answers that are for a person to look at."""
        return tuple(mark for mark in self.marks if mark.verdict == "unclear")


class Grader:
    """A marker of answers to one worksheet, or with a roster each to the sheet of its student.

    The slips of a question are worked out once, when first needed.
    """

    def __init__(self, sheet: Worksheet, carry: bool = False, roster: Roster | None = None) -> None:
        self.sheet = sheet
        self.roster = roster
        self.carry = carry
        self._slips: dict[str, dict[Answer, tuple[Likely, ...]]] = {}
        self._others: dict[Recipe, Grader] = {}

    def mark(self, question: Question, given: str, earlier: Mapping[str, Reading] | None = None) -> Mark:
        """One answer; `earlier` are the readings of all answers to the sheet, by question."""
        if not tidy(given):
            return Mark(question, "", "blank", 0)
        reading = read_answer(question, given, self.sheet.recipe.layout)
        text = shown(given)
        if self._is_right(question, reading):
            return Mark(question, text, "right", question.points)
        source = self._follows(question, reading, earlier or {})
        if source:
            points = question.points if self.carry else 0
            return Mark(question, text, "carried", points, (), f"follows from the answer to {source}")
        slips = self._likely(question, reading)
        remark = self._doubt(question, reading) or reading.remark
        if not reading.clear or remark != reading.remark:
            return Mark(question, given.strip()[:LONGEST], "unclear", None, slips, remark)
        return Mark(question, text, "wrong", 0, slips, remark)

    def grade(self, student: Answers) -> Graded:
        """All answers of a student, to the questions of their own sheet where it has another seed."""
        if student.problem:
            return Graded(student.name, problem=student.problem, passed_over=student.passed_over)
        if student.header is None and self.roster:
            seat = self.roster.seat(student.student or os.path.splitext(os.path.basename(student.name))[0])
            if seat is None:
                return Graded(student.name, problem="belongs to no sheet: it carries none, and none is of this name")
            return replace(self._others_grader(seat.recipe).marked(student), recipe=seat.recipe)
        own, note, recipe = self._own(student.header)
        if own is None:
            return Graded(student.name, problem=note)
        found = own.marked(student)
        return replace(found, notes=(*found.notes, note) if note else found.notes, recipe=recipe)

    def sheet_of(self, graded: Graded) -> Worksheet:
        """The sheet that a student answered."""
        return self._others_grader(graded.recipe).sheet if graded.recipe else self.sheet

    def marked(self, student: Answers) -> Graded:
        """All answers of a student to the questions of this sheet."""
        answers, notes = student.answers, student.notes
        questions = self.sheet.questions
        layout = self.sheet.recipe.layout
        readings = {q.id: read_answer(q, answers[q.id], layout) for q in questions if tidy(answers.get(q.id, ""))}
        ids = {question.id for question in questions}
        unknown = [id for id in answers if id not in ids]
        if unknown:
            listed = ", ".join(clean(id) for id in unknown[:5])
            notes = (*notes, f"answers to questions that are not there: {listed}")
        marks = []
        for question in questions:
            if student.header is not None and question.id not in answers:  # a filled-in sheet has all its blanks
                marks.append(Mark(question, "", "unclear", None, (), MISSING))
            else:
                marks.append(self.mark(question, answers.get(question.id, ""), readings))
        return Graded(student.name, tuple(marks), notes=notes)

    def _others_grader(self, recipe: Recipe) -> Grader:
        """Who marks a sheet that differs in its seed; raises TooFew."""
        if recipe == self.sheet.recipe:
            return self
        if recipe not in self._others:
            self._others[recipe] = Grader(make(recipe), self.carry)
        return self._others[recipe]

    def _own(self, header: str | None) -> tuple[Grader | None, str, Recipe]:
        """Who marks a filled-in sheet, a note, and its recipe: one that differs in its seed has its own questions."""
        ours = self.sheet.recipe
        if header is None:
            return self, "", replace(ours, student="")
        try:
            recipe = read_header(header)
        except BadRecipe as error:
            if self.roster:
                return None, f"belongs to no sheet of the class: {error}", ours
            return (
                self,
                f"marked by the questions of the worksheet, for of this file {error}",
                replace(ours, student=""),
            )
        if replace(recipe, seed=ours.seed) != ours:
            return None, "is made for another worksheet: its header differs in more than the seed", recipe
        try:
            own = self._others_grader(recipe)
        except TooFew:
            return None, f"is made for another worksheet: with seed {recipe.seed} there are no questions", recipe
        if self.roster:
            known = any((seat.recipe, seat.recipe.student) == (recipe, recipe.student) for seat in self.roster.seats)
            return own, "" if known else "its sheet is none of the class", recipe
        return own, "" if own is self else f"marked by its own questions: seed {recipe.seed}, not {ours.seed}", recipe

    # -------------------------------------------------------------------------------------- right, or likely

    def _is_right(self, question: Question, reading: Reading) -> bool:
        if any(value in question.accepted for value in reading.values):
            return True
        near = any(isinstance(value, int) and reading.fits(value) for value in question.accepted)
        return near and not self._doubt(question, reading)

    def _doubt(self, question: Question, reading: Reading) -> str:
        """Why an answer that may be right may be wrong as well; empty where there is no such doubt."""
        if any(value in question.accepted for value in reading.maybe):
            return "it can be read in two ways, of which one is right"
        if not reading.place and any(isinstance(value, int) and reading.fits(value) for value in question.accepted):
            slips = self._likely(question, reading)
            if slips:
                return f"it may be rounded, or: {slips[0]}"
        return ""

    def _likely(self, question: Question, reading: Reading) -> tuple[Likely, ...]:
        """The slips that give an answer; of several that a rounded figure may stand for, none."""
        known = self._slips.get(question.id)
        if known is None:
            known = self._slips[question.id] = likely(self.sheet.analysis, question, self.sheet.recipe.layout)
        found: dict[str, Likely] = {}
        for answer, slips in known.items():
            if answer in reading.values or (isinstance(answer, int) and reading.place and reading.fits(answer)):
                for slip in slips:
                    found.setdefault(str(slip) if reading.place else slip.slip.name, slip)
        return () if reading.place and len(found) > 1 else tuple(found.values())

    # -------------------------------------------------------------------------------------- carried

    def _follows(self, question: Question, reading: Reading, earlier: Mapping[str, Reading]) -> str:
        """The questions from whose wrong answers this one follows; empty where from none.

        What the student says of a layer stands for what it is: its output for all that reads it and for its own
        multiplies, its counts for a sum.
        """
        target = question.target
        if target is None or target.attribute:
            return ""
        said = Said({}, {})
        wrong: dict[str, int] = {}
        for other in self.sheet.questions:
            place, heard = other.target, earlier.get(other.id)
            if place is None or place.row is None or heard is None or not heard.values or other is question:
                continue
            if place.attribute or not self._leads_to(place, target):
                continue
            value = heard.values[-1]
            if isinstance(value, tuple) and place.quantity == "shape":
                said.shapes[place.row] = value
            elif isinstance(value, int) and place.quantity in _addends(target):
                said.counts[place.row, place.quantity] = value
            else:
                continue
            if not self._is_right(other, heard):
                wrong[other.id] = place.row
        if not wrong:
            return ""
        follows = self._with(target, said)
        fits = follows in reading.values or (isinstance(follows, int) and reading.fits(follows))
        if not fits or follows in question.accepted:
            return ""
        for id, row in tuple(wrong.items()):  # those without which it is the same are none of its sources
            shapes = {at: one for at, one in said.shapes.items() if at != row}
            less = Said(shapes, {at: one for at, one in said.counts.items() if at[0] != row})
            if len(wrong) > 1 and self._with(target, less) == follows:
                del wrong[id]
                said = less
        return " and ".join(wrong)

    def _with(self, target: Target, said: Said) -> Answer | None:
        """What a question asks for, by what the student says of other layers."""
        found = reworked(self.sheet.analysis, target, lambda index, row, reads: (row.layer, reads), said)
        return quantity_of(self.sheet.analysis, target, found, said)

    def _leads_to(self, place: Target, target: Target) -> bool:
        """Whether an answer about a row can lead to another one."""
        assert place.row is not None
        if not target.start <= place.row < target.stop:
            return False
        if place.quantity != "shape":
            return target.row is None or (place.row == target.row and place.quantity != target.quantity)
        if target.row is None:
            return True
        return place.row < target.row or (place.row == target.row and target.quantity == "multiplies")


def taken(found: Sequence[Graded], roster: Roster) -> list[Graded]:
    """The marks of a class: a note where a sheet came back twice, and a row for each student of whom nothing did."""
    handed = Counter((graded.recipe.seed, graded.student) for graded in found if graded.recipe)
    marked = []
    for graded in found:
        times = handed[graded.recipe.seed, graded.student] if graded.recipe else 0
        note = (f"{times} files answer this sheet",) if times > 1 else ()
        marked.append(replace(graded, notes=(*graded.notes, *note)))
    for seat in roster.seats:
        if not handed[seat.recipe.seed, seat.recipe.student]:
            marked.append(Graded(seat.recipe.student or seat.stem, recipe=seat.recipe, absent=True))
    return marked


def _addends(target: Target) -> tuple[str, ...]:
    """The quantities that an answer may be the sum of."""
    return (target.quantity, *PARTS.get(target.quantity, ()))
