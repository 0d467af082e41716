"""What a network's volumes are, and how large each is drawn.

Every length is in proportion to the square root of the size that it stands for, because 227×227×3 and 4096 on one
slide need that. Width recedes in cabinet projection, at half length.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

from cnncalc.core.analysis import GroupRow, Row
from cnncalc.core.problem import clean
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape, written_shape
from cnncalc.drawing.card import Look, counted, followers, operation
from cnncalc.drawing.metrics import fitted, text_width, wrapped
from cnncalc.drawing.picture import FONTS, Point
from cnncalc.drawing.sketch import Sketch, Vertex
from cnncalc.drawing.stack import stacked

BACK = (0.4, -0.3)  # where a length of 1 that recedes leads: half as long
BAR = 12.0  # width of a vector
LANES = 2
CAPTION = 116.0

Lines = list[tuple[str, str]]  # (text, role)


class Proportion(Record):
    """Pixels for the square root of a side, of channels, of the length of a vector."""

    side: float
    channels: float
    vector: float

    def solid(self, shape: Shape) -> Solid:
        """The size at which a shape is drawn; of depth × height × width the depth is left out."""
        if len(shape) == 1:
            return Solid(BAR, round(self.vector * sqrt(shape[0]), 2), 0.0)
        high, wide = (shape[-2], shape[-1]) if len(shape) > 2 else (shape[1], 1)
        sizes = (self.channels * sqrt(shape[0]), self.side * sqrt(high), self.side * sqrt(wide))
        return Solid(*(round(size, 2) for size in sizes))

    def written(self, shapes: list[Shape]) -> str:
        """The line below the picture: only what is drawn."""
        parts = []
        if any(len(shape) > 1 for shape in shapes):
            parts += [
                f"a height or width of n is {self.side:g}·√n px long (width recedes, at half length)",
                f"n channels are {self.channels:g}·√n px",
            ]
        if any(len(shape) == 1 for shape in shapes):
            parts.append(f"a vector of n is {self.vector:g}·√n px high")
        return f"Drawn to scale, by square root: {', '.join(parts)}."


def scale_for(shapes: list[Shape], lanes: int) -> Proportion:
    """The scale at which the largest of these shapes has a good size on a slide."""
    sides = max((max(shape[1:]) for shape in shapes if len(shape) > 1), default=1)
    channels = max((shape[0] for shape in shapes if len(shape) > 1), default=1)
    length = max((shape[0] for shape in shapes if len(shape) == 1), default=1)
    high = 170.0 if lanes == 1 else 120.0
    factors = (min(26.0, high / sqrt(sides)), min(9.0, 84.0 / sqrt(channels)), min(10.0, high / sqrt(length)))
    return Proportion(*(float(f"{factor:.2g}") for factor in factors))  # as it is written below the picture


class Solid(Record):
    """A volume's drawn size: `thick` for the channels, `high` and `deep` for the sides; a vector is a bar."""

    thick: float
    high: float
    deep: float

    @property
    def width(self) -> float:
        """The width of the front and the side together."""
        return self.thick + BACK[0] * self.deep

    @property
    def rise(self) -> float:
        """The height of the back above the front."""
        return -BACK[1] * self.deep

    @property
    def height(self) -> float:
        """The height of the front and the top together."""
        return self.high + self.rise


