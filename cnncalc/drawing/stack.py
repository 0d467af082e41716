"""A sketch with each activation, norm, dropout and flatten drawn into the layer that it belongs to."""

from __future__ import annotations

import re
from dataclasses import replace

from cnncalc.core.analysis import Counts, GroupRow, Row
from cnncalc.core.layers import LAYERS
from cnncalc.drawing.sketch import Sketch, Vertex, follows


def stacked(given: Sketch) -> Sketch:
    """The same with each activation, norm, dropout and flatten drawn into the layer that it belongs to.

    A follower joins the vertex that it alone reads; followers at the head of a branch, and `flatten`, join the layer
    that reads them. Nothing joins across the border of a group that holds other layers too.
    """
    readers = given.readers
    stacks: list[list[int]] = []  # places of the vertices that became one
    stack_of: dict[int, int] = {}
    leading: list[bool] = []  # of each stack, whether all in it wait for the layer that they belong to
    for place, vertex in enumerate(given.vertices):
        source = vertex.reads[0] if len(vertex.reads) == 1 else -1
        joins = (
            source >= 0
            and readers[source] == [place]
            and given.vertices[source].stop == vertex.start
            and _may_join(given, stacks[stack_of[source]], place, leading[stack_of[source]])
        )
        if joins:
            stack_of[place] = stack_of[source]
        else:
            stack_of[place] = len(stacks)
            stacks.append([])
            leading.append(True)
        stacks[stack_of[place]].append(place)
        leading[stack_of[place]] &= _leads(vertex)
    vertices = [_one(given, stack, stack_of) for stack in stacks]
    return replace(given, vertices=tuple(vertices))


def _may_join(given: Sketch, stack: list[int], place: int, leading: bool) -> bool:
    head, before, vertex = (given.vertices[one] for one in (stack[0], stack[-1], place))
    if head.is_input:  # nothing joins one
        return False
    if not (_trails(vertex) or (leading and len(vertex.reads) == 1 and not _leads(vertex, strictly=True))):
        return False
    if leading and isinstance(vertex.entry, GroupRow):
        return False
    first, last = head.start, vertex.stop
    for name in {*head.inside, *before.inside} ^ {*vertex.inside}:
        group = given.opened[name]
        if not first <= group.start <= group.stop <= last:
            return False
    return True


def _trails(vertex: Vertex) -> bool:
    return isinstance(vertex.entry, Row) and follows(vertex.entry)


def _leads(vertex: Vertex, strictly: bool = False) -> bool:
    """Whether a vertex waits for the layer that it belongs to; `strictly`: it is never drawn into one before it."""
    entry = vertex.entry
    return isinstance(entry, Row) and (entry.type == "flatten" or (not strictly and follows(entry)))


def _one(given: Sketch, stack: list[int], stack_of: dict[int, int]) -> Vertex:
    members = [given.vertices[place] for place in stack]
    main = next((at for at, member in enumerate(members) if not _leads(member)), 0)
    vertex = members[main]
    reads = tuple(dict.fromkeys(stack_of[source] for source in members[0].reads))
    inside = tuple(name for name in members[0].inside if all(name in member.inside for member in members))
    alone = [
        name
        for name in inside
        if given.opened[name].start >= members[0].start and given.opened[name].stop <= members[-1].stop
    ]
    within = [name for name in vertex.inside if name not in inside or name in alone]
    label = _label(given, vertex, within[0]) if within else vertex.label
    return replace(
        vertex,
        label=label,
        output=members[-1].output,
        counts=sum((member.counts for member in members), Counts()),
        reads=reads,
        inside=tuple(name for name in inside if name not in alone),
        start=members[0].start,
        stop=members[-1].stop,
        before=tuple(member.entry for member in members[:main] if isinstance(member.entry, Row)),
        after=tuple(member.entry for member in members[main + 1 :] if isinstance(member.entry, Row)),
    )


def _label(given: Sketch, vertex: Vertex, name: str) -> str:
    """What a vertex is called that is all there is in the group `name`; a branch is called by its merge, too."""
    group = given.opened[name]
    above = given.opened.get(name.rpartition("/")[0])
    merge = group.kind == "branch" and above is not None and above.kind in LAYERS  # whose branches it holds
    numbered = group.label.isdigit() and above is not None  # one of several copies
    label = f"{above.label}/{group.label}" if above and (merge or numbered) else group.label
    called = isinstance(vertex.entry, Row) and not re.fullmatch(rf"{vertex.entry.type}_?\d+", vertex.label)
    return f"{label}/{vertex.label}" if group.kind == "branch" and called else label
