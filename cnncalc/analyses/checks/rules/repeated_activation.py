"""`repeated-activation`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule, label
from cnncalc.core.layers.base import Layer


class RepeatedActivation(Rule):
    """Two activations in a row, with nothing between them that learns.

    A second `relu` does nothing; a `relu` before a `softmax` or a `sigmoid` takes away all negative scores, and with
    them what the last layer has learned to say; a sigmoid of a sigmoid squeezes everything into 0.5 to 0.73. Often a
    block ends in an activation, and the entry behind it adds one more.
    """

    bad = """\
input: {channels: 3, size: 32}
blocks:
  conv_relu: {params: [n], layers: [conv: [n, 3, padding: same], relu]}
layers:
  - conv_relu: 16
  - relu               # here
  - flatten
  - dense: 10
"""
    good = """\
input: {channels: 3, size: 32}
blocks:
  conv_relu: {params: [n], layers: [conv: [n, 3, padding: same], relu]}
layers:
  - conv_relu: 16
  - flatten
  - dense: 10
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Activations that read one, whatever dropout and flatten stand between them."""
        for index, node in net.of_family("activation"):
            before = net.behind(node.inputs[0], _keeps_values)
            if before >= 0 and net.nodes[before].layer.family == "activation":
                first = net.nodes[before]
                again = "again " if first.layer.type == node.layer.type else ""
                message = f"`{node.layer.type}` {again}behind `{label(first)}`, with nothing between that learns"
                yield Finding(message, index, None, "remove one of the two")


def _keeps_values(layer: Layer) -> bool:
    return layer.type in ("dropout", "flatten", "stochastic_depth")
