"""Lines of a flow: which of them cross, how straight they are, and the order of branches that makes them so."""

from __future__ import annotations

import time
from functools import cache
from itertools import combinations, pairwise
from random import Random

import pytest

import cnncalc
from cnncalc.drawing.draw import draw
from cnncalc.drawing.layers import Link, Thing
from cnncalc.drawing.order import Order, ordered
from cnncalc.drawing.picture import Box, Line, Picture, Point
from tests.pace import allowed
from tests.running import networks

DEPTHS = ("auto", 1, 2, 3, None)
CUTS = 11  # straight parts of a curve: an odd number, so that curves that change sides do not meet where two parts do


@cache
def pictures(name: str) -> list[Picture]:
    analysis = cnncalc.analyze(cnncalc.load(name))
    return [draw(analysis, depth=depth, style=None if depth == "auto" else "flow") for depth in DEPTHS]


def lines(drawn: Picture) -> list[Line]:
    return [item for item in drawn.items if isinstance(item, Line) and item.role == "edge"]


# ---------------------------------------------------------------------------------- the counter


def parts(line: Line) -> list[tuple[Point, Point]]:
    """The straight parts that a line is made of."""
    points = [line.start]
    for step in line.steps:
        if len(step) == 1:
            points += step
            continue
        start, (a, b, end) = points[-1], step
        for u in (cut / CUTS for cut in range(1, CUTS)):
            shares = ((1 - u) ** 3, 3 * u * (1 - u) ** 2, 3 * u * u * (1 - u), u**3)
            x, y = (sum(s * p[axis] for s, p in zip(shares, (start, a, b, end), strict=True)) for axis in (0, 1))
            points.append((x, y))
        points.append(end)
    return [(a, b) for a, b in pairwise(points) if a != b]


def side(a: Point, b: Point, point: Point) -> float:
    """On which side of the line through `a` and `b` a point lies: the sign; 0 on it."""
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


def crossings(drawn: Picture) -> int:
    """How often two lines pass through each other, as they are drawn; lines that meet or part do not."""
    found = 0
    near: list[tuple[int, Point, Point]] = []
    every = [(number, *part) for number, line in enumerate(lines(drawn)) for part in parts(line)]
    for number, a, b in sorted(every, key=lambda part: min(part[1][0], part[2][0])):
        left, top, low = min(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1])
        near = [part for part in near if max(part[1][0], part[2][0]) >= left]
        for other, c, d in near:
            if other != number and max(c[1], d[1]) >= top and min(c[1], d[1]) <= low:
                found += side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
        near.append((number, a, b))
    return found


def curve(start: Point, end: Point) -> Line:
    middle = (start[0] + end[0]) / 2
    return Line(start, (((middle, start[1]), (middle, end[1]), end),), "edge")


@pytest.mark.parametrize(
    ("drawn", "number"),
    [
        ([curve((0, 0), (40, 60)), curve((0, 60), (40, 0))], 1),
        ([curve((0, 0), (40, 60)), curve((0, 30), (40, 0))], 1),
        ([Line((0, 20), (((90, 20),),), "edge"), curve((0, 0), (40, 60)), curve((40, 60), (80, 0))], 2),
        ([curve((0, 0), (40, 60)), curve((0, 0), (40, 0))], 0),  # they part
        ([curve((0, 0), (40, 60)), curve((0, 90), (40, 60))], 0),  # they meet
        ([curve((0, 0), (40, 60)), curve((0, 10), (40, 70))], 0),
        ([Line((0, 20), (((20, 20),), ((20, 80),)), "edge"), Line((10, 50), (((90, 50),),), "edge")], 1),
    ],
)
def test_crossings_are_counted(drawn: list[Line], number: int) -> None:
    assert crossings(Picture(100, 100, "", "", tuple(drawn))) == number


# ---------------------------------------------------------------------------------- the bundled networks


def rises(line: Line) -> int:
    """How often a line leaves its level between layers; the corners of a line between rows have no such curve."""
    return sum(len(step) == 3 and step[0][0] == step[1][0] != step[2][0] and step[0] != step[1] for step in line.steps)


# Where each of three or four streams feeds each other one, no order is without crossings
TANGLED = {"hrnet_w18": [0, 0, 1, 46, 46]}


@pytest.mark.parametrize("name", networks(every=16))
def test_no_two_lines_cross_and_long_ones_are_level_between_their_ends(name: str) -> None:
    """At five depths, summed over all bundled networks but one: 0. (A general layout library's order gave 70.)"""
    drawn = pictures(name)
    assert [crossings(each) for each in drawn] == TANGLED.get(name, [0] * len(DEPTHS))
    assert [line for each in drawn for line in lines(each) if rises(line) > 2] == []


