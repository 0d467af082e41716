"""Marks as a document, as JSON for an autograder, and as CSV for a spreadsheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from json import dumps
from typing import Any

from cnncalc.analyses.style import Style
from cnncalc.core.figures import many
from cnncalc.core.problem import clean
from cnncalc.formats.writing import shown_json
from cnncalc.render.csv import written
from cnncalc.render.document import Block, Grid, Head, Heading, Inline, Items, Labelled, Page, Run, TableRow
from cnncalc.teaching.grade import Graded, Mark, Marks
from cnncalc.teaching.question import Worksheet
from cnncalc.teaching.tally import tallies
from cnncalc.teaching.wording import written_answer

ABSENT = "nothing was handed in"
_LISTED = 5
_HARDEST = 3
_WIDEST = 72  # columns; longer lines are hard to read


def document(marks: Marks, style: Style) -> Page:
    """One student: every answer. Several: a line for each, and then the slips that were made most.

    Below stands what is for a person to look at, and which columns of a table were read.
    """
    sheet, found, columns, key = marks
    if len(found) == 1 and not found[0].problem:
        title, table, below = found[0].called, _one(sheet, found[0], key), _of_one(found[0])
    else:
        title, table, below = sheet.title, _all(found), summary(sheet, found)
    blocks: list[Block] = [Heading(title), table]
    if below:
        blocks.append(Items(below))
    look = _to_look_at(found)
    if look:
        blocks.append(Labelled(f"for a person to look at: {many(len(look), 'answer')}", [Items(look)]))
    if columns:
        blocks.append(Items(columns))
    return Page(title, blocks)


def _to_look_at(found: Sequence[Graded]) -> list[str]:
    """What could not be marked, with the text as it was written."""
    return [
        f"{graded.called}, question {mark.question.id}: {clean(mark.given) or '(nothing)'}"
        + (f" ({mark.remark})" if mark.remark else "")
        for graded in found
        for mark in graded.unclear
    ]


def percent_of(points: int, whole: int) -> str:
    """A share of the points, to one decimal where it has some and rounded down: 99.9 % is not all.

    >>> percent_of(7, 8), percent_of(3, 4), percent_of(2, 3), percent_of(0, 0)
    ('87.5%', '75%', '66.6%', '–')
    """
    return f"{_percent(points, whole)}%" if whole else "–"


def _percent(points: int, whole: int) -> str:
    full, tenth = divmod(1000 * points // whole, 10)
    return f"{full}.{tenth}" if tenth else f"{full}"


def _one(sheet: Worksheet, graded: Graded, key: bool) -> Grid:
    """Every answer; in a narrow terminal what is said of one stands below it."""
    heads = [Head("question", right=True), Head("layer", folds=True, name=True), Head("asked", folds=True)]
    heads += [Head(title, folds=True) for title in ("answer", *(("right answer",) if key else ()))]
    heads += [Head("points", right=True), Head("verdict", folds=True, most=_WIDEST, role="said")]

    def grid(below: bool) -> Grid:
        rows = []
        for mark in graded.marks:
            question, said = mark.question, _said(mark)
            cells = [question.id, question.layer, question.ask, mark.given, *([answers(mark, sheet)] if key else [])]
            cells.append(f"{'?' if mark.points is None else mark.points}/{question.points}")
            cells.append(mark.verdict if below else ", ".join([mark.verdict, *said]))
            rows.append(TableRow(cells, mark.verdict, below=", ".join(said) if below else ""))
        return Grid(heads, rows, caption="answers", see="-f json", by_row=True)

    def narrower() -> Iterator[Grid]:
        yield from (lower := grid(below=True), *lower.leaving_out(("asked", "layer")))

    return grid(below=False)._replace(ways=narrower)


def _of_one(graded: Graded) -> list[Inline]:
    total = f"{graded.points} of {graded.of} points, {share_of(graded)}"
    total += f"; {many(graded.open, 'point')} open" if graded.open else ""
    return [Run(total, "strong"), *(f"note: {note}" for note in graded.notes)]


def share_of(graded: Graded) -> str:
    """A student's share of the points; with open ones, from the least to the most that it can become."""
    least, most = (percent_of(points, graded.of) for points in (graded.points, graded.points + graded.open))
    return f"{least} to {most}" if graded.open else least


