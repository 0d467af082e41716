"""Rectified linear units, cut off at 6."""

from __future__ import annotations

from cnncalc.core.layers._activation import SAME
from cnncalc.core.layers.base import Layer


class Relu6(Layer, family="activation"):
    """min(max(0, x), 6)."""

    additions = {}
    comparisons = {"values": "2 * out_values"}

    examples = SAME
