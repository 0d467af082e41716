"""Class tokens."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class ClassToken(Layer, family="sequence"):
    """One learned token in front of the others. Source: Dosovitskiy et al. 2020, ViT."""

    reads = "tokens"
    out_side = "side + 1"
    sees = {"first": "place - 1", "last": "place - 1"}
    weights = {"token": "c"}
    additions = {}
    comparisons = {}
    examples = [Example("", "196x768", "197x768", 768)]
