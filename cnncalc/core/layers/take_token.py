"""One token of many."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Requirement, attr


class TakeToken(Layer, family="sequence"):
    """One token, as a vector."""

    index: int = attr("which token, counted from 0", default=0)

    reads = "tokens"
    requires = [Requirement("index < prod(side)", "there are only so many tokens")]
    sees = {"first": "index", "last": "index"}
    out_side = None
    additions = {}
    comparisons = {}
    examples = [Example("index: 0", "197x768", "768")]
