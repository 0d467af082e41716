"""Maps as tokens."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class ToSequence(Layer, family="sequence"):
    """Every position of the maps becomes a token."""

    reads = "sides"
    out_tokens = "prod(side)"
    additions = {}
    comparisons = {}
    examples = [Example("", "14x14x768", "196x768")]
