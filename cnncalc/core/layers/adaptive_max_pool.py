"""Adaptive max pooling."""

from __future__ import annotations

from cnncalc.core.layers._pool import OVER, SHARES
from cnncalc.core.layers.base import Example, Layer, Sides, attr


class AdaptiveMaxPool(Layer, family="pool"):
    """The largest value of as many windows as the output is to have."""

    size: Sides = attr("output size; `keep` leaves a side as it is", at_least=1)

    reads = "sides"
    where = OVER
    out_side = {"size > 0": "size", "true": "side"}
    sees = SHARES
    additions = {}
    comparisons = {"windows": {"sum(over) == 0": "in_values - out_values"}}

    examples = [Example("size: [2, 3]", "13x13x8", "2x3x8")]
