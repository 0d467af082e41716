"""The hyperbolic tangent."""

from __future__ import annotations

from cnncalc.core.layers._activation import SAME
from cnncalc.core.layers.base import Layer


class Tanh(Layer, family="activation"):
    """The hyperbolic tangent."""

    computes = "y = (exp(x) − exp(−x)) / (exp(x) + exp(−x))"
    additions = {"values": "2 * out_values"}
    comparisons = {}

    examples = SAME
