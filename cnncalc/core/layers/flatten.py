"""Flattening."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class Flatten(Layer, family="reshape"):
    """All values in one vector."""

    reads = "sides"
    out_channels = "c * prod(side)"
    out_side = None
    additions = {}
    comparisons = {}
    examples = [Example("", "6x6x256", "9216")]
