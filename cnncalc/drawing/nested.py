"""The open groups of a sketch, one inside the other: what subgraphs are made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnncalc.drawing.sketch import Sketch


@dataclass
class Nest:
    """A group: its number, its label, and its vertices (by place) and groups in order."""

    number: int
    label: str
    parts: list[int | Nest] = field(default_factory=list)


def nested(sketch: Sketch) -> Nest:
    """The whole sketch as one nest."""
    whole = Nest(-1, sketch.title)
    known: dict[str, Nest] = {}
    for place, vertex in enumerate(sketch.vertices):
        around = whole
        for name in vertex.inside:
            if name not in known:
                opened = sketch.opened[name]
                kind = "" if opened.kind in ("branch", opened.label) else f" · {opened.kind}"
                known[name] = Nest(len(known), opened.label + kind)
                around.parts.append(known[name])
            around = known[name]
        around.parts.append(place)
    return whole
