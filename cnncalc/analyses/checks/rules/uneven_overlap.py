"""`uneven-overlap`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule, by_axes, label


class UnevenOverlap(Rule):
    """A transposed convolution whose kernel is no multiple of its stride draws a checkerboard.

    Each input value is spread over a window of the output, and the windows lie a stride apart. Where the kernel is
    no multiple of the stride, some output pixels get more windows than their neighbours, in a regular pattern that
    training does not fully take away. Take a multiple (2×2 or 4×4 for stride 2), or `upsample` and then a `conv`.
    Source: Odena et al. 2016, Deconvolution and checkerboard artifacts.
    """

    bad = """\
input: {channels: 64, size: 16}
layers:
  - transposed_conv:
      filters: 32
      kernel: 3          # here
      stride: 2
"""
    good = """\
input: {channels: 64, size: 16}
layers:
  - transposed_conv:
      filters: 32
      kernel: 4
      stride: 2
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Kernels that no stride divides, on axes with two windows at least; a dilation makes another pattern."""
        for index, node in net.of_type("transposed_conv"):
            kernel, stride = node.layer.values["kernel"], node.layer.values["stride"]
            sides = net.graph.shape(node.inputs[0])[1:]
            uneven = [(k, s) for k, s, side in zip(kernel, stride, sides, strict=True) if k % s and side > 1]
            if set(node.layer.values["dilation"]) <= {1} and uneven:
                how = "leave gaps" if any(k < s for k, s in uneven) else "overlap unevenly"
                sizes = f"{by_axes(list(kernel))} windows {by_axes(list(stride))} apart"
                message = f"`{label(node)}` spreads {sizes}: they {how}"
                yield Finding(message, index, "kernel", "take a kernel that is a multiple of the stride")
