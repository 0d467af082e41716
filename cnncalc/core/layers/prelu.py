"""Rectifiers with a learned slope."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Word, attr


class Prelu(Layer, family="activation"):
    """Leaky ReLU whose slope is learned. Source: He et al. 2015."""

    per: Word = attr("what has a slope of its own", default="channel", choices=("channel", "value", "all"))

    weights = {"slopes": {"all": "1", "value": "c * prod(side)", "true": "c"}}
    additions = {}
    comparisons = {"values": "out_values"}
    examples = [
        Example("", "56x56x64", "56x56x64", 64),
        Example("per: all", "56x56x64", "56x56x64", 1),
        Example("per: value", "7x7x8", "7x7x8", 392),
    ]
