"""`check --update`: the figures of `expect` in a file, put right."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import TYPE_CHECKING

import click

from cnncalc.cli import streams
from cnncalc.formats import writing

if TYPE_CHECKING:
    from cnncalc.analyses.checks.expect import Update


def updated(file: str, allow_outside: bool) -> Update | None:
    """The text of a file with its figures put right; one that cannot be used stays as it is."""
    from cnncalc.analyses.checks.expect import check, update
    from cnncalc.core.problem import ProblemsFound
    from cnncalc.formats import open as api

    try:
        graph = api.load(file, allow_outside=allow_outside)
        edits = check(graph).edits
    except ProblemsFound:
        return None
    if not edits:
        return None
    if file.startswith(api.FROM_GIT):
        raise click.UsageError(f"--update rewrites a file; '{file}' is an older version of one.")
    found = api.find(file)
    if found.bundled:
        raise click.UsageError(
            f"--update does not rewrite the bundled {found.name}: `cnncalc show {file} > {found.name}` copies it."
        )
    done = update(graph, edits)
    if done.figures:
        _rewrite(found.path, done.before, done.text)
    return done


def _rewrite(path: str, before: str, after: str) -> None:
    """Write what became of the text that was read, over no other one."""
    try:
        with open(path, "rb") as file:
            mark = file.read(len(BOM_UTF8))
        mark = mark if mark == BOM_UTF8 else b""
        writing.write(path, mark + after.encode(), old=mark + before.encode())
    except OSError as error:
        raise streams.CannotWrite(f"'{path}'", error) from None
