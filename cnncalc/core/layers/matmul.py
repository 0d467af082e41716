"""Products of two matrices."""

from __future__ import annotations

from cnncalc.core.layers.base import WHOLE, Example, Layer, Requirement, Word, attr


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
