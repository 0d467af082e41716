"""Files and folders of a command line → the files to read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class File(NamedTuple):
    """A file to check; `listed` where it was not named but found below a folder."""

    name: str
    listed: bool = False
    unreadable: str = ""  # why a folder cannot be listed


def listing(files: Iterable[str]) -> Iterator[File]:
    """Every FILE, and every `*.yaml` and `*.yml` below every FOLDER, sorted; hidden folders are skipped."""
    for file in files:
        if file == "-" or not os.path.isdir(file):
            yield File(file)
            continue
        below: list[File] = []

        def cannot(error: OSError, below: list[File] = below) -> None:
            what = (error.strerror or str(error)).lower()
            below.append(File(str(error.filename), True, f"cannot read the folder `{error.filename}`: {what}"))

        for folder, folders, names in os.walk(file, onerror=cannot):
            folders[:] = [name for name in folders if not name.startswith(".")]
            below += [File(os.path.join(folder, name), True) for name in names if name.endswith((".yaml", ".yml"))]
        yield from sorted(below)
