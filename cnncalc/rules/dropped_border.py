"""`dropped-border`."""

from __future__ import annotations

from cnncalc.layers.base import Layer
from cnncalc.rules.base import Axis, WindowRule, by_axes
from cnncalc.shape import AXES


class DroppedBorder(WindowRule):
    """A stride that does not divide the input evenly leaves border pixels that no window reads.

    The number of windows, (W − F + 2P) / S + 1, is rounded down; what is left over at the end of each row and column
    never reaches the output, and the maps no longer line up with the image. Sizes are chosen so that it comes out
    even: AlexNet's first layer fits 227, and not the 224 of the paper.

    Only pixels count. A remainder that lies in the padding loses nothing (the 7×7 stem of ResNet over 224), nor do
    the gaps that a stride larger than the window leaves everywhere (a 1×1 projection of stride 2).
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
        """Compare what is unread with the gap between two windows, which no size avoids."""
        lost = [max(0, axis.unread - max(0, axis.stride - axis.extent)) for axis in axes]
        if not any(lost):
            return None
        names = AXES[len(axes)]
        what = " and ".join(
            f"the last {f'{count} positions' if count > 1 else 'position'} of its {name}"
            for name, count in zip(names, lost, strict=True)
            if count
        )
        smaller = [axis.side - count for axis, count in zip(axes, lost, strict=True)]
        larger = [
            axis.side + (axis.stride - count if count else 0) for axis, count in zip(axes, lost, strict=True)
        ]
        sizes = by_axes([axis.side for axis in axes])
        help = f"an input of {by_axes(smaller)} or {by_axes(larger)} comes out even; " + (
            "or round up with `ceil: true`" if "ceil" in layer.values else "or say `padding: same`"
        )
        return f"never reads {what} ({sizes})", help if layer.type != "subsample" else help.partition(";")[0]
