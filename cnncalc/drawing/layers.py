"""How high the boxes and bends of a layered graph stand, when their order is known: with room, and lines straight."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cnncalc.core.record import Record

ROUNDS = 8  # of boxes giving way to lines
NEARLY = 1.0  # by so much boxes may then stand nearer to them


class Thing(Record):
    """A vertex of the layered graph, or a bend of a line that passes through a layer."""

    height: float
    bend: bool
    rank: int  # of things that may stand in any order, this one's in the file


class Link(Record):
    """A line: from `offset_a` below the top of one thing to `offset_b` below the top of another."""

    a: int
    b: int
    offset_a: float
    offset_b: float


def heights(layers: list[list[int]], things: list[Thing], links: list[Link], gap: float) -> list[float]:
    """The top of each thing, so that lines are as straight as the boxes leave room for."""
    tops = [0.0] * len(things)
    for layer in layers:
        at = -sum(things[thing].height + gap for thing in layer) / 2
        for thing in layer:
            tops[thing] = at
            at += things[thing].height + gap
    before: list[list[tuple[Link, float]]] = [[] for _ in things]
    after: list[list[tuple[Link, float]]] = [[] for _ in things]
    leads, follows = [0] * len(things), [0] * len(things)
    for link in links:
        leads[link.a] += 1
        follows[link.b] += 1
    for link in links:
        bends = things[link.a].bend + things[link.b].bend
        fan = leads[link.a] > 2 or follows[link.b] > 2  # of several branches none is the main one
        weight = (1.0, 1.0 if fan else 0.05, 6.0)[bends]
        before[link.b].append((link, weight))
        after[link.a].append((link, weight))
    for sweep in range(24):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wanted, weights = [], []
            for thing in layer:
                pulls = [(tops[k.a] + k.offset_a - k.offset_b, w) for k, w in before[thing]]
                if sweep % 2 or not pulls or sweep > 15:
                    pulls += [(tops[k.b] + k.offset_b - k.offset_a, w) for k, w in after[thing]]
                total = sum(weight for _, weight in pulls)
                wanted.append(sum(at * weight for at, weight in pulls) / total if total else tops[thing])
                weights.append(total or 0.01)
            for thing, top in zip(layer, _spread(wanted, weights, _spaces(layer, things, gap)), strict=True):
                tops[thing] = top
    return tops


def straightened(
    tops: list[float], ways: Sequence[Sequence[int]], layers: list[list[int]], things: list[Thing], gap: float
) -> list[float]:
    """The same, with the bends of each way on one level; boxes give way to lines that have no room for it."""
    found = list(tops)
    above, below = {}, {}
    for layer in layers:
        for upper, lower in pairwise(layer):
            below[upper], above[lower] = lower, upper
    crooked = _levelled(found, [way[1:-1] for way in ways if len(way) > 3], above, below, things, gap)
    for _ in range(ROUNDS if crooked else 0):
        levels = {bend: sum(found[b] for b in bends) / len(bends) for bends in crooked for bend in bends}
        for layer in layers:
            wanted = [levels.get(thing, found[thing]) for thing in layer]
            weights = [1.0 if thing in levels else 0.001 for thing in layer]
            for thing, top in zip(layer, _spread(wanted, weights, _spaces(layer, things, gap)), strict=True):
                found[thing] = top
    _levelled(found, crooked, above, below, things, gap - NEARLY)
    return found


def _levelled(
    tops: list[float],
    ways: list[Sequence[int]],
    above: dict[int, int],
    below: dict[int, int],
    things: list[Thing],
    gap: float,
) -> list[Sequence[int]]:
    """Put the bends of each way on one level where their neighbours leave room; gives the ways that have none."""
    left = []
    for bends in ways:
        upper = [(above[bend], bend) for bend in bends if bend in above]
        lower = [(bend, below[bend]) for bend in bends if bend in below]
        low = max((tops[u] + things[u].height + _space(things[u], things[b], gap) for u, b in upper), default=-1e9)
        high = min((tops[d] - things[b].height - _space(things[b], things[d], gap) for b, d in lower), default=1e9)
        if low > high:
            left.append(bends)
            continue
        level = min(max(sum(tops[b] for b in bends) / len(bends), low), high)
        for bend in bends:
            tops[bend] = level
    return left


def _spaces(layer: list[int], things: list[Thing], gap: float) -> list[float]:
    """From the top of each thing of a layer to that of the next one, at least."""
    return [things[a].height + _space(things[a], things[b], gap) for a, b in pairwise(layer)]


def _space(a: Thing, b: Thing, gap: float) -> float:
    return gap * (0.5 if a.bend and b.bend else 0.75 if a.bend or b.bend else 1.0)


def _spread(wanted: Sequence[float], weights: Sequence[float], spaces: Sequence[float]) -> list[float]:
    """Places nearest to those wanted (least squares) that keep the order and the spaces: pool adjacent violators."""
    offsets = [0.0]
    for space in spaces:
        offsets.append(offsets[-1] + space)
    pools: list[tuple[float, float, int]] = []  # mean, weight, members
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        pool = (want - offset, weight, 1)
        while pools and pools[-1][0] >= pool[0]:
            mean, heavy, members = pools.pop()
            total = heavy + pool[1]
            pool = ((mean * heavy + pool[0] * pool[1]) / total, total, members + pool[2])
        pools.append(pool)
    means = [mean for mean, _, members in pools for _ in range(members)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
