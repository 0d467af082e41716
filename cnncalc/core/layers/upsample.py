"""Upsampling by a factor."""

from __future__ import annotations

from cnncalc.core.layers._resize import COPIES
from cnncalc.core.layers.base import Example, Factors, Layer, attr


class Upsample(Layer, family="resize"):
    """Each side so many times as long, rounded down, by copying or interpolating."""

    factor: Factors = attr("how many times as long each side becomes")

    reads = "sides"
    out_side = {"factor == floor(factor)": "side * factor", "true": "floor(side * factor)"}
    sees = COPIES
    comparisons = {}
    examples = [Example("factor: 2", "13x13x256", "26x26x256"), Example("factor: 1.5", "13x13x256", "19x19x256")]
