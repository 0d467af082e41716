"""Which layers a worksheet of a level shows: one layer each, chains, or branches, groups and bottlenecks."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate, pairwise, takewhile

from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.layers.base import Layer
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape
from cnncalc.teaching.rework import PARTS
from cnncalc.teaching.wording import working

LONGEST = 12  # layers that a table shows
LONGEST_BLOCK = 24


class Window(Record):
    """Rows `start:stop` that are worked out together: what enters them is given."""

    start: int
    stop: int


def hidden(row: Row) -> bool:
    """Whether a layer changes no shape and has no params and no multiplies: relu, dropout, lrn, softmax."""
    alone = len(row.input_shapes) == 1 and not row.shares
    return alone and not (row.counts.params or row.counts.multiplies) and _passes_on(row.layer)


@lru_cache(maxsize=1024)
def _passes_on(layer: Layer) -> bool:
    """Whether a layer gives the shape that it reads."""
    return (
        not layer.left_open
        and layer.out_channels == "c"
        and layer.out_side == "side"
        and not (layer.out_tokens or layer.out_shape)
    )


def grouped(row: Row) -> bool:
    """Whether the layer splits its channels into groups, and has weights for each."""
    return row.layer.values.get("groups", 1) > 1 and "filters" in row.layer.values


def sources(analysis: Analysis, index: int) -> tuple[int, ...]:
    """The rows that a row reads, through hidden ones; inputs of the network are negative."""
    assert analysis.graph is not None
    shown = _shown(analysis)
    return tuple(shown[ref] if ref >= 0 else ref for ref in analysis.graph.nodes[index].inputs)


def results(analysis: Analysis) -> tuple[int, ...]:
    """The rows that give what the network gives, each once, through hidden ones."""
    assert analysis.graph is not None
    shown = _shown(analysis)
    return tuple(dict.fromkeys(shown[ref] if ref >= 0 else ref for ref in analysis.graph.output_refs))


def _shown(analysis: Analysis) -> list[int]:
    """For each row itself or, where it is hidden, what it reads through hidden ones."""
    found: list[int] | None = analysis.worked_out.get("shown")
    if found is None:
        assert analysis.graph is not None
        found = analysis.worked_out["shown"] = []
        for index, (row, node) in enumerate(zip(analysis.rows, analysis.graph.nodes, strict=True)):
            read = node.inputs[0]
            found.append(index if not hidden(row) else found[read] if read >= 0 else read)
    return found


def _number(analysis: Analysis, which: Callable[[Row], bool], start: int, stop: int) -> int:
    """How many rows of `start:stop` are so; counted once for all windows, which may lie in each other."""
    key = f"number {which.__name__}"
    before: list[int] | None = analysis.worked_out.get(key)
    if before is None:
        before = analysis.worked_out[key] = list(accumulate(map(which, analysis.rows), initial=0))
    return before[stop] - before[start]


def _is_merge(row: Row) -> bool:
    return len(row.input_shapes) > 1


def entering(analysis: Analysis, window: Window) -> set[int]:
    """The rows outside of a window that it reads."""
    known: dict[Window, set[int]] = analysis.worked_out.setdefault("entering", {})
    if window not in known:
        read = (ref for index in range(*window) for ref in sources(analysis, index))
        known[window] = {ref for ref in read if not window.start <= ref < window.stop}
    return known[window]


def askable(row: Row) -> tuple[str, ...]:
    """The quantities of a row that are worth a question: what is not simply written in the layer."""
    found = []
    if _shape_is_worked_out(row):
        found.append("shape")
    if row.counts.params and not row.shares and "params" not in row.layer.left_open:
        found.append("params")
    if row.counts.multiplies and "multiplies" not in row.layer.left_open:
        found.append("multiplies")
    if "params" in found:
        found += [part for part in PARTS["params"] if getattr(row.counts, part)]
    return tuple(found)


def _shape_is_worked_out(row: Row) -> bool:
    if row.layer.out_shape or (len(row.input_shapes) > 1 and row.layer.out_channels == "c"):
        return False
    if len(row.input_shapes) == 1 and len(row.output_shape) != len(row.input_shapes[0]):
        return True
    return _has_arithmetic(row.layer, row.input_shapes)


@lru_cache(maxsize=4096)  # more than a worksheet may be about; there may be a hundred thousand equal ones
def _has_arithmetic(layer: Layer, shapes: tuple[Shape, ...]) -> bool:
    return any(re.search(r"[-+/*]|ceil|C_1", step.symbols) for step in working(layer, shapes, "shape"))


def called(analysis: Analysis, start: int, stop: int, ref: int) -> str:
    """The name of a row, or of an input, in a table of `start:stop`: without the path that all of it share."""
    assert analysis.graph is not None
    name = analysis.graph.name_of(ref)
    first, last = (analysis.rows[end].name.split("/")[:-1] for end in (start, stop - 1))
    alike = takewhile(lambda parts: parts[0] == parts[1], zip(first, last, strict=False))  # so is all between them
    prefix = "".join(f"{part}/" for part, _ in alike)
    return name.removeprefix(prefix) if start <= ref < stop else name


def signature(analysis: Analysis, window: Window) -> tuple[object, ...]:
    """Equal for windows in which the same layers read the same shapes: one of them is enough."""
    rows = analysis.rows[window.start : window.stop]
    return tuple((row.type, _written(row.layer), row.input_shapes) for row in rows)


@lru_cache(maxsize=1024)
def _written(layer: Layer) -> tuple[tuple[str, object], ...]:
    return tuple(layer.values.items())


def windows(analysis: Analysis, level: int) -> list[Window]:
    """All windows of a level, in the order of the network, none twice."""
    found = {1: _single, 2: _chains, 3: _structures}[level](analysis)
    distinct: dict[tuple[object, ...], Window] = {}
    for window in found:
        distinct.setdefault(signature(analysis, window), window)
    return list(distinct.values())


def _plain(row: Row) -> bool:
    return len(row.input_shapes) == 1 and not grouped(row) and not row.layer.left_open


def _single(analysis: Analysis) -> list[Window]:
    return [Window(i, i + 1) for i, row in enumerate(analysis.rows) if _plain(row) and askable(row)]


def _chains(analysis: Analysis) -> list[Window]:
    """Runs of layers of which each reads the one before it, cut to what fits in a table."""
    assert analysis.graph is not None
    found: list[Window] = []
    start, shown = 0, 0
    for index, row in enumerate(analysis.rows):
        joined = index > start and analysis.graph.nodes[index].inputs == (index - 1,)
        if not joined or not _plain(row) or (shown >= LONGEST and not hidden(row)):
            found.append(Window(start, index))
            start, shown = index if _plain(row) else index + 1, 0
        shown += not hidden(row)
    found.append(Window(start, len(analysis.rows)))
    return [window for window in found if _is_chain(analysis, window)]


def _is_chain(analysis: Analysis, window: Window) -> bool:
    """At least two layers of which one changes the shape."""
    shown = [row for row in analysis.rows[window.start : window.stop] if not hidden(row)]
    return len(shown) >= 2 and any("shape" in askable(row) for row in shown)


def _structures(analysis: Analysis) -> list[Window]:
    """Blocks with a merge, as small as they are; and the surroundings of groups and bottlenecks outside of these."""
    rows = analysis.rows
    merges = [index for index, row in enumerate(rows) if _is_merge(row)]
    others = [index for index, row in enumerate(rows) if grouped(row) or _narrows(analysis, index)]
    blocks = []
    for group in analysis.groups.values():
        window = Window(group.start, group.stop)
        shown = len(range(*window)) - _number(analysis, hidden, *window)
        if 3 <= shown <= LONGEST_BLOCK and _number(analysis, _is_merge, *window):
            blocks.append(window)
    # One lies in another or beside it: where the next one, the outer first, begins inside, it lies inside.
    distinct = sorted(set(blocks), key=lambda one: (one.start, -one.stop))
    end = Window(len(rows), len(rows))
    smallest = [one for one, following in pairwise([*distinct, end]) if following.start >= one.stop]
    covered = {index for window in smallest for index in range(window.start, window.stop)}
    around = []
    for index in (*merges, *others):  # a merge first: it takes in its branches
        if index in covered:
            continue
        window = _around(analysis, index)
        covered |= set(range(window.start, window.stop))
        around.append(window)
    return sorted({*smallest, *around})


def _narrows(analysis: Analysis, index: int) -> bool:
    """Whether a 1×1 convolution makes fewer channels of what a larger one reads: a bottleneck."""
    row = analysis.rows[index]
    if row.type != "conv" or set(row.layer.values["kernel"]) != {1} or row.output_shape[0] >= row.input_shapes[0][0]:
        return False
    following = range(index + 1, min(index + 4, len(analysis.rows)))
    return any(
        analysis.rows[i].type == "conv"
        and index in sources(analysis, i)
        and set(analysis.rows[i].layer.values["kernel"]) != {1}
        for i in following
    )


def _around(analysis: Analysis, index: int) -> Window:
    """A row with the shown ones before and behind it; a merge with all that it reads, where that fits."""
    rows = analysis.rows
    start = index
    reads = [ref for ref in sources(analysis, index) if ref >= 0]
    if _is_merge(rows[index]) and reads:
        whole = _branches_start(analysis, min(reads), index)
        starts = (whole, min(reads))
        start = next(
            (one for one in starts if index + 1 - one - _number(analysis, hidden, one, index + 1) <= LONGEST), index
        )
    elif reads and reads[0] == _shown_before(analysis, index) and not len(rows[reads[0]].input_shapes) > 1:
        start = reads[0]
    stop = index + 1
    while stop < len(rows) and hidden(rows[stop]):
        stop += 1
    if stop < len(rows) and sources(analysis, stop) == (index,):
        stop += 1
    else:
        stop = index + 1
    return Window(start, stop)


def _branches_start(analysis: Analysis, start: int, merge: int) -> int:
    """Where the branch begins that a row belongs to, of those that end before a merge."""
    branches = [one.start for one in analysis.groups.values() if one.start <= start < one.stop <= merge]
    return min(branches, default=start)


def _shown_before(analysis: Analysis, index: int) -> int:
    index -= 1
    while index >= 0 and hidden(analysis.rows[index]):
        index -= 1
    return index
