"""Workflow commands of GitHub Actions: a file's text or name, printed inside a workflow, never becomes one.

The runner obeys a line that begins with `::`, after white space, too, and one with `##[` anywhere; a line ends at a
carriage return as well. The character that completes either is written as JSON writes it, `:\\u003a` and `##\\u005b`:
that is seen, is no blank that a lenient comparison passes over, and leaves the data of JSON as they are.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

_COMPLETED = re.compile(r"(?<=##)\[|(?:\A|(?<=[\r\n]))((?:[^\S\r\n]|\ufeff)*:):")
_OPEN = re.compile(r"[\s\ufeff]*:?")  # a line that may still become `::`


def guard() -> None:
    """A guard before standard output and error: they carry no command but those of `commands`, whoever writes there."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name)
        kept = {what: getattr(stream, what) for what in ("encoding", "errors", "line_buffering", "write_through")}
        setattr(sys, name, io.TextIOWrapper(Guard(stream.detach()), **kept))


@contextmanager
def commands() -> Iterator[None]:
    """Lines for standard output that are commands themselves; `##[` in them is broken all the same."""
    guarded = getattr(sys.stdout, "buffer", None)
    if not isinstance(guarded, Guard):
        yield
        return
    sys.stdout.flush()
    guarded.trusted = True
    try:
        yield
        sys.stdout.flush()
    finally:
        guarded.trusted = False


class Guard(io.BufferedIOBase):
    """Bytes on their way to a stream, commands broken; what begins a command is remembered from one write to the next.

    >>> Guard(under := io.BytesIO()).write(b"::stop-commands::x; ##[group]")
    29
    >>> print(under.getvalue().decode())
    :\\u003astop-commands::x; ##\\u005bgroup]
    """

    def __init__(self, under: BinaryIO) -> None:
        super().__init__()
        self.under = under
        self.trusted = False
        self._line = ""  # as much of the line so far as decides what the next write completes

    def write(self, data: Any) -> int:
        """The number of bytes that were passed on."""
        given = bytes(data)
        text = self._line + given.decode("utf-8", "surrogateescape")
        broken = _COMPLETED.sub(self._break, text) if "##[" in text or "::" in text else text
        self.under.write(broken[len(self._line) :].encode("utf-8", "surrogateescape"))
        line = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :]
        self._line = line if _OPEN.fullmatch(line) else f"x{line[len(line.rstrip('#')) :][:2]}"
        return len(given)

    def _break(self, completed: re.Match[str]) -> str:
        if completed[0] == "[":
            return r"\u005b"
        return completed[0] if self.trusted else rf"{completed[1]}\u003a"

    @property
    def name(self) -> str:
        """The name of the stream below."""
        return self.under.name

    def writable(self) -> bool:
        """True: what is below takes text."""
        return True

    def flush(self) -> None:
        """A flush of what is below."""
        self.under.flush()

    def fileno(self) -> int:
        """The number of what is below."""
        return self.under.fileno()

    def isatty(self) -> bool:
        """Whether what is below is a terminal."""
        return self.under.isatty()
