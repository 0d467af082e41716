"""The order of boxes and bends within their layers, so that few lines cross (Sugiyama, Tagawa and Toda, 1981).

Two starts follow the lines through the file. Sweeps from layer to layer then move each thing to the barycentre of
what it is linked to, and neighbours change places where fewer links cross so (Gansner and others, 1993).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from cnncalc.drawing.layers import Link, Thing

SWEEPS = 24
IDLE = 4  # sweeps without gain, and no more follow
ROUNDS = 4  # of changing places, after each sweep
MOST_LOOKS = 300_000  # at links, from one start: of a tangle the best order until then is drawn

Order = list[list[int]]  # the things of each layer, from top to bottom
_Ends = list[
    list[tuple[int, float, float]]
]  # of each thing's links: the other thing, how far down it ends there, and here


def ordered(layer_of: list[int], things: list[Thing], links: list[Link]) -> Order:
    """The order with few crossings that is most like the file's; every link leads from one layer to the next."""
    before: _Ends = [[] for _ in things]
    after: _Ends = [[] for _ in things]
    for link in links:
        start, end = link.offset_a / (things[link.a].height + 1), link.offset_b / (things[link.b].height + 1)
        before[link.b].append((link.a, start, end))
        after[link.a].append((link.b, end, start))
    found: list[tuple[int, int, Order]] = []
    for bends_first in (True, False):
        swept = _Swept(before, after)
        order = swept.fewest(_visited(layer_of, things, before, after, bends_first))
        turned = [layer[::-1] for layer in order]  # where boxes have several ends at a side, this crosses other lines
        found += [(swept.crossings(each), -_likeness(each, things), each) for each in (order, turned)]
    return min(found, key=lambda each: each[:2])[2]


def _visited(layer_of: list[int], things: list[Thing], before: _Ends, after: _Ends, bends_first: bool) -> Order:
    """The order in which a walk along each line to its end meets things: branches side by side do not cross in it."""

    def turn(thing: int) -> tuple[bool, int]:
        return (things[thing].bend != bends_first, things[thing].rank)

    layers: Order = [[] for _ in range(max(layer_of) + 1)]
    waiting = sorted((thing for thing in range(len(things)) if not before[thing]), key=turn, reverse=True)
    met: set[int] = set()
    while waiting:
        thing = waiting.pop()
        if thing not in met:
            met.add(thing)
            layers[layer_of[thing]].append(thing)
            waiting += sorted((end for end, _, _ in after[thing]), key=turn, reverse=True)
    return layers


def _likeness(layers: Order, things: list[Thing]) -> int:
    """How like the file an order is: pairs that stand in it as they should, less those that do not.

    Boxes should stand as in the file from top to bottom, which counts 3 for a pair, and lines that pass a layer above
    its boxes, which counts 2: a skip runs above the layers that it skips, even if its branch comes last in the file.
    """
    score = 0
    for layer in layers:
        ranks: list[int] = []  # of the boxes above
        bends = sum(things[thing].bend for thing in layer)
        for at, thing in enumerate(layer):
            if not things[thing].bend:
                score += 3 * (2 * bisect_left(ranks, things[thing].rank) - len(ranks))
                score += 2 * (2 * (at - len(ranks)) - bends)
                insort(ranks, things[thing].rank)
    return score


class _Swept:
    """Sweeps over the layers, from the left and from the right by turns."""

    def __init__(self, before: _Ends, after: _Ends) -> None:
        self.before, self.after = before, after
        self.places = [0] * len(before)  # of each thing in its layer
        self.looks = MOST_LOOKS  # that are left

    def fewest(self, layers: Order) -> Order:
        """The order with the fewest crossings that is found."""
        found, best, idle = self.crossings(layers), [layer[:] for layer in layers], 0
        for sweep in range(SWEEPS):
            if not found or idle == IDLE or self.looks < 0:
                break
            for layer in reversed(layers) if sweep % 2 else layers:
                self._sort(layer, self.after if sweep % 2 else self.before)
            near = set(range(len(layers)))
            for _ in range(ROUNDS):
                changed = [at for at in sorted(near) if self._swap(layers[at])]
                near = {other for at in changed for other in (at - 1, at, at + 1) if 0 <= other < len(layers)}
            crossings = self.crossings(layers)
            idle += 1
            if crossings < found:
                found, best, idle = crossings, [layer[:] for layer in layers], 0
        return best

    def _settle(self, layer: list[int]) -> None:
        for at, thing in enumerate(layer):
            self.places[thing] = at

    def _at(self, ends: list[tuple[int, float, float]]) -> list[float]:
        """Where links end, from top to bottom: the whole part is the place of what they end at."""
        self.looks -= len(ends) + 1
        return sorted([self.places[thing] + there for thing, there, _ in ends])

    def _sort(self, layer: list[int], ends: _Ends) -> None:
        """Order a layer by barycentres; what has no links there keeps its place."""
        wanted = {}
        for at, thing in enumerate(layer):
            found = self._at(ends[thing])
            wanted[thing] = sum(found) / len(found) if found else at + 0.5
        layer.sort(key=wanted.__getitem__)
        self._settle(layer)

    def _swap(self, layer: list[int]) -> bool:
        """Whether neighbours changed places, because fewer links cross so."""
        sides = {thing: (self._at(self.before[thing]), self._at(self.after[thing])) for thing in layer}
        changed = False
        for at in range(1, len(layer)):
            upper, lower = layer[at - 1], layer[at]
            (a, c), (b, d) = sides[upper], sides[lower]
            crossings = _inversions(a, b) + _inversions(c, d)
            if crossings and crossings > _inversions(b, a) + _inversions(d, c):
                layer[at - 1], layer[at] = lower, upper
                changed = True
        self._settle(layer)
        return changed

    def crossings(self, layers: Order) -> int:
        """How many pairs of links cross."""
        found = 0
        for layer in layers:
            self._settle(layer)
        for layer in layers:
            seen: list[float] = []
            for thing in layer:
                self.looks -= len(self.after[thing])
                for _, end in sorted([(here, self.places[other] + there) for other, there, here in self.after[thing]]):
                    found += len(seen) - bisect_right(seen, end)
                    insort(seen, end)
        return found


def _inversions(upper: list[float], lower: list[float]) -> int:
    """How many links of an upper thing cross those of a lower one, by where they end."""
    return sum(bisect_left(lower, end) for end in upper)
