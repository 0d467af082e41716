"""SARIF 2.1.0, which GitHub code scanning, Azure DevOps and editors read."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cnncalc import ADDRESS, __version__
from cnncalc.analyses.checks.report import Report, causes
from cnncalc.analyses.checks.rules import RULES
from cnncalc.analyses.style import Style
from cnncalc.core.codes import CODES
from cnncalc.core.problem import Label, Problem
from cnncalc.formats.writing import shown_json
from cnncalc.render.check import Checked, from_root

LONGEST_LINE = 1_000  # a file may be one line of megabytes, and each of its problems would show it
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LINK = re.compile(r"\[(?=[^\]]*\]\()")


def render(checked: Checked, style: Style) -> str:
    """One run; a rule for each code that it found, a result for each problem."""
    reports, root, _ = checked
    found = [(cause.reports[0], cause.told) for cause in causes(reports)]
    codes = sorted({problem.code for _, problem in found})
    seen: dict[str, int] = {}
    invocation: dict[str, Any] = {
        "executionSuccessful": True,
        "exitCode": max((report.code for report in reports), default=0),
    }
    notes = [(report.file, note) for report in reports for note in report.notes]
    if notes:
        invocation["toolExecutionNotifications"] = [
            {
                "level": "note",
                "message": {"text": _text(note)},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(file, root)}}}],
            }
            for file, note in notes
        ]
    driver = {"name": "cnncalc", "version": __version__, "informationUri": ADDRESS}
    run = {
        "tool": {"driver": {**driver, "rules": [_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r", "\x85", "\u2028", "\u2029"],  # where YAML ends a line
        "invocations": [invocation],
        "results": [_result(problem, report, codes.index(problem.code), root, seen) for report, problem in found],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return shown_json(dumps(log, ensure_ascii=False, indent=1)) + "\n"


def _rule(code: str) -> dict[str, Any]:
    described = CODES.get(code)
    what, more = (described.what, described.cure) if described else (RULES[code].title, RULES[code].manual)
    page = "errors" if described else "rules"
    return {
        "id": code,
        "shortDescription": {"text": _text(what)},
        "fullDescription": {"text": _text(what)},
        "helpUri": f"{ADDRESS}/blob/main/docs/{page}.md#{code}",
        "help": {"text": _text(f"{what} {more}"), "markdown": _text(f"{what}\n\n{more}")},
    }


def _result(problem: Problem, report: Report, rule: int, root: str | None, seen: dict[str, int]) -> dict[str, Any]:
    place = problem.where
    uri = _uri(place.file if place else report.file, root)
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    physical["region"] = {"startLine": 1}  # GitHub wants a line, also where the problem is of the whole file
    location: dict[str, Any] = {"physicalLocation": physical}
    if isinstance(place, Label):
        location["logicalLocations"] = [{"fullyQualifiedName": place.text}]
    elif place:
        start, end = place.column, place.column + place.length
        physical["region"] = {"startLine": place.line, "startColumn": start, "endColumn": end}
        if place.text and len(place.text) <= LONGEST_LINE:
            physical["region"]["snippet"] = {"text": place.text[start - 1 : end - 1]}
            physical["contextRegion"] = {"startLine": place.line, "snippet": {"text": place.text}}
    cures = (f"help: {problem.help}",) if problem.help else ()
    message = "\n".join((problem.message, *(f"note: {note}" for note in problem.notes), *cures))
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.level,
        "message": {"text": _text(message)},
        "locations": [location],
        "partialFingerprints": {"codeAndLine/v1": fingerprint(problem, uri, seen)},
    }


def fingerprint(problem: Problem, uri: str, seen: dict[str, int]) -> str:
    """A name of a problem that stays when lines are put above: of code, file, line's text and number of its like."""
    line = problem.where.text.strip() if problem.where else ""
    key = sha256("\0".join((problem.code, uri, line)).encode("utf-8", "replace")).hexdigest()[:16]
    seen[key] = seen.get(key, 0) + 1
    return f"{key}:{seen[key]}"


def _uri(path: str, root: str | None) -> str:
    """A relative path as a URI reference; an absolute one as `file:`."""
    path = from_root(path, root)
    if os.path.isabs(path):
        return Path(path).as_uri()
    return quote(path.encode("utf-8", "surrogateescape"))


def _text(text: str) -> str:
    """A message in which braces are no placeholders and brackets no links (§3.11.5, §3.11.6)."""
    return _LINK.sub(r"\\[", text.replace("{", "{{").replace("}", "}}"))
