"""A sketch as a flow from left to right, in rows like a text: cards, lines, and a frame around each open group.

Each open group is laid out by itself, then stands as one box among its neighbours: so a frame holds just its own
layers, and no line crosses a box. Where only one line leads on, a row may end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import inf

from cnncalc.core.problem import clean
from cnncalc.core.record import Record
from cnncalc.drawing.branches import layered
from cnncalc.drawing.card import Card, Look, card
from cnncalc.drawing.letter_u import u_shape
from cnncalc.drawing.metrics import fitted, text_width
from cnncalc.drawing.picture import FONTS, Box, Caption, Item, Line
from cnncalc.drawing.placed import STEP, Member, Moved, Placed, lined, settled, slide_scale
from cnncalc.drawing.sketch import MOST_VERTICES, Opened, Sketch, Vertex, too_large, too_narrow
from cnncalc.drawing.stack import stacked

ROW = 30.0  # between rows
INDENT = 22.0  # beside the rows, for the line that leads from one to the next
FRAME = 12.0  # between a frame and what it holds
FRAME_TITLE = 22.0
SHEETS = 6.0  # how far the sheets behind a folded group's card stand out
TRIES = 24  # at a width that is asked for
LEAST_STEP = 8.0  # from one to the next
WIDTHS = (760.0, 960.0, 1160.0, 1400.0, 1700.0, 2100.0, 2600.0, 3300.0, 4200.0)


def flow(sketch: Sketch, look: Look, file: str, width: float | None = None) -> tuple[float, float, list[Item]]:
    """The width, height and items of the flow, broken into rows so that a slide shows it as large as can be.

    With a width, rows and graphs with branches are broken so that a page of it holds them.
    """
    whole = stacked(sketch)
    if len(whole.vertices) > MOST_VERTICES:
        raise too_large("boxes", MOST_VERTICES, file)
    if width is not None:
        return _within(whole, look, width)
    builder = _Flow(whole, look)
    best: Placed | None = None
    for width in WIDTHS:
        found = builder.group(None, width)
        if best is None or slide_scale(found.width, found.height) >= slide_scale(best.width, best.height):
            best = found
    assert best is not None
    return best.width, best.height, settled(best.items)


def _within(whole: Sketch, look: Look, width: float) -> tuple[float, float, list[Item]]:
    """The flow on a page; what lines beside strips take is known when they are cut: so again, with less room."""
    room, narrowest = width, inf
    for _ in range(TRIES):
        found = _Flow(whole, look, wraps=True).group(None, room)
        if found.width <= width:
            return found.width, found.height, settled(found.items)
        narrowest = min(narrowest, found.width)
        room -= max(found.width - width, LEAST_STEP)
    raise too_narrow(width, narrowest, "fold its blocks (`--depth 1`)")


class _Flow:
    def __init__(self, sketch: Sketch, look: Look, *, wraps: bool = False) -> None:
        self.sketch = sketch
        self.wraps = wraps  # whether branches, too, keep to a width
        self.readers = sketch.readers
        self.cards = [card(vertex, look) for vertex in _called(sketch)]
        self.head = FRAME_TITLE + (SHEETS if any(given.sheets for given in self.cards) else 0.0)
        self.frames = _frames(sketch)
        self.within = [tuple(name for name in v.inside if name in self.frames) for v in sketch.vertices]
        self.members: dict[str | None, list[Member]] = {None: self._members(None, range(len(sketch.vertices)))}
        self.cuts: dict[str | None, list[_Cut]] = {}
        self.pieces: dict[tuple[str | None, int], Placed] = {}

    def _members(self, name: str | None, vertices: range | frozenset[int]) -> list[Member]:
        """What stands directly in a group, each after what it reads."""
        level = 0 if name is None else 1 + next(iter(self.within[v].index(name) for v in vertices))
        grouped: dict[str | int, list[int]] = {}
        for vertex in sorted(vertices):
            path = self.within[vertex]
            grouped.setdefault(path[level] if len(path) > level else vertex, []).append(vertex)
        found = []
        for key, inside in grouped.items():
            own = frozenset(inside)
            reads = tuple(dict.fromkeys(s for v in inside for s in self.sketch.vertices[v].reads if s not in own))
            found.append(Member(own, reads, self.sketch.opened[key] if isinstance(key, str) else None))
        done: set[int] = {v for member in found for v in member.reads} - {v for m in found for v in m.vertices}
        sorted_members: list[Member] = []
        while found:  # a group stands where its first layer does; an input that it reads later comes first
            ready = next(member for member in found if done.issuperset(member.reads))
            found.remove(ready)
            done |= ready.vertices
            sorted_members.append(ready)
        return sorted_members

    def group(self, opened: Opened | None, width: float) -> Placed:
        """An open group, or the whole (None), in rows of at most `width` where its branches leave that much freedom."""
        name = opened.name if opened else None
        if name not in self.members:
            inside = frozenset(v for v, path in enumerate(self.within) if name in path)
            self.members[name] = self._members(name, inside)
        members = self.members[name]
        own = frozenset(v for member in members for v in member.vertices)
        room = width - 2 * INDENT
        placed = [
            self.group(m.opened, room - 2 * FRAME) if m.opened else _of_card(self.cards[min(m.vertices)])
            for m in members
        ]
        outside = tuple(sorted({s for member in members for s in member.reads if s not in own}))
        leaving = tuple(v for v in sorted(own) if any(reader not in own for reader in self.readers[v]))
        folded = u_shape(members, placed, outside, leaving)
        if folded and not (self.wraps and folded.width > width):
            return _framed(folded, opened, self.head) if opened else folded
        if name not in self.cuts:
            self.cuts[name] = _cuts(members, outside, leaving)
        pieces = [self._piece(name, cut, members, placed, room) for cut in self.cuts[name]]
        inner = _rows(pieces, room)
        return _framed(inner, opened, self.head) if opened else inner

    def _piece(self, name: str | None, cut: _Cut, members: list[Member], placed: list[Placed], room: float) -> _Piece:
        mine, boxes = members[cut.start : cut.stop], placed[cut.start : cut.stop]
        if len(mine) == 1 and len(cut.entering) <= 1 and len(cut.leaving) <= 1 and mine[0].vertices >= {*cut.leaving}:
            return _Piece(boxes[0], cut.entering, cut.leaving)
        known = self.pieces.get((name, cut.start))
        if known is None:
            known = layered(mine, boxes, cut.entering, cut.leaving, room if self.wraps else None)
            if not any(member.opened for member in mine):  # else its size depends on the width that there is
                self.pieces[name, cut.start] = known
        return _Piece(known, cut.entering, cut.leaving)


class _Cut(Record):
    """Members that stay together: a row may end before and after them. The vertices whose lines enter and leave."""

    start: int
    stop: int
    entering: tuple[int, ...]
    leaving: tuple[int, ...]


class _Piece(Record):
    placed: Placed
    entering: tuple[int, ...]
    leaving: tuple[int, ...]


def _cuts(members: list[Member], outside: tuple[int, ...], leaving: tuple[int, ...]) -> list[_Cut]:
    """Where a group may be broken: behind each member that gives all that is read behind it."""
    last_reader = {source: at for at, member in enumerate(members) for source in member.reads}
    last_reader |= dict.fromkeys(leaving, len(members))
    alive = dict.fromkeys(outside)
    found: list[_Cut] = []
    entering, start = outside, 0
    for at, member in enumerate(members):
        alive |= dict.fromkeys(vertex for vertex in sorted(member.vertices) if vertex in last_reader)
        alive = {source: None for source in alive if last_reader[source] > at}
        if at == len(members) - 1 or (len(alive) <= 1 and member.vertices.issuperset(alive)):
            crossing = tuple(alive) if at < len(members) - 1 else leaving
            found.append(_Cut(start, at + 1, entering, crossing))
            entering, start = crossing, at + 1
    return found


def _of_card(given: Card) -> Placed:
    return Placed(given.width, given.height, card=given)


def _called(sketch: Sketch) -> list[Vertex]:
    """The vertices; of branches side by side, the first vertex of each says the branch's name, too."""
    branches = [name for name, opened in sketch.opened.items() if opened.kind == "branch"]
    beside = Counter(name.rpartition("/")[0] for name in branches)
    told_apart = {name for name in branches if beside[name.rpartition("/")[0]] > 1}
    known: set[str] = set()
    found = []
    for vertex in sketch.vertices:
        names = [name for name in vertex.inside if name in told_apart]
        new = [name for name in names if name not in known]
        known |= {*names}
        label = "/".join(sketch.opened[name].label for name in new)
        found.append(replace(vertex, label=f"{label}/{vertex.label}") if new else vertex)
    return found


