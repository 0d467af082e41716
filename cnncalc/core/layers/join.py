"""Layers that read several inputs: the ends of branches."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class Add(Layer):
    """Add tensors of one shape, value by value: the end of a residual block."""

    inputs = None
    alike = "shapes"
    examples = [Example("", "56x56x256, 56x56x256", "56x56x256")]


class Multiply(Layer):
    """Multiply tensors value by value; a vector is spread over the sides, as in squeeze-and-excitation."""

    inputs = None
    alike = "spread"
    examples = [Example("", "56x56x256, 256", "56x56x256")]


class Concat(Layer):
    """Put channels one behind the other: the end of an Inception module."""

    inputs = None
    alike = "sides"
    out_channels = "sum(channels)"
    examples = [Example("", "28x28x64, 28x28x128, 28x28x32, 28x28x32", "28x28x256")]


class Distance(Layer):
    """The absolute difference of two tensors, value by value. Source: Koch et al. 2015."""

    inputs = 2
    alike = "shapes"
    examples = [Example("", "4096, 4096", "4096")]
