"""Boxes with branches between them: layers from left to right, and bends where a line passes a layer."""

from __future__ import annotations

from itertools import pairwise
from math import inf

from cnncalc.core.record import Record
from cnncalc.drawing.layers import Link, Thing, heights, straightened
from cnncalc.drawing.order import ordered
from cnncalc.drawing.picture import Item, Line, Point, arrow
from cnncalc.drawing.placed import STEP, Member, Placed, lined
from cnncalc.drawing.sketch import CannotDraw
from cnncalc.drawing.strips import BESIDE, LANE, broken, margin

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
    strip: int
    down: float  # how far it is moved to its strip


class _Turn(Record):
    """Where a line turns around the end of a strip: right of it, below it, and left of the next one."""

    right: float
    level: float
    left: float


def layered(
    members: list[Member],
    placed: list[Placed],
    entering: tuple[int, ...],
    leaving: tuple[int, ...],
    room: float | None = None,
) -> Placed:
    """The members with their lines, in strips where a room is given and they are wider.

    What enters and what leaves stand as points in the first and the last layer.
    """
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
    tops = _tops(order, things, links, ways)
    layers, turns, width, height = _stripped(order, boxes, things, links, tops, ways, room)
    tops = [top + layers[layer].down for top, layer in zip(tops, layer_of, strict=True)]
    whole = Placed(width, height)
    arrivals = _arrivals(ways, boxes, tops, layer_of, layers)
    for way in ways:
        whole.items += _drawn(way, boxes, [layers[layer_of[thing]] for thing in way.things], tops, arrivals, turns)
    for at, box in enumerate(placed):
        whole.items += box.drawn(layers[layer_of[at]].left, tops[at], layers[layer_of[at]].cards)
    whole.entries = {source: tops[home[source]] for source in entering}
    whole.exits = {source: tops[end] for source, end in ends.items()}
    return whole


def _tops(order: list[list[int]], things: list[Thing], links: list[Link], ways: list[_Way]) -> list[float]:
    """The top of each thing in these layers, the highest at 0."""
    inside = {thing for layer in order for thing in layer}
    within = [link for link in links if link.a in inside and link.b in inside]
    passed = [[thing for thing in way.things if thing in inside] for way in ways]
    tops = straightened(heights(order, things, within, GAP), passed, order, things, GAP)
    highest = min(tops[thing] for thing in inside)
    return [round(top - highest, 2) for top in tops]


def _stripped(
    order: list[list[int]],
    boxes: list[Placed],
    things: list[Thing],
    links: list[Link],
    tops: list[float],
    ways: list[_Way],
    room: float | None,
) -> tuple[list[_Layer], dict[tuple[int, int], _Turn], float, float]:
    """The layers in their strips, where lines turn (by what they carry and what they last passed), width and height."""
    here = [[boxes[thing] for thing in inside if thing < len(boxes)] for inside in order]
    widths = [max((box.width for box in each), default=0.0) for each in here]
    cards = [max((box.width for box in each if box.card), default=0.0) for each in here]
    layer_of = {thing: at for at, inside in enumerate(order) for thing in inside}
    onward: list[set[tuple[int, int]]] = [set() for _ in order]  # the lines that lead on behind each layer
    for way in ways:
        for thing in way.things[:-1]:
            onward[layer_of[thing]].add((way.source, thing))
    spans = [_span(inside, things, tops) for inside in order]
    strips = broken(widths, spans, [len(each) for each in onward], inf if room is None else room)
    for start, stop in strips if len(strips) > 1 else ():  # each is as high as its own boxes ask for
        own = _tops(order[start:stop], things, links, ways)
        for thing in (thing for inside in order[start:stop] for thing in inside):
            tops[thing] = own[thing]
    beside = margin(max((len(onward[strip.stop - 1]) for strip in strips[:-1]), default=0))
    layers: list[_Layer] = []
    turns: dict[tuple[int, int], _Turn] = {}
    top, width = 0.0, 0.0
    for at, (start, stop) in enumerate(strips):
        bottom = top + _span([thing for inside in order[start:stop] for thing in inside], things, tops)[1]
        x = beside
        for layer in range(start, stop):
            leads_in = layer == 0 and not widths[0]  # what enters stands at the edge, and what leaves
            left = 0.0 if leads_in else max(x, width) if layer == len(widths) - 1 and not widths[layer] else x
            layers.append(_Layer(left, widths[layer], cards[layer], at, top))
            width = max(width, left + widths[layer])
            x = max(left + widths[layer] + STEP, beside)
        if stop == len(widths):
            return layers, turns, width, bottom
        lines = sorted(onward[stop - 1], key=lambda line: tops[line[1]] + _exit(line, boxes), reverse=True)
        for inner, line in enumerate(lines):
            outer = len(lines) - 1 - inner
            right, left = x - STEP + BESIDE + LANE * inner, beside - BESIDE - LANE * outer
            turns[line] = _Turn(right, bottom + BESIDE + LANE * inner, left)
        width = max(width, x - STEP + margin(len(lines)))
        top = bottom + margin(len(lines))
    raise AssertionError("the last strip ends with the last layer")


