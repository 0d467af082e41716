"""The working of a network as JSON, version 1. Shapes are channels first; keys may be added, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps
from typing import Any

from cnncalc.analyses.measures import MEASURES, Use, Worked, told
from cnncalc.analyses.outline import describe
from cnncalc.analyses.style import Style
from cnncalc.analyses.working import COUNTED, Explanation, FailedWorking, LayerWorking, SumWorking
from cnncalc.core.analysis import Analysis, GroupRow, Row
from cnncalc.core.work import Step
from cnncalc.formats.writing import shown_json
from cnncalc.render.json import SCHEMA_VERSION, problem_object


def render(explanation: Explanation, style: Style) -> str:
    """One document: entries with the formula, the substituted text and the value of every step; the legend.

    A line for each entry.
    """
    analysis, problems = explanation.analysis, explanation.problems
    head: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "name": analysis.name,
        "file": explanation.file or analysis.file,
        "status": "error" if problems else analysis.status,
        "idle": explanation.idle,
        "legend": [{"symbols": meaning.symbols, "meaning": meaning.text} for meaning in explanation.legend],
    }
    lists = {
        "entries": [
            _layer(one, analysis, explanation.asked)
            if isinstance(one, LayerWorking)
            else _sum(one, analysis, explanation.asked)
            for one in explanation.entries
        ]
    }
    if explanation.broken:
        lists |= {"fits": [*map(_fit, explanation.broken.fits)], "failed": [*map(_failed, explanation.broken.failed)]}
    if problems:
        lists["problems"] = [*map(problem_object, problems)]
    text = _text(head)[:-1]
    for name, found in lists.items():
        lines = ",\n ".join(map(_text, found))
        text += f', "{name}": [' + (f"\n {lines}" if lines else "") + "]"
    return shown_json(text + "}\n")


def _text(found: dict[str, Any]) -> str:
    return dumps(found, ensure_ascii=False)


def _layer(working: LayerWorking, analysis: Analysis, asked: Sequence[str]) -> dict[str, Any]:
    row = working.row
    found = {
        "kind": "layer",
        "name": row.name,
        "type": row.type,
        "description": working.description,
        "line": row.line,
        "place": str(row.origin),
        "inputs": row.inputs,
        "input_shapes": row.input_shapes,
        "output_shape": row.output_shape,
        **_values(analysis, row, asked),
        "steps": [_step(step) for step in working.steps],
        "remainders": working.remainders,
        "left_open": row.layer.left_open,
        "spread": dict(working.spread),
        **_asked(working.asked),
    }
    found |= {"dtype": row.dtype} if row.dtype else {}
    return {**found, "shares": row.shares} if row.shares else found


def _step(step: Step) -> dict[str, Any]:
    value = step.value if isinstance(step.value, (bool, int)) else str(step.value)  # 7/2, where it must be whole
    return {
        "quantity": step.quantity,
        "label": step.label,
        "axis": step.axis,
        "formula": step.symbols,
        "substituted": step.numbers,
        "value": value,
    }


def _sum(working: SumWorking, analysis: Analysis, asked: Sequence[str]) -> dict[str, Any]:
    return {
        "kind": "total" if working.entry is None else "block",
        "name": working.name,
        "description": working.description,
        "line": working.entry.line if working.entry else None,
        "place": str(working.entry.origin) if working.entry else None,
        "layers": working.layers,
        "outputs": working.outputs if working.entry is None else None,
        "output_shape": working.entry.output_shape if working.entry else None,
        **_values(analysis, working.entry, asked),
        **_asked(working.asked),
        "parts": [
            {"name": name, "output_shape": part.output_shape, **_values(analysis, part, asked)}
            for name, part in working.parts
        ],
    }


def _asked(asked: dict[str, Sequence[Worked]]) -> dict[str, Any]:
    """The working of the quantities that are asked for, line by line."""
    return {"working": {name: [line._asdict() for line in lines] for name, lines in asked.items()}} if asked else {}


def _values(analysis: Analysis, entry: Row | GroupRow | None, asked: Sequence[str]) -> dict[str, int | float | None]:
    """The quantities of an entry: those first that are explained."""
    return {
        name: MEASURES[name].value(analysis, entry) for name in dict.fromkeys((*COUNTED, *told(Use.FIGURES, asked)))
    }


def _fit(entry: Row | GroupRow) -> dict[str, Any]:
    return {"name": entry.name, "description": describe(entry), "output_shape": entry.output_shape}


def _failed(failed: FailedWorking) -> dict[str, Any]:
    return {
        "name": failed.name,
        "description": failed.description,
        "line": failed.origin.line,
        "place": str(failed.origin),
        "inputs": failed.inputs,
        "input_shapes": failed.input_shapes,
        "steps": [_step(step) for step in failed.steps],
        "why": failed.why,
    }
