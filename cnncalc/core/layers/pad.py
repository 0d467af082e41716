"""Padding."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Padding, Requirement, attr


class Pad(Layer, family="resize"):
    """Zeros around the input."""

    padding: Padding = attr("how many at each end", symbol="P")

    reads = "sides"
    requires = [Requirement("not same_size", "`pad` needs numbers")]
    out_side = {"before != after": "side + before + after", "true": "side + 2*padding"}
    sees = {"first": "place - before", "last": "place - before"}
    additions = {}
    comparisons = {}
    examples = [Example("padding: 3", "224x224x3", "230x230x3"), Example("padding: [[0, 1], 0]", "5x5x2", "6x5x2")]
