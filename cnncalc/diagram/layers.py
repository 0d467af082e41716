"""A directed graph in layers: which vertex stands in which layer, in which order, and how high.

The order, in which as few lines as possible cross, comes from fast-sugiyama; it knows vertices as points, so their
places, which must leave room for boxes of every size, are worked out here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple


class Thing(NamedTuple):
    """A vertex of the layered graph, or a bend of a line that passes through a layer."""

    height: float
    bend: bool
    rank: int  # of things that may stand in any order, this one's in the file


class Link(NamedTuple):
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
            spaces = [things[a].height + _space(things[a], things[b], gap) for a, b in pairwise(layer)]
            for thing, top in zip(layer, _spread(wanted, weights, spaces), strict=True):
                tops[thing] = top
    return tops


def straightened(
    tops: list[float], ways: Sequence[Sequence[int]], layers: list[list[int]], things: list[Thing], gap: float
) -> list[float]:
    """The same, with the bends of each way on one level where their neighbours leave room."""
    found = list(tops)
    above, below = {}, {}
    for layer in layers:
        for upper, lower in pairwise(layer):
            below[upper], above[lower] = lower, upper
    for way in ways:
        bends = way[1:-1]
        if len(bends) < 2:
            continue
        low = max(
            (
                found[u] + things[u].height + _space(things[u], things[b], gap)
                for b in bends
                if (u := above.get(b, -1)) >= 0
            ),
            default=-1e9,
        )
        high = min(
            (
                found[d] - things[b].height - _space(things[b], things[d], gap)
                for b in bends
                if (d := below.get(b, -1)) >= 0
            ),
            default=1e9,
        )
        if low <= high:
            level = min(max(sum(found[b] for b in bends) / len(bends), low), high)
            for bend in bends:
                found[bend] = level
    return found


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
