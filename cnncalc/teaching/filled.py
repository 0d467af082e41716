"""Filled-in answers. What stands in the files is hostile: bounded, compared, never run.

Answers are read from the filled-in worksheet (Markdown or JSON), from a JSON mapping of question to answer, from CSV
with the columns question and answer, or from CSV with a column for each question and a row for each student.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
from typing import Any, NamedTuple

from cnncalc.core.problem import clean
from cnncalc.teaching.files import Unreadable, header_of, read_bounded, read_json
from cnncalc.teaching.recipe import LARGEST_HEADER

LARGEST_ANSWERS = 2**20
MOST_STUDENTS = 10_000  # in one CSV file
MOST_ANSWERS = 1_000

_BLANK = re.compile(r"(?:[-*>]\s+)?\**\(\s*(\d{1,4})\s*\)\**\s*[:=]?\s*(.*)")


class Answers(NamedTuple):
    """What one student wrote: answers by question, the header of the sheet where there is one, and what is odd."""

    name: str
    answers: dict[str, str]
    header: str | None = None
    notes: tuple[str, ...] = ()


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


def _from_json(name: str, text: str) -> Answers:
    data = read_json(text)
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
