"""Code Quality of GitLab, and the diagnostics of reviewdog: a list of problems each, for comments at lines."""

from __future__ import annotations

from collections.abc import Iterator
from json import dumps
from typing import Any

from cnncalc.analyses.checks.report import Cause, causes
from cnncalc.analyses.style import Style
from cnncalc.core.problem import Place
from cnncalc.formats.writing import shown_json
from cnncalc.render.check import Checked, from_root
from cnncalc.render.check.sarif import fingerprint


def gitlab(checked: Checked, style: Style) -> str:
    """A JSON list of issues: https://docs.gitlab.com/ci/testing/code_quality."""
    seen: dict[str, int] = {}
    found = [
        {
            "description": cause.told.message + (f"; {cause.note}" if cause.note else ""),
            "check_name": cause.problem.code,
            "fingerprint": fingerprint(cause.problem, path, seen),
            "severity": "major" if cause.problem.level == "error" else "minor",
            "location": {"path": path, "lines": {"begin": place.line if place else 1}},
        }
        for cause, path, place in _placed(checked)
    ]
    return shown_json(dumps(found, ensure_ascii=False, indent=1)) + "\n"


def rdjson(checked: Checked, style: Style) -> str:
    """The Reviewdog Diagnostic Format; columns count bytes of UTF-8."""
    found = []
    for cause, path, place in _placed(checked):
        location: dict[str, Any] = {"path": path}
        if place:
            start, end = place.column - 1, place.column - 1 + place.length
            location["range"] = {"start": _position(place, start), "end": _position(place, end)}
        found.append(
            {
                "message": "\n".join((cause.told.message, *cause.told.notes, *filter(None, [cause.problem.help]))),
                "location": location,
                "severity": cause.problem.level.upper(),
                "code": {"value": cause.problem.code},
            }
        )
    return shown_json(dumps({"source": {"name": "cnncalc"}, "diagnostics": found}, ensure_ascii=False, indent=1)) + "\n"


def _position(place: Place, column: int) -> dict[str, int]:
    return {"line": place.line, "column": len(place.text[:column].encode("utf-8", "replace")) + 1}


def _placed(checked: Checked) -> Iterator[tuple[Cause, str, Place | None]]:
    """Each problem with the path of its file from the root, and its place where it has a line."""
    for cause in causes(checked.reports):
        where = cause.problem.where
        file = where.file if where else cause.reports[0].file
        yield cause, from_root(file, checked.root), where if isinstance(where, Place) else None