def answers(mark: Mark, sheet: Worksheet) -> str:
    """All right answers of a question."""
    return " or ".join(written_answer(answer, sheet.recipe.layout) for answer in mark.question.accepted)


def _said(mark: Mark) -> list[str]:
    """What is said of an answer besides its verdict."""
    slips = "; or ".join(f"{slip}: {slip.slip.sentence}" for slip in mark.slips)
    return [part for part in (mark.remark, slips) if part]


def _all(found: Sequence[Graded]) -> Grid:
    """A line for each student; in a narrow terminal what is said stands below it."""
    heads = [Head("answers", folds=True, name=True), Head("points", right=True), Head("%", right=True)]
    heads += [Head("not right", folds=True), Head("likely slips, notes", folds=True, most=_WIDEST)]
    rows = []
    for graded in found:
        if graded.problem:
            cells = [graded.called, "–", "–", "", graded.problem]
            rows.append(TableRow(cells, "idle" if graded.passed_over else "error"))
        elif graded.absent:
            rows.append(TableRow([graded.called, "–", "–", "", ABSENT], "blank"))
        else:
            wrong = " ".join(mark.question.id for mark in graded.marks if mark.verdict not in ("right", "unclear"))
            points = f"{graded.points}/{graded.of}"
            rows.append(TableRow([graded.called, points, share_of(graded), wrong, _likely(graded)]))

    def narrower() -> Iterator[Grid]:
        lower = [row._replace(cells=row.cells[:-1], below=str(row.cells[-1])) for row in rows]
        yield Grid(heads[:-1], lower)

    return Grid(heads, rows, caption="marks", ways=narrower, by_row=True)


def _likely(graded: Graded) -> str:
    """The likely slips of one student, and what else is to be noted."""
    said = [f"{mark.question.id}: {'; or '.join(map(str, mark.slips))}" for mark in graded.marks if mark.slips]
    said += [f"{mark.question.id}: {mark.remark}" for mark in graded.marks if mark.verdict == "carried"]
    return ", ".join([*said, *graded.notes])


def summary(sheet: Worksheet, found: Sequence[Graded]) -> list[Inline]:
    """The mean, what was not read, the hardest questions and the usual slips, in a line each."""
    readable = [graded for graded in found if not graded.problem and not graded.absent]
    lines: list[Inline] = []
    if readable:
        mean = sum(graded.points for graded in readable) / len(readable)
        without = ", without the open ones" if any(graded.open for graded in readable) else ""
        lines.append(f"mean {mean:.1f} of {sheet.points} points, {many(len(readable), 'sheet')}{without}")
    unread = sum(bool(graded.problem) and not graded.passed_over for graded in found)
    if unread:
        lines.append(f"not read: {many(unread, 'file')} or rows" if unread > 1 else "not read: 1 file or row")
    absent = sum(graded.absent for graded in found)
    if absent:
        lines.append(f"nothing handed in: {many(absent, 'student')}")
    if len(readable) > 1:
        lines += _hardest(readable)
    slips = Counter(slip.slip.name for graded in readable for mark in graded.marks for slip in mark.slips)
    listed = sorted(slips.items(), key=lambda item: (-item[1], item[0]))[:_LISTED]
    if listed:
        lines.append("slips: " + ", ".join(f"{name} ({number})" for name, number in listed))
    return lines


def _hardest(readable: Sequence[Graded]) -> list[Inline]:
    """The questions that fewest have right, for the next lesson: by number where all have one sheet."""
    found = [tally for tally in tallies(readable) if tally.verdicts["right"] < tally.asked]
    one = len({mark.question.id for graded in readable for mark in graded.marks}) == len(tallies(readable))
    found.sort(key=lambda tally: (tally.verdicts["right"] / tally.asked, int(tally.numbers[0]) if one else 0))
    listed = [
        f"{tally.numbers[0] if one else tally.title} ({percent_of(tally.verdicts['right'], tally.asked)})"
        for tally in found
    ]
    return [f"least often right: {', '.join(listed[:_HARDEST])}"] if listed else []


