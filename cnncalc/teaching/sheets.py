"""Files of answers, and the worksheet itself. What stands in them is hostile: bounded, compared, never run.

Answers are read from the filled-in worksheet (Markdown or JSON), from a JSON mapping of question to answer, from CSV
with the columns question and answer, or from CSV with a column for each question and a row for each student.
"""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from cnncalc.problem import clean
from cnncalc.teaching.recipe import LARGEST_HEADER, BadRecipe, Recipe, read_header

LARGEST_ANSWERS = 2**20
LARGEST_WORKSHEET = 2**23
MOST_FILES = 10_000
MOST_STUDENTS = 10_000  # in one CSV file
MOST_ANSWERS = 1_000
DEEPEST = 20
ENDINGS = (".md", ".markdown", ".json", ".csv", ".tsv", ".txt")

_FRAMES = (
    ("<!-- cnncalc worksheet ", " -->"),
    ('<script type="application/json" id="cnncalc-worksheet">', "</script>"),
)
_NESTING = re.compile(r'\\.|["\[\]{}]', re.DOTALL)
_BLANK = re.compile(r"(?:[-*>]\s+)?\**\(\s*(\d{1,4})\s*\)\**\s*[:=]?\s*(.*)")


class Unreadable(ValueError):
    """A file that gives no answers; the text says why."""


class Answers(NamedTuple):
    """What one student wrote: answers by question, the header of the sheet where there is one, and what is odd."""

    name: str
    answers: dict[str, str]
    header: str | None = None
    notes: tuple[str, ...] = ()


# ------------------------------------------------------------------------------------------------ files


