"""`dropped-border`."""

from __future__ import annotations

from cnncalc.analyses.checks.rules.base import Axis, WindowRule, by_axes
from cnncalc.core.layers.base import Layer

_NAMES = {1: ("positions",), 2: ("rows", "columns"), 3: ("slices", "rows", "columns")}


class DroppedBorder(WindowRule):
    """A stride that does not divide the input evenly leaves border pixels that no window reads.

    The number of windows, (W − F + 2P) / S + 1, is rounded down; what is left over at the end of each row and column
    never reaches the output, and the maps no longer line up with the image. Sizes are chosen so that it comes out
    even: AlexNet's first layer fits 227, and not the 224 of the paper.

    Only pixels count. A remainder that lies in the padding, or in the zeros of a `pad` before the layer, loses nothing
    (the 7×7 stem of ResNet over 224), nor do the gaps that a stride larger than the window leaves everywhere (a 1×1
    projection of stride 2).
    """

    attribute = "stride"
    bad = """\
input: {channels: 3, size: 224}
layers:
  - conv: {filters: 96, kernel: 11, stride: 4}   # here
"""
    good = """\
input: {channels: 3, size: 227}
layers:
  - conv: {filters: 96, kernel: 11, stride: 4}
"""

    def window(self, layer: Layer, axes: tuple[Axis, ...]) -> tuple[str, str | None] | None:
        """The finding where more is unread than the gap between two windows, which no size avoids."""
        lost = [max(0, axis.unread - axis.zeros - max(0, axis.stride - axis.extent)) for axis in axes]
        if not any(lost):
            return None
        names = _NAMES[len(axes)]
        parts = [
            f"{count} {name}" if count > 1 else name[:-1] for name, count in zip(names, lost, strict=True) if count
        ]
        sizes = by_axes([axis.side for axis in axes])
        first = next(axis for axis, count in zip(axes, lost, strict=True) if count)
        padding = f" + {first.before + first.after}" if first.before + first.after else ""
        working = f"({first.side} − {first.extent}{padding}) / {first.stride} is not whole"
        message = f"never reads the last {' and '.join(parts)} of {sizes}: {working}"
        smaller = by_axes([axis.side - count for axis, count in zip(axes, lost, strict=True)])
        larger = by_axes([_next_size(axis) if count else axis.side for axis, count in zip(axes, lost, strict=True)])
        help = f"an input of {smaller} or {larger} loses nothing"
        if "padding" in layer.values:
            help += "; or round up with `ceil: true`" if "ceil" in layer.values else "; or say `padding: same`"
        return message, help


def _next_size(axis: Axis) -> int:
    """The next larger input over which the windows come out even."""
    return axis.side + axis.stride - (axis.unread + axis.after)
