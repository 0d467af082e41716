"""Baselines: a file's totals grow no further than is allowed, from recorded figures or from an older version in git."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from cnncalc.analyses.checks.baselines.growth import Allowed, exceeded, figures, message
from cnncalc.analyses.checks.baselines.own import Own
from cnncalc.analyses.checks.baselines.places import MOST_NAMED, beside, of_its_own, place
from cnncalc.analyses.checks.baselines.recorded import Recorded
from cnncalc.analyses.checks.budget import Held
from cnncalc.analyses.checks.project import Project
from cnncalc.analyses.comparing.changes import described
from cnncalc.analyses.comparing.diff import Change, differences
from cnncalc.analyses.measures import MEASURES, Measure, Value
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis, GroupRow, Row, analyze
from cnncalc.core.figures import told
from cnncalc.core.problem import Origin, Place, Problem, ProblemsFound, fail
from cnncalc.core.record import Record
from cnncalc.formats import git
from cnncalc.formats.changes import Index
from cnncalc.formats.open import graph_of
from cnncalc.formats.source import Source, is_outside, relative, top_of


def named(
    baseline: str,
    allowed: Callable[[Source], Allowed],
    vars: Mapping[str, str],
    input_size: str | None,
    folder: str = "",
    index: Index | None = None,
) -> Against | Recorded:
    """The meaning of `--baseline`: a file where there is one of that name, else a version in git, `main` or `git:main`.

    Where the files to check are those of the `index`, it is looked for there first. `allowed` says how much a file may
    grow. Raises ProblemsFound where it is
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
    return Against(git.must_exist(baseline, folder), allowed, vars, input_size)


@dataclass(frozen=True)
class OfProject:
    """The baseline that a project chose, to which its own files are held: a finder of problems for Checks."""

    held: Against | Recorded

    def __call__(self, source: Source, analysis: Analysis) -> Iterator[Problem | str]:
        if not of_its_own(source) or source.name.startswith(git.PREFIX):
            return
        if isinstance(self.held, Recorded) and analysis.graph and analysis.graph.changed:
            yield "the project's baseline is not held: vars or the input size were changed"
            return
        yield from self.held(source, analysis)

    def gone(self) -> list[str]:
        """The files that are in the baseline and no longer there."""
        return self.held.gone()


def of_project(
    project: Project, vars: Mapping[str, str], input_size: str | None, index: Index | None = None
) -> OfProject | None:
    """The baseline of the project that a run is about, None where it chose none; raises ProblemsFound."""
    own = project.own
    if not own.baseline:
        return None
    file = own.name_of(own.baseline)
    is_file = (index and index.has(file)) or os.path.exists(file) or file.endswith(".json")
    if is_file and is_outside(file, top_of(own.folder)):
        message = f"the project's baseline `{own.baseline}` lies outside of its repository"
        raise fail("unreadable", message, help="a command line may name it: `--baseline`")
    named_by = file if is_file else own.baseline
    return OfProject(named(named_by, project.allowed, vars, input_size, own.folder, index))


