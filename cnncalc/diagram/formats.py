"""What is to be drawn of a network → text: an SVG, or a graph for another program."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis, GroupRow
from cnncalc.diagram import dot as graphviz
from cnncalc.diagram import mermaid as flowchart
from cnncalc.diagram import svg as picture
from cnncalc.diagram.card import Look
from cnncalc.diagram.draw import draw, graph
from cnncalc.diagram.sketch import Sketch


class Drawing(NamedTuple):
    """A network, or one of its groups, and how it is to be drawn; see `draw`."""

    analysis: Analysis
    part: GroupRow | None = None
    kind: str | None = None
    depth: int | str | None = "auto"
    counts: tuple[str, ...] = ()
    every_copy: bool = False
    theme: str = "light"


def svg(drawing: Drawing, style: Style) -> str:
    """A picture."""
    analysis, part, kind, depth, counts, every_copy, theme = drawing
    look = Look(style.layout, counts)
    drawn = draw(analysis, style=kind, depth=depth, part=part, look=look, every_copy=every_copy)
    return picture.render(drawn, theme)


def mermaid(drawing: Drawing, style: Style) -> str:
    """A flowchart."""
    return flowchart.render(_graph(drawing), Look(style.layout, drawing.counts))


def dot(drawing: Drawing, style: Style) -> str:
    """A digraph."""
    return graphviz.render(_graph(drawing), Look(style.layout, drawing.counts))


def _graph(drawing: Drawing) -> Sketch:
    """A graph is unfolded as far as that is asked for, and not by itself."""
    return graph(drawing.analysis, 1 if isinstance(drawing.depth, str) else drawing.depth, drawing.part)
