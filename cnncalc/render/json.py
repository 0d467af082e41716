"""JSON, version 1: exact figures, leaf layers, shapes channels first. Keys may be added, never changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache
from json import JSONEncoder, dumps
from typing import TYPE_CHECKING, Any

from cnncalc.analyses.measures import MEASURES, Measure, Use, Value, told
from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.layers.base import Layer
from cnncalc.core.problem import Origin, Place, Problem
from cnncalc.formats.writing import shown_json

if TYPE_CHECKING:
    from cnncalc.analyses.overview import Overview
    from cnncalc.analyses.style import Style

SCHEMA_VERSION = 1


def render(overview: Overview, style: Style) -> str:
    """One JSON document, or an array where several files were named; one line for each layer."""
    asked = (*(overview.columns or ()), *((overview.sort,) if overview.sort else ()))
    found = [
        network(one.analysis, overview.leaves(one.analysis), one.file, asked, overview.instead)
        if one.analysis
        else render_problems(one.file, one.problems)
        for one in overview.networks
    ]
    return shown_json("[\n" + ",\n".join(found) + "\n]\n" if len(found) > 1 else f"{found[0]}\n")


def network(
    analysis: Analysis,
    rows: Sequence[Row],
    file: str | None = None,
    asked: Collection[str] = (),
    instead: Measure | None = None,
) -> str:
    """An analysis as JSON text, with `file` as the user named it, the measures that are `asked` for, and a convention.

    Written by hand around its parts, for equal layers have equal parts.
    """
    head = {
        "schema_version": SCHEMA_VERSION,
        "name": analysis.name,
        "file": file or analysis.file,
        "status": analysis.status,
        "lower_bound": list(analysis.lower_bound),
        "uncounted": [one._asdict() for one in analysis.uncounted],
        "inputs": analysis.inputs,
        "outputs": list(analysis.outputs),
        "totals": totals_object(lambda measure: measure.value(analysis), asked),
        "source": analysis.source,
        "note": analysis.note,
        "notes": analysis.notes,
        "file_bytes": dict(analysis.file_bytes),
    }
    if analysis.graph and any((one := MEASURES.get(name)) and one.assumed for name in asked):
        head["memory"] = analysis.graph.storage._asdict()
    if instead:
        total = {"measure": instead.name, "help": instead.help, "total": instead.value(analysis)}
        head["convention"] = {**total, "status": "lower_bound" if instead.sign_of(analysis) else "exact"}
    opened = dumps(head, ensure_ascii=False)[:-1]
    measures = told(Use.FIGURES, asked)
    summed = [(name, measure.of) for name, measure in measures.items() if measure.of]
    others = [measure for measure in measures.values() if measure.of is None]  # which equal counts do not tell
    others += [instead] if instead else []
    parts: dict[Any, str] = {}
    attributes: dict[Layer, str] = {}
    files: dict[str, str] = {}
    # Names of models of other programs hold any sign; most names stand twice
    quoted = cache(JSONEncoder(ensure_ascii=False).encode)
    lines = []
    for row in rows:
        values = {one.name: one.value(analysis, row) for one in others} if others else {}
        key = (row.input_shapes, row.output_shape, id(row.counts), *values.values())
        middle = parts.get(key)
        if middle is None:
            figures = {
                "input_shapes": row.input_shapes,
                "output_shape": row.output_shape,
                **{name: of(row.counts) for name, of in summed},
                **values,
            }
            middle = parts[key] = dumps(figures)[1:-1]
        written = attributes.get(row.layer)
        if written is None:
            written = attributes[row.layer] = dumps(_attributes(row.layer), ensure_ascii=False)
        own = f', "dtype": "{row.dtype}"' if row.dtype else ""
        shares = f', "shares": {dumps(row.shares, ensure_ascii=False)}' if row.shares else ""
        lines.append(
            f'{{"name": {quoted(row.name)}, "type": {quoted(row.type)}, "line": {_or_null(row.line)}, '
            f'"place": {_place(row.origin, files)}, '
            f'"inputs": [{", ".join(map(quoted, row.inputs))}], {middle}, "attributes": {written}{own}{shares}}}'
        )
    layers = ",\n ".join(lines)
    return f'{opened}, "layers": [\n {layers}\n]}}' if lines else f'{opened}, "layers": []}}'


def render_problems(file: str, problems: Sequence[Problem]) -> str:
    """A file that could not be used."""
    found = {
        "schema_version": SCHEMA_VERSION,
        "file": file,
        "status": "error",
        "problems": [problem_object(problem) for problem in problems],
    }
    return dumps(found, ensure_ascii=False)


def totals_object(value: Callable[[Measure], Value], asked: Collection[str] = ()) -> dict[str, Value]:
    """The totals of a network as JSON."""
    return {name: value(measure) for name, measure in told(Use.COLUMNS, asked).items()}


def problem_object(problem: Problem) -> dict[str, Any]:
    """A problem as JSON; lines and columns count from 1, and what has no lines has a `place` alone."""
    place = problem.where
    found: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if place:
        found |= {"file": place.file, "place": str(place)}
    if isinstance(place, Place):
        found |= {"line": place.line, "column": place.column, "length": place.length}
    if problem.notes:
        found["notes"] = list(problem.notes)
    if problem.help:
        found["help"] = problem.help
    return found


def _place(origin: Origin, files: dict[str, str]) -> str:
    if not isinstance(origin, Place):
        return dumps(str(origin), ensure_ascii=False)
    opened = files.get(origin.file)
    if opened is None:
        opened = files[origin.file] = dumps(origin.file, ensure_ascii=False)[:-1]
    return f'{opened}:{origin.line}"'


def _or_null(number: int | None) -> str:
    return "null" if number is None else str(number)


def _attributes(layer: Layer) -> dict[str, Any]:
    """All attributes, resolved; padding that is equal at both ends of every axis as one number an axis."""
    found = dict(layer.values)
    for name, value in found.items():
        if layer.attributes[name].kind == "Padding" and isinstance(value, tuple):
            even = all(before == after for before, after in value)
            found[name] = [before for before, _ in value] if even else [list(ends) for ends in value]
        elif layer.attributes[name].kind == "Dims" and value is not None:
            found[name] = list(value)
        elif layer.attributes[name].kind == "Factors" and value is not None:
            found[name] = [part if isinstance(part, int) else float(part) for part in value]
    return found
