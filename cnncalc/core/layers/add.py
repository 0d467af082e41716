"""Sums of branches."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class Add(Layer, family="join"):
    """Add tensors value by value: the end of a residual block. What is 1 is spread, as in `multiply`."""

    inputs = (2, None)
    branches = True
    alike = "spread"
    verb = "adds"
    computes = "y = Σ x_i, value by value; with a shortcut a[l+2] = g(z[l+2] + a[l])"
    additions = {"values": "(many - 1) * out_values"}
    comparisons = {}
    examples = [Example("", "56x56x256, 56x56x256", "56x56x256"), Example("", "28x28x64, 64", "28x28x64")]
