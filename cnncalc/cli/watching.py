"""`check --watch`: once more whenever a file that was read, or one that is found, is another one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from cnncalc.formats import writing

EVERY = 0.5  # seconds
State = Mapping[str, tuple[int, int, int] | None]


def changes(found: Callable[[], Iterable[str]]) -> Iterator[None]:
    """A tick at once, and one for each change of the files that were read until then, or that are `found` now."""
    while True:
        writing.forget()
        before = _state(found())  # what changes while it is checked is told, too
        yield
        before = {**_state(writing.files_read()), **before}
        while _state({*found(), *before, *writing.files_read()}) == before:
            time.sleep(EVERY)


def _state(paths: Iterable[str]) -> State:
    """When each file was written, and how large it is; None for one that is not there."""
    return {path: _stamp(path) for path in paths}


def _stamp(path: str) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
