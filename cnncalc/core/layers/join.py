"""Layers that read several inputs: the ends of branches."""

from __future__ import annotations

from cnncalc.core.layers.base import WHOLE, Example, Layer, Requirement, Word, attr


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


class Concat(Layer, family="join"):
    """Put channels one behind the other, the end of an Inception module; or rows, columns, tokens."""

    axis: Word = attr("on which axis", default="channels", choices=("channels", "height", "width", "depth", "length"))

    inputs = (2, None)
    branches = True
    alike = "along"
    along = "axis"
    out_channels = {"along_channels": "sum(channels)", "true": "c"}
    out_side = {"along": "sum(joined)", "true": "side"}
    additions = {}
    comparisons = {}
    examples = [
        Example("", "28x28x64, 28x28x128, 28x28x32, 28x28x32", "28x28x256"),
        Example("axis: length", "196x768, 1x768", "197x768"),
    ]


class Elementwise(Layer, family="join"):
    """Put tensors together value by value in another way than `add` and `multiply`; what is 1 is spread."""

    type_: Word = attr(
        "what is done; the last three are of exactly two",
        choices=("maximum", "minimum", "subtract", "divide", "power"),
    )

    inputs = (2, None)
    branches = True
    alike = "spread"
    verb = "combines"
    requires = [
        Requirement("many == 2", "it takes exactly two inputs", when="subtract or divide or power"),
    ]
    additions = {"differences": {"subtract": "out_values", "true": "0"}}
    comparisons = {"values": {"maximum or minimum": "(many - 1) * out_values", "true": "0"}}
    examples = [
        Example("type: maximum", "8x8x16, 8x8x16, 8x8x16", "8x8x16"),
        Example("type: divide", "8x4, 8x1", "8x4"),
    ]


class Distance(Layer, family="join"):
    """The absolute difference of two tensors, value by value. Source: Koch et al. 2015."""

    inputs = 2
    alike = "shapes"
    verb = "compares"
    additions = {"differences": "out_values"}
    comparisons = {}
    examples = [Example("", "4096, 4096", "4096")]


class Matmul(Layer, family="join"):
    """The product of two matrices of positions × channels: N·K by K·M gives N·M, for N·K·M multiplies."""

    transpose: Word = attr("which of the two is transposed first", default="none", choices=("none", "first", "second"))

    inputs = 2
    branches = True
    tensors = ("first", "second")
    reads = "tokens"
    sees = WHOLE
    requires = [
        Requirement(
            "first_channels == second_positions",
            "the channels of the first must be as many as the positions of the second",
            when="none",
        ),
        Requirement(
            "first_positions == second_positions",
            "with `transpose: first` both must have as many positions",
            when="first",
        ),
        Requirement(
            "first_channels == second_channels",
            "with `transpose: second` both must have as many channels",
            when="second",
        ),
    ]
    out_channels = {"second": "second_positions", "true": "second_channels"}
    out_tokens = {"first": "first_channels", "true": "first_positions"}
    multiplies = {
        "products": {
            "second": "first_positions * first_channels * second_positions",
            "true": "first_positions * first_channels * second_channels",
        }
    }
    additions = {"sums": "products - out_values"}
    comparisons = {}
    examples = [
        Example("", "196x64, 64x10", "196x10", 0, 125_440),
        Example("transpose: second", "196x64, 100x64", "196x100", 0, 1_254_400),
        Example("transpose: first", "2500x3, 2500x64", "3x64", 0, 480_000),
    ]
