"""The logistic function."""

from __future__ import annotations

from cnncalc.core.layers._activation import SAME
from cnncalc.core.layers.base import Layer


class Sigmoid(Layer, family="activation"):
    """1 / (1 + exp(−x))."""

    computes = "y = 1 / (1 + exp(−x))"
    additions = {"values": "out_values"}
    comparisons = {}

    examples = SAME
