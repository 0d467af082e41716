"""Baselines: a file's totals grow no further than is allowed, from recorded figures or from an older version in git."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cnncalc.analyses.checks.baselines.growth import Allowed, exceeded, figures, message
from cnncalc.analyses.checks.baselines.places import MOST_NAMED, beside, of_its_own, place
from cnncalc.analyses.checks.baselines.recorded import Recorded
from cnncalc.analyses.columns import Style
from cnncalc.analyses.comparing.changes import described
from cnncalc.analyses.comparing.diff import Change, differences
from cnncalc.core.analysis import Analysis, Counts, GroupRow, Row, analyze
from cnncalc.core.problem import Origin, Place, Problem, ProblemsFound, fail
from cnncalc.formats import git
from cnncalc.formats.changes import Index
from cnncalc.formats.open import graph_of
from cnncalc.formats.source import Source


def named(
    baseline: str,
    allowed: Allowed,
    vars: Mapping[str, str],
    input_size: str | None,
    folder: str = "",
    index: Index | None = None,
) -> Against | Recorded:
    """What `--baseline` means: a file where there is one of that name, else a version in git, `main` or `git:main`.

    Where the files to check are those of the `index`, it is looked for there first. Raises ProblemsFound where it is
    neither.
    """
    if baseline.startswith(git.PREFIX):
        baseline, colon, path = baseline.removeprefix(git.PREFIX).partition(":")
        if colon and path:
            what = f"`{git.PREFIX}{baseline}:{path}` is one file of a version"
            raise fail("unreadable", what, help=f"name the version alone: `--baseline {baseline}`")
    elif (index and index.has(baseline)) or os.path.exists(baseline):
        return Recorded(baseline, allowed, index)
    if baseline.endswith(".json"):
        help = f"`cnncalc check FILE... --write-baseline {baseline}` writes one"
        raise fail("unreadable", f"cannot read `{baseline}`: no such file", help=help)
    git.must_exist(baseline, folder)
    return Against(baseline, allowed, vars, input_size)


@dataclass(frozen=True)
class Against:
    """Each file beside itself at a ref: a finder of problems for Checks."""

    ref: str
    allowed: Allowed
    vars: Mapping[str, str] = field(default_factory=dict)
    input_size: str | None = None

    def __call__(self, source: Source, analysis: Analysis) -> Iterator[Problem | str]:
        if not of_its_own(source):
            raise fail("unreadable", f"no baseline: {source.name} has no version in git")
        path = git.split(source.name)[1] if source.name.startswith(git.PREFIX) else source.name
        older = git.read_at(self.ref, path, staged=isinstance(source.tree, Index))
        if older is None:
            yield f"new since {self.ref}"
            return
        try:
            before = analyze(graph_of(older, set=self.vars, input_size=self.input_size))
        except ProblemsFound as error:
            yield f"no baseline: at {self.ref} the file could not be used: {error.problems[0].message}"
            return
        grown = exceeded(figures(before.totals), figures(analysis.totals), self.allowed)
        changes = differences(before, analysis) if grown else []
        names = " ".join(map(shlex.quote, (older.name, source.name)))
        for quantity in grown:
            blamed = _blamed(changes, quantity)
            yield Problem(
                "baseline",
                self._message(quantity, before.totals, analysis.totals),
                _changed_place(blamed[0].entry, source, older, analysis) if blamed else Place(source.name, 1, 1),
                tuple(_note(change, quantity) for change in blamed[:MOST_NAMED]),
                f"`cnncalc compare {names} --by-layer` shows all that changed",
            )

    def gone(self) -> list[str]:
        """What is no longer in a repository is no longer checked."""
        return []

    def _message(self, quantity: str, before: Counts, after: Counts) -> str:
        return message(quantity, figures(before)[quantity], figures(after)[quantity], self.allowed, f" at {self.ref}")


def _blamed(changes: Iterable[Change], quantity: str) -> list[Change]:
    """The layers that grew: first one that was itself changed or added, the largest; then the others, largest first."""
    counted = "params" if quantity == "size" else quantity
    grown = [change for change in changes if change.grown(counted) > 0]
    return sorted(
        grown,
        key=lambda change: (change is not _cause(grown, counted), -change.grown(counted)),
    )


def _cause(grown: list[Change], quantity: str) -> Change | None:
    own = [change for change in grown if change.kind != "resized"] or grown
    return max(own, key=lambda change: change.grown(quantity), default=None)


def _note(change: Change, quantity: str) -> str:
    counted = "params" if quantity == "size" else quantity
    was, is_ = (getattr(one.counts, counted) if one else 0 for one in (change.before, change.after))
    new = ", new" if change.before is None else ""
    return f"`{change.entry.name}`{new} ({described(change, Style())}): {counted} {was:,} → {is_:,}"


def _changed_place(entry: Row | GroupRow, source: Source, older: Source, analysis: Analysis) -> Origin:
    """The line that made a layer what it is: its own, else that of a block around it, else the one place that changed.

    A layer inside a block may be another one because the block is called with another number, one of a parent because
    the file sets another var.
    """
    parts = entry.name.split("/")
    around = [analysis.groups.get("/".join(parts[:length])) for length in range(len(parts) - 1, 0, -1)]
    versions = {source.name: (source, older)}
    for one in (entry, *(group for group in around if group)):
        if one.file not in versions:
            versions[one.file] = _parent(one.file, source, older)
        now, before = versions[one.file]
        if one.line in _new_lines(now, before):
            return now.at_line(one.line)
    for now, before in versions.values():
        changed = _new_lines(now, before)
        if len(changed) == 1:  # a var, a default
            return now.at_line(changed[0])
    return place(entry, source)


def _parent(file: str, source: Source, older: Source) -> tuple[Source, Source]:
    """A file that a source extends, now and in the older version; the source twice where there are not both."""
    now = beside(file, source)
    try:
        before = older.tree.read(os.path.relpath(file, older.tree.folder or ".")) if now and older.tree else None
    except ProblemsFound:
        before = None
    return (now, before) if now and before else (source, source)


def _new_lines(now: Source, before: Source) -> list[int]:
    """The lines that an older version does not have."""
    known = set(before.text.splitlines())
    return [number for number, line in enumerate(now.text.splitlines(), 1) if line not in known]
