"""Distances of two tensors."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class Distance(Layer, family="join"):
    """The absolute difference of two tensors, value by value. Source: Koch et al. 2015."""

    inputs = 2
    alike = "shapes"
    verb = "compares"
    additions = {"differences": "out_values"}
    comparisons = {}
    examples = [Example("", "4096, 4096", "4096")]
