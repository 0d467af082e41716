"""`even-kernel`."""

from __future__ import annotations

from cnncalc.analyses.checks.rules.base import Axis, WindowRule, by_axes
from cnncalc.core.layers.base import Layer


class EvenKernel(WindowRule):
    """An even kernel has no centre: with the same padding at both ends no size is kept.

    At stride 1 the output has W − F + 2P + 1 positions, which for an even F is never W: maps shrink or grow by an odd
    number, each value lies half a pixel beside the one it was made from, and a shortcut around the layer does not fit.
    Take an odd kernel, or say `padding: same`, which puts the odd pixel at the end.

    With a stride the rule is silent: 4×4 with stride 2 and padding 1 halves a size exactly.
    """

    attribute = "kernel"
    bad = """\
input: {channels: 3, size: 32}
layers:
  - conv:
      filters: 16
      kernel: 4    # here
      padding: 1
"""
    good = """\
input: {channels: 3, size: 32}
layers:
  - conv:
      filters: 16
      kernel: 3
      padding: 1
"""

    def window(self, layer: Layer, axes: tuple[Axis, ...]) -> tuple[str, str | None] | None:
        """An even extent, padded alike at both ends, moved by 1."""
        if layer.values.get("padding") == "same":
            return None
        if not any(a.extent % 2 == 0 and a.stride == 1 and a.before == a.after > 0 for a in axes):
            return None
        kernel, sizes = by_axes([a.kernel for a in axes]), by_axes([a.side for a in axes])
        message = (
            f"pads an even kernel ({kernel}) alike at both ends: {sizes} becomes {by_axes([a.places for a in axes])}"
        )
        return message, "take an odd kernel, or `padding: same`"
