"""Learned factors."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Word, attr


class Scale(Layer, family="norm"):
    """Multiply by learned numbers, as ConvNeXt does (layer scale), and as detectors scale their outputs.

    Source: Touvron et al. 2021, CaiT.
    """

    bias: bool = attr("learn what is added, too", default=False)
    per: Word = attr("what has a factor of its own", default="channel", choices=("channel", "value", "all"))

    weights = {"factors": {"all": "1", "value": "c * prod(side)", "true": "c"}}
    biases = {"biases": {"bias and all": "1", "bias and value": "c * prod(side)", "bias": "c"}}
    additions = {"biases": {"bias": "out_values", "true": "0"}}
    comparisons = {}

    examples = [
        Example("", "56x56x96", "56x56x96", 96),
        Example("bias: true, per: value", "4x4x8", "4x4x8", 256),
        Example("per: all", "56x56x96", "56x56x96", 1),
    ]
