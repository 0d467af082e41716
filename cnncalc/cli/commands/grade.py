"""Mark filled-in worksheets, and name the likely slips."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from cnncalc.cli import options, streams
from cnncalc.cli.command import SHOWN, TEACHING, Command, argument, option
from cnncalc.cli.files import InputFile
from cnncalc.cli.formats import OutputFormat, pages
from cnncalc.core.problem import ProblemsFound
from cnncalc.teaching.files import ENDINGS

if TYPE_CHECKING:
    from cnncalc.teaching.grade import Graded, Grader
    from cnncalc.teaching.responses import Wanted

MARKING = "Marking"
TABLES = "Tables of responses"


def _share(given: str) -> int:
    match = re.fullmatch(r"(\d{1,3})\s*%?", given, re.ASCII)
    if match is None or int(match[1]) > 100:
        raise ValueError(f"a share like 60%, not '{given}'")
    return int(match[1])


def _columns(given: str) -> tuple[str, ...]:
    """Numbers, ranges of numbers, headings."""
    found: list[str] = []
    for part in given.split(","):
        ends = re.fullmatch(r"\s*(\d{1,3})\s*[-–]\s*(\d{1,3})\s*", part, re.ASCII)
        if not part.strip() or (ends and int(ends[1]) > int(ends[2])):
            raise ValueError(f"columns like 3-8 or Name,Email, not '{given}'")
        found += map(str, range(int(ends[1]), int(ends[2]) + 1)) if ends else [part.strip()]
    return tuple(found)


class GradeCommand(Command, options.WithOutput, options.WithDrawing):
    """Mark ANSWERS to a WORKSHEET: points for each question, and for a wrong answer the likely slip.

    ANSWERS are filled-in worksheets (Markdown or JSON), JSON of question and answer, tables of responses (CSV, Excel),
    or folders of such files. What cannot be read as an answer is never wrong: it is for a person to look at. Exit code
    0 if everything is marked and everyone passes, 1 if someone does not, 2 where a person has to look at an answer or
    a file was not read; it does not stop the others.
    """

    section = TEACHING
    examples = (
        "cnncalc grade sheet.md ada.md                 every answer of one student",
        "cnncalc grade sheet.md answers/ -o marks.csv  a folder: a row for each file",
        "cnncalc grade sheet.json ada.json --pass 60%  exit code 0 from 60 % on",
        "cnncalc grade sheet.html class.csv --key      with the right answers",
        "cnncalc grade sheet.md form.xlsx --names 3 --columns 5-12",
    )

    worksheet: str = argument("WORKSHEET", type=InputFile())
    answers: tuple[str, ...] = argument("ANSWERS...", type=InputFile(*ENDINGS))
    form: OutputFormat = options.formats(
        *pages("teaching.pages.grades:document", "table"),
        OutputFormat("json", "teaching.pages.grades:json", ("ascii",)),
        OutputFormat("csv", "teaching.pages.grades:csv", ("ascii", "key")),
        help="csv has one row for each student.",
    )
    needed: int = option(
        "--pass",
        default="100%",
        read=_share,
        metavar="SHARE",
        show_default=True,
        help="Exit with 0 if everyone has so much of the points.",
        group=MARKING,
    )
    carry: bool = option(
        "--carry", is_flag=True, help="Points for what is right with one's own wrong answer before it.", group=MARKING
    )
    names: tuple[str, ...] | None = option(
        "--names",
        read=_columns,
        metavar="COLUMN,...",
        help="The columns of a table that hold names: numbers or headings.",
        group=TABLES,
    )
    columns: tuple[str, ...] | None = option(
        "--columns",
        read=_columns,
        metavar="COLUMN,...",
        help="Those of questions 1, 2, …: like 3-8, or headings.",
        group=TABLES,
    )
    key: bool = option("--key", is_flag=True, help="Show the right answers, too.", group=SHOWN)

    def run(self) -> int:
        from cnncalc.teaching.files import Unreadable, files_below, read_worksheet
        from cnncalc.teaching.grade import Graded, Grader, Marks
        from cnncalc.teaching.responses import Wanted
        from cnncalc.teaching.worksheet import TooFew, make

        try:
            sheet = make(read_worksheet(self.worksheet))
        except (Unreadable, TooFew) as error:
            raise click.UsageError(f"'{self.worksheet}' {error}.") from None
        except ProblemsFound as error:
            streams.complain(error.problems)
            return 2
        grader = Grader(sheet, self.carry)
        wanted = Wanted(tuple(question.id for question in sheet.questions), self.names or (), self.columns or ())
        found: list[Graded] = []
        read: dict[str, None] = {}  # which columns of which table
        empty = False
        for path in self.answers:
            if os.path.isdir(path):
                try:
                    inside = list(files_below(path, self.worksheet))
                except Unreadable as error:
                    raise click.UsageError(f"'{path}' {error}.") from None
                if all(one.passed_over for one in inside):
                    streams.remark(f"{path}: no file of answers")
                    empty = True
                for one in inside:
                    name = os.path.relpath(one.path, path)
                    if one.problem:
                        found.append(Graded(name, problem=one.problem, passed_over=one.passed_over))
                    else:
                        found += _graded(grader, one.path, name, wanted, read)
            else:
                found += _graded(grader, path, path, wanted, read)
        if found:
            self.write(Marks(sheet, found, list(read), self.key))
        if self.form.name in ("json", "csv"):
            for said in read if self.form.name == "csv" else ():
                streams.remark(said)
            for graded in found:
                if graded.problem and not graded.passed_over:
                    streams.remark(f"{graded.name} {graded.problem}")
                for mark in graded.unclear:
                    streams.remark(
                        f"{graded.name}, question {mark.question.id} is for a person to look at: {mark.given}"
                    )
        if empty or any(graded.unclear or (graded.problem and not graded.passed_over) for graded in found):
            return 2
        return 0 if all(100 * graded.points >= self.needed * graded.of for graded in found) else 1


def _graded(grader: Grader, path: str, name: str, wanted: Wanted, read: dict[str, None]) -> list[Graded]:
    """The marks of a file; whatever is in it, they are marks or a problem."""
    from cnncalc.teaching.files import Unreadable
    from cnncalc.teaching.filled import read_answers
    from cnncalc.teaching.grade import Graded

    try:
        students = read_answers(path, name, wanted)
    except Unreadable as error:
        return [Graded(name, problem=str(error))]
    for one in students:
        if one.columns:
            read[f"{name}: {one.columns}"] = None
    return [grader.grade(one) for one in students]
