"""Max pooling over channels."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class ChannelMaxPool(Layer, family="pool"):
    """The largest value over the channels at each position: one map. Source: Woo et al. 2018, CBAM."""

    reads = "sides"
    out_channels = "1"
    additions = {}
    comparisons = {"windows": "in_values - out_values"}

    examples = [Example("", "28x28x64", "28x28x1")]
