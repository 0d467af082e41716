"""Reports of `cnncalc check` → text, one file per format."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnncalc.core.figures import many
from cnncalc.core.record import Record
from cnncalc.core.result import Result

if TYPE_CHECKING:
    from cnncalc.analyses.checks.budget import Held
    from cnncalc.analyses.checks.report import Report
    from cnncalc.core.problem import Problem


FEW = 20  # files of which each is shown; of more only those in which something is wrong


class _Checked(Record):
    reports: Sequence[Report]
    root: str | None = None
    nothing: str = ""


class Checked(_Checked, Result):
    """All that was checked; `root` is the folder from which a service such as GitHub counts paths, if any.

    `nothing` says why there are no reports.
    """

    __slots__ = ()

    @property
    def code(self) -> int:
        """The exit code of the command: 0 all is well, 1 something is broken, 2 a file cannot be used."""
        return max((report.code for report in self.reports), default=2)

    @property
    def passed(self) -> bool:
        """Whether all is well; where nothing was checked it is not."""
        return self.code == 0

    @property
    def figures(self) -> int:
        """Number of figures and limits that were held."""
        return sum(report.figures for report in self.reports)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Errors and warnings, file by file in the order of their lines."""
        return tuple(problem for report in self.reports for problem in report.problems)

    @property
    def broken(self) -> tuple[Problem, ...]:
        """The errors alone."""
        return tuple(problem for report in self.reports for problem in report.errors)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The warnings alone."""
        return tuple(problem for report in self.reports for problem in report.warnings)

    @property
    def budgets(self) -> tuple[Held, ...]:
        """All limits, kept or not."""
        return tuple(held for report in self.reports for held in report.budgets)

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks: what was not checked, and why."""
        return tuple(note for report in self.reports for note in report.notes)

    def __str__(self) -> str:
        """The problems, a line each, and the verdict: pytest prints it where an assertion fails."""
        return f"{self.to_text()}{verdict(self.reports) if self.reports else self.nothing}"

    def __repr__(self) -> str:
        return f"<Checked: {self}>"


def verdict(reports: Sequence[Report]) -> str:
    """One line on all of them."""
    figures, failed = sum(report.figures for report in reports), sum(report.code > 0 for report in reports)
    warnings = sum(len(report.warnings) for report in reports)
    warned = f", {many(warnings, 'warning')}" if warnings else ""
    if failed:
        return f"{failed:,} of {many(len(reports), 'file')} failed, {many(figures, 'figure')} checked{warned}"
    return f"All checks passed: {many(len(reports), 'file')}, {many(figures, 'figure')}{warned}"


def from_root(path: str, root: str | None) -> str:
    """A path as seen from `root`, where it lies below it; else as it was given, without `./`.

    >>> from_root("./nets/a.yaml", None), from_root("nets/a.yaml", "nets")
    ('nets/a.yaml', 'a.yaml')
    """
    if root:
        absolute, root = os.path.abspath(path), os.path.abspath(root)
        if absolute.startswith(root.rstrip(os.sep) + os.sep):
            path = os.path.relpath(absolute, root)
    return os.path.normpath(path).replace(os.sep, "/")
