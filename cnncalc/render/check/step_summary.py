"""The step summary of GitHub Actions: every problem, and a table of all files, as Markdown."""

from __future__ import annotations

from cnncalc.analyses.checks.report import Report
from cnncalc.analyses.columns import Style
from cnncalc.analyses.measures import Use, used
from cnncalc.core.figures import exact
from cnncalc.core.problem import Problem, clean
from cnncalc.render.check import Checked, from_root, verdict
from cnncalc.render.markdown import escape, prose

LARGEST = 2**20  # bytes that GitHub takes for one step; more, and it shows nothing


def render(checked: Checked, style: Style) -> str:
    """What is wrong, then all files in the order given, cut where GitHub would take no more."""
    reports, root = checked
    found = [(report, problem) for report in reports for problem in report.problems]
    found.sort(key=lambda both: both[1].level)  # errors first
    problems = [
        [_place(problem, report, root), problem.level, problem.code, prose(clean(problem.message))]
        for report, problem in found
    ]
    text = f"### cnncalc check\n\n{_cell(verdict(reports))}\n"
    if problems:
        text += "\n" + _table(["place", "level", "code", "message"], "llll", problems, "problem")
    files = [[_cell(from_root(report.file, root)), _result(report), *_figures(report)] for report in reports]
    held = used(Use.HELD)
    head = ["file", "result", *held, "errors", "warnings"]
    return text + "\n" + _table(head, f"ll{'r' * len(held)}rr", files, "file")


def _place(problem: Problem, report: Report, root: str | None) -> str:
    place = problem.where
    return _cell(str(place._replace(file=from_root(place.file, root))) if place else from_root(report.file, root))


def _result(report: Report) -> str:
    if report.code:
        return "❌ cannot be used" if report.totals is None else "❌ broken"
    return "⚠️ passed" if report.problems else "✅ passed"


def _figures(report: Report) -> list[str]:
    found = []
    for measure in used(Use.HELD).values():
        bound = measure.sign(report.lower_bound)
        found.append(bound + Style().figure(measure, report.value(measure)) if report.totals else "")
    return [*found, exact(len(report.errors)), exact(len(report.warnings))]


def _table(head: list[str], aligned: str, rows: list[list[str]], noun: str) -> str:
    """Rows for at most half of what GitHub takes."""
    marks = ["---:" if side == "r" else ":---" for side in aligned]
    lines = [_row(cells) for cells in (head, marks)]
    room = LARGEST // 2 - 1000
    for done, cells in enumerate(rows):
        line = _row(cells)
        room -= len(line.encode())
        if room < 0:
            left = len(rows) - done
            return "".join(lines) + f"\n… and {left:,} more {noun}{'s' * (left != 1)}\n"
        lines.append(line)
    return "".join(lines)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cell(text: str) -> str:
    return escape(clean(text))
