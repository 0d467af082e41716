"""A U: a chain whose skips are nested in each other, as in U-Net. The skips run level, from one arm to the other."""

from __future__ import annotations

from itertools import pairwise

from cnncalc.diagram.placed import STEP, Member, Placed, lined
from cnncalc.diagram.picture import Item

LEVEL = 32.0  # between the levels
ARMS = 90.0  # between the arms, at least
SHORTEST = 6


def nested(members: list[Member], entering: tuple[int, ...], leaving: tuple[int, ...]) -> list[tuple[int, int]]:
    """The skips (from, to) of a chain from the outermost to the innermost; none where it is no such chain."""
    if len(members) < SHORTEST or len(entering) > 1 or any(len(member.vertices) > 1 for member in members):
        return []
    at = {vertex: place for place, member in enumerate(members) for vertex in member.vertices}
    skips = []
    for place, member in enumerate(members):
        sources = {at.get(source, -1) for source in member.reads}
        if place and place - 1 not in sources:
            return []
        skips += [(source, place) for source in sources - {place - 1}]
    if any(source < 0 for source, _ in skips) or set(leaving) - members[-1].vertices:
        return []
    skips.sort()
    inside = all(a < c and d < b for (a, b), (c, d) in pairwise(skips))
    return skips if len(skips) > 1 and inside else []


def u_shape(
    members: list[Member], placed: list[Placed], entering: tuple[int, ...], leaving: tuple[int, ...]
) -> Placed | None:
    """The chain in two arms, each skip on a level of its own; None where it has no such skips."""
    skips = nested(members, entering, leaving)
    if not skips or any(box.card is None for box in placed):
        return None
    lefts, rights = [], []
    before, after = -1, len(members)
    for start, end in skips:
        lefts.append(list(range(before + 1, start + 1)))
        rights.append(list(range(end, after)))
        before, after = start, end
    bottom = list(range(before + 1, after))

    def long(places: list[int]) -> float:
        return sum(placed[place].width + STEP for place in places)

    arm = max(long(places[:-1]) for places in lefts)
    wide = max(placed[places[-1]].width for places in lefts)
    right_arm = max(arm + wide + ARMS, long(bottom) + 20)
    right_wide = max(placed[places[0]].width for places in rights)
    xs: dict[int, float] = {}
    widths: dict[int, float] = {}
    tops: dict[int, float] = {}
    y = 0.0
    for left, right in zip([*lefts, bottom], [*rights, []], strict=True):
        height = max((placed[place].height for place in (*left, *right)), default=0.0)
        x = arm - long(left[:-1]) if left is not bottom else 0.0
        for place in left:
            xs[place] = x
            widths[place] = wide if left is not bottom and place == left[-1] else placed[place].width
            x += widths[place] + STEP
        x = right_arm
        for place in right:
            xs[place] = x
            widths[place] = right_wide if place == right[0] else placed[place].width
            x += widths[place] + STEP
        tops |= {place: y + (height - placed[place].height) / 2 for place in (*left, *right)}
        y += height + LEVEL
    whole = Placed(max(xs[place] + widths[place] for place in xs), y - LEVEL)

    def middle(place: int) -> float:
        return tops[place] + placed[place].height / 2

    def centre(place: int) -> float:
        return xs[place] + widths[place] / 2

    def low(place: int) -> float:
        return tops[place] + placed[place].height

    def along(a: int, b: int) -> list[Item]:
        return lined([(xs[a] + widths[a], middle(a)), (xs[b], middle(b))], True)

    for start, end in skips:
        whole.items += along(start, end)
    for places in (*lefts, bottom, *rights):
        for a, b in pairwise(places):
            whole.items += along(a, b)
    for a, b in pairwise([*lefts, bottom]):
        start, end = (centre(a[-1]), low(a[-1])), (centre(b[0]), tops[b[0]])
        half = end[1] - LEVEL / 2
        whole.items += lined([start, (start[0], half), (end[0], half), end], True)
    for above, below in pairwise(rights):
        start, end = (centre(below[-1]), tops[below[-1]]), (centre(above[0]), low(above[0]))
        half = start[1] - LEVEL / 2
        whole.items += lined([start, (start[0], half), (end[0], half), end], True)
    last, first = bottom[-1], rights[-1][0]
    x = centre(first)
    whole.items += lined([(xs[last] + widths[last], middle(last)), (x, middle(last)), (x, low(first))], True)
    for place, box in enumerate(placed):
        whole.items += box.drawn(xs[place], tops[place], widths[place])
    for source in entering:
        whole.entries[source] = middle(0)
        whole.items += lined([(0.0, middle(0)), (xs[0], middle(0))], True)
    for source in leaving:
        whole.exits[source] = middle(len(members) - 1)
        end_x = xs[len(members) - 1] + widths[len(members) - 1]
        whole.items += lined([(end_x, middle(len(members) - 1)), (whole.width, middle(len(members) - 1))], False)
    return whole
