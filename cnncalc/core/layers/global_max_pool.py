"""Global max pooling."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class GlobalMaxPool(Layer, family="pool"):
    """The largest value of each whole channel: a vector."""

    computes = "y_c = max over h, w of x_c(h, w)"
    reads = "sides"
    out_side = None
    additions = {}
    comparisons = {"windows": "in_values - out_values"}

    examples = [Example("", "7x7x512", "512")]
