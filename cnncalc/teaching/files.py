"""Files that others wrote: read within bounds, and the worksheet that one carries in its header."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from cnncalc.core.problem import clean
from cnncalc.core.record import Record
from cnncalc.formats.listing import walk
from cnncalc.formats.writing import remember
from cnncalc.teaching.recipe import BadRecipe, Recipe, read_header

LARGEST_WORKSHEET = 2**23
LARGEST_ANSWERS = 2**20
MOST_FILES = 10_000
DEEPEST = 20
ENDINGS = (".md", ".markdown", ".ipynb", ".json", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
KEY = "key"  # the file beside the sheets of a class that is none
SYSTEM = (".ds_store", "thumbs.db", "desktop.ini", ".gitkeep", ".gitignore")  # what nobody takes for answers

_FRAMES = (
    ("<!-- cnncalc worksheet ", " -->"),
    ('<script type="application/json" id="cnncalc-worksheet">', "</script>"),
    ("% cnncalc worksheet ", "\n"),
    ("// cnncalc worksheet ", "\n"),
)
_NESTING = re.compile(r'\\.|["\[\]{}]', re.DOTALL)


class Unreadable(ValueError):
    """A file that gives no answers; the text says why."""


def read_data(path: str, largest: int) -> bytes:
    """The content of a regular file, or of standard input for `-`; raises Unreadable."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(largest + 1)
        else:
            if "\0" in path:
                raise Unreadable("cannot be read: a file name has no NUL byte")
            status = os.stat(path)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("is not a regular file")
            if not status.st_size:  # also what the system makes up and calls a file
                raise Unreadable("is empty")
            with open(path, "rb") as file:
                remember(file)
                data = file.read(largest + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    if len(data) > largest:
        raise Unreadable(f"is too large (limit: {largest // 2**20} MB)")
    if not data.strip():
        raise Unreadable("is empty")
    return data


def read_bounded(path: str, largest: int) -> tuple[str, str]:
    """The text of a file, and its encoding where that is not Unicode; raises Unreadable."""
    data = read_data(path, largest)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif b"\0" in data:
        raise Unreadable("holds a NUL byte: it is no text")
    else:
        encodings = ["utf-8-sig", *LEGACY]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding not in LEGACY or _is_plausible(text, *LEGACY[encoding]):
            return text, encoding if encoding in LEGACY else ""
    raise Unreadable("is not UTF-8 text")


# Encodings of older spreadsheets: the letters that their users write, and what at least one must be of.
LEGACY = {
    "euc_kr": ("가-힣ㄱ-ㅣ", "[가-힣×·]"),  # before cp949, which takes Japanese for rare syllables
    "cp932": ("ぁ-ヿ一-鿿", "[ぁ-ヿ×]"),
    "cp949": ("가-힣ㄱ-ㅣ", "[가-힣×·]"),
    "cp1252": ("À-ÿŒœŠšŽžŸƒ", ""),
}


def _is_plausible(text: str, letters: str, among: str) -> bool:
    """Whether all that is not ASCII in a text is letters of its users, or signs that people write answers with."""
    signs = "×·’‘“”–—…²³°~≈、。，．　€£§«»´"
    return bool(re.fullmatch(rf"[\t\n\r\x20-\x7e{signs}{letters}]*", text) and re.search(among, text))


class Found(Record):
    """A file in a folder: why it is not read, where it is not, and whether nobody takes it for answers."""

    path: str
    problem: str = ""
    passed_over: bool = False


def files_below(folder: str, worksheet: str = "") -> Iterator[Found]:
    """Every file in a folder and below it, sorted, read or not; of hidden folders only their names."""
    found: list[Found] = []

    def closed(error: OSError) -> None:
        found.append(Found(error.filename, f"cannot be read: {(error.strerror or str(error)).lower()}"))

    for path, folders, names in walk(folder, closed):
        for name in folders:
            if name.startswith(".") or os.path.islink(os.path.join(path, name)):
                found.append(_in_folder(os.path.join(path, name), name, worksheet))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [_in_folder(os.path.join(path, name), name, worksheet) for name in names]
        if len(found) > MOST_FILES:
            raise Unreadable(f"has more than {MOST_FILES:,} files")
    yield from sorted(found)


def _in_folder(path: str, name: str, worksheet: str) -> Found:
    if name.lower() in SYSTEM or name.startswith(("._", "~$")):
        return Found(path, "is a file of the system, no answers", True)
    if os.path.islink(path):
        return Found(path, "is a symbolic link, which is not followed")
    if name.startswith("."):
        return Found(path, f"is a hidden {'folder' if os.path.isdir(path) else 'file'}", os.path.isdir(path))
    if worksheet and os.path.isfile(worksheet) and os.path.samefile(path, worksheet):
        return Found(path, "is the worksheet itself", True)
    if (
        os.path.splitext(name)[0] == KEY
        and os.path.isdir(worksheet)
        and os.path.samefile(os.path.dirname(path), worksheet)
    ):
        return Found(path, "is the key of the class", True)
    if not name.lower().endswith(ENDINGS):
        return Found(path, f"is not read: answers are {', '.join(ENDINGS[:-1])}")
    return Found(path)


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
        return json.loads(text, parse_int=_int, parse_float=str, parse_constant=str, object_pairs_hook=_mapping)
    except Unreadable:
        raise
    except (ValueError, RecursionError):
        raise Unreadable("is not JSON") from None


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping; raises Unreadable where a key stands twice, for of two answers none is picked."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, many in Counter(key for key, _ in pairs).items() if many > 1)
        raise Unreadable(f"has the key `{clean(twice)[:40]}` twice in one mapping")
    return found


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) <= 18 else digits


def read_worksheet(path: str) -> Recipe:
    """The recipe of a worksheet in Markdown, HTML, LaTeX or JSON; raises Unreadable."""
    text, _ = read_bounded(path, LARGEST_WORKSHEET)
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
        if isinstance(found, dict):
            metadata = found.get("metadata")  # of a notebook
            for header in (found.get("worksheet"), metadata.get("cnncalc") if isinstance(metadata, dict) else None):
                if isinstance(header, dict):
                    return json.dumps(header)
    return None
