"""What is wrong, and where: the one shape of every message about a file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Literal, NamedTuple, Protocol

MOST_PROBLEMS = 100

Level = Literal["error", "warning"]


class Place(NamedTuple):
    """A place in a text: `line` and `column` count from 1, `text` is the whole line, for the caret below it."""

    file: str
    line: int
    column: int
    length: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Label(NamedTuple):
    """A place in what has no lines: `node Conv_12` of a model, `layers[3].conv.filters` of a mapping."""

    file: str
    text: str

    @property
    def line(self) -> None:
        """No line: what has one is a Place."""
        return None

    def __str__(self) -> str:
        return f"{self.file}, {self.text}" if self.text else self.file


Origin = Place | Label


class HasOrigin(Protocol):
    """Whatever was written somewhere and knows where."""

    @property
    def origin(self) -> Origin: ...


class Problem(NamedTuple):
    """One thing that is wrong: a stable `code`, a sentence, its place, and where known notes and a cure.

    A `warning` is worth a look and breaks nothing. `reason` tells apart what has one code, for programs; `calls` are
    the calls of blocks that lead to the place, the outermost first.
    """

    code: str
    message: str
    where: Origin | None = None
    notes: tuple[str, ...] = ()
    help: str | None = None
    level: Level = "error"
    reason: str = ""
    calls: tuple[Origin, ...] = ()


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
        if place is None:
            return True, True, "", 0, 0
        line, column = (place.line, place.column) if isinstance(place, Place) else (0, 0)
        return False, place.file != file, place.file, line, column

    return sorted(problems, key=key)


def fail(code: str, message: str, place: Origin | None = None, help: str | None = None) -> ProblemsFound:
    """One problem, ready to be raised."""
    return ProblemsFound([Problem(code, message, place, help=help)])


class Problems:
    """Problems of one file as they are found: each code once at each place, at most a hundred in all."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._seen: set[tuple[str, Origin | None]] = set()

    def add(
        self,
        code: str,
        message: str,
        at: HasOrigin | Origin | None = None,
        help: str | None = None,
        notes: tuple[str, ...] = (),
        *,
        reason: str = "",
        calls: tuple[Origin, ...] = (),
    ) -> None:
        """Keep a problem; raises ProblemsFound where there are too many."""
        place = at if at is None or isinstance(at, Place | Label) else at.origin
        if (code, place) in self._seen:
            return
        self._seen.add((code, place))
        self.found.append(Problem(code, message, place, notes, help, reason=reason, calls=calls))
        if len(self.found) >= MOST_PROBLEMS:
            self.found.append(Problem("limit", f"more than {MOST_PROBLEMS} problems: the rest is not shown"))
            raise ProblemsFound(self.found)

    def stop_if_any(self) -> None:
        """Raise ProblemsFound with what has been found, if anything."""
        if self.found:
            raise ProblemsFound(self.found)


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that a misspelt one most likely means.

    >>> nearest("kernal", ["filters", "kernel"])
    'kernel'
    """
    from difflib import get_close_matches

    found = get_close_matches(word, known, n=1) or get_close_matches(word.lower(), known, n=1)
    return found[0] if found else None


def misspelt(word: str, known: Collection[str]) -> str | None:
    """A cure for a misspelt word; None where nothing known is near.

    >>> misspelt("kernal", ["filters", "kernel"])
    'did you mean `kernel`?'
    """
    found = nearest(word, known)
    return f"did you mean `{found}`?" if found else None


def clean(text: str) -> str:
    """Text from a file without control characters: what a file says never drives the terminal.

    >>> clean("a\\x1b[31mb")
    'a�[31mb'
    """
    return "".join(character if character.isprintable() else " " if character == "\t" else "�" for character in text)
