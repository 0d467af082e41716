"""What is wrong, and where: the one shape of every message about a file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Protocol

from cnncalc.core.record import Record

MOST_PROBLEMS = 100
MOST_TIMES = 1_000  # that the same problems are met again, where a block is called or copied
LONGEST_MESSAGE = 2_000  # letters of a message, a note, a cure
MOST_NOTES = 20
MOST_KNOWN = 1_000  # words among which a likeness is looked for
MOST_SEARCHES = 10  # for likenesses, in one file
LONGEST_WORD = 50  # that may be misspelt
CALLED: dict[str, str] = {}  # what is meant by words of others for what has a name here: each quantity enters its own

Level = Literal["error", "warning"]


class Place(Record):
    """A place in a text: `line` and `column` count from 1, `text` is the whole line, for the caret below it."""

    file: str
    line: int
    column: int
    length: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Label(Record):
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
Cure = str | Callable[[], str | None] | None  # a function, where it takes a search: it is asked once for a problem


class HasOrigin(Protocol):
    """A thing that was written somewhere and knows where."""

    @property
    def origin(self) -> Origin:
        """The place where it was written."""
        ...


class _Problem(Record):
    code: str
    message: str
    where: Origin | None = None
    notes: tuple[str, ...] = ()
    help: str | None = None
    level: Level = "error"
    reason: str = ""
    calls: tuple[Origin, ...] = ()
    cause: str = ""


class Problem(_Problem):
    """One thing that is wrong: a stable `code`, a sentence, its place, and where known notes and a cure.

    A `warning` is worth a look and breaks nothing. `reason` tells apart what has one code, for programs; `calls` are
    the calls of blocks that lead to the place, the outermost first; `cause` is what several places have in common, as a
    file that all of them name and that is not there. What quotes more of a file than anybody reads is
    cut.
    """

    __slots__ = ()

    @property
    def file(self) -> str | None:
        """The file that says it; None where nothing written is to blame."""
        return self.where.file if self.where else None

    @property
    def line(self) -> int | None:
        """The line, counted from 1; None where there are no lines."""
        return self.where.line if self.where else None

    @property
    def text(self) -> str:
        """One line: the place, the message, the cure."""
        where = f"{self.where}: " if self.where else ""
        return clean(f"{where}{self.message}{f'; {self.help}' if self.help else ''}")

    if not TYPE_CHECKING:  # the arguments are those of the fields

        def __new__(cls, *args, **fields):
            made = super().__new__(cls, *args, **fields)
            notes = made.notes
            if len(notes) > MOST_NOTES:
                notes = (*notes[: MOST_NOTES - 1], f"and {len(notes) - MOST_NOTES + 1:,} more")
            notes = tuple(map(_cut, notes))
            return made._replace(message=_cut(made.message), help=made.help and _cut(made.help), notes=notes)


def _cut(text: str) -> str:
    """A text without its middle, where it is too long: what is wrong stands at its ends."""
    half = LONGEST_MESSAGE // 2 - 1
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:half]} … {text[-half + 1 :]}"


class ProblemsFound(Exception):
    """A file that cannot be used; `problems` lists all that is wrong with it, and the text a line for each.

    `understood()` gives what could be worked out all the same, a `graph.Understood`, or None.
    """

    def __init__(self, problems: list[Problem], understood: Callable[[], Any] = lambda: None) -> None:
        super().__init__("\n".join(problem.text for problem in problems))
        self.problems = problems
        self.understood = understood


def in_order(problems: Iterable[Problem], file: str) -> list[Problem]:
    """Problems as they stand in a file; then what stands in the files that it extends, then what has no place."""

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
    """Problems of one file as they are found: each code once at each place, at most a hundred in all.

    A block that is called often has its problems as often: that ends, too, and what follows is not looked at.
    """

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._seen: set[tuple[str, Origin | None]] = set()
        self._again = 0
        self._searches = 0

    def add(
        self,
        code: str,
        message: str,
        at: HasOrigin | Origin | None = None,
        help: Cure = None,
        notes: tuple[str, ...] = (),
        *,
        reason: str = "",
        calls: tuple[Origin, ...] = (),
        cause: str = "",
    ) -> None:
        """A problem more; raises ProblemsFound where there are too many."""
        place = at if at is None or isinstance(at, Place | Label) else at.origin
        if (code, place) in self._seen:
            self._again += 1
            if self._again > MOST_TIMES:
                message = f"the same problems more than {MOST_TIMES:,} times: the rest is not looked at"
                self._stop(f"{message} (limit: times {MOST_TIMES:,})")
            return
        self._seen.add((code, place))
        cure = help if help is None or isinstance(help, str) else self._searched(help)
        self.found.append(Problem(code, message, place, notes, cure, reason=reason, calls=calls, cause=cause))
        if len(self.found) >= MOST_PROBLEMS:
            self._stop(f"more than {MOST_PROBLEMS} problems: the rest is not shown")

    def _searched(self, help: Callable[[], str | None]) -> str | None:
        self._searches += 1
        return help() if self._searches <= MOST_SEARCHES else None

    def _stop(self, message: str) -> NoReturn:
        self.found.append(Problem("limit", message))
        raise ProblemsFound(self.found)

    def stop_if_any(self) -> None:
        """The end where anything was found: raises ProblemsFound with it."""
        if self.found:
            raise ProblemsFound(self.found)


def called_here(word: str) -> str | None:
    """The name here of what others call so, however that is written; None for a word that means nothing else.

    >>> import cnncalc.analyses.measures
    >>> called_here("Mult-Adds"), called_here("params")
    ('multiplies', None)
    """
    return CALLED.get(word.lower().replace("-", "_"))


def option_here(word: str) -> str | None:
    """The limit of a quantity by the word of others, as an option or a key; None for what is no such limit.

    >>> import cnncalc.analyses.measures
    >>> option_here("--max-macs"), option_here("max-rf"), option_here("--max-params")
    ('--max-multiplies', 'max-receptive-field', None)
    """
    before, limit, quantity = word.rpartition("max-")
    called = called_here(quantity) if limit else None
    return f"{before}{limit}{called.replace('_', '-')}" if called else None


def nearest(word: str, known: Collection[str], likeness: float = 0.6) -> str | None:
    """The known word that a misspelt one, or one of others, most likely means.

    None among thousands of words, for a search takes long.

    >>> nearest("kernal", ["filters", "kernel"])
    'kernel'
    >>> import cnncalc.analyses.measures
    >>> nearest("GMACs", ["flops", "multiplies"]), nearest("mult-adds", ["flops", "multiplies"])
    ('multiplies', 'multiplies')
    """
    for called in (called_here(word), option_here(word)):
        if called in known:
            return called
    if not 0 < len(word) <= LONGEST_WORD or len(known) > MOST_KNOWN:
        return None
    from difflib import get_close_matches

    words = [one for one in known if len(one) <= LONGEST_WORD]
    found = get_close_matches(word, words, 1, likeness)
    if not found and word != word.lower():
        found = get_close_matches(word.lower(), words, 1, likeness)
    return found[0] if found else None


def misspelt(word: str, known: Collection[str], likeness: float = 0.6) -> str | None:
    """A cure for a misspelt word; None where nothing known is near.

    >>> misspelt("kernal", ["filters", "kernel"])
    'did you mean `kernel`?'
    """
    found = nearest(word, known, likeness)
    return f"did you mean `{found}`?" if found else None


def clean(text: str) -> str:
    """Text from a file without control characters: what a file says never drives the terminal.

    >>> clean("a\\x1b[31mb")
    'a�[31mb'
    """
    if text.isprintable():  # as nearly all are
        return text
    return "".join(character if character.isprintable() else " " if character == "\t" else "�" for character in text)