def _frames(sketch: Sketch) -> set[str]:
    """The open groups that get a frame: no branch, none that is all there is in another; but what says its ×N."""
    held: dict[str, int] = {}
    for vertex in sketch.vertices:
        for name in vertex.inside:
            held[name] = held.get(name, 0) + 1
    found = set(sketch.once)
    for vertex in sketch.vertices:
        outer = len(sketch.vertices)
        for name in vertex.inside:
            if held[name] < outer and held[name] > 1:
                if sketch.opened[name].kind != "branch":
                    found.add(name)
                outer = held[name]
    return found


# ------------------------------------------------------------------------------------------------ rows


def _rows(pieces: list[_Piece], room: float) -> Placed:
    """Pieces one after the other, in as few rows as the room needs, of nearly equal length."""
    widths = [piece.width for piece, _, _ in pieces]
    number = len(_broken(widths, room))
    low, high = max(widths), max(room, *widths)
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (low, middle) if len(_broken(widths, middle)) <= number else (middle, high)
    rows = _broken(widths, high)
    whole = Placed(0, 0)
    indent = INDENT if len(rows) > 1 else 0.0
    top, left_over = 0.0, None
    for row in rows:
        level, above, below = 0.0, 0.0, 0.0
        tops = []
        for at in row:
            piece, entering, leaving = pieces[at]
            level -= piece.entry(entering[0]) if len(entering) == 1 else piece.height / 2
            tops.append(level)
            above, below = min(above, level), max(below, level + piece.height)
            level += piece.exit(leaving[0]) if len(leaving) == 1 else piece.height / 2
        base = top - above
        x = indent
        for at, offset in zip(row, tops, strict=True):
            piece, entering, leaving = pieces[at]
            y = base + offset
            whole.items += piece.drawn(x, y)
            for source in entering:
                end = (x, y + piece.entry(source))
                if at == 0:
                    whole.entries[source] = end[1]
                    whole.items += lined([(0.0, end[1]), end], bool(piece.card)) if indent or piece.card else []
                elif at == row[0]:
                    assert left_over is not None
                    lane = top - ROW / 2
                    out = left_over[0] + 12
                    corners = [
                        left_over,
                        (out, left_over[1]),
                        (out, lane),
                        (indent - 14, lane),
                        (indent - 14, end[1]),
                        end,
                    ]
                    whole.items += lined(corners, bool(piece.card))
                else:
                    whole.items += lined([(x - STEP, end[1]), end], bool(piece.card))
            right = x + piece.width
            if len(leaving) == 1:
                left_over = (right, y + piece.exit(leaving[0]))
            if at == len(pieces) - 1:
                for source in leaving:
                    whole.exits[source] = y + piece.exit(source)
            whole.width = max(whole.width, right + (14 if len(rows) > 1 else 0))
            x = right + STEP
        top = base + below + ROW
    whole.height = top - ROW
    last_right = x - STEP
    for y in whole.exits.values():
        if whole.width > last_right:
            whole.items += lined([(last_right, y), (whole.width, y)], False)
    return whole


