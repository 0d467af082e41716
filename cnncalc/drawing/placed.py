"""What the layouts hand each other: boxes that have a size, and the lines between them."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnncalc.core.record import Record
from cnncalc.drawing.card import Card
from cnncalc.drawing.picture import Item, Line, Point, arrow, moved
from cnncalc.drawing.sketch import Opened

STEP = 34.0  # between boxes one behind the other, for the lines
SLIDE = (1600.0, 860.0)
LARGEST = 1.25


class Moved(Record):
    """Items that stand elsewhere. They are moved when the picture is chosen, because most layouts are only tried."""

    items: list[Item | Moved]
    dx: float
    dy: float


def settled(items: list[Item | Moved], dx: float = 0.0, dy: float = 0.0) -> list[Item]:
    """The items where they stand."""
    found: list[Item] = []
    for item in items:
        if isinstance(item, Moved):
            found += settled(item.items, dx + item.dx, dy + item.dy)
        else:
            found.append(moved(item, dx, dy))
    return found


@dataclass
class Placed:
    """Something laid out from (0, 0): where lines enter at its left and leave at its right, by the vertex carried."""

    width: float
    height: float
    items: list[Item | Moved] = field(default_factory=list)
    entries: dict[int, float] = field(default_factory=dict)
    exits: dict[int, float] = field(default_factory=dict)
    card: Card | None = None

    def entry(self, source: int) -> float:
        """The height at which a line from `source` comes in."""
        return self.height / 2 if self.card else self.entries[source]

    def exit(self, source: int) -> float:
        """The height at which a line of `source` goes out."""
        return self.height / 2 if self.card else self.exits[source]

    def drawn(self, x: float, y: float, width: float | None = None) -> list[Item | Moved]:
        """The items, moved to their place; a card as wide as is said."""
        if self.card:
            return [self.card.at(x, y, width or self.width)]
        return [Moved(self.items, x, y)]


@dataclass
class Member:
    """A vertex or a framed group, as a box among its neighbours."""

    vertices: frozenset[int]
    reads: tuple[int, ...]
    opened: Opened | None = None


def lined(corners: list[Point], head: bool) -> list[Item]:
    """A line with rounded corners, and an arrow at its end where it enters a box."""
    steps: list[tuple[Point, ...]] = []
    corners = [corner for at, corner in enumerate(corners) if at == 0 or corner != corners[at - 1]]
    corners = [
        corner
        for at, corner in enumerate(corners)
        if at in (0, len(corners) - 1) or not _level(corners[at - 1], corner, corners[at + 1])
    ]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        near, far = _toward(corner, before, 7), _toward(corner, after, 7)
        steps += [(near,), (corner, corner, far)]
    if len(corners) == 1:
        return [arrow(corners[0])] if head else []
    end, before_end = corners[-1], corners[-2]
    if not head:
        return [Line(corners[0], (*steps, (end,)), "edge")]
    dx, dy = end[0] - before_end[0], end[1] - before_end[1]
    way = "right" if abs(dx) >= abs(dy) else "down" if dy > 0 else "up"
    short = {"right": (end[0] - 6, end[1]), "down": (end[0], end[1] - 6), "up": (end[0], end[1] + 6)}[way]
    return [Line(corners[0], (*steps, (short,)), "edge"), arrow(end, way)]


def _level(a: Point, b: Point, c: Point) -> bool:
    return a[0] == b[0] == c[0] or a[1] == b[1] == c[1]


def _toward(start: Point, end: Point, most: float) -> Point:
    length = abs(end[0] - start[0]) + abs(end[1] - start[1])
    share = min(most, length / 2) / length if length else 0.0
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def slide_scale(width: float, height: float) -> float:
    """The factor by which a slide enlarges a picture; larger than legible is no better."""
    return min(LARGEST, SLIDE[0] / width, SLIDE[1] / height)
