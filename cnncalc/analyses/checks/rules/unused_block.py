"""`unused-block`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule
from cnncalc.analyses.checks.rules.uses import written_here


class UnusedBlock(Rule):
    """A block that no entry of the network uses.

    It is left over from a change, or a call of it is misspelt or missing. With `extends` it is often meant to replace
    a block of the parent and has another name. A block that is used only in a block that is unused counts as unused.
    """

    bad = """\
input: {channels: 3, size: 32}
blocks:
  conv_relu: {params: [n], layers: [conv: [n, 3, padding: same], relu]}
  conv_tanh: {params: [n], layers: [conv: [n, 3, padding: same], tanh]}   # here
layers:
  - conv_relu: 16
"""
    good = """\
input: {channels: 3, size: 32}
blocks:
  conv_relu: {params: [n], layers: [conv: [n, 3, padding: same], relu]}
layers:
  - conv_relu: 16
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Blocks of this very file that cannot be reached from `layers`."""
        found = net.description
        for name, block in found.blocks.items():
            if name not in net.uses.blocks and written_here(found, block.node):
                yield Finding(f"no entry uses the block `{name}`", block.node, None, "use it, or remove it", idle=True)