def _span(inside: list[int], things: list[Thing], tops: list[float]) -> tuple[float, float]:
    """How high and how low things stand."""
    return min(tops[thing] for thing in inside), max(tops[thing] + things[thing].height for thing in inside)


def _exit(line: tuple[int, int], boxes: list[Placed]) -> float:
    """How far below the top of the thing that it last passed a line leads on."""
    source, thing = line
    return boxes[thing].exit(source) if thing < len(boxes) else 0.5


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


def _arrivals(
    ways: list[_Way], boxes: list[Placed], tops: list[float], layer_of: list[int], layers: list[_Layer]
) -> dict[int, float]:
    """Where lines enter each card: in its middle, or near it where one of them arrives level instead of with a kink."""
    offered: dict[int, list[float]] = {}
    for way in ways:
        first, before, last = way.things[0], way.things[-2], way.things[-1]
        if boxes[last].card:
            offers = offered.setdefault(last, [])
            if layers[layer_of[before]].strip == layers[layer_of[last]].strip:
                offers.append(tops[before] + (boxes[first].exit(way.source) if before == first else 0.5))
    found = {}
    for last, offers in offered.items():
        middle = tops[last] + boxes[last].height / 2
        nearest = min(offers, key=lambda y: abs(y - middle), default=middle)
        found[last] = nearest if abs(nearest - middle) < KINK else middle
    return found


def _drawn(
    way: _Way,
    boxes: list[Placed],
    layers: list[_Layer],
    tops: list[float],
    arrivals: dict[int, float],
    turns: dict[tuple[int, int], _Turn],
) -> list[Item]:
    """One line: level through the layers, in curves between them, around the end of each strip."""
    items: list[Item] = []
    first, last = way.things[0], way.things[-1]
    head = last in arrivals
    y = tops[first] + boxes[first].exit(way.source)
    x = layers[0].left + (layers[0].cards if boxes[first].card else boxes[first].width)
    start = (x, y)
    steps: list[tuple[Point, ...]] = []
    for (passed, thing), (before, layer) in zip(pairwise(way.things), pairwise(layers), strict=True):
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
        if before.strip != layer.strip:
            turn = turns[way.source, passed]
            around = [(turn.right, y), (turn.right, turn.level), (turn.left, turn.level), (turn.left, to_y)]
            items += [Line(start, tuple(steps), "edge")] if steps else []
            items += lined([(right, y), *around, (layer.left, to_y)], head and thing == last)
            if thing == last:
                return items
            x, y, start, steps = layer.left, to_y, (layer.left, to_y), []
            continue
        x = layer.left - (6 if head and thing == last else 0)
        middle = (right + layer.left) / 2
        steps.append(((x, to_y),) if abs(to_y - y) < 0.5 else ((middle, y), (middle, to_y), (x, to_y)))
        y = to_y
    items.append(Line(start, tuple(steps), "edge"))
    return [*items, arrow((layers[-1].left, y))] if head else items
