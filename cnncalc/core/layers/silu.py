"""Sigmoid linear units (swish)."""

from __future__ import annotations

from cnncalc.core.layers._activation import SAME
from cnncalc.core.layers.base import Layer


class Silu(Layer, family="activation"):
    """x · sigmoid(x), also called swish. Source: Ramachandran et al. 2017."""

    additions = {"values": "out_values"}
    comparisons = {}

    examples = SAME
