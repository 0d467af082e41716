"""One line a problem, `file:line:column: level code message`: what editors and `grep` read."""

from __future__ import annotations

from cnncalc.analyses.style import Style
from cnncalc.core.problem import Label, clean
from cnncalc.render.check import Checked


def render(checked: Checked, style: Style) -> str:
    """All problems of all files; a problem without a place stands at the first character of its file."""
    reports, _, _ = checked
    lines = []
    for report in reports:
        for problem in report.problems:
            place = problem.where
            if isinstance(place, Label):
                at = str(place)
            else:
                at = f"{place.file}:{place.line}:{place.column}" if place else f"{report.file}:1:1"
            lines.append(f"{clean(at)}: {problem.level} {problem.code} {clean(problem.message)}\n")
    return "".join(lines)
