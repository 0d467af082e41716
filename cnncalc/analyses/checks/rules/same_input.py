"""`same-input`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule, label


class SameInput(Rule):
    """A merge that reads the same thing twice.

    x + x is 2x, x · x a square, a concatenation of x with x doubles the weights behind it for nothing, and the
    distance of x to itself is 0. Mostly a name in `from` is wrong (`previous` is already the entry meant), or both
    branches have become empty because of their `when`.
    """

    bad = """\
input: {channels: 3, size: 32}
layers:
  - conv: {name: stem, filters: 16, kernel: 3, padding: 1}
  - relu: {name: main}
  - add: {from: [previous, main]}    # here
"""
    good = """\
input: {channels: 3, size: 32}
layers:
  - conv: {name: stem, filters: 16, kernel: 3, padding: 1}
  - relu: {name: main}
  - add: {from: [previous, stem]}
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Merges with equal inputs; a product of a matrix with itself is none."""
        for index, node in net.of_family("join"):
            if node.layer.alike and len(set(node.inputs)) < len(node.inputs):
                ((ref, times),) = Counter(node.inputs).most_common(1)
                often = "twice" if times == 2 else f"{times} times"
                message = f"`{label(node)}` reads `{net.graph.name_of(ref)}` {often}"
                yield Finding(message, index, None, "name another entry in `from`, or give a branch a layer")
