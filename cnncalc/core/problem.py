"""What is wrong, and where: the one shape of every message about a file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Where:
    """A place in a file: `line` and `column` count from 1, `text` is the whole line."""

    file: str
    line: int
    column: int
    length: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: a stable `code`, a sentence, its place, and where known notes and a cure.

    A `warning` is worth a look and breaks nothing.
    """

    code: str
    message: str
    where: Where | None = None
    notes: tuple[str, ...] = ()
    help: str | None = None
    level: Level = "error"


class ProblemsFound(Exception):
    """A file that cannot be used; `problems` lists all that is wrong with it.

    `understood()` gives what could be worked out all the same, a `graph.Understood`, or None.
    """

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems
        self.understood: Callable[[], Any] = lambda: None


def in_order(problems: Iterable[Problem], file: str) -> list[Problem]:
    """As they stand in a file; then what stands in the files that it extends, then what has no place."""

    def key(problem: Problem) -> tuple[bool, bool, str, int, int]:
        place = problem.where
        return (False, place.file != file, place.file, place.line, place.column) if place else (True, True, "", 0, 0)

    return sorted(problems, key=key)


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that a misspelt one most likely means.

    >>> nearest("kernal", ["filters", "kernel"])
    'kernel'
    """
    from difflib import get_close_matches

    found = get_close_matches(word, known, n=1) or get_close_matches(word.lower(), known, n=1)
    return found[0] if found else None


def clean(text: str) -> str:
    """Text from a file without control characters: what a file says never drives the terminal.

    >>> clean("a\\x1b[31mb")
    'a�[31mb'
    """
    return "".join(character if character.isprintable() else " " if character == "\t" else "�" for character in text)
