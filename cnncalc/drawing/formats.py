"""What is to be drawn of a network → text: an SVG, or a graph for another program."""

from __future__ import annotations

from importlib import import_module

from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis, GroupRow, NoEntry, Row
from cnncalc.core.problem import ProblemsFound, fail
from cnncalc.core.record import Record
from cnncalc.drawing import dot as graphviz
from cnncalc.drawing import mermaid as flowchart
from cnncalc.drawing import svg as picture
from cnncalc.drawing import tikz
from cnncalc.drawing.card import Look
from cnncalc.drawing.draw import draw, graph
from cnncalc.drawing.picture import Picture
from cnncalc.drawing.sketch import CannotDraw, Sketch
from cnncalc.drawing.window import sight, window

WHOLE = "a diagram draws the whole or a block"
MOST_SIDE = 32_767  # pixels, for cairo
MOST_PIXELS = 16_000_000  # drawn in two seconds
LEAST_SCALE = 0.25  # below which nobody could read the texts


class _ToDraw(Record):
    analysis: Analysis
    part: GroupRow | Row | None = None
    kind: str | None = None
    depth: int | str | None = "auto"
    counts: tuple[str, ...] = ()
    every_copy: bool = False
    theme: str = "light"
    width: int | None = None


class Drawing(_ToDraw):
    """A network, one of its groups, or the window of a layer, and how it is to be drawn; see `draw`."""

    __slots__ = ()

    def __repr__(self) -> str:
        part = f", {self.part.name}" if self.part else ""
        return f"<Drawing of {self.analysis.file}{part}>"

    def to_svg(self, *, layout: str = "hwc") -> str:
        """The picture; raises CannotDraw where nobody could read it."""
        return svg(self, Style(layout=layout))

    def to_png(self, *, layout: str = "hwc") -> bytes:
        """The picture in pixels, which needs CairoSVG; raises CannotDraw without it."""
        return png(self, Style(layout=layout))

    def to_pdf(self, *, layout: str = "hwc") -> bytes:
        """The picture as a page, which needs CairoSVG; raises CannotDraw without it."""
        return pdf(self, Style(layout=layout))

    def to_tikz(self, *, layout: str = "hwc", standalone: bool = False) -> str:
        """The picture as TikZ, to paste or as a `standalone` document."""
        return tex(self, Style(layout=layout, standalone=standalone))

    def to_mermaid(self, *, layout: str = "hwc") -> str:
        """A flowchart for Markdown."""
        return mermaid(self, Style(layout=layout))

    def to_dot(self, *, layout: str = "hwc") -> str:
        """A digraph for Graphviz."""
        return dot(self, Style(layout=layout))

    def _repr_svg_(self) -> str:
        return self.to_svg()


def part_of(analysis: Analysis, name: str, layer: bool = False, file: str = "") -> GroupRow | Row:
    """The block that a name means, or the `layer` whose window is drawn; raises ProblemsFound where it is none.

    `file` is what messages call the network's file.
    """
    file = file or analysis.file
    known = [row.name for row in analysis.rows] if layer else [*analysis.groups]
    try:
        found = analysis.entry(name, what="layer" if layer else "block", known=known, file=file)
    except NoEntry as error:
        hint = f"`cnncalc summary {file} --depth all` shows every name"
        raise ProblemsFound([error.problem._replace(help=error.problem.help or hint)]) from None
    if isinstance(found, Row) == layer and (isinstance(found, Row) or found.stop > found.start):
        return found
    what, help = ("layer", "the window of one layer is drawn") if layer else ("block of layers", WHOLE)
    raise fail("unknown-name", f"`{name}` is no {what}", help=help)


def drawn(drawing: Drawing, style: Style) -> Picture:
    """The picture, before it is written."""
    analysis, part, kind, depth, counts, every_copy, _, width = drawing
    if isinstance(part, Row):
        return window(part, style.layout, sight(analysis, part))
    look = Look(style.layout, counts)
    return draw(analysis, style=kind, depth=depth, part=part, look=look, every_copy=every_copy, width=width)


def svg(drawing: Drawing, style: Style) -> str:
    """A picture."""
    return picture.render(drawn(drawing, style), drawing.theme)


def tex(drawing: Drawing, style: Style) -> str:
    """The picture as TikZ."""
    return tikz.render(drawn(drawing, style), drawing.theme, style.standalone)


def png(drawing: Drawing, style: Style) -> bytes:
    """The picture in pixels, two for each of its own; fewer where it is large. Raises CannotDraw for a larger one."""
    made = drawn(drawing, style)
    scale = min(2.0, MOST_SIDE / max(made.width, made.height), (MOST_PIXELS / (made.width * made.height)) ** 0.5)
    if scale < LEAST_SCALE:
        size = f"{made.width:,.0f} × {made.height:,.0f}"
        raise CannotDraw(
            f"a PNG of {size} pixels would be too large (limit: pixels {MOST_PIXELS:,}, and {MOST_SIDE:,} on a side): "
            "write an .svg, or unfold less"
        )
    return _converted("svg2png", picture.render(made, drawing.theme), scale=scale)


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
