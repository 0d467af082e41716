"""The list of the bundled architectures."""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps
from typing import TYPE_CHECKING

from cnncalc.analyses.columns import Style
from cnncalc.analyses.measures import Use, used
from cnncalc.formats.bundled import BundledFile
from cnncalc.formats.writing import shown_json

if TYPE_CHECKING:
    from cnncalc.render.grid import Grid


def names(found: Sequence[BundledFile], style: Style) -> str:
    """A name on each line; no file is read for that."""
    return "".join(f"{one.name}\n" for one in found)


def json(found: Sequence[BundledFile], style: Style) -> str:
    """An object for each."""
    rows = [
        {
            "file": one.name,
            "name": one.analysis.name,
            **{name: measure.value(one.analysis) for name, measure in used(Use.HEADLINE).items()},
            "inputs": one.analysis.inputs,
        }
        for one in found
    ]
    return shown_json(dumps(rows, ensure_ascii=False, indent=1)) + "\n"


def table(found: Sequence[BundledFile], style: Style) -> str:
    """File, name, input and totals."""
    from cnncalc.render.grid import Cells, Grid, Head, draw, leaving_out

    def grid(style: Style) -> Grid:
        texts = [Head("file", folds=True, name=True), Head("name", folds=True)]
        headline = used(Use.HEADLINE)
        figures = [Head(title, right=True, folds=title == "input") for title in ("input", *headline)]
        rows = []
        for name, analysis in ((one.name, one.analysis) for one in found):
            inputs = " ".join(style.shape(shape) for shape in analysis.inputs.values())
            totals = [style.figure(measure, measure.value(analysis)) for measure in headline.values()]
            rows.append(Cells([name, style.plain(" ".join(analysis.name.split())), inputs, *totals]))
        return Grid([*texts, *figures], rows, ascii=style.ascii, see="-f json")

    narrow = leaving_out(grid(style._replace(exact=False)), ("input", "name"))
    return draw(grid(style), *narrow, width=style.width, color=style.color)
