"""Normalisations, and layers that act only in training."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Requirement, attr

_AFFINE = "learn a scale and a shift for each channel"


class BatchNorm(Layer, family="norm"):
    """Normalise each channel by running statistics, which are stored and not learned (buffers).

    Source: Ioffe, Szegedy 2015.
    """

    affine: bool = attr(_AFFINE, default=True)

    weights = {"scale": {"affine": "c"}}
    biases = {"shift": {"affine": "c"}}
    buffers = {"running mean": "c", "running variance": "c"}

    examples = [Example("", "56x56x64", "56x56x64", 128)]


class LayerNorm(Layer, family="norm"):
    """Normalise over the channels at each position. Source: Ba et al. 2016."""

    affine: bool = attr(_AFFINE, default=True)

    weights = {"scale": {"affine": "c"}}
    biases = {"shift": {"affine": "c"}}

    examples = [Example("", "197x768", "197x768", 1_536)]


class GroupNorm(Layer, family="norm"):
    """Normalise over groups of channels. Source: Wu, He 2018."""

    groups: int = attr("number of groups", at_least=1)
    affine: bool = attr(_AFFINE, default=True)

    requires = [Requirement("c % groups == 0", "the input channels must split evenly into the groups", reason="split")]
    weights = {"scale": {"affine": "c"}}
    biases = {"shift": {"affine": "c"}}

    examples = [Example("groups: 32", "56x56x64", "56x56x64", 128)]


class Lrn(Layer, family="norm"):
    """Local response normalisation over neighbouring channels: nothing learned.

    Source: Krizhevsky et al. 2012, section 3.3, whose constants are the defaults.
    """

    size: int = attr("number of neighbouring channels (n)", default=5, at_least=1)
    alpha: float = attr("scale", default=1e-4)
    beta: float = attr("exponent", default=0.75)
    k: float = attr("offset", default=2)

    examples = [Example("", "27x27x96", "27x27x96")]


class LayerScale(Layer, family="norm"):
    """Multiply each channel by one learned number, as ConvNeXt does. Source: Touvron et al. 2021."""

    weights = {"scale": "c"}

    examples = [Example("", "56x56x96", "56x56x96", 96)]


class Dropout(Layer, family="norm"):
    """Set random values to zero in training. Source: Srivastava et al. 2014."""

    rate: float = attr("share of the values that is dropped", default=0.5)

    requires = [Requirement("rate >= 0 and rate <= 1", "the rate is a share, from 0 to 1")]
    examples = [Example("rate: 0.4", "1024", "1024")]


class StochasticDepth(Layer, family="norm"):
    """Drop a whole branch at random in training. Source: Huang et al. 2016."""

    rate: float = attr("share of the images for which the branch is dropped", default=0.5)

    requires = [Requirement("rate >= 0 and rate <= 1", "the rate is a share, from 0 to 1")]
    examples = [Example("rate: 0.2", "56x56x96", "56x56x96")]
