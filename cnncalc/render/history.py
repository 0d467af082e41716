"""The history of a network as a document, as CSV and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from json import dumps
from typing import Any

from cnncalc.analyses.history import History, Past
from cnncalc.analyses.measures import MEASURES, Measure, Use, used
from cnncalc.analyses.style import Style
from cnncalc.core.figures import change, many
from cnncalc.formats.writing import shown_json
from cnncalc.render import csv as values
from cnncalc.render.document import Grid, Head, Heading, Inline, Page, Paragraph, Run, TableRow

SCHEMA_VERSION = 1
SHORT = 8  # letters of a commit


def document(found: History, style: Style) -> Page:
    """A row a commit: its figures, and by how much they grew from the commit before."""
    title = f"History of {found.file}"

    def narrower() -> Iterator[Grid]:
        yield from (short := _table(found, style._replace(exact=False)), *short.leaving_out(("date", "what")))

    more = [Paragraph([f"{many(found.more, 'older commit')} not shown."])] if found.more else []
    return Page(title, [Heading(title, quiet=True), _table(found, style)._replace(ways=narrower), *more])


def _table(found: History, style: Style) -> Grid:
    headline = used(Use.HEADLINE)
    heads = [Head("commit"), Head("date")]
    for name in headline:
        heads += [Head(name, right=True), Head(right=True, aside=True)]
    rows = []
    for place, one in enumerate(found.versions):
        before = next((each for each in found.versions[place + 1 :] if each.values), None)
        cells: list[Inline] = [one.commit[:SHORT] or "–", one.date]
        for measure in headline.values():
            cells += [_figure(one, measure, style), _growth(one, before, measure, style)]
        said: Inline = [one.subject, " (", Run(one.problem, "prose"), ")"] if one.problem else one.subject
        rows.append(TableRow([*cells, said], "wrong" if one.problem else ""))
    return Grid([*heads, Head("what", folds=True, name=True)], rows, caption="history", see="-f csv", by_row=True)


def _figure(one: Past, measure: Measure, style: Style) -> str:
    if one.values is None:
        return style.plain("–")
    return style.plain(measure.sign(one.lower_bound)) + style.figure(measure, one.values[measure.name])


def _growth(one: Past, before: Past | None, measure: Measure, style: Style) -> str:
    if one.values is None or before is None or before.values is None:
        return ""
    return style.plain(change(before.values[measure.name], one.values[measure.name]))


def csv(found: History, style: Style) -> str:
    """A line a commit, the newest first; exact totals, empty where the file could not be used."""
    return values.written(records(found))


def records(found: History) -> list[list[Any]]:
    """The heads, and a row for each commit, the newest first."""
    names = list(used(Use.COLUMNS | Use.FIGURES))
    lines = [
        [one.commit, one.date, *((one.values or {}).get(name) for name in names), one.subject, one.problem]
        for one in found.versions
    ]
    return [["commit", "date", *names, "subject", "problem"], *lines]


def json(found: History, style: Style) -> str:
    """JSON, version 1: every version with its totals, null where it could not be used."""
    versions = [
        {
            "commit": one.commit or None,
            "date": one.date or None,
            "subject": one.subject,
            "status": "error" if one.values is None else "lower_bound" if one.lower_bound else "exact",
            "totals": None
            if one.values is None
            else {name: one.values[name] for name in MEASURES if name in one.values},
            "problem": one.problem or None,
        }
        for one in found.versions
    ]
    said = {"schema_version": SCHEMA_VERSION, "file": found.file, "more": found.more, "versions": versions}
    return shown_json(dumps(said, ensure_ascii=False, indent=1)) + "\n"
