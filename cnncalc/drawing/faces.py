"""The faces of a volume, and the lines that lead from one volume to the next."""

from __future__ import annotations

from cnncalc.drawing.picture import Face, Item, Line
from cnncalc.drawing.solids import BACK, Solid, Stand

DOT = 2.2  # half the side of the mark where a kernel's lines meet


def faces(stand: Stand, role: str, tip: str) -> list[Item]:
    """Front, top and right of a volume; a vector has only a front."""
    left, top, right, bottom = stand.front
    dx, dy = BACK[0] * stand.solid.deep, BACK[1] * stand.solid.deep
    front = Face(((left, top), (right, top), (right, bottom), (left, bottom)), role, tip)
    if not stand.solid.deep:
        return [front]
    upper = ((left, top), (left + dx, top + dy), (right + dx, top + dy), (right, top))
    side = ((right, top), (right + dx, top + dy), (right + dx, bottom + dy), (right, bottom))
    return [front, Face(upper, f"{role}.top", tip), Face(side, f"{role}.side", tip)]


def kernel_lines(a: Stand, b: Stand, kernel: Solid) -> list[Item]:
    """A kernel inside what it reads, as deep as the channels that it sees, and lines to the one value that it gives."""
    x, y = a.face
    dx, dy, half = BACK[0] * kernel.deep / 2, BACK[1] * kernel.deep / 2, kernel.high / 2
    near_top, near_bottom = (x - dx, y - dy - half), (x - dx, y - dy + half)
    far_top, far_bottom = (x + dx, y + dy - half), (x + dx, y + dy + half)
    inner_top, inner_bottom = (near_top[0] - kernel.thick, near_top[1]), (near_bottom[0] - kernel.thick, near_bottom[1])
    inner_far = (far_top[0] - kernel.thick, far_top[1])
    target = (b.x + min(BACK[0] * b.solid.deep / 2, b.solid.thick), b.middle)
    corners = ((-DOT, -DOT), (DOT, -DOT), (DOT, DOT), (-DOT, DOT))
    return [
        Line(near_top, ((inner_top,), (inner_bottom,), (near_bottom,)), "hidden"),
        Line(inner_top, ((inner_far,), (far_top,)), "hidden"),
        Face((near_top, far_top, far_bottom, near_bottom), "patch"),
        *(Line(corner, ((target,),), "cone") for corner in (near_top, near_bottom, far_top, far_bottom)),
        Face(tuple((target[0] + u, target[1] + v) for u, v in corners), "mark"),
    ]


def all_to_all(a: Stand, b: Stand) -> list[Item]:
    """The two lines that stand for every value being read by every unit."""
    _, a_top, a_right, a_bottom = a.front
    left, top, _, bottom = b.front
    far = (a_right + BACK[0] * a.solid.deep, a_top - a.solid.rise)
    return [Line(far, (((left, top),),), "cone"), Line((a_right, a_bottom), (((left, bottom),),), "cone")]
