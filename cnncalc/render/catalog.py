"""Lists: of the bundled architectures, and of the layer types."""

from __future__ import annotations

from cnncalc.analyses.columns import Style
from cnncalc.analyses.measures import Use, used
from cnncalc.core.analysis import Analysis
from cnncalc.core.layers.base import Layer
from cnncalc.render.grid import Cells, Grid, Head, draw, leaving_out


def render(found: list[tuple[str, Analysis]], style: Style, *, width: int | None, color: bool) -> str:
    """The bundled architectures: file, name, input and totals."""

    def grid(style: Style) -> Grid:
        texts = [Head("file", folds=True, name=True), Head("name", folds=True)]
        headline = used(Use.HEADLINE)
        figures = [Head(title, right=True, folds=title == "input") for title in ("input", *headline)]
        rows = []
        for name, analysis in found:
            inputs = " ".join(style.shape(shape) for shape in analysis.inputs.values())
            totals = [style.figure(measure, measure.value(analysis)) for measure in headline.values()]
            rows.append(Cells([name, style.plain(" ".join(analysis.name.split())), inputs, *totals]))
        return Grid([*texts, *figures], rows, ascii=style.ascii, see="-f json")

    narrow = leaving_out(grid(style._replace(exact=False)), ("input", "name"))
    return draw(grid(style), *narrow, width=width, color=color)


def render_layers(types: list[type[Layer]], style: Style, *, width: int | None, color: bool) -> str:
    """The layer types: name, attributes in order, what it does."""
    heads = [Head("type"), Head("attributes", folds=True), Head("what it does", folds=True)]
    rows = [
        Cells(
            [one.type, ", ".join(one.attributes) or style.plain("–"), style.plain((one.__doc__ or "").split("\n")[0])]
        )
        for one in types
    ]
    return draw(Grid(heads, rows, ascii=style.ascii), width=width, color=color)
