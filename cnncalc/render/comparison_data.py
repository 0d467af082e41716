"""Networks side by side for other programs: JSON, version 1, and CSV. Exact figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from json import dumps
from typing import Any

from cnncalc.analyses.comparing.comparison import HEAVY, MEASURES, Network
from cnncalc.analyses.comparing.diff import Change, count
from cnncalc.core.analysis import QUANTITIES, GroupRow, Row
from cnncalc.core.problem import Problem
from cnncalc.render.json import SCHEMA_VERSION, problem_object


def json_document(
    networks: list[Network],
    changes: Sequence[Change] | None,
    grown: Sequence[Problem],
    failed: Sequence[tuple[str, list[Problem]]] = (),
) -> str:
    """One document: the networks, each with its ratios to the first, and the layers that changed.

    `failed` are the files that could not be used; without a first network there is nothing to compare.
    """
    found: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "networks": [_network(one, networks[0]) for one in networks],
        "problems": [problem_object(problem) for problem in grown],
        "failed": [
            {"file": file, "status": "error", "problems": [problem_object(problem) for problem in problems]}
            for file, problems in failed
        ],
    }
    if changes is not None:
        shown = [_change(change) for change in changes if change.kind != "unchanged"]
        found["by_layer"] = {"layers": count(changes), "changes": shown}
    return dumps(found, ensure_ascii=False, indent=1) + "\n"


def _network(one: Network, first: Network) -> dict[str, Any]:
    analysis = one.analysis
    return {
        "file": one.file,
        "name": analysis.name,
        "status": analysis.status,
        "inputs": analysis.inputs,
        "outputs": analysis.outputs,
        "figures": {measure.key: one.figures[measure.name] for measure in MEASURES},
        "ratios": {measure.key: _ratio(first.figures[measure.name], one.figures[measure.name]) for measure in MEASURES},
        "heaviest": {quantity: _heaviest(one.heaviest[quantity], quantity) for quantity in HEAVY},
    }


def _ratio(before: int, after: int) -> float | None:
    """To the first network's figure; None where that is 0 and this one is not."""
    return after / before if before else None if after else 1.0


def _heaviest(row: Row | None, quantity: str) -> dict[str, Any] | None:
    return (
        {"layer": row.name, "line": row.line, "place": str(row.origin), quantity: getattr(row.counts, quantity)}
        if row
        else None
    )


def _change(change: Change) -> dict[str, Any]:
    return {
        "change": change.kind,
        "layers": change.layers,
        "before": _entry(change.before),
        "after": _entry(change.after),
        "differences": [difference._asdict() for difference in change.differences],
    }


def _entry(entry: Row | GroupRow | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    return {
        "name": entry.name,
        "type": entry.type if isinstance(entry, Row) else entry.description,
        "file": entry.file,
        "line": entry.line,
        "place": str(entry.origin),
        "output_shape": entry.output_shape,
        **{quantity: getattr(entry.counts, quantity) for quantity in QUANTITIES},
    }


def csv_table(networks: list[Network]) -> str:
    """A line for each network, with its ratios to the first."""
    keys = [measure.key for measure in MEASURES]
    head = ["file", "name", "status", *keys, *(f"{key}_ratio" for key in keys), *(f"most_{name}" for name in HEAVY)]
    lines: list[list[Any]] = [head]
    for one in networks:
        ratios = [_ratio(networks[0].figures[measure.name], one.figures[measure.name]) for measure in MEASURES]
        heaviest = [one.heaviest[quantity] for quantity in HEAVY]
        lines.append(
            [
                one.file,
                one.analysis.name,
                one.analysis.status,
                *(one.figures[measure.name] for measure in MEASURES),
                *("" if ratio is None else ratio for ratio in ratios),
                *(row.name if row else "" for row in heaviest),
            ]
        )
    return _written(lines)


def csv_of_layers(changes: Sequence[Change]) -> str:
    """A line for each layer of both versions, with its counts in each."""
    head = ["change", "before", "after", "type", "layers", "differences", "line_before", "line_after"]
    head += [f"{quantity}_{version}" for quantity in QUANTITIES for version in ("before", "after")]
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
                *(getattr(entry.counts, quantity) if entry else "" for quantity in QUANTITIES for entry in entries),
            ]
        )
    return _written(lines)


def _written(lines: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()
