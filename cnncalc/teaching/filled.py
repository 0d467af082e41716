"""Filled-in answers. What stands in the files is hostile: bounded, compared, never run.

Answers are read from the filled-in worksheet (Markdown or JSON), from a text of numbered lines, from a JSON mapping of
question to answer, and from tables (CSV, Excel), which `responses` reads.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

from cnncalc.core.problem import clean
from cnncalc.teaching.answers import plain
from cnncalc.teaching.files import LARGEST_ANSWERS, Unreadable, header_of, read_bounded, read_json
from cnncalc.teaching.recipe import LARGEST_HEADER
from cnncalc.teaching.responses import (
    MOST_ANSWERS,
    SAYS_ANSWER,
    SAYS_QUESTION,
    Answers,
    Wanted,
    from_table,
    keep,
    read_csv,
)

_BLANK = re.compile(r"(?:[-*>]\s+)?\**\(\s*(\d{1,4})\s*\)\**\s*[:=]?\s*(.*)")
_LISTED = re.compile(
    rf"(?:[-*>]\s*)*(?:(?:{SAYS_ANSWER}|{SAYS_QUESTION})[ .:#]*)?(\d{{1,4}})\s*[번問题題]?\**\s*"
    r"(?:[).:=]+(?!\d)|->|→|[-–—]\s)\**\s*(\S.*)",
    re.IGNORECASE,
)


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
    if path.lower().endswith(".txt") and "\t" in text.strip().partition("\n")[0] and not _BLANK.match(text.strip()):
        return from_table(name, *read_csv(text), wanted)  # Excel's "Unicode text"
    return [_from_markdown(name, text)]


# ------------------------------------------------------------------------------------------------ Markdown


def _from_markdown(name: str, text: str) -> Answers:
    """The answers behind `(1)` or, where no such blank is filled, of numbered lines."""
    found: dict[str, str] = {}
    notes: list[str] = []
    listed: list[tuple[str, str]] = []
    fence = ""
    for line in text.splitlines():
        marker = re.match(r"\s*(`{3,}|~{3,})", line)
        if marker and (not fence or marker[1].startswith(fence)):
            fence = "" if fence else marker[1]
            continue
        if fence:
            continue
        bare = line.strip()
        cells = re.split(r"(?<!\\)\|", bare.strip("|")) if bare.startswith("|") else [bare]
        blanks = [match for cell in cells if (match := _BLANK.fullmatch(cell.strip()))]
        for match in blanks:
            keep(found, notes, match[1], _unescaped(match[2]))
        in_list = None if blanks else _LISTED.fullmatch(plain(bare[:1000]))
        if in_list:
            listed.append((in_list[1], _unescaped(bare[:1000][in_list.start(2) :])))
    filled = any(found.values())
    for id, given in listed:  # below the sheet, in a mail, or beside blanks in a text of both
        if not filled or str(int(id)) not in found:
            keep(found, notes, id, given)
    if not found:
        raise Unreadable("has no answer: a blank is written `(1) ____`")
    return Answers(name, found, header_of(text), tuple(notes))


def _unescaped(text: str) -> str:
    return html.unescape(re.sub(r"\\(?=[\W_])", "", text[:1000]))


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