def test_lines_meet_where_they_enter_a_card() -> None:
    """One arrow head stands for all of them: no two lines end beside each other at a card."""
    for name in ("inception_v3", "resnet50", "yolov3"):
        for drawn in pictures(name):
            for box in (item for item in drawn.items if isinstance(item, Box) and item.role != "frame"):
                ends = {line.end for line in lines(drawn) if abs(line.end[0] + 6 - box.x) < 0.01}
                assert len({y for _, y in ends if box.y < y < box.y + box.height}) <= 1, box.tip


# ---------------------------------------------------------------------------------- the order


def graph(text: str) -> tuple[list[int], list[Thing], list[Link]]:
    """Boxes in rows of layers (`a b | c d`), links (`a-c b-d`); capitals are bends."""
    layers, pairs = text.split(":")
    names = [(name, at) for at, layer in enumerate(layers.split("|")) for name in layer.split()]
    place = {name: at for at, (name, _) in enumerate(names)}
    things = [Thing(1.0 if name.isupper() else 30.0, name.isupper(), at) for at, (name, _) in enumerate(names)]
    links = [Link(place[pair[0]], place[pair[2]], 0.5, 0.5) for pair in pairs.split()]
    return [at for _, at in names], things, links


def shown(text: str) -> str:
    layer_of, things, links = graph(text)
    names = text.split(":")[0].replace("|", "").split()
    return " | ".join(" ".join(names[thing] for thing in layer) for layer in ordered(layer_of, things, links))


ORDERS = {
    "branches stand as in the file": ("a | b c d | e: a-b a-c a-d b-e c-e d-e", "a | b c d | e"),
    "a skip runs above": ("a | b C | d: a-b a-C b-d C-d", "a | C b | d"),
    "lines are untangled": ("a b | c d: a-d b-c", "a b | d c"),
    "what is not linked stays": ("a b | c d: a-c", "a b | c d"),
    "of two crossings the one is left": ("a b | c d: a-c a-d b-c b-d", "a b | c d"),
}


@pytest.mark.parametrize(("text", "found"), ORDERS.values(), ids=list(ORDERS))
def test_order(text: str, found: str) -> None:
    assert shown(text) == found


def test_the_order_heeds_where_at_a_box_a_line_begins() -> None:
    things = [Thing(90.0, False, 0), Thing(30.0, False, 1), Thing(30.0, False, 2)]
    links = [Link(0, 1, 80.0, 15.0), Link(0, 2, 10.0, 15.0)]
    assert ordered([0, 1, 1], things, links) == [[0], [2, 1]]


def random_graph(random: Random, layers: int, width: int, links: int) -> tuple[list[int], list[Thing], list[Link]]:
    things = [Thing(30.0, False, at) for at in range(layers * width)]
    found = {
        (layer * width + random.randrange(width), (layer + 1) * width + random.randrange(width))
        for layer in range(layers - 1)
        for _ in range(links)
    }
    return [at // width for at in range(layers * width)], things, [Link(a, b, 15.0, 15.0) for a, b in sorted(found)]


def crossed(order: Order, links: list[Link]) -> int:
    """How many pairs of links cross, each pair looked at."""
    layer_of = {thing: at for at, layer in enumerate(order) for thing in layer}
    place = {thing: at for layer in order for at, thing in enumerate(layer)}
    return sum(
        (place[a.a] - place[b.a]) * (place[a.b] - place[b.b]) < 0
        for a, b in combinations(links, 2)
        if layer_of[a.a] == layer_of[b.a]
    )


@pytest.mark.parametrize("seed", range(20))
def test_an_order_has_all_things_and_fewer_crossings_than_the_file(seed: int) -> None:
    layer_of, things, links = random_graph(Random(seed), 6, 8, 11)
    order = ordered(layer_of, things, links)
    given: Order = [[thing for thing, at in enumerate(layer_of) if at == layer] for layer in range(6)]
    assert [sorted(layer) for layer in order] == given
    assert crossed(order, links) < 0.5 * crossed(given, links)
    assert ordered(layer_of, things, links) == order


@pytest.mark.parametrize(("layers", "width", "links"), [(2, 700, 8_000), (40, 100, 200), (200, 20, 40), (1, 1_500, 0)])
@pytest.mark.sweep
def test_a_tangle_is_put_in_order_in_time(layers: int, width: int, links: int) -> None:
    made = random_graph(Random(7), layers, width, links)
    start = time.process_time()
    ordered(*made)
    assert time.process_time() - start < allowed(10)
