"""Layers that only rearrange values."""

from __future__ import annotations

from cnncalc.core.layers.base import Dims, Example, Layer, PerAxis, Requirement, attr


class Flatten(Layer, family="reshape"):
    """All values in one vector."""

    reads = "sides"
    out_channels = "c * prod(side)"
    out_side = None
    examples = [Example("", "6x6x256", "9216")]


class Reshape(Layer, family="reshape"):
    """The same values in another shape."""

    shape: Dims = attr("the new shape, channels last: `7x7x512`")

    requires = [Requirement("prod(shape) == prod(side) * c", "a reshape keeps the number of values")]
    out_shape = "shape"
    examples = [Example("shape: 4x4x256", "4096", "4x4x256")]


class Slice(Layer, family="reshape"):
    """One of several equal parts of the channels."""

    part: int = attr("which part, counted from 1", at_least=1)
    of: int = attr("number of parts", at_least=1)

    requires = [
        Requirement("c % of == 0", "the input channels must split evenly into the parts"),
        Requirement("part <= of", "there are only so many parts"),
    ]
    out_channels = "c / of"
    examples = [Example("part: 2, of: 2", "28x28x116", "28x28x58")]


class PadChannels(Layer, family="reshape"):
    """Zero channels behind the others, up to a number: ResNet's shortcut without parameters (option A)."""

    to: int = attr("number of output channels", at_least=1)

    requires = [Requirement("to >= c", "padding never removes channels")]
    out_channels = "to"
    examples = [Example("to: 32", "16x16x16", "16x16x32")]


class ChannelShuffle(Layer, family="reshape"):
    """Deal the channels out over the groups. Source: Zhang et al. 2017, ShuffleNet."""

    groups: int = attr("number of groups", at_least=1)

    requires = [Requirement("c % groups == 0", "the input channels must split evenly into the groups", reason="split")]
    examples = [Example("groups: 2", "28x28x116", "28x28x116")]


class PixelShuffle(Layer, family="reshape"):
    """Turn channels into resolution: C·r² channels become C, each side r times as long. Source: Shi et al. 2016."""

    factor: PerAxis = attr("how many times as long each side becomes", at_least=1)

    reads = "sides"
    requires = [Requirement("c % prod(factor) == 0", "the channels must split evenly over the new positions")]
    out_channels = "c / prod(factor)"
    out_side = "side * factor"
    examples = [Example("factor: 2", "10x10x16", "20x20x4")]
