"""Global average pooling."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class GlobalAvgPool(Layer, family="pool"):
    """The mean of each whole channel: a vector. Source: Lin et al. 2013, Network in network."""

    computes = "y_c = 1/({sides})·Σ_h Σ_w x_c(h, w)"
    reads = "sides"
    out_side = None
    additions = {"windows": "in_values - out_values"}
    comparisons = {}

    examples = [Example("", "7x7x2048", "2048")]
