"""Adaptive average pooling."""

from __future__ import annotations

from cnncalc.core.layers._pool import OVER, SHARES
from cnncalc.core.layers.base import Example, Layer, Sides, attr


class AdaptiveAvgPool(Layer, family="pool"):
    """The mean of as many windows as the output is to have; `adaptive_avg_pool: 1` keeps the sides, as 1×1."""

    size: Sides = attr("output size; `keep` leaves a side as it is", at_least=1)

    reads = "sides"
    where = OVER
    out_side = {"size > 0": "size", "true": "side"}
    sees = SHARES
    additions = {"windows": {"sum(over) == 0": "in_values - out_values"}}
    comparisons = {}

    examples = [
        Example("size: 6", "13x13x256", "6x6x256"),
        Example("size: 1", "7x7x2048", "1x1x2048"),
        Example("size: [1, keep]", "4x26x512", "1x26x512"),
    ]