@dataclass(frozen=True)
class Against:
    """Each file beside itself at a ref: a finder of problems for Checks."""

    ref: str
    allowed: Callable[[Source], Allowed]
    vars: Mapping[str, str] = field(default_factory=dict)
    input_size: str | None = None
    known: dict[str, dict[str, bytes | None]] = field(default_factory=dict, repr=False)  # what was read, by folder

    def __call__(self, source: Source, analysis: Analysis) -> Iterator[Problem | str]:
        if not of_its_own(source):
            raise fail("unreadable", f"no baseline: {source.name} has no version in git")
        path = git.split(source.name)[1] if source.name.startswith(git.PREFIX) else source.name
        known = self.known.setdefault(os.path.dirname(path), {})
        older = git.read_at(self.ref, path, isinstance(source.tree, Index), known)
        if older is None:
            yield f"new since {self.ref}"
            return
        try:
            older_graph = graph_of(older, set=self.vars, input_size=self.input_size)
            if analysis.graph and analysis.graph.storage != older_graph.storage:
                older_graph = replace(older_graph, storage=analysis.graph.storage)
            before = analyze(older_graph)
        except ProblemsFound as error:
            if git.is_unread(error.problems):  # a parent, say
                raise
            yield f"no baseline: at {self.ref} the file could not be used: {error.problems[0].message}"
            return
        own = Own(analysis)
        allowed = own.over(self.allowed(source))
        was, is_ = figures(before, allowed), figures(analysis, allowed)
        grown = exceeded(was, is_, allowed)
        changes = differences(before, analysis) if grown else []
        names = " ".join(map(shlex.quote, (older.name, source.name)))
        for quantity in grown:
            blamed = _blamed(changes, MEASURES[MEASURES[quantity].cause or quantity], before, analysis)
            yield Problem(
                "baseline",
                message(quantity, was[quantity], is_[quantity], allowed[quantity], f" at {self.ref}"),
                _changed_place(blamed[0].change.entry, source, older, analysis) if blamed else Place(source.name, 1, 1),
                tuple(map(_note, blamed[:MOST_NAMED])),
                f"`cnncalc compare {names} --by-layer` shows all that changed",
                reason=quantity,
            )
        for growth, value, entry in own.named:
            older_entry = before.find(entry.name)
            if older_entry is None:
                yield f"`{growth.name}` is new since {self.ref}"
                continue
            value_before = MEASURES[growth.quantity].value(before, older_entry)
            if growth.allowance.exceeded(value_before, value):
                said = message(growth.quantity, value_before, value, growth.allowance, f" at {self.ref}", growth.name)
                where = _changed_place(entry, source, older, analysis)
                yield Problem("baseline", said, where, reason=f"{growth.name} {growth.quantity}")
        yield from own.loose(lambda held: _value(before, held), f"at {self.ref}")

    def gone(self) -> list[str]:
        """Problems of files that are gone: none, for what is no longer in a repository is no longer checked."""
        return []


def _value(before: Analysis, held: Held) -> Value:
    """The older value of what is held to a limit."""
    entry = None if held.name == "total" else before.find(held.name)
    return MEASURES[held.quantity].value(before, entry) if entry or held.name == "total" else None


class _Grown(Record):
    """A layer whose value of a measure grew."""

    change: Change
    measure: Measure
    was: Value
    is_: Value

    @property
    def more(self) -> float:
        return (self.is_ or 0) - (self.was or 0)


def _blamed(changes: Iterable[Change], measure: Measure, before: Analysis, after: Analysis) -> list[_Grown]:
    """The layers that grew: first one that was itself changed or added, the largest; then the others, largest first."""
    grown = []
    for change in changes:
        was = measure.value(before, change.before) if change.before else 0
        is_ = measure.value(after, change.after) if change.after else 0
        grown.append(_Grown(change, measure, was, is_))
    grown = [one for one in grown if one.more > 0]
    own = [one for one in grown if one.change.kind != "resized"] or grown
    cause = max(own, key=lambda one: one.more, default=None)
    return sorted(grown, key=lambda one: (one is not cause, -one.more))


def _note(grown: _Grown) -> str:
    change, new = grown.change, ", new" if grown.change.before is None else ""
    figures = f"{grown.measure.name} {told(grown.was)} → {told(grown.is_)}"
    return f"`{change.entry.name}`{new} ({described(change, Style())}): {figures}"


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
        before = older.tree.read(relative(file, older.tree.folder)) if now and older.tree else None
    except ProblemsFound:
        before = None
    return (now, before) if now and before else (source, source)


def _new_lines(now: Source, before: Source) -> list[int]:
    """The lines that an older version does not have."""
    known = set(before.text.splitlines())
    return [number for number, line in enumerate(now.text.splitlines(), 1) if line not in known]
