"""Networks side by side for other programs: JSON, version 1, and CSV. Exact figures."""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps
from typing import Any

from cnncalc.analyses.comparing.comparison import Comparison, NetworkFigures, measures_of
from cnncalc.analyses.comparing.diff import Change, count
from cnncalc.analyses.comparing.sameness import sameness
from cnncalc.analyses.measures import MEASURES, Use, Value, told, used
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis, GroupRow, Row
from cnncalc.formats.writing import shown_json
from cnncalc.render.csv import written
from cnncalc.render.json import SCHEMA_VERSION, problem_object


def json(comparison: Comparison, style: Style) -> str:
    """One document: the networks, each with its ratios to the first, and the layers that changed."""
    networks, changes, grown, failed = comparison
    found: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "networks": [_network(one, networks[0]) for one in networks],
        "problems": [problem_object(problem) for problem in grown],
        "failed": [
            {"file": file, "status": "error", "problems": [problem_object(problem) for problem in problems]}
            for file, problems in failed
        ],
    }
    if len(networks) == 2:
        same = sameness(*(one.analysis for one in networks))
        found["same_but_for"] = same and same._asdict()
    if changes is not None:
        analyses = (networks[0].analysis, networks[1].analysis)
        shown = [_change(change, *analyses) for change in changes if change.kind != "unchanged"]
        found["by_layer"] = {"layers": count(changes), "changes": shown}
    return shown_json(dumps(found, ensure_ascii=False, indent=1)) + "\n"


def _network(one: NetworkFigures, first: NetworkFigures) -> dict[str, Any]:
    analysis = one.analysis
    return {
        "file": one.file,
        "name": analysis.name,
        "status": analysis.status,
        "inputs": analysis.inputs,
        "outputs": analysis.outputs,
        "file_bytes": dict(analysis.file_bytes),
        "figures": one.figures,
        "ratios": {name: _ratio(first.figures[name], value) for name, value in one.figures.items()},
        "heaviest": {quantity: _heaviest(row, quantity, analysis) for quantity, row in one.heaviest.items()},
    }


def _ratio(before: Value, after: Value) -> float | None:
    """To the first network's figure; None where that is 0 and this one is not, and where one of them has no value."""
    if before is None or after is None:
        return None
    return float(after / before) if before else None if after else 1.0


def _heaviest(row: Row | None, quantity: str, analysis: Analysis) -> dict[str, Any] | None:
    if row is None:
        return None
    figure = MEASURES[quantity].value(analysis, row)
    return {"layer": row.name, "line": row.line, "place": str(row.origin), quantity: figure}


def _change(change: Change, before: Analysis, after: Analysis) -> dict[str, Any]:
    return {
        "change": change.kind,
        "layers": change.layers,
        "before": _entry(change.before, before),
        "after": _entry(change.after, after),
        "differences": [difference._asdict() for difference in change.differences],
    }


def _entry(entry: Row | GroupRow | None, analysis: Analysis) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {
        "name": entry.name,
        "type": entry.type if isinstance(entry, Row) else entry.description,
        "file": entry.file,
        "line": entry.line,
        "place": str(entry.origin),
        "output_shape": entry.output_shape,
        **{name: measure.value(analysis, entry) for name, measure in told(Use.FIGURES).items()},
    }


def csv(comparison: Comparison, style: Style) -> str:
    """A line for each network, or for each layer of both versions."""
    return written(records(comparison))


def records(comparison: Comparison) -> list[list[Any]]:
    """The columns, then a line for each network, or for each layer of both versions."""
    networks, changes, _, _ = comparison
    return _by_network(networks) if changes is None else _by_layer(networks, changes)


def _by_network(networks: Sequence[NetworkFigures]) -> list[list[Any]]:
    """A line for each network, with its ratios to the first."""
    keys = [measure.name for measure in measures_of(networks)]
    head = ["file", "name", "status", *keys, *(f"{key}_ratio" for key in keys)]
    head += [f"most_{name}" for name in used(Use.HEADLINE)]
    lines: list[list[Any]] = [head]
    for one in networks:
        ratios = [_ratio(networks[0].figures[key], one.figures[key]) for key in keys]
        lines.append(
            [
                one.file,
                one.analysis.name,
                one.analysis.status,
                *(one.figures[key] for key in keys),
                *ratios,
                *(row.name if row else "" for row in one.heaviest.values()),
            ]
        )
    return lines


def _by_layer(networks: Sequence[NetworkFigures], changes: Sequence[Change]) -> list[list[Any]]:
    """A line for each layer of both versions, with its figures in each."""
    measures, analyses = told(Use.FIGURES), (networks[0].analysis, networks[1].analysis)
    head = ["change", "before", "after", "type", "layers", "differences", "line_before", "line_after"]
    head += [f"{quantity}_{version}" for quantity in measures for version in ("before", "after")]
    lines: list[list[Any]] = [head]
    for change in changes:
        entries = (change.before, change.after)
        differences = "; ".join(f"{what} {before} -> {after}" for what, before, after in change.differences)
        lines.append(
            [
                change.kind,
                *(entry.name if entry else "" for entry in entries),
                change.entry.type if isinstance(change.entry, Row) else change.entry.description,
                change.layers,
                differences,
                *(entry.line if entry else "" for entry in entries),
                *(
                    measure.value(analysis, entry) if entry else ""
                    for measure in measures.values()
                    for analysis, entry in zip(analyses, entries, strict=True)
                ),
            ]
        )
    return lines
