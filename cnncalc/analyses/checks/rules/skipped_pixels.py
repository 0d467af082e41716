"""`skipped-pixels`."""

from __future__ import annotations

from cnncalc.analyses.checks.rules.base import Axis, WindowRule, by_axes
from cnncalc.core.layers.base import Layer


class SkippedPixels(WindowRule):
    """A stride larger than the window: between two windows there are pixels that nothing reads.

    A 3×3 window that moves by 4 leaves a grid of unread rows and columns. A 1×1 with a stride is not meant by this
    rule: there the subsampling is wanted, as in the projection shortcuts of ResNet.
    """

    attribute = "stride"
    bad = """\
input: {channels: 3, size: 227}
layers:
  - conv: {filters: 96, kernel: 3, stride: 4}   # here
"""
    good = """\
input: {channels: 3, size: 227}
layers:
  - conv: {filters: 96, kernel: 7, stride: 4}
"""

    def window(self, layer: Layer, axes: tuple[Axis, ...]) -> tuple[str, str | None] | None:
        """A gap on an axis where the window has two places at least."""
        gaps = [axis.stride - axis.extent for axis in axes if axis.places > 1 and axis.stride > axis.extent]
        if not gaps or all(axis.kernel == 1 for axis in axes):
            return None
        kernel, stride = by_axes([axis.kernel for axis in axes]), by_axes([axis.stride for axis in axes])
        message = f"moves a {kernel} window by {stride}: between two windows {max(gaps)} of every "
        return (
            f"{message}{max(axis.stride for axis in axes)} positions are not read",
            "take a smaller stride or a larger kernel",
        )
