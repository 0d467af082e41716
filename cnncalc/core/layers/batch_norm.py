"""Batch normalisation."""

from __future__ import annotations

from cnncalc.core.layers._norm import ADDED, LEARNED, SCALE, SHIFT
from cnncalc.core.layers.base import Example, Layer, attr


class BatchNorm(Layer, family="norm"):
    """Normalise each channel by running statistics, which are stored and not learned (buffers).

    Source: Ioffe, Szegedy 2015.
    """

    scale: bool = attr(SCALE, default=True)
    shift: bool = attr(SHIFT, default=True)

    weights = LEARNED
    biases = ADDED
    buffers = {"running mean": "c", "running variance": "c"}
    computes = "y_c = γ_c·(x_c − μ_c)/√(σ_c² + ε) + β_c"
    additions = {"values": "out_values"}
    comparisons = {}

    examples = [Example("", "56x56x64", "56x56x64", 128), Example("scale: false", "56x56x64", "56x56x64", 64)]
