"""Rectified linear units."""

from __future__ import annotations

from cnncalc.core.layers._activation import SAME
from cnncalc.core.layers.base import Layer


class Relu(Layer, family="activation"):
    """max(0, x)."""

    computes = "y = max(0, x)"
    additions = {}
    comparisons = {"values": "out_values"}

    examples = SAME
