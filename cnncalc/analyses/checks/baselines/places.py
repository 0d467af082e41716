"""Where something stands that grew, also in a file that another extends: what both kinds of baseline ask."""

from __future__ import annotations

import os

from cnncalc.core.analysis import GroupRow, Row
from cnncalc.core.problem import Origin, ProblemsFound
from cnncalc.formats.source import Source, relative

MOST_NAMED = 3  # layers that such a problem names


def of_its_own(source: Source) -> bool:
    """Whether a source is a file that has a history: not a bundled one, nor standard input."""
    return not source.bundled and source.name != "<stdin>"


def beside(file: str, source: Source) -> Source | None:
    """A file that a source extends; None for a bundled one, whose name is without a folder."""
    if source.tree is None and not os.path.exists(file):
        return None
    try:
        return source.beside(relative(file, os.path.dirname(source.name)))
    except ProblemsFound:
        return None


def place(entry: Row | GroupRow, source: Source) -> Origin:
    """The line of an entry, also in a file that this one extends."""
    file = source if entry.file == source.name else beside(entry.file, source)
    return file.line_of(entry.origin) if file else entry.origin
