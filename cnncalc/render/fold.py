"""Text folded to a width: at blanks, else in names behind `/` and `_`; a figure stays whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

ROOM = 20  # columns that a text has at least, however narrow the terminal is
_LONGEST = 30  # letters that stay together in a word without any such place; no figure is so long
_WORDS = re.compile(r"(?<= )|(?<=[^ ]·)")
_PARTS = re.compile(rf"[^/_]{{1,{_LONGEST}}}[/_]*|[/_]+")
_NARROW = re.compile("[ -~\xa0-\u02ff\u2010-\u2027\u2190-\u22ff\u2500-\u259f]*")  # letters and signs of one column each


def cells(text: str) -> int:
    """The columns of a terminal that a text takes: letters of Chinese take two.

    >>> cells("55×55"), cells("합성곱")
    (5, 6)
    """
    if text.isascii() or _NARROW.fullmatch(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fold(text: str, width: int, taken: int = 0) -> list[str]:
    """The lines of a text; all are indented as the first one is, of which something else takes so many columns.

    >>> fold("conv 3×3, stride 2", 12)
    ['conv 3×3,', 'stride 2']
    >>> fold("  conv5/unit1/main", 10)
    ['  conv5/', '  unit1/', '  main']
    """
    if taken + cells(text) <= width:
        return [text]
    body = text.lstrip(" ")
    indent = text[: len(text) - len(body)]
    room = width - len(indent)
    lines, line = [], ""
    for piece in _pieces(body, room):
        size = cells(piece)
        if taken and taken + cells(piece.rstrip(" ")) > room:
            lines.append(line)
            line, taken = "", 0
        line, taken = line + piece, taken + size
    return [f"{indent}{line}".rstrip(" ") for line in (*lines, line)]


def narrowest(text: str) -> int:
    """The least width of a text: its longest part that stays whole.

    >>> narrowest("conv5/unit1/main 1,234,567")
    9
    """
    body = text.lstrip(" ")
    return len(text) - len(body) + max((cells(piece.rstrip(" ")) for piece in _pieces(body, 0)), default=0)


def _pieces(text: str, room: int) -> Iterator[str]:
    """What stays together in so many columns: words, and of longer ones the parts of their names."""
    for word in _WORDS.split(text):
        if cells(word.rstrip(" ")) <= room:
            yield word
        else:
            yield from _PARTS.findall(word)


def folded(head: str, text: str, width: int | None, hang: int = 0) -> str:
    """A text behind its head, folded so that it fits; its further lines stand below its first one, or `hang` further.

    >>> print(folded("note  ", "a text that takes several lines", 26))
    note  a text that takes
          several lines
    <BLANKLINE>
    """
    if not text:
        return ""
    room = max(ROOM, width - len(head)) if width else 0
    lines = fold(text, room - hang) if room and cells(text) > room else [text]
    indent = " " * (len(head) + hang)
    return "".join(f"{indent if n else head}{line}".rstrip() + "\n" for n, line in enumerate(lines))
