"""Files → reports: what `cnncalc check` and every other caller that holds files to something share."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from types import MappingProxyType
from typing import Any

from cnncalc.analyses.checks.baselines.growth import Growth
from cnncalc.analyses.checks.budget import Held, Limit, held
from cnncalc.analyses.checks.config import Choices
from cnncalc.analyses.checks.expect import CheckResult, check
from cnncalc.analyses.checks.project import Project
from cnncalc.analyses.measures import Measure, Use, Value, told
from cnncalc.core.analysis import Analysis, Counts, analyze
from cnncalc.core.graph import FLOAT32, Graph, Storage
from cnncalc.core.problem import Problem, ProblemsFound, in_order
from cnncalc.core.record import Record
from cnncalc.formats import open as api
from cnncalc.formats.listing import File, listing
from cnncalc.formats.source import ANYWHERE, Source
from cnncalc.formats.yaml.document import document_of
from cnncalc.formats.yaml.reading.description import is_architecture
from cnncalc.formats.yaml.tree import parse

_AT_LEAST = "figures of operators are not known: sums with them are held as lower bounds"
MOST_NAMED = 10  # files that are named of those that have one problem
Finder = Callable[[Source, Analysis], Iterable[Problem | str]]  # text is a note


class Report(Record):
    """The result of checking one file.

    `code` is 0 when all is well, 1 where something is broken, 2 where the file cannot be used. `problems` are errors
    and warnings in the order of the file; `figures` counts what was held against it. `totals` is None where there is
    no network; `lower_bound` names those that are lower bounds, and `values` are, by quantity, the totals that these
    counts do not tell. `budgets` are all limits, kept or not; `growth` is what the file allows itself; `seconds` is how
    long it took. `skipped` says why a file below a folder is none of ours.
    """

    file: str
    code: int = 0
    figures: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    totals: Counts | None = None
    lower_bound: tuple[str, ...] = ()
    skipped: str = ""
    values: Mapping[str, Value] = MappingProxyType({})
    budgets: tuple[Held, ...] = ()
    growth: tuple[Growth, ...] = ()
    seconds: float = 0

    def value(self, measure: Measure) -> Value:
        """A total of the network."""
        return measure.of(self.totals) if measure.of and self.totals else self.values.get(measure.name)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that break the check."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that break nothing."""
        return tuple(problem for problem in self.problems if problem.level == "warning")


@dataclass(frozen=True)
class Checks:
    """The way in which files are checked.

    `vars` and `input_size` change a network before it is checked, `limits` are budgets besides the file's own,
    `strict` makes a warning break a file, `allow_outside` lets files name others outside of their repository. With a
    `project` each file is also held to what that chose. `finders` are further sources of problems and notes: each is
    given the file's text and its analysis, and may raise ProblemsFound where it cannot judge the file at all. `read`
    gives the text of a file by its name. Without `figures` neither `expect` nor `budget` is held.
    `storage` are fields of a Storage: they go before what a file says of its memory, and that before what its project
    does.

    >>> Checks().report("lenet5").code
    0
    """

    vars: Mapping[str, str] = field(default_factory=dict)
    input_size: str | None = None
    limits: tuple[Limit, ...] = ()
    strict: bool = False
    allow_outside: bool = False
    finders: tuple[Finder, ...] = ()
    read: Callable[[str], Source] = api.read
    project: Project | None = None
    figures: bool = True
    storage: Mapping[str, Any] = field(default_factory=dict)

    def run(self, files: Iterable[str]) -> Iterator[Report]:
        """A report for every FILE, for every `*.yaml` and `*.yml` below every FOLDER, and for one that has none."""
        for name in files:
            reports = []
            for file in listing([name], self.allow_outside):
                reports.append(self.report(file))
                yield reports[-1]
            yield from empty([name], reports)

    def report(self, file: str | File) -> Report:
        """The report on one file, with whatever is wrong with it. Raises BadConfig."""
        started = perf_counter()
        found = self._report(file)
        return found if found.skipped else found._replace(seconds=perf_counter() - started)

    def _report(self, file: str | File) -> Report:
        name, listed, unreadable = file if isinstance(file, File) else File(file)
        if unreadable:
            return Report(name, 2, problems=(Problem("unreadable", unreadable),))
        try:
            source = self.read(name)
            if self.allow_outside:
                source.top = ANYWHERE
        except ProblemsFound as error:
            return Report(name, 2, problems=tuple(error.problems))
        try:
            tree = parse(source) if listed else None  # held, so that it is read once
            if tree is not None and not is_architecture(tree):
                return Report(name, skipped="no `layers` and no `extends`")
        except ProblemsFound as error:
            return _unusable(name, error, source)
        return self.judge(source, name)

    def choices(self, source: Source) -> Choices:
        """The choices for a file; none without a project. Raises BadConfig."""
        return self.project.choices(source) if self.project else Choices()

    def kept(self, graph: Graph, choices: Choices) -> Graph:
        """A network, its numbers kept as the run says, else the file itself, else the choices for it."""
        document = document_of(graph)
        own = {name for name, one, usual in zip(Storage._fields, graph.storage, FLOAT32, strict=True) if one != usual}
        own.update(document.memory if document else ())
        chosen = {name: value for name, value in choices.memory.items() if name not in own}
        return graph.stored({**chosen, **self.storage})

    def judge(self, source: Source, name: str, graph: Graph | None = None) -> Report:
        """The report on a file that was read, or on the graph that was made of it. Raises BadConfig."""
        try:
            choices = self.choices(source)
            strict = bool(self.strict or choices.strict)
            if graph is None:
                graph = api.graph_of(source, set=self.vars, input_size=self.input_size, strict=strict)
            graph = self.kept(graph, choices)
            analysis = analyze(graph)
            result = check(graph, analysis) if self.figures else CheckResult(graph.file, 0)
            limits = (*self.limits, *(limit for several in choices.limits.values() for limit in several))
            others = tuple(held(limits, analysis, source))
            found = [*result.problems, *(one.problem for one in others if one.problem)]
            said = [one for finder in self.finders for one in finder(source, analysis)]
        except ProblemsFound as error:
            return _unusable(name, error, source)
        found += (one for one in said if isinstance(one, Problem))
        found = in_order(found, source.name)
        broken = any(problem.level == "error" or strict for problem in found)
        figures = result.figures + len(limits)
        least = (_AT_LEAST,) if analysis.uncounted and figures else ()
        notes = (*graph.notes, *result.notes, *least, *(one for one in said if isinstance(one, str)))
        problems = tuple(_told(problem, source.name) for problem in found)
        shown = told(Use.COLUMNS | Use.HELD).items()
        values = {quantity: measure.value(analysis) for quantity, measure in shown if measure.of is None}
        bound = analysis.lower_bound
        return Report(
            name,
            int(broken),
            figures,
            problems,
            notes,
            analysis.totals,
            bound,
            values=values,
            budgets=(*result.budgets, *others),
            growth=result.growth,
        )


