"""Answers → marks: right or wrong, the points, and for what is wrong the likely slip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnncalc.core.shape import Shape
from cnncalc.teaching.answers import LONGEST, Reading, read_answer, tidy
from cnncalc.teaching.filled import Answers
from cnncalc.teaching.likely import Likely, likely
from cnncalc.teaching.question import Answer, Question, Worksheet
from cnncalc.teaching.recipe import BadRecipe, read_header
from cnncalc.teaching.rework import quantity_of, reworked


@dataclass(frozen=True)
class Mark:
    """One answer, marked. `verdict` is right, wrong, blank, or carried: right for an earlier wrong answer of one's own.

    `slips` name what gives such an answer; `remark` says why it cannot be read, or from which answer it follows.
    """

    question: Question
    given: str
    verdict: str
    points: int
    slips: tuple[Likely, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Graded:
    """One student's answers; `problem` says why they could not be read, `notes` what is odd about them."""

    name: str
    marks: tuple[Mark, ...] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """The points of all marks."""
        return sum(mark.points for mark in self.marks)


class Grader:
    """Marks answers to one worksheet; the slips of a question are worked out once, when first needed."""

    def __init__(self, sheet: Worksheet, carry: bool = False) -> None:
        self.sheet = sheet
        self.carry = carry
        self._slips: dict[str, dict[Answer, tuple[Likely, ...]]] = {}

    def mark(self, question: Question, given: str, earlier: Mapping[str, Reading] | None = None) -> Mark:
        """One answer; `earlier` are the readings of all answers to the sheet, by question."""
        text = tidy(given)
        if not text:
            return Mark(question, "", "blank", 0)
        reading = read_answer(question, given, self.sheet.recipe.layout)
        if self._is_right(question, reading):
            return Mark(question, text[:LONGEST], "right", question.points)
        source = self._follows(question, reading, earlier or {})
        if source:
            points = question.points if self.carry else 0
            return Mark(question, text[:LONGEST], "carried", points, (), f"follows from the answer to {source}")
        return Mark(question, text[:LONGEST], "wrong", 0, self._likely(question, reading), reading.remark)

    def grade(self, student: Answers) -> Graded:
        """All answers of a student."""
        answers, notes = student.answers, student.notes
        questions = self.sheet.questions
        layout = self.sheet.recipe.layout
        readings = {q.id: read_answer(q, answers[q.id], layout) for q in questions if tidy(answers.get(q.id, ""))}
        unknown = [id for id in answers if id not in {question.id for question in questions}]
        if unknown:
            listed = ", ".join(sorted(unknown)[:5])
            notes = (*notes, f"answers to questions that are not there: {listed}")
        if student.header is not None:  # a filled-in sheet, which has all its blanks
            missing = [question.id for question in questions if question.id not in answers]
            if missing:
                notes = (*notes, f"no ({missing[0]}) to be found: answers stand behind their numbers")
            if not self._is_own(student.header):
                notes = (*notes, "made for another worksheet: its header differs")
        return Graded(
            student.name, tuple(self.mark(q, answers.get(q.id, ""), readings) for q in questions), notes=notes
        )

    def _is_own(self, header: str) -> bool:
        try:
            return read_header(header) == self.sheet.recipe
        except BadRecipe:
            return False

    def _is_right(self, question: Question, reading: Reading) -> bool:
        if any(value in question.accepted for value in reading.exact):
            return not (reading.remark and question.kind == "integer")
        return any(isinstance(value, int) and reading.fits(value) for value in question.accepted)

    def _likely(self, question: Question, reading: Reading) -> tuple[Likely, ...]:
        known = self._slips.get(question.id)
        if known is None:
            known = self._slips[question.id] = likely(self.sheet.analysis, question, self.sheet.recipe.layout)
        found: dict[str, Likely] = {}
        for answer, slips in known.items():
            if answer in reading.exact or (isinstance(answer, int) and reading.fits(answer)):
                for slip in slips:
                    found.setdefault(slip.slip.name, slip)
        return tuple(found.values())

    def _follows(self, question: Question, reading: Reading, earlier: Mapping[str, Reading]) -> str:
        """The questions from whose wrong answers this one follows; empty where from none."""
        target = question.target
        if target is None or target.attribute or target.stop - target.start < 2:
            return ""
        said: dict[int, Shape] = {}
        sources = []
        for other in self.sheet.questions:
            place = other.target
            if place is None or place.row is None or place.row == target.row or other.id not in earlier:
                continue
            if place.quantity != "shape" or not target.start <= place.row < target.stop:
                continue
            if target.row is not None and place.row > target.row:
                continue
            shapes = [shape for shape in earlier[other.id].exact if isinstance(shape, tuple)]
            if shapes and not self._is_right(other, earlier[other.id]):
                said[place.row] = shapes[-1]
                sources.append(other.id)
        if not said:
            return ""
        found = reworked(self.sheet.analysis, target, lambda index, row, reads: (row.layer, reads), said)
        if found is None:
            return ""
        value = quantity_of(self.sheet.analysis, target, found)
        fits = value in reading.exact or (isinstance(value, int) and reading.fits(value))
        return " and ".join(sources) if fits else ""
