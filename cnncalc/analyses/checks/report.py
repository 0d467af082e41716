"""Files → reports: what `cnncalc check` and every other caller that holds files to something share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from cnncalc.analyses.checks.budget import Limit, exceeded
from cnncalc.analyses.checks.expect import check
from cnncalc.analyses.measures import Measure, Use, Value, used
from cnncalc.core.analysis import Analysis, Counts, analyze
from cnncalc.core.problem import Problem, ProblemsFound, in_order
from cnncalc.formats import open as api
from cnncalc.formats.listing import File, listing
from cnncalc.formats.source import Source
from cnncalc.formats.yaml.reading.description import is_architecture
from cnncalc.formats.yaml.tree import parse

Finder = Callable[[Source, Analysis], Iterable[Problem | str]]  # text is a note


@dataclass(frozen=True)
class Report:
    """What checking one file gave.

    `code` is 0 when all is well, 1 where something is broken, 2 where the file cannot be used. `problems` are errors
    and warnings in the order of the file; `figures` counts what was held against it. `totals` is None where there is
    no network; `values` are, by quantity, the totals that these counts do not tell. `skipped` says why a file below a
    folder is none of ours.
    """

    file: str
    code: int = 0
    figures: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    totals: Counts | None = None
    lower_bound: bool = False
    skipped: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    def value(self, measure: Measure) -> Value:
        """A total of the network."""
        return measure.of(self.totals) if measure.of and self.totals else self.values.get(measure.name)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.level == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.level == "warning")


@dataclass(frozen=True)
class Checks:
    """How files are checked.

    `vars` and `input_size` change a network before it is checked, `limits` are budgets besides the file's own,
    `strict` makes a warning break a file. `finders` are further sources of problems and notes: each is given the file's
    text and its analysis, and may raise ProblemsFound where it cannot judge the file at all.

    >>> Checks().report("lenet5").code
    0
    """

    vars: Mapping[str, str] = field(default_factory=dict)
    input_size: str | None = None
    limits: tuple[Limit, ...] = ()
    strict: bool = False
    finders: tuple[Finder, ...] = ()

    def run(self, files: Iterable[str]) -> Iterator[Report]:
        """A report for every FILE, and for every `*.yaml` and `*.yml` below every FOLDER."""
        return map(self.report, listing(files))

    def report(self, file: str | File) -> Report:
        """Check one file; whatever is wrong with it stands in the report."""
        name, listed, unreadable = file if isinstance(file, File) else File(file)
        if unreadable:
            return Report(name, 2, problems=(Problem("unreadable", unreadable),))
        if listed and not os.path.isfile(name):
            return Report(name, skipped="not a regular file")
        try:
            source = api.read(name)
        except ProblemsFound as error:
            return Report(name, 2, problems=tuple(error.problems))
        try:
            if listed and not is_architecture(parse(source)):
                return Report(name, skipped="no `layers` and no `extends`")
            graph = api.graph_of(source, set=self.vars, input_size=self.input_size)
            analysis = analyze(graph)
            result = check(graph, analysis)
            found = [*result.problems, *exceeded(self.limits, analysis, source)]
            said = [one for finder in self.finders for one in finder(source, analysis)]
        except ProblemsFound as error:
            return Report(name, 2, problems=tuple(_told(problem, source.name) for problem in error.problems))
        found += (one for one in said if isinstance(one, Problem))
        found = in_order(found, source.name)
        broken = any(problem.level == "error" or self.strict for problem in found)
        figures = result.figures + len(self.limits)
        notes = (*graph.notes, *result.notes, *(one for one in said if isinstance(one, str)))
        told = tuple(_told(problem, source.name) for problem in found)
        shown = used(Use.COLUMNS | Use.HELD).items()
        values = {quantity: measure.value(analysis) for quantity, measure in shown if measure.of is None}
        bound = bool(analysis.uncounted)
        return Report(name, int(broken), figures, told, notes, analysis.totals, bound, values=values)


def _told(problem: Problem, file: str) -> Problem:
    """A problem that stands in an extended file says whose it is: that file itself may be fine."""
    if problem.where is None or problem.where.file == file:
        return problem
    return replace(problem, message=f"in `{file}`: {problem.message}")
