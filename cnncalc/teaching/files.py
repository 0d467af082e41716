"""Files that others wrote: read within bounds, and the worksheet that one carries in its header."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from typing import Any

from cnncalc.formats.writing import remember
from cnncalc.teaching.recipe import BadRecipe, Recipe, read_header

LARGEST_WORKSHEET = 2**23
MOST_FILES = 10_000
DEEPEST = 20
ENDINGS = (".md", ".markdown", ".json", ".csv", ".tsv", ".txt")

_FRAMES = (
    ("<!-- cnncalc worksheet ", " -->"),
    ('<script type="application/json" id="cnncalc-worksheet">', "</script>"),
)
_NESTING = re.compile(r'\\.|["\[\]{}]', re.DOTALL)


class Unreadable(ValueError):
    """A file that gives no answers; the text says why."""


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
                remember(file)
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


def read_json(text: str) -> Any:
    """JSON that is not nested deeply, floats and very long integers as text; raises Unreadable."""
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
            found = read_json(text)
        except Unreadable:
            return None
        if isinstance(found, dict) and isinstance(found.get("worksheet"), dict):
            return json.dumps(found["worksheet"])
    return None
