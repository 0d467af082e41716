"""Reports of `cnncalc check` → text, one file per format."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnncalc.core.figures import many
from cnncalc.core.record import Record

if TYPE_CHECKING:
    from cnncalc.analyses.checks.report import Report


FEW = 20  # files of which each is shown; of more only those in which something is wrong


class Checked(Record):
    """All that was checked; `root` is the folder from which a service such as GitHub counts paths, if any.

    `nothing` says why there are no reports.
    """

    reports: Sequence[Report]
    root: str | None = None
    nothing: str = ""


def verdict(reports: Sequence[Report]) -> str:
    """One line on all of them."""
    figures, failed = sum(report.figures for report in reports), sum(report.code > 0 for report in reports)
    warnings = sum(len(report.warnings) for report in reports)
    warned = f", {many(warnings, 'warning')}" if warnings else ""
    if failed:
        return f"{failed:,} of {many(len(reports), 'file')} failed, {many(figures, 'figure')} checked{warned}"
    return f"All checks passed: {many(len(reports), 'file')}, {many(figures, 'figure')}{warned}"


def from_root(path: str, root: str | None) -> str:
    """A path as seen from `root`, where it lies below it; else as it was given, without `./`."""
    if root:
        absolute, root = os.path.abspath(path), os.path.abspath(root)
        if absolute.startswith(root.rstrip(os.sep) + os.sep):
            path = os.path.relpath(absolute, root)
    return os.path.normpath(path).replace(os.sep, "/")
