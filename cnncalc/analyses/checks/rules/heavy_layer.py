"""`heavy-layer`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Option, Rule, label
from cnncalc.core.graph import Ref
from cnncalc.core.layers.base import Layer

SMALLEST = 1_000_000


class HeavyLayer(Rule):
    """One layer holds most of the parameters of the network.

    Nearly always it is the first dense layer behind a flatten: 6×6×256 values times 4,096 units are 37.7 million
    weights, 62 % of AlexNet. Such a layer decides the size of the file and overfits first. Pool once more before it,
    use `global_avg_pool` instead of `flatten`, or fewer units.

    How much is too much is the project's choice: `max-share`, in percent. Networks of less than a million parameters
    are passed over: where all is small, something has to be the largest.
    """

    options = {"max-share": Option(50, 1, 100, "percent of the parameters that one layer may hold")}
    bad = """\
input: {channels: 3, size: 64}
layers:
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - conv: {filters: 128, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - flatten
  - dense: 128        # here
  - relu
  - dense: 10
"""
    good = """\
input: {channels: 3, size: 64}
layers:
  - conv: {filters: 64, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - conv: {filters: 128, kernel: 3, padding: 1}
  - relu
  - max_pool: 2
  - global_avg_pool
  - dense: 128
  - relu
  - dense: 10
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Layers above the share, weights that are shared counted once."""
        limit = options["max-share"]
        params = [
            node.work.weights + node.work.biases if node.shares == index else 0 for index, node in enumerate(net.nodes)
        ]
        total = sum(params)
        if total < SMALLEST or sum(count > 0 for count in params) < 2:
            return
        for index, count in enumerate(params):
            if 100 * count > limit * total:
                share = f"{1000 * count // total / 10} %, more than {limit} %"
                name = label(net.nodes[index])
                message = f"`{name}` holds {count:,} of the {total:,} params ({share})"
                yield Finding(message, index, None, _cure(net, index))


def _idle(layer: Layer) -> bool:
    return layer.type != "flatten" and not layer.weights


def _cure(net: Network, ref: Ref) -> str:
    """What makes a layer lighter: of a dense layer behind a `flatten` that; of others what they have."""
    node = net.nodes[ref]
    before = net.behind(node.inputs[0], _idle)
    if node.layer.type == "dense" and before >= 0 and net.nodes[before].layer.type == "flatten":
        return "shrink what it reads, or `global_avg_pool` instead of `flatten`"
    if "kernel" in node.layer.attributes:
        return "shrink what it reads, or give it fewer filters, a smaller kernel or `groups`"
    return "shrink what it reads, or make it narrower"
