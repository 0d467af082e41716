"""A vertex as a card: name and output shape, the layer with its attributes, and what follows it."""

from __future__ import annotations

from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.outline import describe
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import GroupRow, Row
from cnncalc.core.figures import many
from cnncalc.core.problem import clean
from cnncalc.core.record import Record
from cnncalc.core.shape import written_shape
from cnncalc.drawing.metrics import fitted, text_width, wrapped
from cnncalc.drawing.picture import FONTS, Box, Caption
from cnncalc.drawing.sketch import Vertex

PADDING = 9.0
ROOM = 190.0  # of the widest line of text
_COLOURED = ("conv", "pool", "dense", "join")  # families with a colour of their own


class Look(Record):
    """The choice of what boxes say: the order of shapes, and which quantities."""

    layout: str = "hwc"
    counts: tuple[str, ...] = ()


class Card(Record):
    """A card before it has a place: lines of (left text, role, right text, role)."""

    width: float
    height: float
    lines: tuple[tuple[str, str, str], ...]
    role: str
    sheets: int
    tip: str

    def at(self, x: float, y: float, width: float) -> Box:
        """The card with its texts, drawn `width` wide."""
        texts = []
        line = y + PADDING - 2
        for left, role, right in self.lines:
            line += _leading(role)
            texts.append(Caption(x + PADDING, line - 3, left, role))
            if right:
                texts.append(Caption(x + width - PADDING, line - 3, right, "shape", "end"))
        return Box(x, y, width, self.height, self.role, tuple(texts), self.sheets, self.tip)


def _leading(role: str) -> float:
    return FONTS[role].size + 4


def role(vertex: Vertex) -> str:
    """The colour that a vertex is drawn in: what family of layers it belongs to."""
    if vertex.entry is None:
        return "input"
    if isinstance(vertex.entry, GroupRow):
        return "block"
    family = vertex.entry.layer.family
    return family if family in _COLOURED else "other"


def operation(vertex: Vertex) -> str:
    """The operation of a vertex, in one line."""
    if vertex.entry is None:
        return ""
    text = describe(vertex.entry)
    if text == vertex.label.rstrip("0123456789"):  # `add1` says it already
        text = ""
    if isinstance(vertex.entry, GroupRow):
        number = vertex.entry.stop - vertex.entry.start
        text = " · ".join(filter(None, [text, many(number, "layer")]))
    return clean(text)


def followers(rows: tuple[Row, ...]) -> str:
    """The layers that are drawn into another's box, equal neighbours once."""
    return clean(" · ".join(dict.fromkeys(row.type for row in rows)))


def counted(vertex: Vertex, look: Look) -> list[str]:
    """The quantities that were asked for, as short figures."""
    if vertex.entry is None:
        return []
    entries, style = (*vertex.before, vertex.entry, *vertex.after), Style(exact=False)
    values = [(MEASURES[name], MEASURES[name].together(vertex.analysis, entries)) for name in look.counts]
    return [f"{style.figure(measure, value)} {measure.label}" for measure, value in values if value]


def card(vertex: Vertex, look: Look) -> Card:
    """The card of a vertex, as wide and as high as its texts need."""
    name = FONTS["name"]
    label = fitted(clean(vertex.label), name.size, ROOM * 0.9, name.bold)
    shape = written_shape(vertex.output, look.layout)
    lines = [(label, "name", fitted(shape, FONTS["shape"].size, ROOM * 0.7))]
    if vertex.before:
        lines += [(line, "muted", "") for line in wrapped(followers(vertex.before), FONTS["muted"].size, ROOM, 2)]
    lines += [(line, "op", "") for line in wrapped(operation(vertex), FONTS["op"].size, ROOM)]
    if vertex.after:
        lines += [(line, "muted", "") for line in wrapped(followers(vertex.after), FONTS["muted"].size, ROOM, 2)]
    lines += [(line, "muted", "") for line in counted(vertex, look)]
    inner = 0.0
    for left, kind, right in lines:
        font = FONTS[kind]
        width = text_width(left, font.size, font.bold)
        inner = max(inner, width + (14 + text_width(right, FONTS["shape"].size) if right else 0))
    height = sum(_leading(kind) for _, kind, _ in lines) + 2 * PADDING - 3
    sheets = 2 if isinstance(vertex.entry, GroupRow) else 0
    return Card(round(inner + 2 * PADDING + 0.5), height, tuple(lines), role(vertex), sheets, clean(vertex.name))


def lines_of(vertex: Vertex, look: Look) -> list[str]:
    """The lines that a node of a graph says, at full length."""
    shape = written_shape(vertex.output, look.layout)
    return [line for line in (vertex.label, operation(vertex), shape, *counted(vertex, look)) if line]
