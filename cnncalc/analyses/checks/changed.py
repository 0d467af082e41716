"""A change of a repository → what it changes in each network, and in what networks are held to."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from cnncalc.analyses.checks.baselines.baseline import of_project
from cnncalc.analyses.checks.baselines.growth import Growth
from cnncalc.analyses.checks.budget import Held
from cnncalc.analyses.checks.expect import check
from cnncalc.analyses.checks.lint import Linter
from cnncalc.analyses.checks.loosened import ChangedRule, Rules, budgets_changed, rules_changed
from cnncalc.analyses.checks.project import Project
from cnncalc.analyses.checks.report import Checks, Report
from cnncalc.analyses.comparing.diff import Change, differences
from cnncalc.analyses.measures import MEASURES, Use, Value, told
from cnncalc.core.analysis import Analysis, analyze
from cnncalc.core.figures import many
from cnncalc.core.graph import FLOAT32, Storage
from cnncalc.core.problem import Problem, ProblemsFound
from cnncalc.core.record import Record
from cnncalc.core.result import Result
from cnncalc.formats import changes
from cnncalc.formats.changes import ChangeSet, renamed
from cnncalc.formats.dependents import Survey, surveyed
from cnncalc.formats.git import is_unread
from cnncalc.formats.listing import File
from cnncalc.formats.open import graph_of
from cnncalc.formats.source import Source

Kind = Literal["new", "renamed", "removed", "changed", "unchanged"]


@dataclass(frozen=True)
class Version:
    """A network at one time: its totals by quantity, None where it could not be used, for `problems`.

    Analyses are not kept: a change may concern a thousand networks.
    """

    file: str
    totals: Mapping[str, Value] | None
    budgets: Sequence[Held] = ()
    problems: Sequence[Problem] = ()
    growth: Sequence[Growth] = ()
    status: str = "error"
    storage: Storage = FLOAT32

    @property
    def rules(self) -> Rules:
        """The limits of its own file."""
        return Rules(self.budgets, self.growth, self.storage)


@dataclass(frozen=True)
class NetworkChange:
    """One network before and after; None where there was none, or there is none any more.

    `edited` tells a file that was itself edited from one that only extends or uses such a file. `changes` are those of
    its layers, `report` what checking it gave.
    """

    kind: Kind
    before: Version | None
    after: Version | None
    edited: bool = True
    changes: Sequence[Change] = ()
    report: Report | None = None

    @property
    def file(self) -> str:
        """The name that it has, or had last."""
        version = self.after or self.before
        assert version is not None
        return version.file

    @property
    def code(self) -> int:
        """The exit code of a check; 2 where nobody knows what it was before."""
        return 2 if self.unread else self.report.code if self.report else 0

    @property
    def unread(self) -> Sequence[Problem]:
        """The reasons why nobody knows what it was before; none where somebody does."""
        return self.before.problems if self.before and is_unread(self.before.problems) else ()


class _ProjectChange(Record):
    since: str
    networks: Sequence[NetworkChange]
    unchanged: int = 0
    rules: Sequence[ChangedRule] = ()
    notes: Sequence[str] = ()
    figures: Sequence[str] = ()


class ProjectChange(_ProjectChange, Result):
    """The effect of a change: `rules` to which files are held otherwise, networks, and how many are as they were.

    `since` is the version that is compared with, `notes` say what is unusual; `figures` are quantities that were asked
    for besides.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<ProjectChange since {self.since}, {many(len(self.shown), 'network')}>"

    @property
    def code(self) -> int:
        """The exit code: that of the worst network."""
        return max((one.code for one in self.networks), default=0)

    @property
    def shown(self) -> list[NetworkChange]:
        """The networks of which there is something to say."""
        return [one for one in self.networks if one.kind != "unchanged" or one.code]


