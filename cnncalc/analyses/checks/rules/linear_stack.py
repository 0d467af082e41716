"""`linear-stack`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule, label
from cnncalc.core.graph import Ref
from cnncalc.core.layers.base import Layer


class LinearStack(Rule):
    """Two dense layers with no activation between them: together they are one.

    A matrix times a matrix is a matrix: without an activation the second layer adds parameters and nothing that one
    layer could not do. Put an activation between them, or leave one out.

    A first layer with fewer units than it reads *and* than the second gives is silent: it is a factorisation, which
    saves parameters. So are a first layer at each position with a flatten behind it, and convolutions: a depthwise and
    a pointwise one in a row. A first layer that something else reads, or that is an output, is silent, too: it may be
    an embedding.
    """

    bad = """\
input: {channels: 1, size: 28}
layers:
  - flatten
  - dense: 128
  - dropout: 0.5
  - dense: 10          # here
"""
    good = """\
input: {channels: 1, size: 28}
layers:
  - flatten
  - dense: 128
  - relu
  - dropout: 0.5
  - dense: 10
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Dense layers that read a dense layer through nothing but dropout, flatten and batch norm."""
        for index, node in net.of_type("dense"):
            before = net.behind(node.inputs[0], _linear)
            if before < 0 or net.nodes[before].layer.type != "dense":
                continue
            first = net.nodes[before]
            if len(first.work.output) != len(node.work.output) or _is_read_elsewhere(net, node.inputs[0], before):
                continue
            units, reads = first.work.output[0], net.graph.shape(first.inputs[0])[0]
            if units >= reads or units >= node.work.output[0]:
                message = f"`{label(node)}` reads `{label(first)}` with no activation between them"
                yield Finding(message, index, None, "put an activation between them, or leave one out")


def _is_read_elsewhere(net: Network, ref: Ref, first: Ref) -> bool:
    """Whether anything leaves the way from `first` to `ref`."""
    while len(net.readers[ref]) == 1 and ref != first:
        ref = net.nodes[ref].inputs[0]
    return len(net.readers[ref]) > 1


def _linear(layer: Layer) -> bool:
    return layer.type in ("dropout", "flatten", "batch_norm", "scale")
