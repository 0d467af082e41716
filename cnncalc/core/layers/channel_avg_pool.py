"""Average pooling over channels."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class ChannelAvgPool(Layer, family="pool"):
    """The mean over the channels at each position: one map. Source: Woo et al. 2018, CBAM."""

    reads = "sides"
    out_channels = "1"
    additions = {"windows": "in_values - out_values"}
    comparisons = {}

    examples = [Example("", "28x28x64", "28x28x1")]
