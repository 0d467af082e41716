"""`wide-padding`."""

from __future__ import annotations

from cnncalc.analyses.checks.rules.base import Axis, WindowRule
from cnncalc.core.layers.base import Layer


class WidePadding(WindowRule):
    """Padding as wide as the kernel: the outer windows see nothing but padding.

    Where the padding is at least as wide as the window, the first outputs of each row are made of zeros alone: they
    are the bias, whatever the image. The usual cause is `defaults: {conv: {padding: 1}}`, which also pads a 1×1, or
    a padding that was not changed with its kernel. `padding: same` fits every kernel.
    """

    types = ("conv", "max_pool", "avg_pool")
    attribute = "padding"
    bad = """\
input: {channels: 64, size: 56}
layers:
  - conv: {filters: 16, kernel: 1, padding: 1}   # here
"""
    good = """\
input: {channels: 64, size: 56}
layers:
  - conv: {filters: 16, kernel: 1}
"""

    def window(self, layer: Layer, axes: tuple[Axis, ...]) -> tuple[str, str | None] | None:
        """Whether the first window ends before the image, or the last begins behind it."""
        for axis in axes:
            last = (axis.places - 1) * axis.stride - axis.before
            if axis.before >= axis.extent or last >= axis.side:
                spans = f"spans {axis.extent}" if axis.dilation > 1 else f"is {axis.kernel} wide"
                padding = axis.before if axis.before >= axis.extent else axis.after
                return f"pads by {padding} a window that {spans}: some windows see only padding", (
                    "`padding: same` fits every kernel"
                )
        return None
