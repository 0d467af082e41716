"""A layer's window on a grid: the padded border, the first windows with their step and what they share, the output."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.analyses.outline import describe_layer
from cnncalc.analyses.working import working_of
from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.problem import clean
from cnncalc.core.record import Record
from cnncalc.core.shape import AXES, written_shape
from cnncalc.drawing.metrics import text_width
from cnncalc.drawing.picture import FONTS, Caption, Face, Item, Line, Picture
from cnncalc.drawing.placed import lined
from cnncalc.drawing.sketch import CannotDraw

CELL = 20.0
MOST = 16  # cells along a side; of more the first ones
MARGIN = 28.0
BETWEEN = 90.0


class Side(Record):
    """One axis: the sizes of input and output, the window with its step and taps, the border before and behind."""

    name: str
    size: int
    out: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int

    @property
    def extent(self) -> int:
        """The reach of the window, in positions."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        """The size with its border."""
        return self.before + self.size + self.after

    @property
    def shared(self) -> int:
        """The number of positions that two neighbouring windows have in common."""
        return max(self.extent - self.stride, 0)


def sides_of(row: Row) -> list[Side]:
    """The axes of a layer that slides a window; raises CannotDraw for any other, and for more than two axes.

    >>> import cnncalc
    >>> side, _ = sides_of(cnncalc.analyze(cnncalc.load("alexnet")).find("pool1"))
    >>> side.kernel, side.stride, side.shared
    (3, 2, 1)
    """
    values, (first, *_) = row.layer.values, row.input_shapes
    rank = len(first) - 1
    slides = {"kernel", "stride"} <= values.keys() and "output_padding" not in values and rank > 0
    if not slides:
        raise CannotDraw(f"`{row.name}` slides no window: --style window draws a convolution or a pooling layer")
    if rank > 2:
        raise CannotDraw(f"`{row.name}` has a window of {rank} axes: --style window draws one or two")
    same = working_of(row).padding
    padding = [(before, after) for _, _, before, after in same * (rank if len(same) == 1 else 1)]
    if not padding:
        given = values.get("padding", ((0, 0),) * rank)
        if isinstance(given, str):
            raise CannotDraw(f"`{row.name}` has padding `{given}`: --style window draws zeros at both ends")
        padding = [(int(before), int(after)) for before, after in given]
    dilation = values.get("dilation", (1,) * rank)
    return [
        Side(
            name,
            first[1 + at],
            row.output_shape[1 + at],
            values["kernel"][at],
            values["stride"][at],
            dilation[at],
            *ends,
        )
        for at, (name, ends) in enumerate(zip(AXES[rank], padding, strict=True))
    ]


def sight(analysis: Analysis, row: Row) -> list[str]:
    """The receptive field of a layer, of each input that has sides, as notes below its window."""
    from cnncalc.analyses.measures.receptive_field import of_layer, told

    found = []
    for place, field in of_layer(analysis, row).items():
        name, shape = list(analysis.inputs.items())[place]
        for line in told(field, shape[1:]):
            found.append(f"of {clean(name)} one output {'sees' if field.exact else 'sees at most'} {line}")
    return found


def window(row: Row, layout: str = "hwc", sees: Sequence[str] = ()) -> Picture:
    """The grid of a layer's input with its first windows, and that of its output; of large ones the first corner.

    `sees` are the notes on what one output sees of the network's input.
    """
    sides = sides_of(row)
    high, wide = sides if len(sides) == 2 else (Side("", 1, 1, 1, 1, 1, 0, 0), sides[0])
    title = f"{clean(row.name)} · {clean(describe_layer(row.layer, row.input_shapes[0][0], spelled=True))}"
    top = MARGIN + 84
    items: list[Item] = []
    rows, columns = min(high.padded, MOST), min(wide.padded, MOST)
    second = wide.out > 1
    reach = range(0, high.extent, high.dilation)
    first = {(at, place) for at in reach for place in range(0, wide.extent, wide.dilation)}
    following = {(at, place + wide.stride) for at, place in first} if second else set()

    def role(at: int, place: int) -> str:
        if (at, place) in first:
            return "patch"
        if (at, place) in following:
            return "block"
        inside = high.before <= at < high.before + high.size and wide.before <= place < wide.before + wide.size
        return "pool" if inside else "input"

    for at in range(rows):
        for place in range(columns):
            items.append(_cell(MARGIN + CELL * place, top + CELL * at, role(at, place)))
            if not (high.before <= at < high.before + high.size and wide.before <= place < wide.before + wide.size):
                zero = (MARGIN + CELL * (place + 0.5), top + CELL * at + 14)
                items.append(Caption(*zero, "0", "muted", "middle"))
    if second:
        items += _frame(MARGIN + CELL * wide.stride, top, high, wide, rows, columns - wide.stride)
    out_x = MARGIN + CELL * columns + BETWEEN
    out_rows, out_columns = min(high.out, MOST), min(wide.out, MOST)
    for at in range(out_rows):
        for place in range(out_columns):
            shade = "patch" if (at, place) == (0, 0) else "block" if second and (at, place) == (0, 1) else "conv"
            items.append(_cell(out_x + CELL * place, top + CELL * at, shade))
    items += lined([(out_x - BETWEEN + 16, top + CELL / 2), (out_x - 10, top + CELL / 2)], True)
    shape_in, shape_out = (written_shape(one, layout) for one in (row.input_shapes[0], row.output_shape))
    items += [Caption(MARGIN, top - 12, f"reads {shape_in}", "shape"), Caption(out_x, top - 12, shape_out, "shape")]
    bottom = top + CELL * max(rows, out_rows) + 26
    notes = [*_notes(sides, high, wide), *sees]
    for note in notes:
        items.append(Caption(MARGIN, bottom, note, "note"))
        bottom += 18
    font = FONTS["title"]
    items.insert(0, Caption(MARGIN, MARGIN + 18, title, "title"))
    widths = [text_width(title, font.size, font.bold), *(text_width(note, FONTS["note"].size) for note in notes)]
    right = max(out_x + CELL * out_columns, out_x + text_width(shape_out, FONTS["shape"].size), MARGIN + max(widths))
    return Picture(round(right + MARGIN), round(bottom + MARGIN - 18), title, "; ".join(notes), tuple(items))


def _cell(x: float, y: float, role: str) -> Face:
    return Face(((x, y), (x + CELL, y), (x + CELL, y + CELL), (x, y + CELL)), role)


def _frame(x: float, y: float, high: Side, wide: Side, rows: int, columns: int) -> list[Item]:
    """The border of the next window."""
    right, lower = x + CELL * min(wide.extent, columns), y + CELL * min(high.extent, rows)
    if right <= x:
        return []
    return [Line((x, y), (((right, y),), ((right, lower),), ((x, lower),), ((x, y),)), "edge")]


def _notes(sides: list[Side], high: Side, wide: Side) -> list[str]:
    """The formula of each axis, what windows share, and what is left out of the picture."""
    found = []
    for side in sides if len({side[1:] for side in sides}) > 1 else sides[:1]:
        of = f"{side.name}: " if len(sides) > 1 and len({side[1:] for side in sides}) > 1 else ""
        border = (
            f"P = {side.before}" if side.before == side.after else f"{side.before} zeros before, {side.after} behind"
        )
        dilated = f" (dilation {side.dilation}: reaches {side.extent})" if side.dilation > 1 else ""
        found.append(f"{of}W = {side.size}, F = {side.kernel}{dilated}, S = {side.stride}, {border}: {side.out} places")
        if side.out > 1 and side.shared:
            many = "position" if side.shared == 1 else "positions"
            found.append(f"{of}neighbouring windows share F − S = {side.extent} − {side.stride} = {side.shared} {many}")
        elif side.out > 1:
            gap = side.stride - side.extent
            found.append(f"{of}windows lie side by side" if not gap else f"{of}windows leave {gap} between them")
        left = side.padded - (side.extent + side.stride * (side.out - 1))
        if left > 0:
            found.append(f"{of}{left} at the end {'is' if left == 1 else 'are'} read by no window")
    shown = [f"{side.padded}" for side in (high, wide) if side.padded > MOST]
    if shown or any(side.out > MOST for side in sides):
        found.append(f"The first {MOST} along a side are drawn.")
    return found
