"""The same questions one by one, with hints."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, TextIO

import click

from cnncalc.cli import options, streams
from cnncalc.cli.command import TEACHING, Command, argument
from cnncalc.cli.commands.exercise import WithQuestions

if TYPE_CHECKING:
    from cnncalc.teaching.grade import Mark
    from cnncalc.teaching.pages.quiz import Voice
    from cnncalc.teaching.question import Question, Worksheet

INTERRUPTED = 130
LONGEST_LINE = 10_000


class QuizCommand(Command, WithQuestions, options.WithDrawing):
    """The questions of `exercise` one by one: hints, an answer to each at once, and the score.

    FILE is lenet5 if none is named. Type ? for a hint, Enter to pass, q to stop. An answer that is no number, shape or
    letter, as it is asked for, is asked for again.
    """

    section = TEACHING
    examples = (
        "cnncalc quiz                              LeNet-5, one layer at a time",
        "cnncalc quiz alexnet --level 2 --seed 7   another number, other questions",
        "cnncalc quiz resnet50 --level 3 --count 5",
        "cnncalc quiz net.yaml --ask inverse       your own network",
    )

    file: str = argument("[FILE]", default="lenet5", type=options.Architecture())

    def run(self) -> int:
        from cnncalc.teaching.pages.quiz import Voice

        if self.file == "-":
            raise click.UsageError("'-': standard input is for the answers.")
        sheet = self.sheet(self.file)
        voice = Voice(sheet, self.style)
        marks: list[Mark] = []
        try:
            _ask_all(sheet, voice, marks)
        except (KeyboardInterrupt, click.Abort):
            streams.emit("\n" + voice.score(marks), None)
            return INTERRUPTED
        streams.emit(voice.score(marks), None)
        return 0


def _ask_all(sheet: Worksheet, voice: Voice, marks: list[Mark]) -> None:
    """Ask question after question, to the last one or until there is no more input."""
    from cnncalc.teaching.grade import Grader

    grader = Grader(sheet)
    answers = sys.stdin
    if isinstance(answers, io.TextIOWrapper):
        answers.reconfigure(errors="replace")
    streams.emit(voice.welcome(), None)
    shown: set[int] = set()
    for place, question in enumerate(sheet.questions, 1):
        _show_context(sheet, voice, question, shown)
        streams.emit(voice.question(question, place, len(sheet.questions)), None)
        given = _answer(voice, question, sheet.recipe.layout, answers)
        if given is None:
            return
        marks.append(grader.mark(question, given))
        streams.emit(voice.verdict(marks[-1]), None)


def _show_context(sheet: Worksheet, voice: Voice, question: Question, shown: set[int]) -> None:
    """The table or the listing to which a question belongs, once."""
    for table in sheet.tables:
        ids = [cell.question for line in table.lines for cell in line.cells]
        if table.given and question.id in ids and id(table) not in shown:
            shown.add(id(table))
            streams.emit(voice.table(table), None)
    for passage in sheet.passages:
        if passage.listing and question.id in passage.questions and id(passage) not in shown:
            shown.add(id(passage))
            streams.emit(voice.passage(passage), None)


def _answer(voice: Voice, question: Question, layout: str, answers: TextIO) -> str | None:
    """The next answer that can be read, hints given on the way; None at the end of input or at `q`."""
    from cnncalc.teaching.answers import read_answer, tidy

    hints = list(question.hints)
    while True:
        streams.emit("> ", None)
        line = answers.readline(LONGEST_LINE)
        if not answers.isatty():
            streams.emit(f"{_clean(line)}\n", None)  # a transcript shows what was typed
        if not line:
            return None
        text = line.strip()
        if text.lower() in ("q", "quit", "exit"):
            return None
        if text.lower() not in ("?", "h", "hint", "help"):
            remark = read_answer(question, text, layout).remark if tidy(text) else ""  # Enter passes
            if not remark:
                return text
            streams.emit(voice.again(remark), None)  # a slip of the keyboard is none of arithmetic
        elif hints:
            hint = hints.pop(0)
            streams.emit(voice.hint(hint, not hints), None)
        else:
            streams.emit(voice.no_more_hints(), None)


def _clean(line: str) -> str:
    from cnncalc.core.problem import clean

    return clean(line.rstrip("\r\n"))
