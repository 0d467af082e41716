"""A chain as volumes in a row, as lecture slides draw AlexNet: H×W×C boxes to scale, the kernel inside each.

Every length is in proportion to the square root of the size that it stands for, because 227×227×3 and 4096 on one
slide need that; the factors are written below the picture. Width recedes in cabinet projection, at half length.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from cnncalc.analysis import GroupRow, Row
from cnncalc.diagram.card import Look, counted, followers, operation, role
from cnncalc.diagram.metrics import fitted, text_width, wrapped
from cnncalc.diagram.picture import FONTS, Face, Item, Line, Point, Text, arrow, moved
from cnncalc.diagram.placed import lined, slide_scale
from cnncalc.diagram.sketch import Sketch, Vertex, stacked, too_large
from cnncalc.problem import Problem, ProblemsFound, clean
from cnncalc.shape import Shape, written_shape

BACK = (0.4, -0.3)  # where a length of 1 that recedes leads: half as long
BAR = 12.0  # width of a vector
MOST = 120  # volumes
LANES = 2
ARCS = 8
CAPTION = 116.0
LANE_GAP = 46.0
LINE = 15.0


class Scale(NamedTuple):
    """Pixels for the square root of a side, of channels, of the length of a vector."""

    side: float
    channels: float
    vector: float

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


class Solid(NamedTuple):
    """A volume's drawn size: `thick` for the channels, `high` and `deep` for the sides; a vector is a bar."""

    thick: float
    high: float
    deep: float

    @property
    def width(self) -> float:
        return self.thick + BACK[0] * self.deep

    @property
    def rise(self) -> float:
        """How far the back stands above the front."""
        return -BACK[1] * self.deep

    @property
    def height(self) -> float:
        return self.high + self.rise


@dataclass
class Column:
    """The volumes at one place of the row, with their texts."""

    vertices: list[int]
    width: float
    gap: float  # before it, for the labels of what leads here


@dataclass
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
        return self.x + self.solid.width

    @property
    def face(self) -> Point:
        """The middle of the right face."""
        return self.x + self.solid.thick + BACK[0] * self.solid.deep / 2, self.middle


def solids(sketch: Sketch) -> Sketch:
    """What is drawn as volumes: all but `concat` and `flatten`, which make no new values."""
    given = stacked(sketch)
    place_of: dict[int, tuple[int, ...]] = {}
    kept: list[Vertex] = []
    for place, vertex in enumerate(given.vertices):
        sources = tuple(dict.fromkeys(new for source in vertex.reads for new in place_of[source]))
        entry = vertex.entry
        if isinstance(entry, Row) and entry.type in ("concat", "flatten") and not vertex.after and sources:
            place_of[place] = sources
        else:
            place_of[place] = (len(kept),)
            kept.append(replace(vertex, reads=sources))
    return replace(given, vertices=tuple(kept))


def columns_of(drawn: Sketch) -> list[list[int]]:
    """The places of the volumes, column by column: each stands after all that it reads."""
    column: list[int] = []
    for vertex in drawn.vertices:
        column.append(max((column[source] + 1 for source in vertex.reads), default=0))
    found: list[list[int]] = [[] for _ in range(max(column, default=-1) + 1)]
    for place, at in enumerate(column):
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


def volumes(sketch: Sketch, look: Look, file: str) -> tuple[float, float, list[Item], list[str]]:
    """Width, height, items, and the notes that belong below."""
    drawn = solids(sketch)
    if len(drawn.vertices) > MOST:
        raise too_large("volumes", len(drawn.vertices), MOST, file)
    columns = columns_of(drawn)
    builder = _Volumes(drawn, columns, look)
    if max(map(len, columns)) > LANES or builder.arc_levels() > ARCS:
        raise ProblemsFound(
            [
                Problem(
                    "too-many-branches",
                    f"{file} has more branches side by side than volumes can show",
                    help="draw it with `--style flow`, or fold its blocks with `--depth 1`",
                )
            ]
        )
    best: tuple[float, float, list[Item]] | None = None
    for rows in range(1, 7):
        found = builder.drawn(rows)
        if found and (best is None or slide_scale(*found[:2]) > slide_scale(*best[:2]) * 1.15):
            best = found
    assert best is not None
    notes = [builder.scale.written([vertex.output for vertex in drawn.vertices])]
    if any(len(vertex.output) > 3 for vertex in drawn.vertices):
        notes.append("Of depth × height × width, the depth is not drawn.")
    return *best, notes


