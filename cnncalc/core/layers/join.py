"""Layers that read several inputs: the ends of branches."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class Add(Layer, family="join"):
    """Add tensors of one shape, value by value: the end of a residual block."""

    inputs = (2, None)
    branches = True
    alike = "shapes"
    verb = "adds"
    examples = [Example("", "56x56x256, 56x56x256", "56x56x256")]


class Multiply(Layer, family="join"):
    """Multiply tensors value by value; a vector is spread over the sides, as in squeeze-and-excitation."""

    inputs = (2, None)
    branches = True
    alike = "spread"
    verb = "multiplies"
    examples = [Example("", "56x56x256, 256", "56x56x256")]


class Concat(Layer, family="join"):
    """Put channels one behind the other: the end of an Inception module."""

    inputs = (2, None)
    branches = True
    alike = "sides"
    out_channels = "sum(channels)"
    examples = [Example("", "28x28x64, 28x28x128, 28x28x32, 28x28x32", "28x28x256")]


class Distance(Layer, family="join"):
    """The absolute difference of two tensors, value by value. Source: Koch et al. 2015."""

    inputs = 2
    alike = "shapes"
    verb = "compares"
    examples = [Example("", "4096, 4096", "4096")]
