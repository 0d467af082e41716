"""Pixel shuffles: channels become resolution."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, PerAxis, Requirement, attr


class PixelShuffle(Layer, family="reshape"):
    """Turn channels into resolution: C·r² channels become C, each side r times as long. Source: Shi et al. 2016."""

    factor: PerAxis = attr("how many times as long each side becomes", at_least=1)

    reads = "sides"
    requires = [Requirement("c % prod(factor) == 0", "the channels must split evenly over the new positions")]
    out_channels = "c / prod(factor)"
    out_side = "side * factor"
    sees = {"first": "place // factor", "last": "place // factor", "period": "factor"}
    additions = {}
    comparisons = {}
    examples = [Example("factor: 2", "10x10x16", "20x20x4")]
