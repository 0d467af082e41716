"""Fully connected layers."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Requirement, Word, attr


class Dense(Layer, family="dense"):
    """Every unit reads every input value: fully connected. With `per: position`, at each position alone."""

    units: int = attr("number of output values", at_least=1)
    bias: bool = attr("add one learned number per unit", default=True)
    per: Word = attr(
        "`position` applies the layer at each position of maps or tokens", default="none", choices=("none", "position")
    )

    requires = [
        Requirement(
            "position or vector",
            "`dense` reads a vector: put `flatten` before it, or write `per: position`",
            reason="kind",
        ),
    ]
    out_channels = "units"
    out_side = "side"
    weights = {"matrix": "c * units"}
    biases = {"biases": {"bias": "units"}}
    multiplies = {"dot products": {"vector": "c * units", "true": "c * units * prod(side)"}}
    additions = {"sums": "products - out_values", "biases": {"bias": "out_values", "true": "0"}}
    comparisons = {}

    examples = [
        Example("units: 4096", "9216", "4096", 37_752_832, 37_748_736),
        Example("units: 3072, per: position", "197x768", "197x3072", 2_362_368, 464_781_312),
    ]
