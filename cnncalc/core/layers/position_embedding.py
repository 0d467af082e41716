"""Position embeddings."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class PositionEmbedding(Layer, family="sequence"):
    """Add one learned number to every value of every token."""

    reads = "tokens"
    weights = {"embedding": "prod(side) * c"}
    additions = {"values": "out_values"}
    comparisons = {}
    examples = [Example("", "197x768", "197x768", 151_296)]
