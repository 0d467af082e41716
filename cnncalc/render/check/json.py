"""JSON, version 1: every file with its totals and problems. Keys may be added, never changed."""

from __future__ import annotations

from json import dumps
from typing import Any

from cnncalc.analyses.checks.budget import Held
from cnncalc.analyses.checks.report import Report
from cnncalc.analyses.style import Style
from cnncalc.formats.writing import shown_json
from cnncalc.render.check import Checked
from cnncalc.render.json import SCHEMA_VERSION, problem_object, totals_object


def render(checked: Checked, style: Style) -> str:
    """One document, always of the same shape, with a line for each file."""
    reports, _, _ = checked
    head = {
        "schema_version": SCHEMA_VERSION,
        "exit_code": max((report.code for report in reports), default=0),
        "figures": sum(report.figures for report in reports),
        "errors": sum(len(report.errors) for report in reports),
        "warnings": sum(len(report.warnings) for report in reports),
    }
    files = ",\n  ".join(dumps(_file(report), ensure_ascii=False) for report in reports)
    return shown_json(
        f'{dumps(head)[:-1]}, "files": [\n  {files}\n]}}\n' if files else f'{dumps(head)[:-1]}, "files": []}}\n'
    )


def _file(report: Report) -> dict[str, Any]:
    return {
        "file": report.file,
        "exit_code": report.code,
        "status": "error" if report.totals is None else "lower_bound" if report.lower_bound else "exact",
        "lower_bound": list(report.lower_bound),
        "figures": report.figures,
        "totals": totals_object(report.value) if report.totals else None,
        "budgets": [budget_object(held) for held in report.budgets],
        "problems": [{"level": problem.level, **problem_object(problem)} for problem in report.problems],
        "notes": list(report.notes),
    }


def budget_object(held: Held) -> dict[str, Any]:
    """A limit and what is used of it, as numbers."""
    return {
        "entry": held.name,
        "quantity": held.quantity,
        "level": held.level,
        "limit": held.limit,
        "actual": held.actual,
        "used": None if held.used is None else round(held.used, 4),
        "kept": not held.broken,
    }
