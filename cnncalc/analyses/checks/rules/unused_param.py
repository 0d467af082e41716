"""`unused-param`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule
from cnncalc.analyses.checks.rules.uses import written_here


class UnusedParam(Rule):
    """A param of a block that the block does not read: what a call gives for it changes nothing.

    Calls that say `[64, 3, 2]` seem to set a stride, and do not. A block that overrides one of its parent's is
    silent, for it takes what the calls in the parent give; so is one that is handed on as a word, for it is called as
    the others are, and one that nothing uses.
    """

    bad = """\
input: {channels: 3, size: 32}
blocks:
  conv_relu:
    params: [n, k, s=1]     # here
    layers: [conv: [n, k, padding: same], relu]
layers:
  - conv_relu: [16, 3, 2]
"""
    good = """\
input: {channels: 3, size: 32}
blocks:
  conv_relu:
    params: [n, k, s=1]
    layers: [conv: [n, k, s, same], relu]
layers:
  - conv_relu: [16, 3, 2]
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Params of blocks of this very file that stand in no expression of the block."""
        found = net.description
        judged = net.uses.blocks - net.uses.words
        for block in found.blocks.values():
            if block.name in judged and block.overrides is None and written_here(found, block.node):
                for param in block.params:
                    if param.name not in net.uses.params[block.name]:
                        message = f"the block `{block.name}` does not read its param `{param.name}`"
                        yield Finding(message, param.node, None, "use it, or take it out of `params` and the calls")
