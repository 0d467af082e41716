"""Two sequences side by side: which item of the one is which item of the other.

Pairs are chosen so that their scores add up to the most. That takes a table of all pairs, so long sequences are first
cut where runs of equal items lie opposite each other (Myers 1986, An O(ND) difference algorithm).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence

Pair = tuple[int | None, int | None]
Score = Callable[[int, int], int]  # of two places: 0 where they are never a pair

MOST_CELLS = 250_000  # of one table
MOST_EDITS = 1_000
_MARGIN = 40  # equal items around a difference that are looked at again, with the scores


def align(before: Sequence[Sequence[Hashable]], after: Sequence[Sequence[Hashable]], score: Score) -> list[Pair]:
    """Pairs of places in both orders; None stands where an item has no partner.

    An item is a tuple of keys, the most telling first: equal first keys make two items equal. Further keys are only
    used where too much differs to try all pairs.

    >>> align([("a",), ("b",), ("c",)], [("a",), ("x",), ("c",)], lambda i, j: 2 * (i == j != 1))
    [(0, 0), (1, None), (None, 1), (2, 2)]
    """
    places: list[tuple[int, int]] = []
    start, stop = 0, 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    while stop < min(len(before), len(after)) - start and before[-1 - stop] == after[-1 - stop]:
        stop += 1
    places += ((place, place) for place in range(start))
    places += _between(before, after, (start, len(before) - stop), (start, len(after) - stop), score)
    places += ((len(before) - stop + place, len(after) - stop + place) for place in range(stop))
    return _with_gaps(places, len(before), len(after))


def _with_gaps(places: list[tuple[int, int]], last: int, other_last: int) -> list[Pair]:
    pairs: list[Pair] = []
    at, other = 0, 0
    for place, partner in [*places, (last, other_last)]:
        pairs += ((index, None) for index in range(at, place))
        pairs += ((None, index) for index in range(other, partner))
        pairs.append((place, partner))
        at, other = place + 1, partner + 1
    return pairs[:-1]


def _between(
    before: Sequence[Sequence[Hashable]],
    after: Sequence[Sequence[Hashable]],
    span: tuple[int, int],
    other: tuple[int, int],
    score: Score,
) -> list[tuple[int, int]]:
    """The pairs of two stretches, in order."""
    (start, stop), (first, last) = span, other
    if start == stop or first == last:
        return []
    if (stop - start) * (last - first) <= MOST_CELLS:
        return _best(span, other, score)
    keys = len(before[start])
    for key in range(keys):
        equal = _myers([item[key] for item in before[start:stop]], [item[key] for item in after[first:last]])
        if equal is not None and len(equal) * 4 >= min(stop - start, last - first):
            anchors = [(start + a, first + b) for a, b in equal]
            return _around(anchors, span, other, score)
    return _in_order([item[-1] for item in before], [item[-1] for item in after], span, other)


def _around(
    anchors: list[tuple[int, int]], span: tuple[int, int], other: tuple[int, int], score: Score
) -> list[tuple[int, int]]:
    """Equal items as they lie, but for those next to a difference: these are paired by their scores."""
    runs: list[list[tuple[int, int]]] = []
    for place, partner in anchors:
        if runs and runs[-1][-1] == (place - 1, partner - 1):
            runs[-1].append((place, partner))
        else:
            runs.append([(place, partner)])
    kept: list[list[tuple[int, int]]] = []
    for index, run in enumerate(runs):
        head = 0 if index == 0 and run[0] == (span[0], other[0]) else _MARGIN
        tail = 0 if index == len(runs) - 1 and run[-1] == (span[1] - 1, other[1] - 1) else _MARGIN
        if len(run) > head + tail:
            kept.append(run[head : len(run) - tail])
    places: list[tuple[int, int]] = []
    at, opposite_at = span[0], other[0]
    for run in [*kept, [(span[1], other[1])]]:
        gap, opposite = (at, run[0][0]), (opposite_at, run[0][1])
        cells = (gap[1] - gap[0]) * (opposite[1] - opposite[0])
        if cells <= MOST_CELLS:
            places += _best(gap, opposite, score)
        else:  # much differs here: as it lies
            places += (pair for pair in anchors if gap[0] <= pair[0] < gap[1] and opposite[0] <= pair[1] < opposite[1])
        places += run
        at, opposite_at = run[-1][0] + 1, run[-1][1] + 1
    return places[:-1]


def _best(span: tuple[int, int], other: tuple[int, int], score: Score) -> list[tuple[int, int]]:
    """The pairs with the largest sum of scores; of equal sums, those that come first."""
    (start, stop), (first, last) = span, other
    width = last - first
    below = [0] * (width + 1)
    taken: list[bytearray] = []  # per place: 0 a pair, 1 without `place`, 2 without `partner`
    for place in range(stop - 1, start - 1, -1):
        line = [0] * (width + 1)
        choice = bytearray(width)
        right = 0
        for index in range(width - 1, -1, -1):
            best, how = below[index], 1
            if right > best:
                best, how = right, 2
            worth = score(place, first + index)
            if worth and worth + below[index + 1] >= best:
                best, how = worth + below[index + 1], 0
            line[index] = right = best
            choice[index] = how
        below = line
        taken.append(choice)
    taken.reverse()
    pairs = []
    place, index = 0, 0
    while place < stop - start and index < width:
        how = taken[place][index]
        if how == 0:
            pairs.append((start + place, first + index))
        place += how != 2
        index += how != 1
    return pairs


def _myers(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]] | None:
    """A longest common subsequence as pairs of places; None where more than MOST_EDITS differ.

    >>> _myers("abcabba", "cbabac")
    [(2, 0), (3, 2), (4, 3), (6, 4)]
    """
    length, other = len(before), len(after)
    most = min(length + other, MOST_EDITS)
    middle = most + 1
    furthest = [0] * (2 * most + 3)  # on each diagonal, how far so many edits lead
    trace: list[list[int]] = []
    for edits in range(most + 1):
        trace.append(furthest[middle - edits : middle + edits + 1])
        for diagonal in range(-edits, edits + 1, 2):
            right, down = furthest[middle + diagonal - 1], furthest[middle + diagonal + 1]
            x = down if diagonal == -edits or (diagonal != edits and right < down) else right + 1
            y = x - diagonal
            while x < length and y < other and before[x] == after[y]:
                x += 1
                y += 1
            furthest[middle + diagonal] = x
            if x >= length and y >= other:
                return _walk_back(trace, x, y)
    return None


def _walk_back(trace: list[list[int]], x: int, y: int) -> list[tuple[int, int]]:
    pairs = []
    for edits in range(len(trace) - 1, -1, -1):
        furthest, diagonal = trace[edits], x - y
        start, other = 0, 0
        if edits:
            at = diagonal + edits
            down = diagonal == -edits or (diagonal != edits and furthest[at - 1] < furthest[at + 1])
            start = furthest[at + 1] if down else furthest[at - 1]
            other = start - (diagonal + 1 if down else diagonal - 1)
        while x > start and y > other:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = start, other
    pairs.reverse()
    return pairs


def _in_order(
    names: Sequence[Hashable], others: Sequence[Hashable], span: tuple[int, int], other: tuple[int, int]
) -> list[tuple[int, int]]:
    """Items of equal names, as many as stand in the same order on both sides (the longest rising subsequence)."""
    places = {others[index]: index for index in range(*other)}
    ends: list[int] = []  # of rising chains, by their length: where the lowest ends
    last: list[tuple[int, int, int]] = []  # (place, partner, the one before it in its chain)
    chains: list[int] = []
    for place in range(*span):
        partner = places.get(names[place])
        if partner is not None:
            length = bisect_left(ends, partner)
            last.append((place, partner, chains[length - 1] if length else -1))
            ends[length : length + 1] = [partner]
            chains[length : length + 1] = [len(last) - 1]
    pairs = []
    at = chains[-1] if chains else -1
    while at >= 0:
        place, partner, at = last[at]
        pairs.append((place, partner))
    return pairs[::-1]
