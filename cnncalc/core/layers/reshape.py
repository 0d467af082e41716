"""Layers that only rearrange values."""

from __future__ import annotations

from cnncalc.core.layers.base import WHOLE, Dims, Example, Layer, PerAxis, Requirement, attr


class Flatten(Layer, family="reshape"):
    """All values in one vector."""

    reads = "sides"
    out_channels = "c * prod(side)"
    out_side = None
    additions = {}
    comparisons = {}
    examples = [Example("", "6x6x256", "9216")]


class Reshape(Layer, family="reshape"):
    """The same values in another shape."""

    shape: Dims = attr("the new shape, channels last: `7x7x512`")

    requires = [Requirement("prod(shape) == prod(side) * c", "a reshape keeps the number of values")]
    out_shape = "shape"
    sees = WHOLE | {"every": "0"}  # at most
    additions = {}
    comparisons = {}
    examples = [Example("shape: 4x4x256", "4096", "4x4x256")]


class Slice(Layer, family="reshape"):
    """Some of the channels: one of several equal parts, or those from `first` to `last`."""

    part: int = attr("which part, counted from 1", default=None, at_least=1)
    of: int = attr("number of parts", default=None, at_least=1)
    first: int = attr("the first channel, counted from 1", default=None, at_least=1)
    last: int = attr("the last channel", default=None, at_least=1)

    requires = [
        Requirement("part_given == of_given", "`slice` needs both `part` and `of`"),
        Requirement("first_given == last_given", "`slice` needs both `first` and `last`"),
        Requirement("part_given != first_given", "`slice` takes either `part` and `of` or `first` and `last`"),
        Requirement("c % of == 0", "the input channels must split evenly into the parts", when="part_given"),
        Requirement("part <= of", "there are only so many parts", when="part_given"),
        Requirement("first <= last", "the last channel stands before the first", when="first_given"),
        Requirement("last <= c", "there are only so many channels", when="first_given"),
    ]
    out_channels = {"part_given": "c / of", "true": "last - first + 1"}
    additions = {}
    comparisons = {}
    examples = [
        Example("part: 2, of: 2", "28x28x116", "28x28x58"),
        Example("first: 1, last: 48", "8x8x112", "8x8x48"),
    ]


class PadChannels(Layer, family="reshape"):
    """Zero channels behind the others, up to a number: ResNet's shortcut without parameters (option A)."""

    to: int = attr("number of output channels", at_least=1)

    requires = [Requirement("to >= c", "padding never removes channels")]
    out_channels = "to"
    additions = {}
    comparisons = {}
    examples = [Example("to: 32", "16x16x16", "16x16x32")]


class ChannelShuffle(Layer, family="reshape"):
    """Deal the channels out over the groups. Source: Zhang et al. 2017, ShuffleNet."""

    groups: int = attr("number of groups", at_least=1)

    requires = [Requirement("c % groups == 0", "the input channels must split evenly into the groups", reason="split")]
    additions = {}
    comparisons = {}
    examples = [Example("groups: 2", "28x28x116", "28x28x116")]


class PixelShuffle(Layer, family="reshape"):
    """Turn channels into resolution: C·r² channels become C, each side r times as long. Source: Shi et al. 2016."""

    factor: PerAxis = attr("how many times as long each side becomes", at_least=1)

    reads = "sides"
    requires = [Requirement("c % prod(factor) == 0", "the channels must split evenly over the new positions")]
    out_channels = "c / prod(factor)"
    out_side = "side * factor"
    sees = {"first": "place // factor", "last": "place // factor", "period": "factor"}
    additions = {}
    comparisons = {}
    examples = [Example("factor: 2", "10x10x16", "20x20x4")]


class SpaceToDepth(Layer, family="reshape"):
    """Turn resolution into channels: each block of positions becomes one, with the channels of all.

    YOLOv2's reorg, YOLOv5's focus, the merging of patches in Swin. Source: Shi et al. 2016, read backwards.
    """

    factor: PerAxis = attr("how many times as short each side becomes", at_least=1)

    reads = "sides"
    requires = [Requirement("side % factor == 0", "the sides must split evenly by the factor: put `pad` before it")]
    out_channels = "c * prod(factor)"
    out_side = "side / factor"
    sees = {"first": "place*factor", "last": "place*factor + factor - 1"}
    additions = {}
    comparisons = {}
    examples = [Example("factor: 2", "26x26x64", "13x13x256"), Example("factor: [4, 1]", "8x5x3", "2x5x12")]


class Transpose(Layer, family="reshape"):
    """Positions become channels, and channels positions, as between the layers of MLP-Mixer."""

    reads = "tokens"
    out_channels = "prod(side)"
    out_tokens = "c"
    sees = WHOLE  # a channel, which was a position, is one of all
    additions = {}
    comparisons = {}
    examples = [Example("", "196x768", "768x196")]


class Identity(Layer, family="reshape"):
    """What it reads; for a name of its own, or to read another entry."""

    additions = {}
    comparisons = {}

    examples = [Example("", "28x28x64", "28x28x64")]
