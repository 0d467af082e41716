"""Cropping."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Formula, Layer, Name, Padding, Requirement, attr

_MOVED: Formula = {"like_given": "place + (side - like) // 2", "true": "place + before"}


class Crop(Layer, family="resize"):
    """The middle of the input: cut to the sides of a second one, as in U-Net, or by so much at each end."""

    like: Name = attr("the entry whose sides to take", default=None)
    by: Padding = attr("how many rows to cut at each end", default=None, symbol="P")

    reads = "sides"
    second_input = "like"
    requires = [
        Requirement("like_given or by_given", "`crop` needs `by`, or a second input: `from: [A, B]` or `like: B`"),
        Requirement("like_given != by_given", "say either `like` or `by`"),
        Requirement("not same_size", "`by` needs numbers"),
        Requirement("like <= side", "a crop never enlarges", when="like_given"),
    ]
    out_side = {"like_given": "like", "before != after": "side - before - after", "true": "side - 2*by"}
    sees = {"first": _MOVED, "last": _MOVED}
    additions = {}
    comparisons = {}
    examples = [
        Example("", "64x64x512, 56x56x512", "56x56x512"),
        Example("by: 2", "32x48x8", "28x44x8"),
        Example("by: [[1, 0], [1, 0]]", "17x17x4", "16x16x4"),
    ]
