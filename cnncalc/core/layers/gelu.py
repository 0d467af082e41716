"""Gaussian error linear units."""

from __future__ import annotations

from cnncalc.core.layers._activation import SAME
from cnncalc.core.layers.base import Layer


class Gelu(Layer, family="activation"):
    """x · Φ(x), with the normal distribution function Φ. Source: Hendrycks, Gimpel 2016."""

    comparisons = {}

    examples = SAME
