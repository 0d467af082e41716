"""A picture as data: boxes, faces, lines and texts with their places. What layouts give, and renderers draw."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnncalc.core.record import Record
from cnncalc.drawing.metrics import ASCENT, DESCENT, text_width

Point = tuple[float, float]


class Font(Record):
    """The type in which the texts of a role are set."""

    size: float
    bold: bool = False


FONTS = {
    "title": Font(22, True),
    "subtitle": Font(13),
    "name": Font(13, True),
    "shape": Font(12.5),
    "op": Font(12),
    "muted": Font(11),
    "kernel": Font(11, True),
    "frame": Font(11.5, True),
    "note": Font(12),
}


class Area(Record):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: Area, slack: float = 0.01) -> bool:
        """Whether another area lies in it, to a hundredth of a pixel."""
        return (
            self.left - slack <= other.left
            and self.top - slack <= other.top
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def meets(self, other: Area) -> bool:
        """Whether it shares more than an edge with another area."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Caption:
    """A line of text: `x` is its start, middle or end, `y` its base line."""

    x: float
    y: float
    text: str
    role: str
    anchor: str = "start"

    @property
    def width(self) -> float:
        """The width of the text, in pixels."""
        font = FONTS[self.role]
        return text_width(self.text, font.size, font.bold)

    @property
    def area(self) -> Area:
        """The area that the text covers."""
        left = self.x - self.width * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        size = FONTS[self.role].size
        return Area(left, self.y - ASCENT * size, left + self.width, self.y + DESCENT * size)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with the texts that belong in it. `sheets` stand behind it: a folded group."""

    x: float
    y: float
    width: float
    height: float
    role: str
    texts: tuple[Caption, ...] = ()
    sheets: int = 0
    tip: str = ""

    @property
    def area(self) -> Area:
        """The area of the rectangle, without its sheets."""
        return Area(self.x, self.y, self.x + self.width, self.y + self.height)


@dataclass(frozen=True, slots=True)
class Face:
    """A polygon: one side of a volume, a kernel, the head of an arrow."""

    points: tuple[Point, ...]
    role: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A path: each step is the end of a straight line, or two control points and the end of a curve."""

    start: Point
    steps: tuple[tuple[Point, ...], ...]
    role: str

    @property
    def end(self) -> Point:
        """The last point."""
        return self.steps[-1][-1] if self.steps else self.start


Item = Box | Face | Line | Caption


@dataclass(frozen=True)
class Picture:
    """A whole picture: what stands behind comes first."""

    width: float
    height: float
    title: str
    description: str
    items: tuple[Item, ...] = field(repr=False)

    @property
    def texts(self) -> list[Caption]:
        """Every text in it."""
        return [
            text
            for item in self.items
            for text in (item.texts if isinstance(item, Box) else (item,) if isinstance(item, Caption) else ())
        ]


def moved(item: Item, dx: float, dy: float) -> Item:
    """The same thing elsewhere."""
    if isinstance(item, Caption):
        return Caption(item.x + dx, item.y + dy, item.text, item.role, item.anchor)
    if isinstance(item, Box):
        texts = tuple(Caption(t.x + dx, t.y + dy, t.text, t.role, t.anchor) for t in item.texts)
        return Box(item.x + dx, item.y + dy, item.width, item.height, item.role, texts, item.sheets, item.tip)
    if isinstance(item, Face):
        return Face(tuple((x + dx, y + dy) for x, y in item.points), item.role, item.tip)
    steps = tuple(tuple((x + dx, y + dy) for x, y in step) for step in item.steps)
    return Line((item.start[0] + dx, item.start[1] + dy), steps, item.role)


def arrow(tip: Point, towards: str = "right", role: str = "arrow") -> Face:
    """The head of an arrow whose tip is at a point."""
    x, y = tip
    long, half = 7.0, 3.5
    points = {
        "right": ((x, y), (x - long, y - half), (x - long, y + half)),
        "down": ((x, y), (x - half, y - long), (x + half, y - long)),
        "up": ((x, y), (x - half, y + long), (x + half, y + long)),
    }[towards]
    return Face(points, role)
