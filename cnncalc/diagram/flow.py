"""A sketch as a flow from left to right, in rows like a text: cards, lines, and a frame around each open group.

Each open group is laid out by itself, then stands as one box among its neighbours: so a frame holds just its own
layers, and no line crosses a box. Where only one line leads on, a row may end.
"""

from __future__ import annotations

from itertools import pairwise

from cnncalc.diagram.card import Card, Look, card
from cnncalc.diagram.layers import Link, Thing, heights, ordered, straightened
from cnncalc.diagram.letter_u import u_shape
from cnncalc.diagram.metrics import fitted, text_width
from cnncalc.diagram.picture import FONTS, Box, Item, Line, Text, arrow, moved
from cnncalc.diagram.placed import STEP, Member, Placed, lined, slide_scale
from cnncalc.diagram.sketch import MOST_VERTICES, Opened, Sketch, stacked, too_large
from cnncalc.problem import clean

GAP = 16.0  # between boxes one above the other
ROW = 30.0  # between rows
INDENT = 22.0  # beside the rows, for the line that leads from one to the next
FRAME = 12.0  # between a frame and what it holds
FRAME_TITLE = 28.0
WIDTHS = (760.0, 960.0, 1160.0, 1400.0, 1700.0, 2100.0, 2600.0, 3300.0, 4200.0)


def flow(sketch: Sketch, look: Look, file: str) -> tuple[float, float, list[Item]]:
    """The width, height and items of the flow, broken into rows so that a slide shows it as large as can be."""
    whole = stacked(sketch)
    if len(whole.vertices) > MOST_VERTICES:
        raise too_large("boxes", len(whole.vertices), MOST_VERTICES, file)
    builder = _Flow(whole, look)
    best: Placed | None = None
    for width in WIDTHS:
        found = builder.group(None, width)
        if best is None or slide_scale(found.width, found.height) >= slide_scale(best.width, best.height):
            best = found
    assert best is not None
    return best.width, best.height, best.items


class _Flow:
    def __init__(self, sketch: Sketch, look: Look) -> None:
        self.sketch = sketch
        self.readers = sketch.readers
        self.cards = [card(vertex, look) for vertex in sketch.vertices]
        self.frames = _frames(sketch)
        self.within = [tuple(name for name in v.inside if name in self.frames) for v in sketch.vertices]
        self.members: dict[str | None, list[Member]] = {None: self._members(None, range(len(sketch.vertices)))}
        self.pieces: dict[tuple[int, ...], Placed] = {}

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
        outside = tuple(dict.fromkeys(s for member in members for s in member.reads if s not in own))
        leaving = tuple(v for v in sorted(own) if any(reader not in own for reader in self.readers[v]))
        folded = u_shape(members, placed, outside, leaving)
        if folded:
            return _framed(folded, opened) if opened else folded
        pieces = []
        entering, first = outside, 0
        for at in range(len(members)):
            crossing = self._crossing(members[: at + 1], members[at + 1 :], outside, leaving)
            if members[at].vertices.issuperset(crossing[:2]) or at == len(members) - 1:
                pieces.append(self._piece(members[first : at + 1], placed[first : at + 1], entering, crossing))
                entering, first = crossing, at + 1
        inner = _rows(pieces, room)
        return _framed(inner, opened) if opened else inner

    def _crossing(
        self, done: list[Member], rest: list[Member], outside: tuple[int, ...], leaving: tuple[int, ...]
    ) -> tuple[int, ...]:
        """The vertices whose lines lead from what is done to what is not."""
        known = {*outside, *(v for member in done for v in member.vertices)}
        found = dict.fromkeys(s for member in rest for s in member.reads if s in known)
        return tuple(found | dict.fromkeys(v for v in leaving if v in known))

    def _piece(
        self, members: list[Member], placed: list[Placed], entering: tuple[int, ...], leaving: tuple[int, ...]
    ) -> tuple[Placed, tuple[int, ...], tuple[int, ...]]:
        if len(members) == 1 and len(entering) <= 1 and set(leaving) <= members[0].vertices and len(leaving) <= 1:
            return placed[0], entering, leaving
        return _layered(members, placed, entering, leaving), entering, leaving


def _of_card(given: Card) -> Placed:
    return Placed(given.width, given.height, card=given)


def _frames(sketch: Sketch) -> set[str]:
    """The open groups that get a frame: no branch, and none that is all there is in another."""
    held: dict[str, int] = {}
    for vertex in sketch.vertices:
        for name in vertex.inside:
            held[name] = held.get(name, 0) + 1
    found = set()
    for vertex in sketch.vertices:
        outer = len(sketch.vertices)
        for name in vertex.inside:
            if held[name] < outer and held[name] > 1:
                if sketch.opened[name].kind != "branch":
                    found.add(name)
                outer = held[name]
    return found


# ------------------------------------------------------------------------------------------------ rows


def _rows(pieces: list[tuple[Placed, tuple[int, ...], tuple[int, ...]]], room: float) -> Placed:
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


def _framed(inner: Placed, opened: Opened) -> Placed:
    """A group's content in a frame with its name."""
    font = FONTS["frame"]
    text = clean(opened.label if opened.label == opened.kind else f"{opened.label} · {opened.kind}")
    label = fitted(text, font.size, max(inner.width, 150.0), font.bold)
    width = max(inner.width, text_width(label, font.size, font.bold)) + 2 * FRAME
    height = inner.height + FRAME_TITLE + FRAME
    title = Text(FRAME, 17, label, "frame")
    items: list[Item] = [Box(0, 0, width, height, "frame", (title,), tip=clean(opened.name))]
    items += [moved(item, FRAME, FRAME_TITLE) for item in inner.items]
    if inner.card:  # one card alone
        items += inner.drawn(FRAME, FRAME_TITLE)
    for y in inner.entries.values():
        items.append(Line((0, y + FRAME_TITLE), (((FRAME, y + FRAME_TITLE),),), "edge"))
    for y in inner.exits.values():
        items.append(Line((FRAME + inner.width, y + FRAME_TITLE), (((width, y + FRAME_TITLE),),), "edge"))
    return Placed(
        width,
        height,
        items,
        {source: y + FRAME_TITLE for source, y in inner.entries.items()},
        {source: y + FRAME_TITLE for source, y in inner.exits.items()},
    )


