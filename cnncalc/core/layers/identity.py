"""The identity."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer


class Identity(Layer, family="reshape"):
    """What it reads; for a name of its own, or to read another entry."""

    additions = {}
    comparisons = {}

    examples = [Example("", "28x28x64", "28x28x64")]
