"""Lists: of the bundled architectures, and of the layer types."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from cnncalc.analysis import Analysis
from cnncalc.columns import Style
from cnncalc.layers.base import Layer
from cnncalc.render.table import ruled, to_text


def render(found: list[tuple[str, Analysis]], style: Style, *, width: int | None, color: bool) -> str:
    """The bundled architectures: file, name, input and totals."""
    table = Table(box=ruled(style), show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("file", no_wrap=True)
    table.add_column("name", overflow="fold", min_width=12)
    for title in ("input", "params", "multiplies"):
        table.add_column(title, justify="right", no_wrap=True)
    for name, analysis in found:
        inputs = " ".join(style.shape(shape) for shape in analysis.inputs.values())
        totals = analysis.totals
        table.add_row(
            Text(name),
            Text(style.plain(analysis.name)),
            inputs,
            style.number(totals.params),
            style.number(totals.multiplies),
        )
    return to_text(table, width=width, color=color)


def render_layers(types: list[type[Layer]], style: Style, *, width: int | None, color: bool) -> str:
    """The layer types: name, attributes in order, what it does."""
    table = Table(box=ruled(style), show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("type", no_wrap=True)
    table.add_column("attributes", overflow="fold", min_width=14)
    table.add_column("what it does", overflow="fold", min_width=20)
    for layer in types:
        doc = (layer.__doc__ or "").split("\n")[0]
        table.add_row(layer.type, Text(", ".join(layer.attributes) or style.plain("–")), Text(style.plain(doc)))
    return to_text(table, width=width, color=color)
