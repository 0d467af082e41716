"""Resizing to given sides."""

from __future__ import annotations

from cnncalc.core.layers._resize import COPIES
from cnncalc.core.layers.base import Example, Layer, Name, PerAxis, Requirement, attr


class Resize(Layer, family="resize"):
    """The sides that `size` says, or those of another entry, by interpolating."""

    size: PerAxis = attr("output size", default=None, at_least=1)
    like: Name = attr("the entry whose sides to take", default=None)

    reads = "sides"
    second_input = "like"
    requires = [Requirement("size_given != like_given", "say either `size` or `like`")]
    out_side = {"like_given": "like", "true": "size"}
    sees = COPIES
    comparisons = {}
    examples = [Example("size: 65", "1x1x256", "65x65x256"), Example("", "7x7x8, 28x28x4", "28x28x8")]
