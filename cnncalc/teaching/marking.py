"""A worksheet and the answers to it → marks, of files and folders as of mappings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from cnncalc.core.record import Record
from cnncalc.teaching.cells import NoSuchCell
from cnncalc.teaching.files import Unreadable, files_below, read_worksheet
from cnncalc.teaching.filled import read_answers
from cnncalc.teaching.grade import Graded, Grader, Marks, taken
from cnncalc.teaching.question import Worksheet
from cnncalc.teaching.responses import Answers, Wanted
from cnncalc.teaching.roster import Roster, read_seats
from cnncalc.teaching.worksheet import TooFew, make


class CannotMark(ValueError):
    """A worksheet, or a folder of answers, that cannot be used; the text names it and says why."""


class Marking(Record):
    """The marks, who gave them, what is to be said of files besides, and whether a folder had no answers."""

    marks: Marks
    grader: Grader
    notes: tuple[str, ...]
    empty: bool


def marking(
    worksheet: str | Worksheet,
    answers: Iterable[str | Answers],
    *,
    carry: bool = False,
    names: tuple[str, ...] = (),
    columns: tuple[str, ...] = (),
    key: bool = False,
) -> Marking:
    """Everyone's marks; what is no answer is never wrong. Raises CannotMark, and ProblemsFound of the network.

    A worksheet that is a folder has a sheet for each student. `names` and `columns` are those of tables of responses.
    """
    notes: list[str] = []
    roster = None
    try:
        if isinstance(worksheet, Worksheet):
            sheet = worksheet
        elif os.path.isdir(worksheet):
            seats, others = read_seats(worksheet)
            roster = Roster(seats)
            sheet = make(seats[0].recipe)
            notes += (os.path.join(worksheet, other) for other in others)
        else:
            sheet = make(read_worksheet(worksheet))
    except (Unreadable, TooFew) as error:
        raise CannotMark(f"'{worksheet}' {error}") from None
    except NoSuchCell as error:
        raise CannotMark(f"'{worksheet}' cannot be used: {error}") from None
    grader = Grader(sheet, carry, roster)
    wanted = Wanted(tuple(question.id for question in sheet.questions), names, columns)
    found: list[Graded] = []
    read: dict[str, None] = {}  # which columns of which table
    empty = False
    for one in answers:
        if isinstance(one, Answers):
            found.append(grader.grade(one))
        elif os.path.isdir(one):
            marked = list(_below(grader, one, worksheet if isinstance(worksheet, str) else "", wanted, read))
            if all(graded.passed_over for graded in marked):
                notes.append(f"{one}: no file of answers")
                empty = True
            found += marked
        else:
            found += _of_file(grader, one, one, wanted, read)
    if roster:
        found = taken(found, roster)
    return Marking(Marks(sheet, found, list(read), key), grader, tuple(notes), empty)


def answers_of(given: Mapping[str, str], name: str) -> Answers:
    """The answers of one student, by question, as if a file had them."""
    return Answers(name, dict(given))


def _below(grader: Grader, folder: str, worksheet: str, wanted: Wanted, read: dict[str, None]) -> Iterator[Graded]:
    """The marks of every file in a folder."""
    try:
        inside = list(files_below(folder, worksheet))
    except Unreadable as error:
        raise CannotMark(f"'{folder}' {error}") from None
    for one in inside:
        name = os.path.relpath(one.path, folder)
        if one.problem:
            yield Graded(name, problem=one.problem, passed_over=one.passed_over)
        else:
            yield from _of_file(grader, one.path, name, wanted, read)


def _of_file(grader: Grader, path: str, name: str, wanted: Wanted, read: dict[str, None]) -> list[Graded]:
    """The marks of a file; whatever is in it, they are marks or a problem."""
    try:
        students = read_answers(path, name, wanted)
    except Unreadable as error:
        return [Graded(name, problem=str(error))]
    for one in students:
        if one.columns:
            read[f"{name}: {one.columns}"] = None
    return [grader.grade(one) for one in students]
