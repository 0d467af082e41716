"""A class: a list of names, a sheet for each of them, and whose sheet it is that comes back."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cnncalc.core.figures import many, plural
from cnncalc.core.problem import clean
from cnncalc.core.record import Record
from cnncalc.teaching.files import KEY, LARGEST_ANSWERS, Unreadable, read_bounded, read_worksheet
from cnncalc.teaching.recipe import LARGEST_SEED, Recipe
from cnncalc.teaching.responses import NAMED, Wanted, names_in, read_csv

SHEETS = (".md", ".markdown", ".txt", ".html", ".htm", ".tex", ".json", ".ipynb", ".xml", ".gift")
MOST_SEATS = 1_000
LONGEST_STEM = 60
_RESERVED = re.compile(r"key|con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)  # ours, and those of Windows


class Seat(Record):
    """A student's sheet: the stem of its file, and its recipe, which has the student's name."""

    stem: str
    recipe: Recipe


def seats(recipe: Recipe, names: Sequence[str]) -> list[Seat]:
    """A sheet for each name: the seed goes up by one from student to student.

    >>> [(seat.stem, seat.recipe.seed) for seat in seats(Recipe((), seed=7), ["Ada L.", "김민준", "ada l"])]
    [('Ada-L', 7), ('김민준', 8), ('ada-l-2', 9)]
    """
    return [
        Seat(stem, replace(recipe, seed=(recipe.seed + place) % (LARGEST_SEED + 1), student=name))
        for place, (stem, name) in enumerate(zip(stems(names), names, strict=True))
    ]


def stems(names: Sequence[str]) -> list[str]:
    """Names of files, each another one on every system.

    >>> stems(["Ada Lovelace", "ada lovelace", "con", "김철수", "…"])
    ['Ada-Lovelace', 'ada-lovelace-2', 'con-student', '김철수', 'student']
    """
    found = []
    used: Counter[str] = Counter()
    for name in names:
        stem = re.sub(r"\W+", "-", name)[:LONGEST_STEM].strip("-") or "student"
        stem = f"{stem}-student" if _RESERVED.fullmatch(stem) else stem
        number, base = 1, stem
        while used[stem.casefold()]:
            number += 1
            stem = f"{base}-{number}"
        used[stem.casefold()] += 1
        found.append(stem)
    return found


def read_names(path: str, columns: tuple[str, ...] = ()) -> tuple[list[str], str]:
    """The names in a list or a table, and where they were found; raises Unreadable."""
    if path.lower().endswith((".xlsx", ".xlsm")):
        from cnncalc.teaching.excel import read_excel

        cells = read_excel(path)
    else:
        cells, _ = read_csv(read_bounded(path, LARGEST_ANSWERS)[0])
    rows = [(number, [clean(cell).strip() for cell in row]) for number, row in enumerate(cells, 1)]
    rows = [(number, row) for number, row in rows if any(row)]
    if not rows:
        raise Unreadable("is empty")
    head = rows[0][1]
    places = list(range(max(len(row) for _, row in rows)))
    said = "every line is a name"
    if columns or any(NAMED.search(cell) for cell in head):
        places = names_in(head, [row for _, row in rows[1:]], Wanted(names=columns))
        called = " and ".join(f"{at + 1} '{clean(head[at])[:40]}'" for at in places)
        said, rows = f"names from {plural('column', len(places))} {called}", rows[1:]
    names = []
    for number, row in rows:
        name = " ".join(row[at] for at in places if at < len(row) and row[at])
        if not name:
            raise Unreadable(f"has no name in row {number}")
        names.append(name[:200])
    if not names:
        raise Unreadable("has no name below its header")
    if len(names) > MOST_SEATS:
        raise Unreadable(f"has more than {MOST_SEATS:,} names")
    return names, f"{many(len(names), 'student')}: {said}"


def read_seats(folder: str) -> tuple[list[Seat], list[str]]:
    """The sheets in a folder, and a line for each file that is none; raises Unreadable."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise Unreadable(f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    found: list[Seat] = []
    others = []
    for name in names:
        stem, suffix = os.path.splitext(name)
        path = os.path.join(folder, name)
        if stem == KEY or name.startswith(".") or os.path.isdir(path):
            continue
        try:
            if suffix.lower() not in SHEETS:
                raise Unreadable("is no worksheet")
            found.append(Seat(stem, read_worksheet(path)))
        except Unreadable as error:
            others.append(f"{name} {error}")
    if not found:
        raise Unreadable("holds no worksheet")
    first = found[0]
    for seat in found:
        if replace(seat.recipe, seed=first.recipe.seed) != first.recipe:
            raise Unreadable(f"holds sheets that differ in more than the seed: {first.stem} and {seat.stem}")
    return found, others


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


class Roster:
    """A class list: whose sheet answers without a header belong to, by the student's name or the sheet's file."""

    def __init__(self, seats: Iterable[Seat]) -> None:
        self.seats = tuple(seats)
        self._found: dict[str, set[int]] = {}
        for place, seat in enumerate(self.seats):
            for name in {_plain(seat.recipe.student), _plain(seat.stem)} - {""}:
                self._found.setdefault(name, set()).add(place)

    def seat(self, name: str) -> Seat | None:
        """The sheet that a name means; None where it is that of nobody, or of several.

        >>> roster = Roster(seats(Recipe(()), ["Ada Lovelace", "Kim", "Kim"]))
        >>> [(seat.stem if (seat := roster.seat(name)) else None) for name in ("ada_lovelace", "Kim", "kim-2", "x")]
        ['Ada-Lovelace', None, 'Kim-2', None]
        """
        found = self._found.get(_plain(name), set())
        return self.seats[min(found)] if len(found) == 1 else None
