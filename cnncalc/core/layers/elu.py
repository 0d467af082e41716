"""Exponential linear units."""

from __future__ import annotations

from cnncalc.core.layers._activation import SAME
from cnncalc.core.layers.base import Layer


class Elu(Layer, family="activation"):
    """x where positive, else exp(x) − 1. Source: Clevert et al. 2015."""

    comparisons = {"values": "out_values"}

    examples = SAME
