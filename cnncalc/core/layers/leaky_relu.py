"""Rectifiers with a slope below zero."""

from __future__ import annotations

from cnncalc.core.layers._activation import SAME
from cnncalc.core.layers.base import Layer, attr


class LeakyRelu(Layer, family="activation"):
    """x where positive, else `slope` · x."""

    slope: float = attr("factor for negative values", default=0.01)
    additions = {}
    comparisons = {"values": "out_values"}
    examples = SAME
