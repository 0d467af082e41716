"""What is to be drawn of a network → text: an SVG, or a graph for another program."""

from __future__ import annotations

from importlib import import_module

from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis, GroupRow, Row
from cnncalc.core.record import Record
from cnncalc.diagram import dot as graphviz
from cnncalc.diagram import mermaid as flowchart
from cnncalc.diagram import svg as picture
from cnncalc.diagram import tikz
from cnncalc.diagram.card import Look
from cnncalc.diagram.draw import draw, graph
from cnncalc.diagram.picture import Picture
from cnncalc.diagram.sketch import CannotDraw, Sketch
from cnncalc.diagram.window import sight, window


class Drawing(Record):
    """A network, one of its groups, or the window of a layer, and how it is to be drawn; see `draw`."""

    analysis: Analysis
    part: GroupRow | Row | None = None
    kind: str | None = None
    depth: int | str | None = "auto"
    counts: tuple[str, ...] = ()
    every_copy: bool = False
    theme: str = "light"


def drawn(drawing: Drawing, style: Style) -> Picture:
    """The picture, before it is written."""
    analysis, part, kind, depth, counts, every_copy, _ = drawing
    if isinstance(part, Row):
        return window(part, style.layout, sight(analysis, part))
    look = Look(style.layout, counts)
    return draw(analysis, style=kind, depth=depth, part=part, look=look, every_copy=every_copy)


def svg(drawing: Drawing, style: Style) -> str:
    """A picture."""
    return picture.render(drawn(drawing, style), drawing.theme)


def tex(drawing: Drawing, style: Style) -> str:
    """The picture as TikZ."""
    return tikz.render(drawn(drawing, style), drawing.theme, style.standalone)


def png(drawing: Drawing, style: Style) -> bytes:
    """The picture in pixels, two for each of its own."""
    return _converted("svg2png", svg(drawing, style), scale=2.0)


def pdf(drawing: Drawing, style: Style) -> bytes:
    """The picture as a page of its size."""
    return _converted("svg2pdf", svg(drawing, style))


def _converted(function: str, text: str, **more: float) -> bytes:
    """What CairoSVG makes of an SVG, which the extra `pictures` installs; raises CannotDraw where it is missing."""
    try:
        cairosvg = import_module("cairosvg")
    except ImportError:
        raise CannotDraw("PNG and PDF need CairoSVG: pip install 'cnncalc[pictures]', or write an .svg") from None
    except OSError:
        raise CannotDraw("PNG and PDF need the library cairo (Debian: libcairo2), or write an .svg") from None
    made: bytes = getattr(cairosvg, function)(bytestring=text.encode(), **more)
    return made


def mermaid(drawing: Drawing, style: Style) -> str:
    """A flowchart."""
    return flowchart.render(_graph(drawing), Look(style.layout, drawing.counts))


def dot(drawing: Drawing, style: Style) -> str:
    """A digraph."""
    return graphviz.render(_graph(drawing), Look(style.layout, drawing.counts))


def _graph(drawing: Drawing) -> Sketch:
    """A graph is unfolded as far as that is asked for, and not by itself."""
    part = drawing.part
    assert not isinstance(part, Row)
    return graph(drawing.analysis, 1 if isinstance(drawing.depth, str) else drawing.depth, part)
