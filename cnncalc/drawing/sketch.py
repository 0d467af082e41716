"""Analysis → what a diagram shows of it: vertices, what each of them reads, and the open groups around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil

from cnncalc.core.analysis import Analysis, Counts, GroupRow, Row
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape

Entry = Row | GroupRow | None  # None: an input

MOST_LAYERS = 6_000  # layers and folded blocks, one by one
MOST_VERTICES = 1_500  # boxes that are drawn here


@dataclass(frozen=True, slots=True)
class Vertex:
    """An input, a layer, or a folded group.

    `reads` are places in `Sketch.vertices`, each before the vertex itself; `inside` the open groups around it, the
    outermost first. `before` and `after` are layers that `stacked` has drawn into it.
    """

    name: str
    label: str
    entry: Entry
    output: Shape
    counts: Counts
    reads: tuple[int, ...]
    inside: tuple[str, ...]
    start: int
    stop: int
    analysis: Analysis = field(repr=False, compare=False)
    before: tuple[Row, ...] = ()
    after: tuple[Row, ...] = ()

    @property
    def is_input(self) -> bool:
        """Whether it is an input of the network, and no layer."""
        return self.entry is None


class Opened(Record):
    """A group whose layers are shown."""

    name: str
    label: str
    kind: str
    start: int
    stop: int


@dataclass(frozen=True)
class Sketch:
    """A network, or one of its groups, folded to a depth. Vertices stand in the order in which they run."""

    title: str
    vertices: tuple[Vertex, ...]
    opened: dict[str, Opened]
    counts: Counts
    lower_bound: tuple[str, ...] = ()  # the quantities that are not known of all layers
    once: tuple[str, ...] = ()  # groups of equal copies of which one is shown

    @property
    def readers(self) -> list[list[int]]:
        """The vertices that read each vertex."""
        found: list[list[int]] = [[] for _ in self.vertices]
        for place, vertex in enumerate(self.vertices):
            for source in vertex.reads:
                found[source].append(place)
        return found


class CannotDraw(Exception):
    """A picture that is refused, and in the message what to do instead."""


def too_large(what: str, most: int, file: str) -> CannotDraw:
    """The refusal of a picture that nobody could read."""
    return CannotDraw(
        f"{file} has more {what} than the {most:,} that a diagram holds: fold its blocks (`--depth 1`), or name one "
        "BLOCK to draw"
    )


def too_narrow(width: float, narrowest: float, help: str) -> CannotDraw:
    """The refusal of a picture with less room than its boxes need."""
    return CannotDraw(
        f"the picture is {ceil(narrowest - width):,} px wider than `--width` allows: {help}, name one BLOCK to draw, "
        "or allow more"
    )


def sketch(
    analysis: Analysis,
    depth: int | None = 1,
    part: GroupRow | None = None,
    *,
    simple: bool = False,
    once: bool = False,
    most: int = MOST_LAYERS,
) -> Sketch:
    """A network folded at a depth (None: not at all), or only the group `part` of it, counted from there.

    With `simple`, a group of one layer and what only follows it, such as a convolution with its norm, is not folded.
    With `once`, of a group of equal copies the first one stands for all. More than `most` vertices are refused.

    >>> import cnncalc
    >>> [vertex.label for vertex in sketch(cnncalc.analyze(cnncalc.load("resnet50"))).vertices][:4]
    ['input', 'conv1', 'relu1', 'max_pool1']
    """
    graph = analysis.graph
    assert graph is not None
    rows, groups = analysis.rows, analysis.groups
    start, stop = (part.start, part.stop) if part else (0, len(rows))
    above = part.name.count("/") + 1 if part else 0
    plain = _Plain(analysis)
    vertices: list[Vertex] = []
    place_of: dict[int, int] = {}  # of a layer, or an input (negative): its vertex
    opened: dict[str, Opened] = {}
    copies: dict[int, tuple[int, int]] = {}  # where copies begin: where they end, and the length of each
    shown_once: list[str] = []
    index = start
    while index < stop:
        if index in copies:
            last, length = copies[index]
            for node in range(index, last):
                place_of[node] = place_of[node - length]
            index = last
            continue
        if len(vertices) > most:
            raise too_large("layers and blocks", most, analysis.file)
        row = rows[index]
        inside, group = [], None
        path = row.name.split("/")
        for level in range(above + 1, len(path)):
            found = groups.get("/".join(path[:level]))
            if found is None or not start <= found.start <= index < found.stop <= stop:
                continue
            if depth is not None and level - above >= depth and not (simple and plain.is_simple(found)):
                group = found
                break
            inside.append(found.name)
            if found.name not in opened:
                kind = found.description
                if once and (length := _copies(analysis, found)):
                    copies[found.start + length] = found.stop, length
                    shown_once.append(found.name)
                else:  # every copy is shown: no need to say how many
                    kind = found.kind
                opened[found.name] = Opened(found.name, path[level - 1], kind, found.start, found.stop)
        last = group.stop if group else index + 1
        reads = []
        for node in range(index, last):
            for ref in graph.nodes[node].inputs:
                if index <= ref < last:
                    continue
                if ref not in place_of:  # an input of the network, or of the part that is drawn
                    place_of[ref] = len(vertices)
                    name = graph.name_of(ref)
                    vertices.append(
                        Vertex(name, name, None, graph.shape(ref), Counts(), (), (), index, index, analysis)
                    )
                if place_of[ref] not in reads:
                    reads.append(place_of[ref])
            place_of[node] = -1
        entry: Row | GroupRow = group or row
        label = entry.name.rpartition("/")[2]
        place_of |= dict.fromkeys(range(index, last), len(vertices))
        vertices.append(
            Vertex(
                entry.name,
                label,
                entry,
                entry.output_shape,
                entry.counts,
                tuple(reads),
                tuple(inside),
                index,
                last,
                analysis,
            )
        )
        index = last
    title = f"{analysis.name} · {part.name}" if part else analysis.name
    counts = part.counts if part else analysis.totals
    return Sketch(title, tuple(vertices), opened, counts, analysis.left_open(part), tuple(shown_once))


def _copies(analysis: Analysis, group: GroupRow) -> int:
    """The number of layers in each copy of a repeated group, where all copies are equal; else 0."""
    if group.copies < 2 or (group.stop - group.start) % group.copies:
        return 0
    length = (group.stop - group.start) // group.copies
    rows = analysis.rows
    for index in range(group.start + length, group.stop):
        row, first = rows[index], rows[index - length]
        if (row.layer, row.input_shapes) != (first.layer, first.input_shapes):
            return 0
    return length


class _Plain:
    """Which layers only follow another one, and which groups are one layer with its followers."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.known: dict[str, bool] = {}

    def is_simple(self, group: GroupRow) -> bool:
        found = self.known.get(group.name)
        if found is None:
            rows = self.analysis.rows[group.start : group.stop]
            chain = all(row.inputs == (before.name,) for before, row in pairwise(rows))
            found = bool(rows) and chain and sum(not follows(row) for row in rows) == 1 and len(rows[0].inputs) == 1
            self.known[group.name] = found
        return found


def follows(row: Row) -> bool:
    """Whether a layer only changes values: one input, the same shape, no multiplies, no window."""
    return (
        len(row.inputs) == 1
        and row.input_shapes[0] == row.output_shape
        and not row.counts.multiplies
        and not row.layer.left_open
        and "kernel" not in row.attributes
        and not (row.layer.out_shape or row.layer.second_input)  # whose shape is equal by chance
    )
