"""Embeddings of words."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Requirement, attr


class Embedding(Layer, family="sequence"):
    """A learned vector for each word of a vocabulary, looked up for each position: no multiplies."""

    words: int = attr("number of words", at_least=1)
    width: int = attr("number of output channels", at_least=1)

    requires = [Requirement("vector or c == 1", "it reads the number of one word at each position: 1 channel")]
    out_channels = "width"
    out_tokens = {"vector": "c"}
    out_side = "side"
    weights = {"vectors": "words * width"}
    additions = {}
    comparisons = {}
    examples = [
        Example("words: 20000, width: 300", "56x1", "56x300", 6_000_000),
        Example("words: 10, width: 4", "7", "7x4", 40),
    ]
