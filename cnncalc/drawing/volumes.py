"""Volumes in rows, as lecture slides draw AlexNet: H×W×C boxes to scale, and in each the kernel that reads it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf

from cnncalc.core.analysis import Row
from cnncalc.core.problem import clean
from cnncalc.drawing.card import Look, role
from cnncalc.drawing.faces import all_to_all, faces, kernel_lines
from cnncalc.drawing.picture import Caption, Item, Point, moved
from cnncalc.drawing.placed import lined, slide_scale
from cnncalc.drawing.sketch import CannotDraw, Sketch, too_large, too_narrow
from cnncalc.drawing.solids import LANES, Solid, Stand, caption, columns_of, label, scale_for, solids, widest

MOST = 120  # volumes
MOST_ROWS = 6
ARCS = 8  # skips one above the other
ARC = 14.0
BESIDE = 3.5  # how far from a column's texts an arc runs up or down: half of what labels between columns leave free
LANE_GAP = 46.0
LINE = 15.0
ROW_GAP = 36.0
BREAK = 1.3  # so much larger must a picture be to be worth a further row


def volumes(
    sketch: Sketch, look: Look, file: str, width: float | None = None
) -> tuple[tuple[float, float, list[Item]], list[str]]:
    """Width, height and items, in as few rows as a width needs where one is given, and the notes that belong below."""
    drawn = solids(sketch)
    if len(drawn.vertices) > MOST:
        raise too_large("volumes", MOST, file)
    builder = _Volumes(drawn, look)
    if builder.lanes > LANES or max(builder.levels.values(), default=0) >= ARCS:
        raise CannotDraw(
            f"{file} has more branches side by side than volumes can show: draw a flow (`--style flow`), or fold its "
            "blocks (`--depth 1`)"
        )
    best = builder.for_slide() if width is None else builder.within(width)
    shapes = [vertex.output for vertex in drawn.vertices]
    notes = [builder.scale.written(shapes)]
    if any(len(shape) > 3 for shape in shapes):
        notes.append("Of depth × height × width, the depth is not drawn.")
    return best, notes


@dataclass(frozen=True, slots=True)
class _Column:
    """The volumes at one place of the row, and the room that they and their texts need."""

    places: list[int]
    width: float
    gap: float  # before it, for the labels of what leads here


class _Volumes:
    def __init__(self, drawn: Sketch, look: Look) -> None:
        self.vertices = drawn.vertices
        columns = columns_of(drawn)
        self.lanes = max(map(len, columns))
        self.scale = scale_for([vertex.output for vertex in drawn.vertices], self.lanes)
        self.solids = [self.scale.solid(vertex.output) for vertex in drawn.vertices]
        self.captions = [caption(vertex, look) for vertex in drawn.vertices]
        self.labels = [label(vertex) for vertex in drawn.vertices]
        self.column_of = {place: at for at, places in enumerate(columns) for place in places}
        self.columns = [
            _Column(
                places,
                max(max(self.solids[p].width, widest(self.captions[p])) for p in places),
                max(44.0, *(widest(self.labels[p]) + 14 for p in places)),
            )
            for places in columns
        ]
        twins = [self.solids[place].height for places in columns if len(places) > 1 for place in places]
        self.offset = (max(twins, default=0.0) + LANE_GAP) / 2  # of a lane from the middle of the row
        self.levels = self._levels()

    def _levels(self) -> dict[tuple[int, int], int]:
        """How high the arc of each skip runs: above those that it spans."""
        spans = []
        for place, vertex in enumerate(self.vertices):
            for source in vertex.reads:
                if self.column_of[place] - self.column_of[source] > 1:
                    spans.append((self.column_of[place] - self.column_of[source], source, place))
        found: dict[tuple[int, int], int] = {}
        for _, source, place in sorted(spans):
            start, end = self.column_of[source], self.column_of[place]
            below = [
                level
                for (other, reader), level in found.items()
                if self.column_of[other] < end and start < self.column_of[reader]
            ]
            found[source, place] = next(level for level in range(len(below) + 1) if level not in below)
        return found

    # -------------------------------------------------------------------------------------------- rows

    def for_slide(self) -> tuple[float, float, list[Item]]:
        """Width, height and items in rows of nearly equal length, as many as make it large on a slide."""
        best = self.drawn(self._rows(1))
        for rows in range(2, MOST_ROWS + 1):
            broken = self._rows(rows)
            lengths = [self._length(row) for row in broken]
            if len(broken) == rows and min(lengths) >= 0.5 * max(lengths):
                found = self.drawn(broken)
                if slide_scale(*found[:2]) > slide_scale(*best[:2]) * BREAK:
                    best = found
        return best

    def within(self, width: float) -> tuple[float, float, list[Item]]:
        """The same in the fewest rows that are no wider than a page; raises CannotDraw where none are."""
        narrowest = inf
        for rows in range(1, len(self.columns) + 1):
            found = self.drawn(self._rows(rows))
            if found[0] <= width:
                return found
            narrowest = min(narrowest, found[0])
        raise too_narrow(width, narrowest, "draw a flow (`--style flow`)")

    def drawn(self, broken: list[list[int]]) -> tuple[float, float, list[Item]]:
        """Width, height and items in these rows."""
        items: list[Item] = []
        stands: dict[int, Stand] = {}
        top, width = 0.0, 0.0
        for number, row in enumerate(broken):
            above, below = self._extent(row)
            high = [level for (_, place), level in self.levels.items() if self.column_of[place] in row]
            arcs = ARC * (max(high) + 1) + 12 if high else 0.0
            over = self._captions_height(row, 0) if self.lanes > 1 else 0.0
            middle = top + arcs + over + above
            end = self._place(row, stands, middle, number > 0)
            width = max(width, end)
            items += self._row_items(row, stands, top, top + arcs, middle + below)
            if number:
                items += self._turn(broken[number - 1][-1], row[0], stands, top - ROW_GAP / 2)
            top = middle + below + 6 + self._captions_height(row, self.lanes - 1) + ROW_GAP
        if len(broken) > 1:  # room beside the rows for the lines that lead from one to the next
            return width + 34, top - ROW_GAP, [moved(item, 14, 0) for item in items]
        return width, top - ROW_GAP, items

    def _rows(self, rows: int) -> list[list[int]]:
        """The columns in at most so many rows; a row ends at a single volume, and not below an arc."""
        spans = [(self.column_of[source], self.column_of[place]) for source, place in self.levels]
        steps = [column.width + column.gap for column in self.columns]
        breaks: list[int] = []
        used = 0.0
        for at, step in enumerate(steps):
            single = at > 0 and len(self.columns[at].places) == 1 == len(self.columns[at - 1].places)
            free = not any(start < at <= end for start, end in spans)
            wanted = used + step / 2 > sum(steps) / rows * (len(breaks) + 1)
            if single and free and wanted and len(breaks) < rows - 1:
                breaks.append(at)
            used += step
        return [list(range(start, end)) for start, end in pairwise([0, *breaks, len(steps)])]

    def _length(self, row: list[int]) -> float:
        return sum(self.columns[at].width + self.columns[at].gap for at in row)

    def _place(self, row: list[int], stands: dict[int, Stand], middle: float, indented: bool) -> float:
        """Give the volumes of a row their places; gives where the row ends."""
        x = 0.0
        for at in row:
            column = self.columns[at]
            x += column.gap if at != row[0] or indented else 0.0
            for lane, place in enumerate(column.places):
                solid = self.solids[place]
                shift = self.offset * (2 * lane - 1) if len(column.places) > 1 else 0.0
                stands[place] = Stand(solid, x + (column.width - solid.width) / 2, middle + shift, lane)
            x += column.width
        return x

    def _turn(self, last: int, first: int, stands: dict[int, Stand], level: float) -> list[Item]:
        """The line from the end of a row to the start of the next."""
        a, b = stands[self.columns[last].places[0]], stands[self.columns[first].places[0]]
        start, beside = (a.right + 4, a.middle), max(a.right + 18, a.centre + self.columns[last].width / 2 + 8)
        corners: list[Point] = [start, (beside, start[1]), (beside, level), (-12, level), (-12, b.middle)]
        return lined([*corners, (b.x - 4, b.middle)], True)

    def _extent(self, row: list[int]) -> tuple[float, float]:
        """How far the volumes of a row, and the labels between them, stand above and below its middle."""
        above = below = 0.0
        for at in row:
            places = self.columns[at].places
            for lane, place in enumerate(places):
                half = self.solids[place].height / 2
                labelled = max(half, self._label_start(place) + LINE * len(self.labels[place]))
                if len(places) == 1:
                    labelled_above = self._is_labelled_above(place)
                    above = max(above, labelled if labelled_above else half)
                    below = max(below, half if labelled_above else labelled)
                elif lane == 0:
                    above = max(above, self.offset + labelled)
                else:
                    below = max(below, self.offset + labelled)
        return above, below

    def _label_start(self, place: int) -> float:
        """How far from the middle the labels before a volume begin: beyond the kernels and their lines."""
        kernels = [self._kernel(source, place) for source in self.vertices[place].reads]
        start = max(10.0, *(kernel.height / 2 + 4 for kernel in kernels if kernel), 0.0)
        return start + (self.offset if self._from(place) == {0, 1} and self._lane(place) is None else 0.0)

    def _lane(self, place: int) -> int | None:
        """0 for the upper and 1 for the lower of two volumes side by side, None for a single one."""
        places = self.columns[self.column_of[place]].places
        return places.index(place) if len(places) > 1 else None

    def _from(self, place: int) -> set[int | None]:
        return {self._lane(source) for source in self.vertices[place].reads}

    def _is_labelled_above(self, place: int) -> bool:
        """Whether the labels before a volume stand above its middle: no line comes from there."""
        return self._lane(place) == 0 or (self._lane(place) is None and self._from(place) == {1})

    def _captions_height(self, row: list[int], lane: int) -> float:
        """The room for the texts above (lane 0 of two) or below the volumes of a row."""
        shown = [0]
        for at in row:
            places = self.columns[at].places
            if len(places) > 1:
                shown.append(len(self.captions[places[lane]]))
            elif lane == self.lanes - 1:
                shown.append(len(self.captions[places[0]]))
        return LINE * max(shown) + 8

    # -------------------------------------------------------------------------------------------- drawing

    def _row_items(
        self, row: list[int], stands: dict[int, Stand], top: float, under_arcs: float, base: float
    ) -> list[Item]:
        items: list[Item] = []
        places = [place for at in row for place in self.columns[at].places]
        for place in places:
            vertex = self.vertices[place]
            items += faces(stands[place], role(vertex), clean(vertex.name))
        for place in places:
            for source in self.vertices[place].reads:
                if (source, place) in self.levels:
                    height = max(self.levels.values()) - self.levels[source, place]
                    items += self._arc(source, place, stands, top + 4 + ARC * height)
                elif self.column_of[source] in row:
                    items += self._link(source, place, stands)
            items += self._texts(place, stands[place], under_arcs, base, row)
        return items

    def _kernel(self, source: int, place: int) -> Solid | None:
        """The kernel of a layer as a volume inside what it reads; None where it has none there."""
        entry, shape = self.vertices[place].entry, self.vertices[source].output
        if not isinstance(entry, Row) or "kernel" not in entry.attributes or len(shape) < 2:
            return None
        channels = max(1, shape[0] // entry.attributes.get("groups", 1)) if entry.type == "conv" else 1
        small, whole = self.scale.solid((channels, *entry.attributes["kernel"])), self.solids[source]
        return Solid(min(small.thick, whole.thick), min(small.high, whole.high), min(small.deep, whole.deep))

    def _link(self, source: int, place: int, stands: dict[int, Stand]) -> list[Item]:
        """What leads from one volume to the next: a kernel with lines to one value, all to all, or an arrow."""
        a, b, entry = stands[source], stands[place], self.vertices[place].entry
        kernel = self._kernel(source, place)
        if kernel:
            return kernel_lines(a, b, kernel)
        if isinstance(entry, Row) and entry.layer.family == "dense" and len(entry.output_shape) == 1:
            return all_to_all(a, b)
        return lined([(a.right + 4, a.middle), (b.x - 3, b.middle)], True)

    def _arc(self, source: int, place: int, stands: dict[int, Stand], level: float) -> list[Item]:
        """A skip: from the top of one volume to that of another; at a volume in a lane, beside it and its caption."""
        a, b = stands[source], stands[place]
        corners: list[Point] = [(a.centre, a.top - 3), (a.centre, level)]
        if self._lane(source) is not None:
            x = a.centre + self.columns[self.column_of[source]].width / 2 + BESIDE
            corners = [(a.right + 4, a.middle), (x, a.middle), (x, level)]
        if self._lane(place) is None:
            return lined([*corners, (b.centre - 5, level), (b.centre - 5, b.top - 3)], True)
        x = b.centre - self.columns[self.column_of[place]].width / 2 - BESIDE
        return lined([*corners, (x, level), (x, b.middle), (b.x - 3, b.middle)], True)

    def _texts(self, place: int, stand: Stand, top: float, base: float, row: list[int]) -> list[Item]:
        column = self.columns[self.column_of[place]]
        upper = len(column.places) > 1 and stand.lane == 0
        lines = self.captions[place]
        y = top + self._captions_height(row, 0) - 8 - LINE * len(lines) if upper else base + 6
        items: list[Item] = [
            Caption(stand.centre, y + LINE * (at + 1), text, kind, "middle") for at, (text, kind) in enumerate(lines)
        ]
        lines = self.labels[place] if self.vertices[place].reads else []
        start = self._label_start(place)
        y = stand.middle + (-start - LINE * len(lines) if self._is_labelled_above(place) else start - 4)
        x = stand.centre - (column.width + column.gap) / 2
        items += [Caption(x, y + LINE * (at + 1), text, kind, "middle") for at, (text, kind) in enumerate(lines)]
        return items
