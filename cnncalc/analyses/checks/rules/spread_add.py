"""`spread-add`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule, label
from cnncalc.core.shape import written_shape
from cnncalc.core.work import spread_over


class SpreadAdd(Rule):
    """An addition that spreads one of its inputs.

    What has one channel, a side of 1 or no sides is added to every position of the others, as every framework does
    without a word. At the end of a residual block that is rarely meant: a pool too many has left 1×1 maps, or a
    `flatten` stands in the wrong branch. Gates, which are meant to be spread, multiply.

    Give both the same shape. Where it is meant, as for a learned bias over the positions, say so in the line.
    """

    bad = """\
input: {channels: 64, size: 28}
layers:
  - add:    # here
      branches:
        main: [conv: [64, 3, padding: 1], adaptive_avg_pool: 1]
        shortcut: []
"""
    good = """\
input: {channels: 64, size: 28}
layers:
  - add:
      branches:
        main: [conv: [64, 3, padding: 1]]
        shortcut: []
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Additions of which an input is smaller than the output."""
        for index, node in net.of_type("add"):
            for ref in node.inputs:
                shape = net.graph.shape(ref)
                if axes := spread_over(shape, node.work.output):
                    over = " and ".join(axes)
                    message = f"`{label(node)}` spreads `{net.graph.name_of(ref)}` {written_shape(shape)} over {over}"
                    yield Finding(message, index, None, "give both one shape, or multiply where it is a gate")
                    break
