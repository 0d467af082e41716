"""JUnit XML, which Jenkins, GitLab and other CI services read: a test case for each file."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from cnncalc.analyses.style import Style
from cnncalc.core.problem import clean
from cnncalc.render.check import Checked, from_root
from cnncalc.render.problems import render as drawn


def render(checked: Checked, style: Style) -> str:
    """A `failure` where something is broken, an `error` where the file cannot be used; warnings in `system-out`.

    All text is cleaned before: XML has no way to write control characters.
    """
    reports, root, _ = checked
    seconds = f"{sum(report.seconds for report in reports):.3f}"
    counts = {
        "tests": f"{len(reports)}",
        "failures": f"{sum(report.code == 1 for report in reports)}",
        "errors": f"{sum(report.code == 2 for report in reports)}",
    }
    suites = ET.Element("testsuites", {"name": "cnncalc", "time": seconds, **counts})
    suite = ET.SubElement(suites, "testsuite", {"name": "cnncalc check", "time": seconds, **counts, "skipped": "0"})
    for report in reports:
        named = {"classname": "cnncalc.check", "name": clean(report.file), "time": f"{report.seconds:.3f}"}
        case = ET.SubElement(suite, "testcase", {**named, "file": clean(from_root(report.file, root))})
        if report.code:
            broken = report.errors or report.problems  # with --strict a warning, too
            more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
            attributes = {"type": broken[0].code, "message": f"{clean(broken[0].message)}{more}"}
            ET.SubElement(case, "failure" if report.code == 1 else "error", attributes).text = drawn(broken)
        rest = [drawn([warning]) for warning in report.warnings] + [f"note: {clean(note)}\n" for note in report.notes]
        if rest:
            ET.SubElement(case, "system-out").text = "\n".join(rest)
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'
