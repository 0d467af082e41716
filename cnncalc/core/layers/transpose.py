"""Transposition of tokens and channels."""

from __future__ import annotations

from cnncalc.core.layers.base import WHOLE, Example, Layer


class Transpose(Layer, family="reshape"):
    """Positions become channels, and channels positions, as between the layers of MLP-Mixer."""

    reads = "tokens"
    out_channels = "prod(side)"
    out_tokens = "c"
    sees = WHOLE  # a channel, which was a position, is one of all
    additions = {}
    comparisons = {}
    examples = [Example("", "196x768", "768x196")]