class _Volumes:
    def __init__(self, drawn: Sketch, columns: list[list[int]], look: Look) -> None:
        self.sketch = drawn
        self.look = look
        shapes = [vertex.output for vertex in drawn.vertices]
        sides = max((max(shape[1:]) for shape in shapes if len(shape) > 1), default=1)
        deep = max((shape[0] for shape in shapes if len(shape) > 1), default=1)
        long = max((shape[0] for shape in shapes if len(shape) == 1), default=1)
        lanes = max(map(len, columns))
        self.scale = Scale(
            _tidy(min(26.0, (170.0 if lanes == 1 else 120.0) / sqrt(sides))),
            _tidy(min(9.0, 84.0 / sqrt(deep))),
            _tidy(min(10.0, (170.0 if lanes == 1 else 120.0) / sqrt(long))),
        )
        self.solids = [self.solid(shape) for shape in shapes]
        self.captions = [self._caption(vertex) for vertex in drawn.vertices]
        self.labels = [self._label(vertex) for vertex in drawn.vertices]
        self.column_of = {place: at for at, places in enumerate(columns) for place in places}
        self.columns = [
            Column(
                places,
                max(max(self.solids[p].width, _widest(self.captions[p])) for p in places),
                max(44.0, *(_widest(self.labels[p]) + 14 for p in places)),
            )
            for places in columns
        ]
        self.lanes = lanes
        self.readers = drawn.readers

    def solid(self, shape: Shape) -> Solid:
        if len(shape) == 1:
            return Solid(BAR, round(max(2.0, self.scale.vector * sqrt(shape[0])), 2), 0.0)
        high, wide = (shape[-2], shape[-1]) if len(shape) > 2 else (shape[1], 1)
        return Solid(
            round(self.scale.channels * sqrt(shape[0]), 2),
            round(self.scale.side * sqrt(high), 2),
            round(self.scale.side * sqrt(wide), 2),
        )

    # -------------------------------------------------------------------------------------------- texts

    def _caption(self, vertex: Vertex) -> list[tuple[str, str]]:
        name = fitted(clean(vertex.label), FONTS["name"].size, CAPTION, True)
        shape = fitted(written_shape(vertex.output, self.look.layout), FONTS["shape"].size, CAPTION)
        lines = [(name, "name"), (shape, "shape")]
        does = operation(vertex) if isinstance(vertex.entry, GroupRow) else ""
        if isinstance(vertex.entry, Row) and not self._label(vertex) and operation(vertex):
            does = vertex.entry.type
        text = " · ".join(filter(None, [does, followers(vertex.after)]))
        lines += [(line, "muted") for line in wrapped(text, FONTS["muted"].size, CAPTION, 3)]
        return lines + [(fitted(line, FONTS["muted"].size, CAPTION), "muted") for line in counted(vertex, self.look)]

    def _label(self, vertex: Vertex) -> list[tuple[str, str]]:
        """What leads to a volume: the layer's type, window, stride."""
        entry = vertex.entry
        kernel = entry.attributes.get("kernel") if isinstance(entry, Row) else None
        if not isinstance(entry, Row) or not kernel:
            return []
        stride = entry.attributes.get("stride")
        lines = [(entry.type, "muted"), ("×".join(map(str, kernel)), "kernel")]
        if stride and set(stride) != {1}:
            lines.append((f"stride {'×'.join(map(str, stride)) if len(set(stride)) > 1 else stride[0]}", "muted"))
        groups = entry.attributes.get("groups", 1)
        if entry.type in ("conv", "transposed_conv") and groups > 1:
            lines.append(("depthwise" if groups == entry.input_shapes[0][0] else f"groups {groups}", "muted"))
        return [(fitted(text, FONTS[kind].size, CAPTION), kind) for text, kind in lines]

    # -------------------------------------------------------------------------------------------- places

    def arcs(self) -> list[tuple[int, int]]:
        """Lines that pass over other volumes: (from, to)."""
        return [
            (source, place)
            for place, vertex in enumerate(self.sketch.vertices)
            for source in vertex.reads
            if self.column_of[place] - self.column_of[source] > 1
        ]

    def arc_levels(self) -> int:
        return max(self._levels().values(), default=-1) + 1

    def _levels(self) -> dict[tuple[int, int], int]:
        """How high each arc runs: above those that it spans."""
        found: dict[tuple[int, int], int] = {}
        spans = sorted(self.arcs(), key=lambda arc: (self.column_of[arc[1]] - self.column_of[arc[0]], arc))
        for arc in spans:
            a, b = self.column_of[arc[0]], self.column_of[arc[1]]
            taken = {
                level for other, level in found.items() if self.column_of[other[0]] < b and a < self.column_of[other[1]]
            }
            found[arc] = next(level for level in range(len(taken) + 1) if level not in taken)
        return found

    def drawn(self, rows: int) -> tuple[float, float, list[Item]] | None:
        broken = self._rows(rows)
        if broken is None:
            return None
        items: list[Item] = []
        stands: dict[int, Stand] = {}
        top, width = 0.0, 0.0
        left_over: tuple[Point, float] | None = None
        for number, row in enumerate(broken):
            above, below = self._extent(row)
            over = self._captions_height(row, 0) if self.lanes > 1 else 0.0
            arcs = [arc for arc in self._levels() if self.column_of[arc[1]] in row]
            over += 14.0 * (max((self._levels()[arc] for arc in arcs), default=-1) + 1) + (12 if arcs else 0)
            middle = top + over + above
            x = 0.0
            for at in row:
                column = self.columns[at]
                x += column.gap if at != row[0] or number else 0.0
                for lane, place in enumerate(column.vertices):
                    solid = self.solids[place]
                    lane_at = middle + (self._lane_offset() * (2 * lane - 1) if len(column.vertices) > 1 else 0.0)
                    stands[place] = Stand(solid, x + (column.width - solid.width) / 2, lane_at, lane)
                x += column.width
            base = middle + below
            items += self._row_items(row, stands, top, base, middle)
            if number and left_over is not None:
                first = stands[self.columns[row[0]].vertices[0]]
                (start, lane_y) = left_over
                end = (self.columns[row[0]].gap - 8 if first.x > 8 else first.x - 4, middle)
                end = (min(first.x - 4, end[0] + 4), middle)
                corners = [
                    start,
                    (start[0] + 14, start[1]),
                    (start[0] + 14, lane_y),
                    (-12.0, lane_y),
                    (-12.0, middle),
                    end,
                ]
                items += lined(corners, True)
            bottom = base + 6 + self._captions_height(row, self.lanes - 1)
            right = max(stands[p].right for p in self.columns[row[-1]].vertices)
            left_over = ((max(right + 4, right), middle), bottom + 18)
            width = max(width, x)
            top = bottom + 36
        height = top - 36
        if len(broken) > 1:
            items = [moved(item, 14.0, 0.0) for item in items]
            width += 34.0
        return width, height, items

    def _rows(self, rows: int) -> list[list[int]] | None:
        """The columns in so many rows of nearly equal length; a row does not end below an arc."""
        number = len(self.columns)
        spans = [(self.column_of[a], self.column_of[b]) for a, b in self.arcs()]
        allowed = [
            at
            for at in range(1, number)
            if not any(a < at <= b for a, b in spans)
            and (len(self.columns[at - 1].vertices) == 1 or len(self.columns[at].vertices) == 1 or rows == 1)
            and len(self.columns[at].vertices) == 1 == len(self.columns[at - 1].vertices)
        ]
        total = sum(column.width + column.gap for column in self.columns)
        breaks: list[int] = []
        at_width, used = total / rows, 0.0
        for at in range(number):
            step = self.columns[at].width + self.columns[at].gap
            if at in allowed and len(breaks) < rows - 1 and used + step / 2 > at_width * (len(breaks) + 1):
                breaks.append(at)
            used += step
        if len(breaks) != rows - 1:
            return None
        ends = [0, *breaks, number]
        lengths = [sum(self.columns[at].width + self.columns[at].gap for at in range(a, b)) for a, b in pairwise(ends)]
        if min(lengths) < 0.5 * max(lengths):
            return None
        return [list(range(a, b)) for a, b in pairwise(ends)]

    def _lane_offset(self) -> float:
        tallest = max(
            self.solids[place].height
            for column in self.columns
            if len(column.vertices) > 1
            for place in column.vertices
        )
        return (tallest + LANE_GAP) / 2

    def _extent(self, row: list[int]) -> tuple[float, float]:
        """How far the volumes of a row, and the labels between them, stand above and below its middle."""
        above = below = 0.0
        for at in row:
            column = self.columns[at]
            for lane, place in enumerate(column.vertices):
                half = self.solids[place].height / 2
                labels = self._label_space(place)
                if len(column.vertices) == 1:
                    above, below = max(above, half), max(below, half, labels)
                else:
                    offset = self._lane_offset()
                    above = max(above, offset + (max(half, labels) if lane == 0 else 0.0))
                    below = max(below, offset + (max(half, labels) if lane == 1 else 0.0))
        return above, below

    def _label_space(self, place: int) -> float:
        return self._label_start(place) + LINE * len(self.labels[place])

    def _label_start(self, place: int) -> float:
        """How far from the middle the labels before a volume begin: beyond the kernel and its lines."""
        kernels = [self._kernel(source, place) for source in self.sketch.vertices[place].reads]
        half = max([kernel.height / 2 for kernel in kernels if kernel], default=0.0)
        if self.lanes > 1 and not half:  # lines from lane to lane cross between the volumes
            half = self.solids[place].height / 2
        return max(10.0, half + 4)

    def _captions_height(self, row: list[int], lane: int) -> float:
        shown = [
            self.captions[place]
            for at in row
            for number, place in enumerate(self.columns[at].vertices)
            if (number == lane and len(self.columns[at].vertices) > 1)
            or (len(self.columns[at].vertices) == 1 and lane == self.lanes - 1)
        ]
        return max((LINE * len(lines) for lines in shown), default=0.0) + 8

    # -------------------------------------------------------------------------------------------- drawing

    def _row_items(
        self, row: list[int], stands: dict[int, Stand], top: float, base: float, middle: float
    ) -> list[Item]:
        items: list[Item] = []
        levels = self._levels()
        places = [place for at in row for place in self.columns[at].vertices]
        for place in places:
            items += self._volume(place, stands[place])
        for place in places:
            stand = stands[place]
            for source in self.sketch.vertices[place].reads:
                if (source, place) in levels:
                    items += self._arc(stands[source], stand, base, levels[source, place], top)
                elif self.column_of[source] in row:
                    items += self._link(source, place, stands)
            items += self._texts(place, stand, top, base, row)
        return items

    def _volume(self, place: int, stand: Stand) -> list[Item]:
        left, top, right, bottom = stand.front
        dx, dy = BACK[0] * stand.solid.deep, BACK[1] * stand.solid.deep
        kind, tip = role(self.sketch.vertices[place]), clean(self.sketch.vertices[place].name)
        faces: list[Item] = [Face(((left, top), (right, top), (right, bottom), (left, bottom)), kind, tip)]
        if stand.solid.deep:
            faces += [
                Face(((left, top), (left + dx, top + dy), (right + dx, top + dy), (right, top)), f"{kind}.top", tip),
                Face(
                    ((right, top), (right + dx, top + dy), (right + dx, bottom + dy), (right, bottom)),
                    f"{kind}.side",
                    tip,
                ),
            ]
        return faces

    def _kernel(self, source: int, place: int) -> Solid | None:
        """The kernel of a layer as a volume inside what it reads; None where it has none there."""
        entry, shape = self.sketch.vertices[place].entry, self.sketch.vertices[source].output
        if not isinstance(entry, Row) or "kernel" not in entry.attributes or len(shape) < 2:
            return None
        kernel = entry.attributes["kernel"]
        channels = max(1, shape[0] // entry.attributes.get("groups", 1)) if entry.type == "conv" else 1
        small = self.solid((channels, *kernel))
        whole = self.solids[source]
        return Solid(min(small.thick, whole.thick), min(small.high, whole.high), min(small.deep, whole.deep))

    def _link(self, source: int, place: int, stands: dict[int, Stand]) -> list[Item]:
        """What leads from one volume to the next: a kernel with lines to one value, all to all, or an arrow."""
        a, b = stands[source], stands[place]
        entry = self.sketch.vertices[place].entry
        kernel = self._kernel(source, place)
        left, top, _, bottom = b.front
        if kernel:
            return self._cone(a, b, kernel)
        if isinstance(entry, Row) and entry.type in ("dense", "rbf") and len(entry.output_shape) == 1:
            _, a_top, a_right, a_bottom = a.front
            far = BACK[0] * a.solid.deep
            return [
                Line((a_right + far, a_top - a.solid.rise), (((left, top),),), "cone"),
                Line((a_right, a_bottom), (((left, bottom),),), "cone"),
            ]
        return lined([(a.right + 4, a.middle), (left - 3, b.middle)], True)

    def _cone(self, a: Stand, b: Stand, kernel: Solid) -> list[Item]:
        x, y = a.face
        dx, dy = BACK[0] * kernel.deep / 2, BACK[1] * kernel.deep / 2
        half = kernel.high / 2
        near_top, near_bottom = (x - dx, y - dy - half), (x - dx, y - dy + half)
        far_top, far_bottom = (x + dx, y + dy - half), (x + dx, y + dy + half)
        left = b.x + min(BACK[0] * b.solid.deep / 2, b.solid.thick)
        target = (left, b.middle)
        deep = kernel.thick
        items: list[Item] = [
            Line(
                near_top,
                (((near_top[0] - deep, near_top[1]),), ((near_top[0] - deep, near_bottom[1]),), (near_bottom,)),
                "hidden",
            ),
            Line((near_top[0] - deep, near_top[1]), (((far_top[0] - deep, far_top[1]),), (far_top,)), "hidden"),
            Face((near_top, far_top, far_bottom, near_bottom), "patch"),
        ]
        items += [Line(corner, ((target,),), "cone") for corner in (near_top, near_bottom, far_top, far_bottom)]
        s = 2.2
        square = tuple((target[0] + u * s, target[1] + v * s) for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
        return [*items, Face(square, "mark")]

    def _arc(self, a: Stand, b: Stand, base: float, level: int, top: float) -> list[Item]:
        start = (a.x + a.solid.width / 2, a.middle - a.solid.height / 2 - 3)
        end = (b.x + b.solid.width / 2 - 5, b.middle - b.solid.height / 2 - 3)
        highest = max(self._levels().values())
        y = top + 4 + 14.0 * (highest - level)
        corners = [start, (start[0], y), (end[0], y), end]
        line = lined(corners, False)
        return [*line, arrow(end, "down")]

    def _texts(self, place: int, stand: Stand, top: float, base: float, row: list[int]) -> list[Item]:
        column = self.columns[self.column_of[place]]
        upper = len(column.vertices) > 1 and stand.lane == 0
        items: list[Item] = []
        centre = stand.x + stand.solid.width / 2
        caption = self.captions[place]
        y = top + self._captions_height(row, 0) - LINE * len(caption) if upper else base + 6
        for line, (text, kind) in enumerate(caption):
            items.append(Text(centre, y + LINE * (line + 1), text, kind, "middle"))
        labels = self.labels[place]
        if labels and self.sketch.vertices[place].reads:
            gap = column.gap
            x = stand.x + stand.solid.width / 2 - column.width / 2 - gap / 2
            start = self._label_start(place)
            first = stand.middle - start - LINE * len(labels) + 4 if upper else stand.middle + start
            for line, (text, kind) in enumerate(labels):
                items.append(Text(x, first + LINE * (line + 1) - 4, text, kind, "middle"))
        return items


def _tidy(value: float) -> float:
    """A factor as it is written."""
    return float(f"{value:.2g}")


def _widest(lines: list[tuple[str, str]]) -> float:
    return max((text_width(text, FONTS[kind].size, FONTS[kind].bold) for text, kind in lines), default=0.0)
