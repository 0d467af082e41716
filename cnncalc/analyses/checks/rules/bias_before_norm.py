"""`bias-before-norm`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import LINEAR, Finding, Network, Rule, label
from cnncalc.core.figures import many


class BiasBeforeNorm(Rule):
    """A bias that the batch norm behind it takes away again.

    Batch norm subtracts the mean of each channel, and with it any constant that was added before: the bias has no
    effect, its gradient is zero, and the norm's own shift does its work. Say `bias: false`, in the layer or in
    `defaults: {conv: {bias: false}}`.

    Only a batch norm, or a group norm with one channel in each group, takes a bias away exactly; the other norms mix
    channels, and for them the rule is silent. So it is where anything else reads the layer, too.
    """

    bad = """\
input: {channels: 3, size: 32}
layers:
  - conv: {filters: 16, kernel: 3, padding: 1}   # here
  - batch_norm
  - relu
"""
    good = """\
input: {channels: 3, size: 32}
layers:
  - conv: {filters: 16, kernel: 3, padding: 1, bias: false}
  - batch_norm
  - relu
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Layers with a bias all of whose readers, wherever the weights are used, are such norms."""
        useful = set()  # the owners of biases that something feels
        for index, node in net.of_type(*LINEAR):
            if not all(reader >= 0 and _centres(net, reader) for reader in net.readers[index]):
                useful.add(node.shares)
        for index, node in net.of_type(*LINEAR):
            if node.work.biases and node.shares == index and index not in useful:
                norm = label(net.nodes[net.readers[index][0]])
                biases = many(node.work.biases, "bias")
                message = f"`{label(node)}` has {biases} that `{norm}` behind it takes away again"
                yield Finding(message, index, "bias", "say `bias: false`")


def _centres(net: Network, ref: int) -> bool:
    """Whether a node subtracts from each channel its own mean."""
    layer = net.nodes[ref].layer
    if layer.type == "group_norm":
        return bool(layer.values["groups"] == net.graph.shape(net.nodes[ref].inputs[0])[0])
    return layer.type == "batch_norm"
