"""Annotations of GitHub Actions: `::error file=…,line=…,col=…,endColumn=…,title=…::message`."""

from __future__ import annotations

from cnncalc.analyses.checks.report import causes
from cnncalc.analyses.style import Style
from cnncalc.core.problem import Label, Place, Problem, clean
from cnncalc.render.check import Checked, from_root

SHOWN = 10  # annotations of each level that GitHub shows for one step


def render(checked: Checked, style: Style) -> str:
    """Errors first, for GitHub shows only the first ten of each level."""
    reports, root, _ = checked
    lines = []
    for level in ("error", "warning"):
        found = [cause for cause in causes(reports) if cause.problem.level == level]
        lines += [_annotation(cause.told, cause.reports[0].file, root) for cause in found]
        if len(found) > SHOWN:
            message = f"GitHub shows {SHOWN} of {len(found):,} {level}s as annotations; the step summary has all"
            lines.append(f"::notice title=cnncalc::{_value(message)}\n")
    return "".join(lines)


def _annotation(problem: Problem, file: str, root: str | None) -> str:
    place = problem.where
    properties = {"file": from_root(place.file if place else file, root)}
    if isinstance(place, Place):
        properties |= {"line": f"{place.line}", "col": f"{place.column}", "endColumn": f"{place.column + place.length}"}
    properties["title"] = f"cnncalc {problem.code}"
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    cures = (f"help: {problem.help}",) if problem.help else ()
    at = (f"at {place.text}",) if isinstance(place, Label) else ()
    text = "\n".join(
        clean(line) for line in (problem.message, *at, *(f"note: {note}" for note in problem.notes), *cures)
    )
    return f"::{problem.level} {written}::{_value(text)}\n"


def _value(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _value(clean(text)).replace(":", "%3A").replace(",", "%2C")