def change_since(
    ref: str, paths: Sequence[str], project: Project, storage: Mapping[str, Any], figures: Sequence[str] = ()
) -> ProjectChange:
    """The change since the merge base of a version and HEAD, of the networks below `paths`, or of the whole project.

    It is held to what the project chose, and looked at by its lint rules. `storage` are fields of a Storage, `figures`
    other quantities that are wanted. Raises ProblemsFound, and BadConfig.
    """
    own = project.config("")
    change = changes.since(ref)
    survey = surveyed(change, paths or [own.name_of(path) for path in own.files])
    held = of_project(project, {}, None)
    name = change.tree.name
    survey = survey._replace(
        affected=[file for file in survey.affected if not project.excludes(file.name)],
        gone=[path for path in survey.gone if not project.excludes(name(path))],
        others=[path for path in survey.others if not project.excludes(name(path))],
    )
    finders = (Linter(project), *((held,) if held else ()))
    checks = Checks(finders=finders, read=change.read, project=project, storage=storage)
    return project_change(ref, change, checks, survey, figures)


def project_change(
    since: str, change: ChangeSet, checks: Checks, survey: Survey, figures: Sequence[str] = ()
) -> ProjectChange:
    """Every network that a change concerns, beside what it was; raises ProblemsFound where git cannot say."""
    analyses: list[Analysis] = []

    def keep(source: Source, analysis: Analysis) -> tuple[()]:
        analyses.append(analysis)
        return ()

    keeping = replace(checks, finders=(keep, *checks.finders))
    paths = {change.tree.path(file.name): file for file in survey.affected}
    old_names = renamed(change, survey.gone, [path for path in paths if path in change.paths])
    networks: list[NetworkChange] = []
    if change.older:
        change.older.read_ahead([*(old_names.get(path, path) for path in paths), *survey.gone])
    for path, file in paths.items():
        analyses.clear()
        report = keeping.report(file)
        if report.skipped:
            continue
        before, older = _before(change, old_names.get(path, path), checks, figures)
        compared = (before, older, path in old_names, path in change.paths, figures)
        networks.append(_compared(file, report, next(iter(analyses), None), *compared))
    for path in survey.gone:
        if path not in old_names.values():
            networks.append(NetworkChange("removed", _before(change, path, checks, figures)[0], None))
    networks.sort(key=lambda one: one.file)
    both = [
        (one.file, one.before.rules, one.after.rules)
        for one in networks
        if one.before and one.after and one.before.totals and one.after.totals
    ]
    rules = [*rules_changed(change), *budgets_changed(both)]
    same = sum(one.kind == "unchanged" and not one.code for one in networks)
    return ProjectChange(since, networks, len(survey.others) + same, rules, change.notes, figures)


def _compared(
    file: File,
    report: Report,
    analysis: Analysis | None,
    before: Version | None,
    older: Analysis | None,
    renamed: bool,
    edited: bool,
    figures: Sequence[str],
) -> NetworkChange:
    problems = () if analysis else report.problems
    after = _version(file.name, analysis, report.budgets, problems, report.growth, figures)
    if before is None:
        return NetworkChange("new", None, after, edited, (), report)
    found: Sequence[Change] = ()
    if analysis and older:
        found = differences(older, analysis)
    same = all(change.kind == "unchanged" for change in found) and bool(analysis) == bool(older)
    kind: Kind = "renamed" if renamed else "unchanged" if same else "changed"
    return NetworkChange(kind, before, after, edited, () if same else found, report)


def _version(
    name: str,
    analysis: Analysis | None,
    budgets: Sequence[Held],
    problems: Sequence[Problem],
    growth: Sequence[Growth],
    figures: Sequence[str],
) -> Version:
    shown = told(Use.COLUMNS | Use.HEADLINE) | {quantity: MEASURES[quantity] for quantity in figures}
    totals = {quantity: measure.value(analysis) for quantity, measure in shown.items()} if analysis else None
    storage = analysis.graph.storage if analysis and analysis.graph else FLOAT32
    return Version(name, totals, budgets, problems, growth, analysis.status if analysis else "error", storage)


def _before(
    change: ChangeSet, path: str, checks: Checks, figures: Sequence[str]
) -> tuple[Version | None, Analysis | None]:
    """A network as it was; None where there was no such file, or it could not be used.

    What it does not say of its memory is as the project says now: that is told as a change of the project.
    """
    name = change.tree.name(path)
    try:
        source = change.read_before(path)
        if source is None:
            return None, None
        of = Source(name, "", os.path.dirname(name))
        graph = checks.kept(graph_of(source), checks.choices(of))
        analysis = analyze(graph)
        held = check(graph, analysis)
        return _version(name, analysis, held.budgets, (), held.growth, figures), analysis
    except ProblemsFound as error:
        return Version(name, None, (), error.problems), None
