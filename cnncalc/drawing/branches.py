"""Boxes with branches between them: layers from left to right, and bends where a line passes a layer."""

from __future__ import annotations

from itertools import pairwise

from cnncalc.core.record import Record
from cnncalc.drawing.layers import Link, Thing, heights, straightened
from cnncalc.drawing.order import ordered
from cnncalc.drawing.picture import Item, Line, Point, arrow
from cnncalc.drawing.placed import STEP, Member, Placed
from cnncalc.drawing.sketch import CannotDraw

MOST_THINGS = 4_000  # boxes and bends in one drawing of branches
MOST_LINKS = 8_000  # parts of lines, each from one layer to the next
GAP = 16.0  # between boxes one above the other
KINK = 6.0  # a line that is so little out of level is drawn level


class _Way(Record):
    """A line from box to box, and all that it passes; `source` is the vertex that it carries."""

    source: int
    things: tuple[int, ...]


class _Layer(Record):
    left: float
    width: float
    cards: float  # width of its cards, all alike


def layered(members: list[Member], placed: list[Placed], entering: tuple[int, ...], leaving: tuple[int, ...]) -> Placed:
    """The members with their lines; what enters and what leaves stand as points in the first and the last layer."""
    size = len(members)
    home = {vertex: at for at, member in enumerate(members) for vertex in member.vertices}
    home |= {source: size + at for at, source in enumerate(entering)}
    ends = {source: size + len(entering) + at for at, source in enumerate(leaving)}
    boxes = [*placed, *(Placed(0, 0, entries={s: 0.0}, exits={s: 0.0}) for s in (*entering, *leaving))]
    lines = [(home[source], at, source) for at, member in enumerate(members) for source in member.reads]
    lines += [(home[source], end, source) for source, end in ends.items()]
    layer_of = _layer_of(size, len(entering), len(leaving), lines)
    things = [Thing(max(box.height, 1.0), False, at) for at, box in enumerate(boxes)]
    links: list[Link] = []
    ways: list[_Way] = []
    for a, b, source in lines:
        between = range(layer_of[a] + 1, layer_of[b])
        bends = range(len(things), len(things) + len(between))
        things += [Thing(1.0, True, b) for _ in bends]
        if len(things) > MOST_THINGS or len(links) > MOST_LINKS:
            raise CannotDraw(
                "there are so many lines, or they pass over so many layers, that no picture shows them: fold blocks "
                "(`--depth 1`), or leave the layout to Graphviz (`-f dot`)"
            )
        layer_of += between
        ways.append(_Way(source, (a, *bends, b)))
        for u, v in pairwise(ways[-1].things):
            start = boxes[u].exit(source) if u == a else 0.5
            end = boxes[v].entry(source) if v == b else 0.5
            links.append(Link(u, v, start, end))
    order = ordered(layer_of, things, links)
    tops = heights(order, things, links, GAP)
    tops = straightened(tops, [way.things for way in ways], order, things, GAP)
    highest = min(tops)
    tops = [round(top - highest, 2) for top in tops]
    layers: list[_Layer] = []
    x = 0.0
    for inside in order:
        here = [boxes[thing] for thing in inside if thing < len(boxes)]
        cards = max((box.width for box in here if box.card), default=0.0)
        layers.append(_Layer(x, max((box.width for box in here), default=0.0), cards))
        x += layers[-1].width + STEP
    whole = Placed(x - STEP, max(top + thing.height for top, thing in zip(tops, things, strict=True)))
    arrivals = _arrivals(ways, boxes, tops)
    for way in ways:
        whole.items += _drawn(way, boxes, [layers[layer_of[thing]] for thing in way.things], tops, arrivals)
    for at, box in enumerate(placed):
        whole.items += box.drawn(layers[layer_of[at]].left, tops[at], layers[layer_of[at]].cards)
    whole.entries = {source: tops[home[source]] for source in entering}
    whole.exits = {source: tops[end] for source, end in ends.items()}
    return whole


def _layer_of(members: int, entering: int, leaving: int, lines: list[tuple[int, int, int]]) -> list[int]:
    """The layer of each box: after all that it reads; points of what enters first, of what leaves last."""
    number = members + entering + leaving
    reads: list[list[int]] = [[] for _ in range(number)]
    readers: list[list[int]] = [[] for _ in range(number)]
    for a, b, _ in lines:
        reads[b].append(a)
        readers[a].append(b)
    found = [0] * number
    for box in range(members):  # they stand in the order in which they run
        found[box] = max([found[a] + 1 for a in reads[box]], default=1 if entering else 0)
    for box in reversed(range(members)):  # what reads nothing stands just before its reader
        if not reads[box] and readers[box]:
            found[box] = max(0, min(found[b] if b < members else found[box] + 1 for b in readers[box]) - 1)
    last = max(found) + 1
    return [*found[: members + entering], *[last] * leaving]


def _arrivals(ways: list[_Way], boxes: list[Placed], tops: list[float]) -> dict[int, float]:
    """Where lines enter each card: in its middle, or near it where one of them arrives level instead of with a kink."""
    offered: dict[int, list[float]] = {}
    for way in ways:
        first, before, last = way.things[0], way.things[-2], way.things[-1]
        if boxes[last].card:
            y = tops[before] + (boxes[first].exit(way.source) if before == first else 0.5)
            offered.setdefault(last, []).append(y)
    found = {}
    for last, offers in offered.items():
        middle = tops[last] + boxes[last].height / 2
        nearest = min(offers, key=lambda y: abs(y - middle))
        found[last] = nearest if abs(nearest - middle) < KINK else middle
    return found


def _drawn(
    way: _Way, boxes: list[Placed], layers: list[_Layer], tops: list[float], arrivals: dict[int, float]
) -> list[Item]:
    """One line: level through the layers, in curves between them."""
    first, last = way.things[0], way.things[-1]
    head = last in arrivals
    y = tops[first] + boxes[first].exit(way.source)
    x = layers[0].left + (layers[0].cards if boxes[first].card else boxes[first].width)
    start = (x, y)
    steps: list[tuple[Point, ...]] = []
    for thing, before, layer in zip(way.things[1:], layers, layers[1:], strict=False):
        right = before.left + before.width
        if right > x:
            steps.append(((right, y),))
        to_y = (
            tops[thing] + 0.5
            if thing != last
            else arrivals[last]
            if head
            else tops[last] + boxes[last].entry(way.source)
        )
        x = layer.left - (6 if head and thing == last else 0)
        middle = (right + layer.left) / 2
        steps.append(((x, to_y),) if abs(to_y - y) < 0.5 else ((middle, y), (middle, to_y), (x, to_y)))
        y = to_y
    line = Line(start, tuple(steps), "edge")
    return [line, arrow((layers[-1].left, y))] if head else [line]
