"""What a change of a repository comes to: its limits first, then a row a network, then the layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from json import dumps
from typing import Any

from cnncalc.analyses.checks.budget import fullest
from cnncalc.analyses.checks.changed import NetworkChange, ProjectChange, Version
from cnncalc.analyses.checks.loosened import ChangedRule
from cnncalc.analyses.checks.report import causes
from cnncalc.analyses.comparing.changes import headline
from cnncalc.analyses.comparing.diff import Change
from cnncalc.analyses.measures import MEASURES, Measure, Use, Value, used
from cnncalc.analyses.style import Style
from cnncalc.core.figures import change as changed_by
from cnncalc.core.figures import many
from cnncalc.core.problem import Problem, clean
from cnncalc.formats.writing import shown_json
from cnncalc.render import markdown as md
from cnncalc.render.check.json import budget_object
from cnncalc.render.comparison import by_layer
from cnncalc.render.document import (
    Block,
    Details,
    Grid,
    Head,
    Heading,
    Inline,
    Items,
    Page,
    Paragraph,
    Run,
    Section,
    TableRow,
)
from cnncalc.render.json import SCHEMA_VERSION, problem_object, totals_object

LARGEST = 60_000  # bytes of a comment: GitHub takes 65,536 characters
MOST_FILES = 5  # that are named of those that have one cause


def document(result: ProjectChange, style: Style) -> Page:
    """The change of a project: of limits, of networks, and layer by layer."""
    blocks = _head(result, style)
    blocks += (Section(one.title, one.blocks, (one.said,)) for one, _ in _details(result, style))
    return Page("What this changes in the architectures", blocks)


def markdown(result: ProjectChange, style: Style) -> str:
    """The document for a comment: tables and layers for which there is no room are counted."""
    page = Page("", _head(result, style))
    text = md.write(page, style, LARGEST // 3)
    size, left = len(text.encode()), 0
    for details, count in _details(result, style):
        part = "\n" + md.write(Page("", [details]), style)
        size += len(part.encode())
        if left or size > LARGEST:
            left += count
        else:
            text += part
    return text + (f"\nThe layers of {many(left, 'network')} more found no room here.\n" if left else "")


def _head(result: ProjectChange, style: Style) -> list[Block]:
    shown, title = result.shown, _title(result)
    blocks: list[Block] = [Heading(style.plain(title))]
    if result.rules:
        blocks.append(_rules(result.rules, style))
    if shown:
        blocks.append(_networks(shown, result.figures, style))
    if found := list(_causes(result)):
        blocks.append(Items(found))
    if result.unchanged:
        blocks.append(Paragraph(f"{many(result.unchanged, 'network')} unchanged."))
    return blocks + [Paragraph(f"Note: {note}.") for note in result.notes]


def _title(result: ProjectChange) -> str:
    """How many networks are of each kind."""
    kinds = [one.kind for one in result.shown]
    found = [f"{kinds.count(kind):,} {kind}" for kind in ("changed", "new", "renamed", "removed") if kind in kinds]
    broken = sum(one.code > 0 for one in result.shown)
    found += [f"{broken:,} broken"] if broken else []
    return f"Networks since {_short(result.since)}: {', '.join(found) or 'nothing changed'}"


def _short(since: str) -> str:
    """A version as it is named; the name of an object by its first letters."""
    return since[:9] if len(since) >= 40 and set(since) <= set("0123456789abcdef") else since


# ------------------------------------------------------------------------------------------------ tables


def _rules(rules: Sequence[ChangedRule], style: Style) -> Grid:
    heads = [Head("limits", folds=True, name=True), Head("what", folds=True), Head("was", folds=True)]
    heads += [Head("is", folds=True), Head("", role="said")]
    rows = [
        TableRow(
            [Run(rule.place), rule.what, style.plain(rule.before or "–"), style.plain(rule.after or "–"), _loose(rule)],
            "warning" if rule.looser else "",
        )
        for rule in rules
    ]
    return Grid(heads, rows, caption="limits", by_row=True)


def _loose(rule: ChangedRule) -> str:
    return "changed" if rule.looser is None else "⚠️ looser" if rule.looser else "tighter"


def _networks(networks: Sequence[NetworkChange], figures: Sequence[str], style: Style) -> Grid:
    """A row a network: its figures before and after, how much of its fullest budget is used, and the verdict."""

    def ways() -> Iterator[Grid]:
        for way in style.ways:
            yield _grid(networks, figures, way)
        least = [measure.label for measure in _measures(figures).values()]
        yield from _grid(networks, figures, style.ways[-1]).leaving_out(("budget", *reversed(least)))

    return _grid(networks, figures, style)._replace(ways=ways)


def _measures(figures: Sequence[str]) -> dict[str, Measure]:
    """The quantities that have columns: those of every table, and those that were asked for."""
    return used(Use.HEADLINE) | {name: MEASURES[name] for name in figures}


def _grid(networks: Sequence[NetworkChange], figures: Sequence[str], style: Style) -> Grid:
    headline = _measures(figures)
    heads = [Head("network", folds=True, name=True), Head("change", folds=True)]
    for measure in headline.values():
        heads += [Head(measure.label, right=True), Head(right=True, aside=True)]
    heads += [Head("budget", folds=True), Head("verdict", folds=True, role="said")]
    rows = []
    for one in networks:
        shown = [cell for measure in headline.values() for cell in _figures(one, measure, style)]
        most = fullest(one.after.budgets) if one.after else None
        budget = style.plain(most.text) if most else ""
        cells: list[Inline] = [Run(one.file), _kind(one), *shown, budget, _verdict(one)]
        rows.append(TableRow(cells, ("right", "error", "error")[one.code]))
    return Grid(heads, rows, caption="networks", see="-f markdown", by_row=True)


def _kind(one: NetworkChange) -> Inline:
    if one.kind == "renamed" and one.before:
        return ["renamed from ", Run(one.before.file)]
    inherited = one.kind in ("changed", "unchanged") and not one.edited
    return "changed by what it extends" if inherited else "edited" if one.kind == "unchanged" else one.kind


def _figures(one: NetworkChange, measure: Measure, style: Style) -> tuple[Inline, Inline]:
    """Was → is, and by how much it grew; of what is gone how much less there is."""
    before, after = (_value(version, measure) for version in (one.before, one.after))
    if after is None:
        gone = f"−{style.figure(measure, before)}" if before and one.after is None else ""
        return style.plain(gone), ""
    if before is None or before == after:
        return style.figure(measure, after), style.plain("=") if before == after else ""
    was_is = " → ".join(style.figures(measure, (before, after)))
    return style.plain(was_is), Run(style.plain(changed_by(before, after)), "strong")


def _value(version: Version | None, measure: Measure) -> Any:
    return version.totals.get(measure.name) if version and version.totals else None


def _verdict(one: NetworkChange) -> Inline:
    if one.unread:
        return ["❌ not compared: ", Run(one.unread[0].message, "prose")]
    if one.report is None:
        return "–" if one.before and one.before.totals else "could not be used"
    if one.code:
        return [f"❌ {'cannot be used: ' if one.code == 2 else ''}", Run(_broken(one)[0].message, "prose")]
    was_none = one.before is not None and one.before.totals is None
    repaired = ", could not be used before" if was_none else ""
    return f"{'⚠️ warning' if one.report.warnings else '✅ fine'}{repaired}"


def _broken(one: NetworkChange) -> Sequence[Problem]:
    """What breaks it; with `strict` a warning, too."""
    return () if one.report is None or not one.code else one.report.errors or one.report.problems


def _causes(result: ProjectChange) -> Iterator[Inline]:
    """What is wrong and does not stand in the table: once, with the files that have it."""
    firsts = {id(found[0]) for one in result.shown if not one.unread and (found := _broken(one))}
    for problem, reports in causes(one.report for one in result.shown if one.report):
        if problem.level == "error" and (len(reports) > 1 or id(problem) not in firsts):
            others = reports[1 : MOST_FILES + 1]
            parts: list[Any] = [Run(str(problem.where or reports[0].file)), ": ", Run(problem.message, "prose")]
            for place, report in enumerate(others):
                parts += [", " if place else "; and so in ", Run(report.file)]
            yield [*parts, f" and {len(reports) - 1 - MOST_FILES:,} more"] if reports[MOST_FILES + 1 :] else parts


# ------------------------------------------------------------------------------------------------ layers


def _details(result: ProjectChange, style: Style) -> Iterator[tuple[Details, int]]:
    """The layers that changed, once for all networks in which the same did; and how many networks that are.

    A file that only inherits a change stands with the edited one whose layers changed in the same attributes, also
    where its figures are others.
    """
    found: dict[tuple[Any, ...], list[NetworkChange]] = {}
    for one in sorted(result.shown, key=lambda one: not one.edited):
        if one.changes:
            alike = (key for key in found if not one.edited and key[0] == _attributes(one.changes))
            key = next(alike, (_attributes(one.changes), _values(one.changes)))
            found.setdefault(key, []).append(one)
    for first, *others in found.values():
        more = f", and so in {', '.join(clean(one.file) for one in others[:MOST_FILES])}" if others else ""
        more += f" and {len(others) - MOST_FILES:,} more" if len(others) > MOST_FILES else ""
        grid = by_layer(first.changes, style)
        yield Details(f"{clean(first.file)}{more}", headline(first.changes), [grid]), 1 + len(others)


def _attributes(changes: Sequence[Change]) -> tuple[Any, ...]:
    """Which layers are others by themselves, and in what."""
    return tuple((one.kind, one.entry.name, *(each.what for each in one.differences)) for one in _own(changes))


def _values(changes: Sequence[Change]) -> tuple[Any, ...]:
    return tuple(one.differences for one in _own(changes))


def _own(changes: Sequence[Change]) -> Iterator[Change]:
    return (one for one in changes if one.kind not in ("resized", "unchanged"))


# ------------------------------------------------------------------------------------------------ for programs


def json(result: ProjectChange, style: Style) -> str:
    """JSON, version 1: limits, networks with both their totals, budgets and problems. Exact figures."""
    found = {
        "schema_version": SCHEMA_VERSION,
        "since": result.since,
        "exit_code": result.code,
        "limits": [rule._asdict() for rule in result.rules],
        "networks": [_object(one, result.figures) for one in result.shown],
        "unchanged": result.unchanged,
        "notes": list(result.notes),
    }
    return shown_json(dumps(found, ensure_ascii=False, indent=1)) + "\n"


def _object(one: NetworkChange, figures: Sequence[str]) -> dict[str, Any]:
    report = one.report
    return {
        "file": one.file,
        "change": one.kind,
        "edited": one.edited,
        "exit_code": one.code,
        "before": _version(one.before, figures),
        "after": _version(one.after, figures),
        "budgets": [budget_object(held) for held in report.budgets] if report else [],
        "problems": [
            {"level": each.level, **problem_object(each)}
            for each in (*one.unread, *(report.problems if report else ()))
        ],
    }


def _version(version: Version | None, figures: Sequence[str]) -> dict[str, Any] | None:
    if version is None:
        return None
    totals = version.totals
    return {
        "file": version.file,
        "status": version.status,
        "totals": None if totals is None else _totals(totals, figures),
    }


def _totals(totals: Mapping[str, Value], figures: Sequence[str]) -> dict[str, Value]:
    """The totals that JSON always has, and those that were asked for."""
    return totals_object(lambda one: totals[one.name]) | {name: totals[name] for name in figures}