# ------------------------------------------------------------------------------------------------ JSON, CSV


def json(everyone: Marks, style: Style) -> str:
    """Version 1: every mark of everyone, apart what is for a person to look at; with `key` the right answers, too."""
    sheet, found, columns, key = everyone
    students: list[dict[str, Any]] = []
    for graded in found:
        if graded.problem:
            students.append({"answers": graded.name, "status": _status(graded), "problem": graded.problem})
            continue
        if graded.absent:
            students.append({"answers": None, "student": graded.student, "status": "absent"})
            continue
        marks = [_mark(mark, sheet, key) for mark in graded.marks]
        students.append(
            {
                "answers": graded.name,
                **({"student": graded.student} if graded.student else {}),
                "status": _status(graded),
                "points": graded.points,
                "open": graded.open,
                "of": graded.of,
                "notes": list(graded.notes),
                "marks": marks,
            }
        )
    look = [
        {"answers": graded.name, "question": mark.question.id, "answer": mark.given, "remark": mark.remark}
        for graded in found
        for mark in graded.unclear
    ]
    told = {
        "schema_version": 1,
        "title": sheet.title,
        "of": sheet.points,
        "columns": list(columns),
        "to_look_at": look,
        "graded": students,
    }
    return shown_json(dumps(told, ensure_ascii=False, indent=1)) + "\n"


def _status(graded: Graded) -> str:
    if graded.problem:
        return "passed over" if graded.passed_over else "error"
    if graded.absent:
        return "absent"
    return "to look at" if graded.unclear else "graded"


def _mark(mark: Mark, sheet: Worksheet, key: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "question": mark.question.id,
        "layer": mark.question.layer,
        "ask": mark.question.ask,
        "answer": mark.given,
        "verdict": mark.verdict,
        "points": mark.points,
        "of": mark.question.points,
        "slips": [
            {"name": slip.slip.name, "sentence": slip.slip.sentence, "layer": slip.layer or mark.question.layer}
            for slip in mark.slips
        ],
        "remark": mark.remark,
    }
    return found | {"right_answer": answers(mark, sheet)} if key else found


def csv(everyone: Marks, style: Style) -> str:
    """A row for each student, the points of each question in a column. No text can be a formula."""
    return written(records(everyone))


def records(everyone: Marks) -> list[list[Any]]:
    """The heads, and a row for each student: the points of each question in a column."""
    sheet, found, _, _ = everyone
    others = {mark.question.id for graded in found for mark in graded.marks}
    ids = sorted(others | {question.id for question in sheet.questions}, key=int)
    named = any(graded.student for graded in found)
    heads = ["answers", "status", "points", "open", "of", "percent", *(["student"] if named else [])]
    heads += [f"q{id}" for id in ids]
    lines: list[list[Any]] = [[*heads, "to look at", "slips", "notes"]]
    for graded in found:
        student = [graded.student] if named else []
        if graded.problem or graded.absent:
            blanks = [""] * (len(ids) + 2)
            cells = [graded.name, _status(graded), "", "", sheet.points, "", *student]
            lines.append([*cells, *blanks, graded.problem or ABSENT])
            continue
        points = {mark.question.id: "?" if mark.points is None else mark.points for mark in graded.marks}
        look = "; ".join(f"{mark.question.id}: {mark.given}" for mark in graded.unclear)
        slips = "; ".join(f"{m.question.id}: {' or '.join(map(str, m.slips))}" for m in graded.marks if m.slips)
        lines.append(
            [
                graded.name,
                _status(graded),
                graded.points,
                graded.open,
                graded.of,
                "" if graded.open else _percent(graded.points, graded.of),
                *student,
                *(points.get(id, "") for id in ids),
                look,
                slips,
                "; ".join(graded.notes),
            ]
        )
    return lines
