"""Radial basis functions."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, attr


class Rbf(Layer, family="dense"):
    """Euclidean distance to a fixed code for each class: LeNet-5's output. The codes are stored, not learned.

    Source: LeCun et al. 1998, section II.B.
    """

    units: int = attr("number of classes", at_least=1)

    reads = "vector"
    out_channels = "units"
    buffers = {"codes": "c * units"}
    multiplies = {"squared differences": "c * units"}
    additions = {"differences": "products", "sums": "products - out_values"}
    comparisons = {}

    examples = [Example("units: 10", "84", "10", 0, 840)]
