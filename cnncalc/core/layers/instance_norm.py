"""Instance normalisation."""

from __future__ import annotations

from cnncalc.core.layers._norm import ADDED, LEARNED, SCALE, SHIFT, additions_around
from cnncalc.core.layers.base import WHOLE, Example, Layer, attr


class InstanceNorm(Layer, family="norm"):
    """Normalise each channel of each image by itself. Source: Ulyanov et al. 2016."""

    scale: bool = attr(SCALE, default=False)
    shift: bool = attr(SHIFT, default=False)

    reads = "sides"
    sees = WHOLE
    weights = LEARNED
    biases = ADDED
    additions = additions_around("out_values - c")
    comparisons = {}

    examples = [
        Example("", "128x128x64", "128x128x64"),
        Example("scale: true, shift: true", "128x128x64", "128x128x64", 128),
    ]
