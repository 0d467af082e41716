"""A U: a chain whose skips are nested in each other, as in U-Net. The skips run level, from one arm to the other."""

from __future__ import annotations

from itertools import pairwise

from cnncalc.core.record import Record
from cnncalc.drawing.picture import Item, Point
from cnncalc.drawing.placed import STEP, Member, Placed, lined

LEVEL = 32.0  # between the levels
ARMS = 90.0  # between the arms, at least
SIDE = 15.0  # how far beside a frame its lines run up and down
SHORTEST = 6


class _Row(Record):
    """A level: places of the left arm (the last one's skip leads right) and of the right arm, in order."""

    left: list[int]
    right: list[int]


def u_shape(
    members: list[Member], placed: list[Placed], entering: tuple[int, ...], leaving: tuple[int, ...]
) -> Placed | None:
    """The chain in two arms, each skip on a level of its own; None where it has no such skips."""
    carried = _carried(members)
    if carried is None or len(members) < SHORTEST or len(entering) > 1 or set(leaving) - members[-1].vertices:
        return None
    skips = sorted((a, b) for a, b in carried if b - a > 1)
    if len(skips) < 2 or any(a < 0 for a, _ in skips) or not all(a < c and d < b for (a, b), (c, d) in pairwise(skips)):
        return None
    rows, before, after = [], -1, len(members)
    for start, end in skips:
        rows.append(_Row(list(range(before + 1, start + 1)), list(range(end, after))))
        before, after = start, end
    rows.append(_Row(list(range(before + 1, after)), []))
    if len(leaving) > 1:
        return None
    return _U(placed, rows, carried).drawn(entering, leaving)


def _carried(members: list[Member]) -> dict[tuple[int, int], int] | None:
    """The vertex that each line carries, by (from, to); None where this is no chain of single lines."""
    home = {vertex: place for place, member in enumerate(members) for vertex in member.vertices}
    found: dict[tuple[int, int], int] = {}
    for place, member in enumerate(members):
        for source in member.reads:
            key = (home.get(source, -1), place)
            if key in found:
                return None
            found[key] = source
        if (place - 1, place) not in found and place:
            return None
    return found


class _U:
    def __init__(self, placed: list[Placed], rows: list[_Row], carried: dict[tuple[int, int], int]) -> None:
        self.placed, self.rows, self.carried = placed, rows, carried
        self.xs: dict[int, float] = {}
        self.tops: dict[int, float] = {}
        self.widths = {place: box.width for place, box in enumerate(placed)}
        self._stand()

    def _long(self, places: list[int]) -> float:
        return sum(self.widths[place] + STEP for place in places)

    def _stand(self) -> None:
        """Give every box its place: the skips level, their ends one below the other."""
        arms, bottom = self.rows[:-1], self.rows[-1].left
        for ends in ([row.left[-1] for row in arms], [row.right[0] for row in arms]):
            wide = max(self.widths[place] for place in ends)
            self.widths |= {place: wide for place in ends if self.placed[place].card}
        reach = max(self._long(row.left[:-1]) for row in arms)
        across = max(self.widths[row.left[-1]] for row in arms)
        right = max(reach + across + ARMS, self._long(bottom) + 2 * SIDE)
        y = 0.0
        for row in self.rows:
            x = reach - self._long(row.left[:-1]) if row.right else 0.0
            offsets, level, before = {}, 0.0, -1
            for place in (*row.left, *row.right):
                if row.right and place == row.right[0]:
                    x = right
                if before >= 0:
                    level += self._exit(before, place) - self._entry(before, place)
                offsets[place], before = level, place
                self.xs[place] = x
                x += self.widths[place] + STEP
            highest = min(offsets.values())
            self.tops |= {place: round(y + offset - highest, 2) for place, offset in offsets.items()}
            y = max(self._low(place) for place in offsets) + LEVEL

    def _exit(self, a: int, b: int) -> float:
        return self.placed[a].exit(self.carried[a, b])

    def _entry(self, a: int, b: int) -> float:
        return self.placed[b].entry(self.carried[a, b])

    def _low(self, place: int) -> float:
        return self.tops[place] + self.placed[place].height

    def _right(self, place: int) -> float:
        return self.xs[place] + self.widths[place]

    def _centre(self, place: int) -> float:
        return self.xs[place] + self.widths[place] / 2

    def drawn(self, entering: tuple[int, ...], leaving: tuple[int, ...]) -> Placed:
        """All of it, from (0, 0)."""
        places = range(len(self.placed))
        whole = Placed(max(map(self._right, places)), max(map(self._low, places)))
        arms, bottom = self.rows[:-1], self.rows[-1].left
        for row in self.rows:
            for a, b in pairwise([*row.left, *row.right]):
                start = (self._right(a), self.tops[a] + self._exit(a, b))
                whole.items += lined([start, (self.xs[b], start[1])], bool(self.placed[b].card))
        for upper, lower in pairwise(self.rows):
            a, b = upper.left[-1], lower.left[0]
            half = min(self.tops[place] for place in (*lower.left, *lower.right)) - LEVEL / 2
            whole.items += self._turned(a, b, half, down=True)
        for upper, lower in pairwise(arms):
            half = min(self.tops[place] for place in (*lower.left, *lower.right)) - LEVEL / 2
            whole.items += self._turned(lower.right[-1], upper.right[0], half, down=False)
        a, b = bottom[-1], arms[-1].right[0]
        start = (self._right(a), self.tops[a] + self._exit(a, b))
        whole.items += self._into(a, b, [start], start[1], up=True)
        for place, box in enumerate(self.placed):
            whole.items += box.drawn(self.xs[place], self.tops[place], self.widths[place])
        last = len(self.placed) - 1
        for source in entering:
            whole.entries[source] = self.tops[0] + self.placed[0].entry(source)
            start = (0.0, whole.entries[source])
            whole.items += lined([start, (self.xs[0], start[1])], bool(self.placed[0].card))
        for source in leaving:
            whole.exits[source] = self.tops[last] + self.placed[last].exit(source)
            whole.items += lined([(self._right(last), whole.exits[source]), (whole.width, whole.exits[source])], False)
        return whole

    def _turned(self, a: int, b: int, half: float, down: bool) -> list[Item]:
        """A line to another level, which changes sides at the height `half`."""
        if self.placed[a].card:
            corners = [(self._centre(a), self._low(a) if down else self.tops[a])]
        else:
            y = self.tops[a] + self._exit(a, b)
            corners = [(self._right(a), y), (self._right(a) + SIDE, y)]
        return self._into(a, b, [*corners, (corners[-1][0], half)], half, up=not down)

    def _into(self, a: int, b: int, corners: list[Point], level: float, up: bool) -> list[Item]:
        """The end of such a line: into a card from below or above, into a frame from its left."""
        if self.placed[b].card:
            end = (self._centre(b), self._low(b) if up else self.tops[b])
            return lined([*corners, (end[0], level), end], True)
        end = (self.xs[b], self.tops[b] + self._entry(a, b))
        beside = end[0] - SIDE
        return lined([*corners, (beside, level), (beside, end[1]), end], False)
