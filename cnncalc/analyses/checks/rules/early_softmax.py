"""`early-softmax`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import LINEAR, Finding, Network, Rule, label
from cnncalc.core.layers.base import Layer


class EarlySoftmax(Rule):
    """A softmax before the last dense layer, where an activation is meant.

    Softmax makes the values compete: they add up to 1, most become nearly 0, and gradients vanish. It belongs at the
    end, where the scores are turned into probabilities; between layers use `relu` or another activation. A softmax
    whose output is *multiplied* with something, as in attention, is not meant, nor is one that is an output of the
    network itself and is read further.
    """

    bad = """\
input: {channels: 3, size: 32}
layers:
  - conv: {filters: 16, kernel: 3, stride: 2, padding: 1}
  - relu
  - flatten
  - dense: 64
  - softmax            # here
  - dense: 10
"""
    good = """\
input: {channels: 3, size: 32}
layers:
  - conv: {filters: 16, kernel: 3, stride: 2, padding: 1}
  - relu
  - flatten
  - dense: 64
  - relu
  - dense: 10
  - softmax
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Layers with weights that read a softmax through nothing that changes its meaning."""
        seen = set()
        for _, node in net.of_type(*LINEAR):
            before = net.behind(node.inputs[0], _passes_on)
            if before < 0 or before in seen or net.nodes[before].layer.type != "softmax":
                continue
            seen.add(before)
            if -1 not in net.readers[before]:
                name = label(node)
                message = f"a softmax before `{name}`: it belongs behind the last layer with weights"
                yield Finding(message, before, None, "use `relu` between layers")


def _passes_on(layer: Layer) -> bool:
    return layer.type in ("dropout", "flatten", "reshape", "batch_norm", "layer_norm")
