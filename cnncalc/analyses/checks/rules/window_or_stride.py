"""`window-or-stride`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule, label
from cnncalc.formats.source import Text


class WindowOrStride(Rule):
    """A window and a stride by position: `max_pool: [2, 1]` is 2×2 moved by 1, and not 2×1.

    By position the first value is the window, the second the stride. An even window that moves by 1 is rare, and a
    window that is high or wide alone, as text recognition and sound have it, is a list of its own: `[[2, 1]]`.

    Where the stride of 1 is meant, write it by name.
    """

    bad = """\
input: {channels: 64, size: [32, 100]}
layers:
  - max_pool: [2, 1]    # here
"""
    good = """\
input: {channels: 64, size: [32, 100]}
layers:
  - max_pool: [[2, 1]]
  - max_pool: {kernel: 2, stride: 1}
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Pools of maps whose window and stride are two numbers of a list, the one even, the other 1."""
        for index, node in net.of_type("max_pool", "avg_pool"):
            kernel, stride = node.layer.values["kernel"], node.layer.values["stride"]
            given = net.entries[index].positional[:2]
            listed = len(given) == 2 and all(isinstance(value, Text) for value in given)
            if listed and len(kernel) > 1 and set(stride) == {1} and all(size % 2 == 0 for size in kernel):
                window = "×".join(map(str, kernel))
                message = f"`{label(node)}` moves a window of {window} by 1: was a window of {kernel[0]}×1 meant?"
                help = f"write `[[{kernel[0]}, 1]]` for that, else `{{kernel: {kernel[0]}, stride: 1}}`"
                yield Finding(message, index, "stride", help)
