"""Mark filled-in worksheets, and name the likely slips."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from cnncalc.cli import options, streams
from cnncalc.cli.choice import Choice
from cnncalc.cli.command import SHOWN, TEACHING, Command, argument, option
from cnncalc.cli.files import InputFile, OutputFile
from cnncalc.cli.formats import OutputFormat, pages
from cnncalc.core.problem import ProblemsFound
from cnncalc.teaching.files import ENDINGS
from cnncalc.teaching.roster import SHEETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.teaching.grade import Graded, Grader

MARKING = "Marking"
TABLES = "Tables of responses"
BACK = "Given back"
FEEDBACK = {form.name: form for form in pages("teaching.pages.feedback:document")}
REPORT = "teaching.pages.report"
REPORTS = {form.endings[0]: form for form in (OutputFormat("svg", f"{REPORT}:svg_text"), *pages(f"{REPORT}:document"))}


def _share(given: str) -> int:
    match = re.fullmatch(r"(\d{1,3})\s*%?", given, re.ASCII)
    if match is None or int(match[1]) > 100:
        raise ValueError(f"a share like 60%, not '{given}'")
    return int(match[1])


class GradeCommand(Command, options.WithOutput, options.WithDrawing):
    """Mark ANSWERS to a WORKSHEET: points for each question, and for a wrong answer the likely slip.

    ANSWERS are filled-in worksheets (Markdown or JSON), JSON of question and answer, tables of responses (CSV, Excel),
    or folders of such files. WORKSHEET may be a folder of sheets, one for each student. What cannot be read as an
    answer is never wrong: it is for a person to look at. Exit code 0 if everything is marked and everyone passes, 1 if
    someone does not, 2 where a person has to look at an answer or a file was not read; it does not stop the others.
    """

    section = TEACHING
    examples = (
        "cnncalc grade sheet.md ada.md                 every answer of one student",
        "cnncalc grade sheet.md answers/ -o marks.csv  a folder: a row for each file",
        "cnncalc grade sheet.json ada.json --pass 60%  exit code 0 from 60 % on",
        "cnncalc grade sheet.html class.csv --key      with the right answers",
        "cnncalc grade sheet.md form.csv --names 3 --columns 5-12",
        "cnncalc grade sheets/ answers/ --feedback feedback/ --report class.svg",
    )

    worksheet: str = argument("WORKSHEET", type=InputFile(*SHEETS))
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
    names: tuple[str, ...] | None = options.names(TABLES)
    columns: tuple[str, ...] | None = option(
        "--columns",
        read=options.columns_of,
        metavar="COLUMN,...",
        help="Those of questions 1, 2, …: like 3-8, or headings.",
        group=TABLES,
    )
    feedback: str | None = option(
        "--feedback",
        type=OutputFile(folder=True),
        metavar="FOLDER",
        help="Write a file for each student there: marks, likely slips, and the working of what is not right.",
        group=BACK,
    )
    feedback_format: str = option(
        "--feedback-format",
        type=Choice(["markdown", "html"]),
        default="markdown",
        show_default=True,
        help="Of these files.",
        group=BACK,
    )
    report: str | None = option(
        "--report",
        type=OutputFile(),
        metavar="FILE",
        help=f"Write which question failed how often, by which slip: {' '.join(REPORTS)}.",
        group=BACK,
    )
    key: bool = option("--key", is_flag=True, help="Show the right answers, too.", group=SHOWN)

    def run(self) -> int:
        from cnncalc.teaching.marking import CannotMark, marking

        report = self._report()
        wanted = {"names": self.names or (), "columns": self.columns or ()}
        try:
            marks, grader, notes, empty = marking(
                self.worksheet, self.answers, carry=self.carry, key=self.key, **wanted
            )
        except CannotMark as error:
            raise click.UsageError(f"{error}.") from None
        except ProblemsFound as error:
            streams.complain(error.problems)
            return 2
        for note in notes:
            streams.remark(note)
        _, found, read, _ = marks
        if found:
            self.write(marks)
        if report:
            streams.emit(report.write(marks, self.style), self.report)
        if self.feedback:
            self._give_back(self.feedback, grader, found)
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
        passed = (not graded.absent and 100 * graded.points >= self.needed * graded.of for graded in found)
        return 0 if all(passed) else 1

    def _report(self) -> OutputFormat | None:
        """The format of --report, by its suffix."""
        if self.report is None:
            return None
        form = next((one for one in REPORTS.values() if self.report.lower().endswith(one.endings)), None)
        if form is None:
            raise click.UsageError(f"--report '{self.report}': its suffix is one of {', '.join(REPORTS)}.")
        return form

    def _give_back(self, folder: str, grader: Grader, found: Sequence[Graded]) -> None:
        """A file for each student whose answers were read."""
        from cnncalc.teaching.pages.feedback import Feedback
        from cnncalc.teaching.roster import stems

        form = FEEDBACK[self.feedback_format]
        read = [graded for graded in found if not graded.problem and not graded.absent]
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise streams.CannotWrite(f"'{folder}'", error) from None
        names = stems([graded.student or os.path.splitext(graded.name)[0] for graded in read])
        for name, graded in zip(names, read, strict=True):
            text = form.write(Feedback(grader.sheet_of(graded), graded), self.style)
            streams.emit(text, os.path.join(folder, f"{name}{form.endings[0]}"))
        streams.remark(
            f"{len(read)} files of feedback in {folder}" if len(read) != 1 else f"1 file of feedback in {folder}"
        )
