"""Shares that sum to one."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class Softmax(Layer, family="activation"):
    """exp(x), scaled so that the channels add up to 1."""

    computes = "p_c = exp(x_c) / Σ_j exp(x_j)"
    additions = {"sums": "(c - 1) * prod(side)"}
    comparisons = {}

    examples = [Example("", "1000", "1000")]