def _unusable(name: str, error: ProblemsFound, source: Source) -> Report:
    return Report(name, 2, problems=tuple(_told(problem, source.name) for problem in error.problems))


class Cause(Record):
    """A problem, and the reports that have it, first that of the file in which it stands, where that was checked."""

    problem: Problem
    reports: tuple[Report, ...]

    @property
    def note(self) -> str:
        """The other files that have it; empty where there is none."""
        first = self.reports[0].file
        others = [file for file in dict.fromkeys(report.file for report in self.reports) if file != first]
        more = f" and {len(others) - MOST_NAMED:,} more" if len(others) > MOST_NAMED else ""
        return f"and so in {', '.join(others[:MOST_NAMED])}{more}" if others else ""

    @property
    def told(self) -> Problem:
        """The problem, with a note that names the other files."""
        return self.problem._replace(notes=(*self.problem.notes, self.note)) if self.note else self.problem


def causes(reports: Iterable[Report]) -> list[Cause]:
    """Every problem once, in the order of the reports, also where many files have it from one that they extend."""
    found: dict[Hashable, Cause] = {}
    for report in reports:
        for key, problem in keyed(report):
            cause = found.get(key)
            if cause is None:
                found[key] = Cause(problem, (report,))
            elif problem.where and problem.where.file == report.file and problem.where == cause.problem.where:
                found[key] = Cause(problem, (report, *cause.reports))
            else:
                found[key] = cause._replace(reports=(*cause.reports, report))
    return list(found.values())


def keyed(report: Report) -> Iterator[tuple[Hashable, Problem]]:
    """The problems of a report, each with what it has in common with the same problem of another file."""
    seen: Counter[Hashable] = Counter()
    for problem in report.problems:
        place = problem.cause or problem.where or (report.file, problem.message)
        key = (problem.code, problem.level, problem.reason, place)
        seen[key] += 1
        yield (key, seen[key]), problem


def empty(files: Iterable[str], reports: Iterable[Report]) -> Iterator[Report]:
    """The reports on every folder among `files` that was to be checked, and of which no file was."""
    checked = {os.path.abspath(report.file) for report in reports if not report.skipped}
    for name in files:
        if name != "-" and os.path.isdir(name):
            folder = os.path.abspath(name)
            if not any(file == folder or file.startswith(os.path.join(folder, "")) for file in checked):
                yield Report(name, 2, problems=(Problem("unreadable", f"no architecture file in `{name}`"),))


def _told(problem: Problem, file: str) -> Problem:
    """A problem that stands in an extended file says whose it is: that file itself may be fine."""
    if problem.where is None or problem.where.file == file:
        return problem
    return problem._replace(message=f"in `{file}`: {problem.message}")