def read_bounded(path: str, largest: int) -> str:
    """The text of a regular file, or of standard input for `-`; raises Unreadable."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(largest + 1)
        else:
            if "\0" in path:
                raise Unreadable("cannot be read: a file name has no NUL byte")
            status = os.stat(path)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("is not a regular file")
            with open(path, "rb") as file:
                data = file.read(largest + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    if len(data) > largest:
        raise Unreadable(f"is too large (limit: {largest // 2**20} MB)")
    if not data.strip():
        raise Unreadable("is empty")
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            raise Unreadable("is not UTF-8 text") from None
    if "\0" in text:
        raise Unreadable("holds a NUL byte: it is no text")
    return text


def files_below(folder: str) -> Iterator[str]:
    """Every file of answers in a folder and below it, sorted; hidden ones and symbolic links are passed over."""
    found = []
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [
            os.path.join(path, name) for name in names if name.lower().endswith(ENDINGS) and not name.startswith(".")
        ]
        if len(found) > MOST_FILES:
            raise Unreadable(f"has more than {MOST_FILES:,} files")
    yield from (path for path in sorted(found) if not os.path.islink(path))


def read_worksheet(path: str) -> Recipe:
    """The recipe of a worksheet in Markdown, HTML or JSON; raises Unreadable."""
    text = read_bounded(path, LARGEST_WORKSHEET)
    header = header_of(text)
    if header is None:
        raise Unreadable("is no worksheet: `cnncalc exercise` writes one")
    try:
        return read_header(header)
    except BadRecipe as error:
        raise Unreadable(f"cannot be used: {error}") from None


def header_of(text: str) -> str | None:
    """The header that a worksheet carries, None where there is none."""
    for before, after in _FRAMES:
        start = text.find(before)
        end = text.find(after, start) if start >= 0 else -1
        if end >= 0:
            return text[start + len(before) : end]
    if text.lstrip().startswith("{"):
        try:
            found = _json(text)
        except Unreadable:
            return None
        if isinstance(found, dict) and isinstance(found.get("worksheet"), dict):
            return json.dumps(found["worksheet"])
    return None


def read_answers(path: str, name: str) -> list[Answers]:
    """The answers in a file: of one student, or of several in a table; raises Unreadable."""
    text = read_bounded(path, LARGEST_ANSWERS + LARGEST_HEADER)
    if text.lstrip()[:1] in ("{", "["):
        return [_from_json(name, text)]
    if path.lower().endswith((".csv", ".tsv")):
        return _from_csv(name, text)
    if re.match(r"\s*<(!doctype|html)", text, re.IGNORECASE):
        raise Unreadable("is HTML: answers are read from Markdown, JSON or CSV")
    return [_from_markdown(name, text)]


# ------------------------------------------------------------------------------------------------ Markdown


def _from_markdown(name: str, text: str) -> Answers:
    found: dict[str, str] = {}
    notes: list[str] = []
    fence = ""
    blanks = 0
    for line in text.splitlines():
        marker = re.match(r"\s*(`{3,}|~{3,})", line)
        if marker and (not fence or marker[1].startswith(fence)):
            fence = "" if fence else marker[1]
            continue
        if fence:
            continue
        bare = line.strip()
        cells = re.split(r"(?<!\\)\|", bare.strip("|")) if bare.startswith("|") else [bare]
        for cell in cells:
            match = _BLANK.fullmatch(cell.strip())
            if match:
                blanks += 1
                _note(found, notes, match[1], html.unescape(re.sub(r"\\(?=[\W_])", "", match[2][:1000])))
    if not blanks:
        raise Unreadable("has no answer: a blank is written `(1) ____`")
    return Answers(name, found, header_of(text), tuple(notes))


def _note(found: dict[str, str], notes: list[str], id: str, given: str) -> None:
    """Keep an answer; of two different ones to a question neither counts."""
    id = str(int(id))
    given = given.strip().strip("_ ").strip()[:1000]
    if not given:
        found.setdefault(id, "")
    elif found.get(id) and found[id] != given:
        notes.append(f"question {id} is answered twice: no answer counts")
        found[id] = "?" * 3
    else:
        found[id] = given
    if len(found) > MOST_ANSWERS:
        raise Unreadable(f"has more than {MOST_ANSWERS:,} answers")


# ------------------------------------------------------------------------------------------------ JSON


def _json(text: str) -> Any:
    depth, in_string = 0, False
    for match in _NESTING.finditer(text):
        sign = match[0]
        if sign == '"':
            in_string = not in_string
        elif not in_string:  # brackets in strings nest nothing
            depth += (sign in "[{") - (sign in "]}")
            if depth > DEEPEST:
                raise Unreadable(f"is nested deeper than {DEEPEST}")
    try:
        return json.loads(text, parse_int=_int, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise Unreadable("is not JSON") from None


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) <= 18 else digits


def _from_json(name: str, text: str) -> Answers:
    data = _json(text)
    header = json.dumps(data["worksheet"]) if isinstance(data, dict) and "worksheet" in data else None
    given = data
    for key in ("answers", "questions"):
        if isinstance(data, dict) and key in data:
            given = data[key]
            break
    pairs: list[tuple[Any, Any]] = []
    if isinstance(given, dict):
        pairs = list(given.items())
    elif isinstance(given, list):
        if not all(isinstance(one, dict) for one in given):
            pairs = list(enumerate(given, 1))
        else:
            pairs = [(one.get("id", one.get("question")), one.get("answer")) for one in given]
    else:
        raise Unreadable("has no answers: write them as a mapping of question to answer")
    found: dict[str, str] = {}
    notes: list[str] = []
    for id, answer in pairs[: MOST_ANSWERS + 1]:
        if re.fullmatch(r"\d{1,4}", str(id), re.ASCII):
            _note(found, notes, str(id), _text(answer))
    if not found:
        raise Unreadable("has no answers: write them as a mapping of question to answer")
    return Answers(name, found, header, tuple(notes))


def _text(answer: Any) -> str:
    if answer is None or isinstance(answer, bool):
        return ""
    if isinstance(answer, list):
        return "x".join(str(part) for part in answer[:10])
    return str(answer) if isinstance(answer, (str, int)) else "?"


# ------------------------------------------------------------------------------------------------ CSV


def _from_csv(name: str, text: str) -> list[Answers]:
    first = text.lstrip().partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    try:
        read = csv.reader(io.StringIO(text), delimiter=delimiter)
        rows = [[cell.strip() for cell in row] for row in read if any(row)]
    except csv.Error as error:
        raise Unreadable(f"is not CSV: {clean(str(error))}") from None
    if not rows:
        raise Unreadable("is empty")
    heads = [_question(cell) for cell in rows[0]]
    if sum(head is not None for head in heads) >= 2 and heads[0] is None:
        return _one_row_each(name, rows, heads)
    found: dict[str, str] = {}
    notes: list[str] = []
    for row in rows:
        id = _question(row[0])
        if id is not None:
            _note(found, notes, id, delimiter.join(row[1:]).rstrip(delimiter))  # 34,848 without quotes is two cells
    if not found:
        raise Unreadable("has no answers: a row is a question and its answer")
    return [Answers(name, found, None, tuple(notes))]


def _question(cell: str) -> str | None:
    """The question that a cell names: `3`, `(3)`, `Q3`, `Question 3`."""
    match = re.fullmatch(r"\(?(?:q|question)?\s*(\d{1,4})\)?\.?", cell.strip(), re.ASCII | re.IGNORECASE)
    return match[1] if match else None


def _one_row_each(name: str, rows: list[list[str]], heads: list[str | None]) -> list[Answers]:
    found = []
    if len(rows) > MOST_STUDENTS + 1:
        raise Unreadable(f"has more than {MOST_STUDENTS:,} rows")
    for row in rows[1:]:
        answers: dict[str, str] = {}
        notes: list[str] = []
        for head, cell in zip(heads, row, strict=False):
            if head is not None:
                _note(answers, notes, head, cell)
        if len(row) > len(heads):
            notes.append("the row has more cells than the first one: quote answers with commas")
        found.append(Answers(f"{name}:{row[0]}", answers, None, tuple(notes)))
    return found
