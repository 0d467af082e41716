"""`cnncalc grade`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from cnncalc.cli import options, streams
from cnncalc.cli.command import InputFile
from cnncalc.core.problem import ProblemsFound
from cnncalc.teaching.files import ENDINGS

if TYPE_CHECKING:
    from cnncalc.teaching.grade import Graded, Grader
    from cnncalc.teaching.question import Worksheet


def _share(ctx: click.Context, param: click.Parameter, value: str) -> int:
    match = re.fullmatch(r"(\d{1,3})\s*%?", value, re.ASCII)
    if match is None or int(match[1]) > 100:
        raise click.BadParameter(f"a share like 60%, not '{value}'")
    return int(match[1])


@options.command(
    "grade",
    epilog=options.examples(
        "cnncalc grade sheet.md ada.md                 every answer of one student",
        "cnncalc grade sheet.md answers/ -o marks.csv  a folder: a row for each file",
        "cnncalc grade sheet.json ada.json --pass 60%  exit code 0 from 60 % on",
        "cnncalc grade sheet.html class.csv --key      with the right answers",
    ),
)
@click.argument("worksheet", metavar="WORKSHEET", type=InputFile())
@click.argument("answers", metavar="ANSWERS...", nargs=-1, required=True, type=InputFile(*ENDINGS))
@options.format_option(
    "table",
    "json",
    "csv",
    help="csv has one row for each student.",
    idle={"json": ("ascii",), "csv": ("ascii", "key")},
)
@click.option(
    "--pass",
    "needed",
    default="100%",
    callback=_share,
    metavar="SHARE",
    show_default=True,
    help="Exit with 0 if everyone has so much of the points.",
)
@click.option("--carry", is_flag=True, help="Points for what is right with one's own wrong answer before it.")
@click.option("--key", is_flag=True, help="Show the right answers, too.")
@options.output_option()
@options.drawing_options()
def grade_command(
    worksheet: str,
    answers: tuple[str, ...],
    form: str,
    needed: int,
    carry: bool,
    key: bool,
    output: str | None,
    no_color: bool,
    ascii: bool,
) -> int:
    """Mark ANSWERS to a WORKSHEET: points for each question, and for a wrong answer the likely slip.

    ANSWERS are filled-in worksheets (Markdown or JSON), JSON of question and answer, CSV, or folders of such files.
    The questions come from WORKSHEET alone. Exit code 0 if everyone passes, 1 if not, 2 where a file cannot be used;
    one that cannot be read does not stop the others.
    """
    from cnncalc.teaching.files import Unreadable, files_below, read_worksheet
    from cnncalc.teaching.grade import Grader
    from cnncalc.teaching.worksheet import TooFew, make

    try:
        sheet = make(read_worksheet(worksheet))
    except (Unreadable, TooFew) as error:
        raise click.UsageError(f"'{worksheet}' {error}.") from None
    except ProblemsFound as error:
        streams.complain(error.problems, no_color)
        return 2
    grader = Grader(sheet, carry)
    found: list[Graded] = []
    empty = False
    for path in answers:
        if os.path.isdir(path):
            try:
                inside = list(files_below(path))
            except Unreadable as error:
                raise click.UsageError(f"'{path}' {error}.") from None
            if not inside:
                streams.remark(f"{path}: no file of answers")
                empty = True
            for file in inside:
                found += _graded(grader, file, os.path.relpath(file, path))
        else:
            found += _graded(grader, path, path)
    if found:
        streams.emit(_text(sheet, found, form, key, output, no_color, ascii), output)
    for graded in found:
        if graded.problem and form != "table":
            streams.remark(f"{graded.name} {graded.problem}")
    if empty or any(graded.problem for graded in found):
        return 2
    return 0 if all(100 * graded.points >= needed * sheet.points for graded in found) else 1


def _text(
    sheet: Worksheet, found: list[Graded], form: str, key: bool, output: str | None, no_color: bool, ascii: bool
) -> str:
    from cnncalc.analyses.columns import Style
    from cnncalc.teaching.pages import grades

    if form == "json":
        return grades.render_json(sheet, found, key=key)
    if form == "csv":
        return grades.render_csv(sheet, found)
    width, color = streams.terminal_width(output), streams.wants_color(no_color, output=output)
    return grades.render(sheet, found, Style(ascii=ascii), key=key, width=width, color=color)


def _graded(grader: Grader, path: str, name: str) -> list[Graded]:
    """The marks of a file; whatever is in it, they are marks or a problem."""
    from cnncalc.teaching.files import Unreadable
    from cnncalc.teaching.filled import read_answers
    from cnncalc.teaching.grade import Graded

    try:
        return [grader.grade(one) for one in read_answers(path, name)]
    except Unreadable as error:
        return [Graded(name, problem=str(error))]
