"""Leaf layers as comma-separated values: exact figures, one header, no totals."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from cnncalc.analyses.measures import MEASURES, Use, told
from cnncalc.analyses.overview import Overview
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.problem import clean
from cnncalc.core.shape import written_shape

_NAMED = {"layer": "name", "input": "input_shapes", "output": "output_shape"}  # as a summary's columns are called

_VALUES: dict[str, Callable[[Row, Analysis], Any]] = {
    "file": lambda row, analysis: analysis.file,
    "name": lambda row, analysis: row.name,
    "type": lambda row, analysis: row.type,
    "inputs": lambda row, analysis: row.inputs,
    "input_shapes": lambda row, analysis: row.input_shapes,
    "output_shape": lambda row, analysis: row.output_shape,
    "share": lambda row, analysis: _share(row.counts.multiplies, analysis.totals.multiplies),
    "line": lambda row, analysis: row.line,
}


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula, and that drives no terminal.

    >>> inert("=cmd()"), inert("ada.md")
    ("'=cmd()", 'ada.md')
    """
    text = clean(text)
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@", "|", "%") else text


def written(lines: Iterable[Iterable[Any]]) -> str:
    """Lines of cells as comma-separated values; no text can be a formula.

    >>> written([["file", "params"], ["=a.yaml", 61706]])
    "file,params\\n'=a.yaml,61706\\n"
    """
    text = io.StringIO()
    cells = ([inert(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    csv.writer(text, lineterminator="\n").writerows(cells)
    return text.getvalue()


def render(overview: Overview, style: Style) -> str:
    """All rows of all files; shapes like `55x55x96`, several inputs separated by a blank, shares from 0 to 1.

    The file stands before the columns that are named.
    """
    return written(_lines(overview, partial(_written_cell, layout=style.layout)))


def records(overview: Overview) -> Iterator[list[Any]]:
    """The same rows as values: shapes are tuples, channels first, and a share is a number."""
    return _lines(overview, lambda row, analysis, name: _VALUES[name](row, analysis))


def _lines(overview: Overview, cell: Callable[[Row, Analysis, str], Any]) -> Iterator[list[Any]]:
    """The columns, then a line for each layer."""
    header = [
        "file",
        "name",
        "type",
        "inputs",
        "input_shapes",
        "output_shape",
        *told(Use.FIGURES, (overview.sort or "",)),
        "line",
    ]
    if overview.columns is not None:
        header = ["file", *(_NAMED.get(name, name) for name in overview.columns)]
    if overview.instead:
        other, quantity = overview.instead.name, overview.instead.rests_on[0]
        at = header.index(quantity) if quantity in header else len(header)
        header[at : at + 1] = [other] if overview.columns else [quantity, other]
    yield header
    for analysis in overview.analyses:
        for row in overview.leaves(analysis):
            yield [
                cell(row, analysis, name) if name in _VALUES else MEASURES[name].value(analysis, row) for name in header
            ]


def _written_cell(row: Row, analysis: Analysis, name: str, layout: str) -> Any:
    """A value as text: shapes like `55x55x96`, several inputs with a blank between, a share with six decimals."""
    value = _VALUES[name](row, analysis)
    if name == "output_shape":
        return written_shape(value, layout, "x")
    if name == "input_shapes":
        return " ".join(written_shape(shape, layout, "x") for shape in value)
    if name == "inputs":
        return " ".join(value)
    if name == "share":
        return "" if value is None else f"{value:.6f}"
    return value


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
