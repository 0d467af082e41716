"""Layers that change the sides by other means than a sliding window."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Factors, Formula, Layer, Name, Padding, PerAxis, Requirement, attr

_COPIES: dict[str, Formula] = {  # by copying; to interpolate reads one neighbour more
    "first": "place*side // out",
    "last": "place*side // out",
    "period": "out",
}


class Upsample(Layer, family="resize"):
    """Each side so many times as long, rounded down, by copying or interpolating."""

    factor: Factors = attr("how many times as long each side becomes")

    reads = "sides"
    out_side = {"factor == floor(factor)": "side * factor", "true": "floor(side * factor)"}
    sees = _COPIES
    comparisons = {}
    examples = [Example("factor: 2", "13x13x256", "26x26x256"), Example("factor: 1.5", "13x13x256", "19x19x256")]


class Resize(Layer, family="resize"):
    """The sides that `size` says, or those of another entry, by interpolating."""

    size: PerAxis = attr("output size", default=None, at_least=1)
    like: Name = attr("the entry whose sides to take", default=None)

    reads = "sides"
    second_input = "like"
    requires = [Requirement("size_given != like_given", "say either `size` or `like`")]
    out_side = {"like_given": "like", "true": "size"}
    sees = _COPIES
    comparisons = {}
    examples = [Example("size: 65", "1x1x256", "65x65x256"), Example("", "7x7x8, 28x28x4", "28x28x8")]


class Pad(Layer, family="resize"):
    """Zeros around the input."""

    padding: Padding = attr("how many at each end", symbol="P")

    reads = "sides"
    requires = [Requirement("not same_size", "`pad` needs numbers")]
    out_side = {"before != after": "side + before + after", "true": "side + 2*padding"}
    sees = {"first": "place - before", "last": "place - before"}
    additions = {}
    comparisons = {}
    examples = [Example("padding: 3", "224x224x3", "230x230x3"), Example("padding: [[0, 1], 0]", "5x5x2", "6x5x2")]


_MOVED: Formula = {"like_given": "place + (side - like) // 2", "true": "place + before"}  # by a crop


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
