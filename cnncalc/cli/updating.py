"""`check --update`, `--tighten` and `--fix`: figures, limits and what is of no use in a file, put right."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from cnncalc.cli import streams
from cnncalc.core.figures import many
from cnncalc.core.record import Record
from cnncalc.formats import writing

if TYPE_CHECKING:
    from cnncalc.analyses.checks.expect import Update
    from cnncalc.analyses.checks.project import Project
    from cnncalc.analyses.checks.report import Checks
    from cnncalc.core.graph import Graph


class Rewriting(Record):
    """A kind of thing that an option rewrites in a file, and how a graph's file is made another text."""

    option: str
    noun: str
    of: str
    update: Callable[[Graph], Update | None]
    done: str = "rewritten"


def _figures(graph: Graph) -> Update | None:
    from cnncalc.analyses.checks.expect import check, update

    edits = check(graph).edits
    return update(graph, edits) if edits else None


def _limits(graph: Graph) -> Update | None:
    from cnncalc.analyses.checks.expect import check, update

    edits = check(graph).tightenings
    return update(graph, edits, "budget") if edits else None


UPDATE = Rewriting("--update", "figure", " of `expect`", _figures)

TIGHTEN = Rewriting("--tighten", "limit", " of `budget`", _limits)


def fix(project: Project) -> Rewriting:
    """Findings of the rules that a project chose, which `--fix` takes out."""

    def update(graph: Graph) -> Update | None:
        from cnncalc.analyses.checks.fixing import fixed
        from cnncalc.formats.yaml.document import document_of

        document = document_of(graph)
        if document is None:
            return None
        source = document.description.source
        return fixed(graph, project.codes(source), project.choices(source).options)

    return Rewriting("--fix", "finding", "", update, "mended")


def rewrite(what: Rewriting, file: str, checks: Checks) -> None:
    """A file put right, and a line that says so; one that cannot be used, or is right, stays as it is.

    Raises BadConfig.
    """
    from cnncalc.core.problem import ProblemsFound
    from cnncalc.formats import open as api

    try:
        source = api.read(file, allow_outside=checks.allow_outside)
        update = what.update(checks.kept(api.graph_of(source), checks.choices(source)))
    except ProblemsFound:
        return
    if update is None:
        return
    if file.startswith(api.FROM_GIT):
        raise click.UsageError(f"{what.option} rewrites a file; '{file}' is an older version of one.")
    found = api.find(file)
    if found.bundled:
        raise click.UsageError(
            f"{what.option} does not rewrite the bundled {found.name}: `cnncalc show {file} > {found.name}` copies it."
        )
    if update.figures:
        _write(found.path, update.before, update.text)
        streams.say(f"{file}: {many(update.figures, what.noun)}{what.of} {what.done}")
    for left in update.left:
        streams.remark(left)


def _write(path: str, before: str, after: str) -> None:
    """Write what became of the text that was read, over no other one."""
    try:
        with open(path, "rb") as file:
            mark = file.read(len(BOM_UTF8))
        mark = mark if mark == BOM_UTF8 else b""
        writing.write(path, mark + after.encode(), old=mark + before.encode())
    except OSError as error:
        raise streams.CannotWrite(f"'{path}'", error) from None