def _broken(widths: list[float], room: float) -> list[list[int]]:
    rows: list[list[int]] = []
    used = 0.0
    for at, width in enumerate(widths):
        if rows and used + STEP + width <= room:
            rows[-1].append(at)
            used += STEP + width
        else:
            rows.append([at])
            used = width
    return rows


def _framed(inner: Placed, opened: Opened, head: float) -> Placed:
    """A group's content in a frame with its name."""
    font = FONTS["frame"]
    text = clean(opened.label if opened.label == opened.kind else f"{opened.label} · {opened.kind}")
    label = fitted(text, font.size, max(inner.width, 150.0), font.bold)
    width = max(inner.width, text_width(label, font.size, font.bold)) + 2 * FRAME
    height = inner.height + head + FRAME
    title = Caption(FRAME, 16, label, "frame")
    items: list[Item | Moved] = [Box(0, 0, width, height, "frame", (title,), tip=clean(opened.name))]
    items += inner.drawn(FRAME, head)
    for y in inner.entries.values():
        items.append(Line((0, y + head), (((FRAME, y + head),),), "edge"))
    for y in inner.exits.values():
        items.append(Line((FRAME + inner.width, y + head), (((width, y + head),),), "edge"))
    return Placed(
        width,
        height,
        items,
        {source: y + head for source, y in inner.entries.items()},
        {source: y + head for source, y in inner.exits.items()},
    )
