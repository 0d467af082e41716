"""Products of branches."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class Multiply(Layer, family="join"):
    """Multiply tensors value by value. Sides of 1, one channel, and the sides of a vector are spread.

    A vector is the gate of squeeze-and-excitation, one map that of spatial attention.
    """

    inputs = (2, None)
    branches = True
    alike = "spread"
    verb = "multiplies"
    computes = "y = Π x_i, value by value"
    additions = {}
    comparisons = {}
    examples = [Example("", "56x56x256, 256", "56x56x256"), Example("", "28x28x64, 28x28x1", "28x28x64")]
