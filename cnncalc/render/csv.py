"""Leaf layers as comma-separated values: exact figures, one header, no totals."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

from cnncalc.analyses.measures import MEASURES, Use, told
from cnncalc.analyses.overview import Overview
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.problem import clean
from cnncalc.core.shape import written_shape

_NAMED = {"layer": "name", "input": "input_shapes", "output": "output_shape"}  # as a summary's columns are called

_CELLS: dict[str, Callable[[Row, Analysis, str], Any]] = {
    "file": lambda row, analysis, layout: analysis.file,
    "name": lambda row, analysis, layout: row.name,
    "type": lambda row, analysis, layout: row.type,
    "inputs": lambda row, analysis, layout: " ".join(row.inputs),
    "input_shapes": lambda row, a, layout: " ".join(written_shape(shape, layout, "x") for shape in row.input_shapes),
    "output_shape": lambda row, analysis, layout: written_shape(row.output_shape, layout, "x"),
    "share": lambda row, analysis, layout: _share(row.counts.multiplies, analysis.totals.multiplies),
    "line": lambda row, analysis, layout: row.line,
}


def inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula, and that drives no terminal.

    >>> inert("=cmd()"), inert("ada.md")
    ("'=cmd()", 'ada.md')
    """
    text = clean(text)
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@", "|", "%") else text


def written(lines: Iterable[Iterable[Any]]) -> str:
    """Lines of cells as comma-separated values; no text can be a formula."""
    text = io.StringIO()
    cells = ([inert(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    csv.writer(text, lineterminator="\n").writerows(cells)
    return text.getvalue()


def render(overview: Overview, style: Style) -> str:
    """All rows of all files; shapes like `55x55x96`, several inputs separated by a blank, shares from 0 to 1.

    The file stands before the columns that are named.
    """
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
    lines = (
        [
            _CELLS[name](row, analysis, style.layout) if name in _CELLS else MEASURES[name].value(analysis, row)
            for name in header
        ]
        for analysis in overview.analyses
        for row in overview.leaves(analysis)
    )
    return written([header, *lines])


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.6f}" if whole else ""
