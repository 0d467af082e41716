"""Leaf layers as comma-separated values: exact figures, one header, no totals."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from cnncalc.analyses.measures import MEASURES, Use, used
from cnncalc.analyses.overview import Overview
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis, Row
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


def render(overview: Overview, style: Style) -> str:
    """All rows of all files; shapes like `55x55x96`, several inputs separated by a blank, shares from 0 to 1.

    The file stands before the columns that are named.
    """
    header = ["file", "name", "type", "inputs", "input_shapes", "output_shape", *used(Use.FIGURES), "line"]
    if overview.columns is not None:
        header = ["file", *(_NAMED.get(name, name) for name in overview.columns)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for analysis in overview.analyses:
        for row in overview.leaves(analysis):
            writer.writerow(
                _CELLS[name](row, analysis, style.layout) if name in _CELLS else MEASURES[name].value(analysis, row)
                for name in header
            )
    return text.getvalue()


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.6f}" if whole else ""