# ------------------------------------------------------------------------------------------------ branches


def _layered(
    members: list[Member], placed: list[Placed], entering: tuple[int, ...], leaving: tuple[int, ...]
) -> Placed:
    """Members with branches between them: layers from left to right, bends where a line passes a layer."""
    size = len(members)
    thing_of = {vertex: at for at, member in enumerate(members) for vertex in member.vertices}
    boxes = [*placed, *[Placed(0, 0, entries={s: 0.0}, exits={s: 0.0}) for s in (*entering, *leaving)]]
    ports = {source: size + at for at, source in enumerate(entering)}
    ends = {source: size + len(entering) + at for at, source in enumerate(leaving)}
    lines = [
        (thing_of.get(source, ports.get(source, -1)), at, source)
        for at, member in enumerate(members)
        for source in member.reads
    ]
    lines += [(thing_of.get(source, ports.get(source, -1)), end, source) for source, end in ends.items()]
    layer_of = _layer_of(len(boxes), lines, set(ports.values()), set(ends.values()))
    things = [Thing(max(box.height, 1.0), False, at) for at, box in enumerate(boxes)]
    links: list[Link] = []
    ways: list[list[int]] = []  # the things that each line passes
    for a, b, source in lines:
        way = [a]
        for layer in range(layer_of[a] + 1, layer_of[b]):
            way.append(len(things))
            things.append(Thing(1.0, True, b))
            layer_of.append(layer)
        way.append(b)
        ways.append(way)
        for u, v in pairwise(way):
            start = boxes[u].exit(source) if u < len(boxes) else 0.5
            end = boxes[v].entry(source) if v < len(boxes) else 0.5
            links.append(Link(u, v, start, end))
    layers = ordered(layer_of, things, links)
    tops = straightened(heights(layers, things, links, GAP), ways, layers, things, GAP)
    highest = min(tops)
    tops = [round(top - highest, 2) for top in tops]
    lefts, widths, x = [], [], 0.0
    for layer in layers:
        width = max((boxes[thing].width for thing in layer if thing < len(boxes)), default=0.0)
        lefts.append(x)
        widths.append(width)
        x += width + STEP
    whole = Placed(x - STEP, max(top + thing.height for top, thing in zip(tops, things, strict=True)))
    cards = [max((boxes[t].width for t in layer if t < len(boxes) and boxes[t].card), default=0.0) for layer in layers]
    for (_, b, source), way in zip(lines, ways, strict=True):
        whole.items += _way(way, source, boxes, layer_of, tops, lefts, widths, cards, head=bool(boxes[b].card))
    for at, box in enumerate(boxes[:size]):
        whole.items += box.drawn(lefts[layer_of[at]], tops[at], cards[layer_of[at]])
    whole.entries = {source: tops[port] for source, port in ports.items()}
    whole.exits = {source: tops[end] for source, end in ends.items()}
    return whole


def _layer_of(number: int, lines: list[tuple[int, int, int]], ports: set[int], ends: set[int]) -> list[int]:
    """The layer of each box: after all that it reads; the ports of what enters first, of what leaves last."""
    reads: list[list[int]] = [[] for _ in range(number)]
    readers: list[list[int]] = [[] for _ in range(number)]
    for a, b, _ in lines:
        reads[b].append(a)
        readers[a].append(b)
    found = [0] * number
    for box in [*range(number)]:  # members stand in the order in which they run, ports behind them
        if box not in ports and box not in ends:
            found[box] = max([found[a] + 1 for a in reads[box]], default=1 if ports else 0)
    for box in reversed(range(number)):  # what reads nothing stands just before its reader
        if box not in ports and not reads[box] and readers[box]:
            found[box] = max(0, min(found[b] for b in readers[box]) - 1)
    last = max(found) + 1
    for box in ends:
        found[box] = last
    return found


def _way(
    way: list[int],
    source: int,
    boxes: list[Placed],
    layer_of: list[int],
    tops: list[float],
    lefts: list[float],
    widths: list[float],
    cards: list[float],
    head: bool,
) -> list[Item]:
    """One line: level through the layers, in curves between them."""
    first, last = way[0], way[-1]
    y = tops[first] + boxes[first].exit(source)
    layer = layer_of[first]
    x = lefts[layer] + (cards[layer] if boxes[first].card else boxes[first].width)
    start, steps = (x, y), []
    for thing in way[1:]:
        right = lefts[layer] + widths[layer]
        if right > x:
            steps.append(((right, y),))
        layer = layer_of[thing]
        to_y = tops[thing] + (boxes[thing].entry(source) if thing < len(boxes) else 0.5)
        if thing == last and head and abs(to_y - y) < 6:  # level, rather than with a kink
            to_y = y
        x = lefts[layer] - (6 if head and thing == last else 0)
        middle = (right + lefts[layer]) / 2
        steps.append(((x, to_y),) if abs(to_y - y) < 0.5 else ((middle, y), (middle, to_y), (x, to_y)))
        y = to_y
    items: list[Item] = [Line(start, tuple(steps), "edge")]
    return [*items, arrow((lefts[layer], y))] if head else items
