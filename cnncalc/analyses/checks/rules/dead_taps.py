"""`dead-taps`."""

from __future__ import annotations

from math import prod

from cnncalc.analyses.checks.rules.base import Axis, WindowRule, by_axes
from cnncalc.core.layers.base import Layer


class DeadTaps(WindowRule):
    """A spatial kernel on maps that have become too small: some of its weights only ever meet padding.

    When the maps have shrunk to 1×1, a 3×3 kernel still fits, thanks to its padding, and multiplies eight of its nine
    weights by zero: they are counted, stored, and never learn. The same happens to a kernel whose dilation is wider
    than the maps, as in atrous pyramids fed small images. Usually the input is smaller than the network was made for:
    drop a stride or a pool, or use a 1×1.
    """

    types = ("conv", "max_pool", "avg_pool")
    attribute = "kernel"
    bad = """\
input: {channels: 3, size: 8}
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
  - relu
  - max_pool: 8
  - conv:
      filters: 32
      kernel: 3      # here
      padding: 1
"""
    good = """\
input: {channels: 3, size: 8}
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - conv:
      filters: 32
      kernel: 3
      padding: 1
"""

    def window(self, layer: Layer, axes: tuple[Axis, ...]) -> tuple[str, str | None] | None:
        """The finding where taps meet the input at no place of the window."""
        met = [alive(axis) for axis in axes]
        taps = [axis.kernel for axis in axes]
        if met == taps:
            return None
        what = "weights of each filter and channel" if layer.type == "conv" else "places of its window"
        maps = by_axes([axis.side for axis in axes])
        meets = f"{prod(met)} of the {prod(taps)} {what}"
        message = f"slides a {by_axes(taps)} window over {maps} maps: only {meets} ever meet a value"
        return message, "shrink the maps less before it, or take a smaller kernel"


def alive(axis: Axis) -> int:
    """The taps that meet the input at some place of the window (a stride that jumps over the input is not asked)."""
    if axis.before + axis.after == 0:
        return axis.kernel
    first = -(-max(0, axis.before - (axis.places - 1) * axis.stride) // axis.dilation)
    last = min(axis.kernel - 1, (axis.side - 1 + axis.before) // axis.dilation)
    return max(0, last - first + 1)
