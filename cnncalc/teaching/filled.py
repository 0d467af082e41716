"""Filled-in answers. What stands in the files is hostile: bounded, compared, never run.

Answers are read from the filled-in worksheet (Markdown or JSON), from a JSON mapping of question to answer, and from
tables (CSV, Excel), which `responses` reads.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

from cnncalc.core.problem import clean
from cnncalc.teaching.files import LARGEST_ANSWERS, Unreadable, header_of, read_bounded, read_json
from cnncalc.teaching.recipe import LARGEST_HEADER
from cnncalc.teaching.responses import MOST_ANSWERS, Answers, Wanted, from_table, keep, read_csv

_BLANK = re.compile(r"(?:[-*>]\s+)?\**\(\s*(\d{1,4})\s*\)\**\s*[:=]?\s*(.*)")


def read_answers(path: str, name: str, wanted: Wanted = Wanted()) -> list[Answers]:  # noqa: B008
    """The answers in a file: of one student, or of several in a table; raises Unreadable."""
    if path.lower().endswith((".xlsx", ".xlsm")):
        from cnncalc.teaching.excel import read_excel

        return from_table(name, read_excel(path), ",", wanted)
    text, encoding = read_bounded(path, LARGEST_ANSWERS + LARGEST_HEADER)
    found = _read(path, name, text, wanted)
    note = (f"read as {encoding}, for it is not UTF-8",) if encoding else ()
    return [one._replace(notes=(*one.notes, *note)) for one in found]


def _read(path: str, name: str, text: str, wanted: Wanted) -> list[Answers]:
    if path.lower().endswith(".ipynb"):
        return [_from_notebook(name, text)]
    if text.lstrip()[:1] in ("{", "["):
        return [_from_json(name, text)]
    if path.lower().endswith((".csv", ".tsv")):
        return from_table(name, *read_csv(text), wanted)
    if re.match(r"\s*<(!doctype|html)", text, re.IGNORECASE):
        raise Unreadable("is HTML: answers are read from Markdown, JSON, CSV or Excel")
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
                keep(found, notes, match[1], html.unescape(re.sub(r"\\(?=[\W_])", "", match[2][:1000])))
    if not blanks:
        raise Unreadable("has no answer: a blank is written `(1) ____`")
    return Answers(name, found, header_of(text), tuple(notes))


def _from_notebook(name: str, text: str) -> Answers:
    """The answers in the cells of text; those of code are neither read nor run."""
    data = read_json(text)
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("is no notebook: it has no cells")
    texts = []
    for cell in cells:
        source = cell.get("source") if isinstance(cell, dict) and cell.get("cell_type") == "markdown" else None
        texts.append("".join(map(str, source)) if isinstance(source, list) else str(source or ""))
    return _from_markdown(name, "\n\n".join(texts))._replace(header=header_of(text))


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
    others: list[str] = []
    for id, answer in pairs[: MOST_ANSWERS + 1]:
        match = re.fullmatch(r"(?:q|question)?[ .(]*(\d{1,4})[).]*", str(id), re.ASCII | re.IGNORECASE)
        if match:
            keep(found, notes, match[1], _text(answer))
        elif answer is not None and str(id) not in ("worksheet", "name"):
            others.append(str(id)[:40])
    if others and found:
        notes.append(f"answers to questions that are not there: {', '.join(map(clean, others[:5]))}")
    if not found:
        raise Unreadable("has no answers: write them as a mapping of question to answer")
    said = data.get("name") if isinstance(data, dict) else None
    return Answers(name, found, header, tuple(notes), student=said if isinstance(said, str) else "")


def _text(answer: Any) -> str:
    if isinstance(answer, list):
        return "x".join(str(part) for part in answer[:10])
    if answer is None or (isinstance(answer, (str, int)) and not isinstance(answer, bool)):
        return "" if answer is None else str(answer)
    return json.dumps(answer, ensure_ascii=False)