@dataclass(frozen=True, slots=True)
class Stand:
    """A volume in its place: the left of its front, and the height of its middle."""

    solid: Solid
    x: float
    middle: float
    lane: int

    @property
    def front(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the front face."""
        top = self.middle - self.solid.high / 2 + self.solid.rise / 2
        return self.x, top, self.x + self.solid.thick, top + self.solid.high

    @property
    def right(self) -> float:
        """The right edge of the back."""
        return self.x + self.solid.width

    @property
    def centre(self) -> float:
        """The middle between left and right."""
        return self.x + self.solid.width / 2

    @property
    def top(self) -> float:
        """The top edge of the back."""
        return self.middle - self.solid.height / 2

    @property
    def face(self) -> Point:
        """The middle of the right face."""
        return self.x + self.solid.thick + BACK[0] * self.solid.deep / 2, self.middle


def solids(sketch: Sketch) -> Sketch:
    """The volumes of a network: all but `flatten`, and `concat` of towers, whose volumes are read side by side."""
    given = stacked(sketch)
    place_of: dict[int, tuple[int, ...]] = {}
    kept: list[Vertex] = []
    columns: list[int] = []
    for place, vertex in enumerate(given.vertices):
        sources = tuple(dict.fromkeys(new for source in vertex.reads for new in place_of[source]))
        kind = vertex.entry.type if isinstance(vertex.entry, Row) and not vertex.after and sources else ""
        if kind == "flatten" or (kind == "concat" and len({columns[source] for source in sources}) == 1):
            place_of[place] = sources
        else:
            place_of[place] = (len(kept),)
            kept.append(replace(vertex, reads=sources))
            columns.append(_column(sources, columns))
    return replace(given, vertices=tuple(kept))


def _column(reads: tuple[int, ...], columns: list[int]) -> int:
    """The column of a volume: after all that it reads."""
    return max((columns[source] + 1 for source in reads), default=0)


def columns_of(drawn: Sketch) -> list[list[int]]:
    """The places of the volumes, column by column."""
    columns: list[int] = []
    for vertex in drawn.vertices:
        columns.append(_column(vertex.reads, columns))
    found: list[list[int]] = [[] for _ in range(max(columns, default=-1) + 1)]
    for place, at in enumerate(columns):
        found[at].append(place)
    return found


def is_chain_of_volumes(sketch: Sketch) -> bool:
    """Whether a network is a chain, or twin towers of equal layers: what volumes show best."""
    drawn = solids(sketch)
    columns = columns_of(drawn)
    column_of = {place: at for at, places in enumerate(columns) for place in places}
    for places in columns:
        kinds = {(getattr(drawn.vertices[p].entry, "type", ""), drawn.vertices[p].output) for p in places}
        if len(places) > LANES or len(kinds) > 1:
            return False
    return all(
        column_of[place] - column_of[source] == 1
        for place, vertex in enumerate(drawn.vertices)
        for source in vertex.reads
    )


def caption(vertex: Vertex, look: Look) -> Lines:
    """The text below a volume: its name, its shape, and what else is drawn into it."""
    name = fitted(clean(vertex.label), FONTS["name"].size, CAPTION, True)
    shape = fitted(written_shape(vertex.output, look.layout), FONTS["shape"].size, CAPTION)
    does = operation(vertex) if isinstance(vertex.entry, GroupRow) else ""
    if isinstance(vertex.entry, Row) and not label(vertex) and operation(vertex):
        does = vertex.entry.type
    text = " · ".join(filter(None, [does, followers(vertex.after)]))
    muted = [*wrapped(text, FONTS["muted"].size, CAPTION, 3)]
    muted += [fitted(line, FONTS["muted"].size, CAPTION) for line in counted(vertex, look)]
    return [(name, "name"), (shape, "shape"), *((line, "muted") for line in muted)]


def label(vertex: Vertex) -> Lines:
    """The text before a volume: the layer's type, window, stride; nothing where it has no window."""
    entry = vertex.entry
    kernel = entry.attributes.get("kernel") if isinstance(entry, Row) else None
    if not isinstance(entry, Row) or not kernel:
        return []
    lines = [(entry.type, "muted"), ("×".join(map(str, kernel)), "kernel")]
    stride = entry.attributes.get("stride")
    if stride and set(stride) != {1}:
        lines.append((f"stride {'×'.join(map(str, stride)) if len(set(stride)) > 1 else stride[0]}", "muted"))
    groups = entry.attributes.get("groups", 1)
    if entry.type in ("conv", "transposed_conv") and groups > 1:
        lines.append(("depthwise" if groups == entry.input_shapes[0][0] else f"groups {groups}", "muted"))
    return [(fitted(text, FONTS[kind].size, CAPTION), kind) for text, kind in lines]


def widest(lines: Lines) -> float:
    """The width of the longest line."""
    return max((text_width(text, FONTS[kind].size, FONTS[kind].bold) for text, kind in lines), default=0.0)
