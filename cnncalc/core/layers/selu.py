"""Scaled exponential linear units."""

from __future__ import annotations

from cnncalc.core.layers._activation import SAME
from cnncalc.core.layers.base import Layer


class Selu(Layer, family="activation"):
    """ELU scaled so that activations keep mean 0 and variance 1. Source: Klambauer et al. 2017."""

    comparisons = {"values": "out_values"}

    examples = SAME
