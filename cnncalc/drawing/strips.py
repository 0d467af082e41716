"""Layers of a graph with branches in strips, one below the other, where a page is narrower than all of them.

The lines that a cut goes through turn around the strip's end, one outside the other, so that none crosses another.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from cnncalc.core.record import Record
from cnncalc.drawing.placed import STEP

LANE = 9.0  # between lines that turn side by side
BESIDE = 14.0  # between a strip and the first of them


class Strip(Record):
    """A run of layers, from `start` to before `stop`: places of the graph's layers."""

    start: int
    stop: int


def margin(lines: int) -> float:
    """The room beside or between strips for so many lines, in pixels.

    >>> margin(0), margin(1), margin(3)
    (0.0, 28.0, 46.0)
    """
    return 2 * BESIDE + LANE * (lines - 1) if lines else 0.0


def broken(
    widths: Sequence[float], spans: Sequence[tuple[float, float]], cuts: Sequence[int], room: float
) -> list[Strip]:
    """The strips, no wider than the room where single layers are not, that are the least high together.

    `widths` and `spans` are of each layer, from its top to its bottom; `cuts` has the number of lines that go on
    behind each. A place with more lines may be the better one to cut at, but takes more room beside all strips.

    >>> broken([50] * 4, [(0, 10)] * 4, [1, 3, 1, 0], 220)
    [Strip(start=0, stop=1), Strip(start=1, stop=3), Strip(start=3, stop=4)]
    >>> broken([50] * 4, [(0, 10)] * 4, [1, 3, 1, 0], 900)
    [Strip(start=0, stop=4)]
    """
    if sum(widths) + STEP * (len(widths) - 1) <= room:
        return [Strip(0, len(widths))]
    found = [_cut(widths, spans, cuts, room - 2 * margin(most), most) for most in sorted({*cuts[:-1]})]
    return min(found, key=lambda each: each[:2])[2] if found else [Strip(0, len(widths))]


def _cut(
    widths: Sequence[float], spans: Sequence[tuple[float, float]], cuts: Sequence[int], room: float, most: int
) -> tuple[float, float, list[Strip]]:
    """By how much strips are too wide that are cut where at most so many lines go on, their height, and the strips."""
    number = len(widths)
    before = [0] * (number + 1)  # where the strip that ends before each layer begins
    cost = [(0.0, 0.0), *[(inf, 0.0)] * number]  # how much is too wide, and the height
    for start in range(number):
        if start and cuts[start - 1] > most:
            continue
        width, top, bottom = -STEP, 0.0, 0.0
        for stop in range(start + 1, number + 1):
            width += widths[stop - 1] + STEP
            top, bottom = min(top, spans[stop - 1][0]), max(bottom, spans[stop - 1][1])
            if stop == start + 1:
                top, bottom = spans[start]
            if stop < number and cuts[stop - 1] > most:
                continue
            wide, high = cost[start]
            turns = margin(cuts[stop - 1]) if stop < number else 0.0
            found = (wide + max(0.0, width - room), high + bottom - top + turns)
            if found < cost[stop]:
                cost[stop], before[stop] = found, start
            if width > room:
                break
    strips, stop = [], number
    while stop:
        strips.append(Strip(before[stop], stop))
        stop = before[stop]
    return *cost[number], strips[::-1]
