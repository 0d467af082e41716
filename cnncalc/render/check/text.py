"""One line a problem, `file:line:column: level code message`: what editors and `grep` read."""

from __future__ import annotations

from cnncalc.analyses.checks.report import causes
from cnncalc.analyses.style import Style
from cnncalc.core.problem import Label, clean
from cnncalc.render.check import Checked


def render(checked: Checked, style: Style) -> str:
    """All problems of all files; a problem without a place stands at the first character of its file."""
    reports, _, _ = checked
    lines = []
    for cause in causes(reports):
        problem, place = cause.problem, cause.problem.where
        if isinstance(place, Label):
            at = str(place)
        else:
            at = f"{place.file}:{place.line}:{place.column}" if place else f"{cause.reports[0].file}:1:1"
        message = f"{problem.message}; {cause.note}" if cause.note else problem.message
        lines.append(f"{clean(at)}: {problem.level} {problem.code} {clean(message)}\n")
    return "".join(lines)
