"""What the tests of teaching share: worksheets without the command line, and ways to fill them in."""

from __future__ import annotations

import re
from functools import cache

from cnncalc.analyses.style import Style
from cnncalc.formats import open as api
from cnncalc.render.markdown import write
from cnncalc.teaching.filled import read_answers
from cnncalc.teaching.grade import Graded, Grader
from cnncalc.teaching.pages.worksheet import document
from cnncalc.teaching.question import Handout, Worksheet
from cnncalc.teaching.recipe import STANDARD, Recipe, files_of
from cnncalc.teaching.worksheet import make


@cache
def sheet(
    name: str, level: int = 1, seed: int = 1, ask: tuple[str, ...] | None = None, count: int | None = None
) -> Worksheet:
    """A worksheet about a bundled architecture."""
    return make(Recipe(files_of(api.read(name)), seed, level, ask or STANDARD[level], count))


def sheet_of(text: str, level: int = 1, ask: str = "shapes,params,multiplies", **more: object) -> Worksheet:
    """A worksheet about a network that is written here."""
    return make(Recipe((("net.yaml", text),), level=level, ask=tuple(ask.split(",")), **more))  # type: ignore[arg-type]


def filled(text: str, answers: dict[str, str]) -> str:
    """A worksheet in Markdown with answers in its blanks."""
    for id, answer in answers.items():
        text, number = re.subn(rf"\({id}\) ____", f"({id}) {answer}", text)
        assert number == 1, id
    return text


def blank(sheet: Worksheet) -> str:
    """The worksheet in Markdown."""
    return write(document(Handout(sheet), Style()), Style())


def graded(sheet: Worksheet, path: str, carry: bool = False) -> Graded:
    """The marks of the one student in a file."""
    (answers,) = read_answers(path, "answers")
    return Grader(sheet, carry).grade(answers)
