"""Normalisations, and layers that act only in training."""

from __future__ import annotations

from cnncalc.core.layers.base import WHOLE, Example, Formula, Layer, Requirement, Word, attr

_SCALE = "learn a scale for each channel"
_SHIFT = "learn a shift for each channel"
_OVER = "what is normalised: the `channels` at each position, or `all` values, each then with its own scale and shift"
_LEARNED: dict[str, Formula] = {"scale": {"scale": "c"}}
_ADDED: dict[str, Formula] = {"shift": {"shift": "c"}}
_LEARNED_OVER: dict[str, Formula] = {"scale": {"scale and all": "c * prod(side)", "scale": "c"}}
_SEES_OVER: dict[str, Formula] = {"first": {"all": "0", "true": "place"}, "last": {"all": "side - 1", "true": "place"}}
_ADDED_OVER: dict[str, Formula] = {"shift": {"shift and all": "c * prod(side)", "shift": "c"}}


def _additions(means: Formula) -> dict[str, Formula]:
    """Additions of a norm that works out means and variances of what it reads."""
    return {
        "means": means,
        "differences": "out_values",
        "variances": "out_values",
        "shift": {"shift": "out_values", "true": "0"},
    }


class BatchNorm(Layer, family="norm"):
    """Normalise each channel by running statistics, which are stored and not learned (buffers).

    Source: Ioffe, Szegedy 2015.
    """

    scale: bool = attr(_SCALE, default=True)
    shift: bool = attr(_SHIFT, default=True)

    weights = _LEARNED
    biases = _ADDED
    buffers = {"running mean": "c", "running variance": "c"}
    computes = "y_c = γ_c·(x_c − μ_c)/√(σ_c² + ε) + β_c"
    additions = {"values": "out_values"}
    comparisons = {}

    examples = [Example("", "56x56x64", "56x56x64", 128), Example("scale: false", "56x56x64", "56x56x64", 64)]


class LayerNorm(Layer, family="norm"):
    """Normalise over the channels at each position, or over all values. Source: Ba et al. 2016."""

    scale: bool = attr(_SCALE, default=True)
    shift: bool = attr(_SHIFT, default=True)
    over: Word = attr(_OVER, default="channels", choices=("channels", "all"))

    sees = _SEES_OVER
    weights = _LEARNED_OVER
    biases = _ADDED_OVER
    additions = _additions({"all": "out_values - 1", "true": "out_values - prod(side)"})
    comparisons = {}

    examples = [
        Example("", "197x768", "197x768", 1_536),
        Example("over: all", "8x8x4", "8x8x4", 512),
        Example("shift: false", "14x14x32", "14x14x32", 32),
    ]


class RmsNorm(Layer, family="norm"):
    """Divide by the root of the mean square over the channels at each position, or over all values.

    Source: Zhang, Sennrich 2019.
    """

    scale: bool = attr(_SCALE, default=True)
    over: Word = attr(_OVER, default="channels", choices=("channels", "all"))

    sees = _SEES_OVER
    weights = _LEARNED_OVER
    additions = {"mean squares": "out_values"}
    comparisons = {}

    examples = [Example("", "2048x4096", "2048x4096", 4_096), Example("over: all", "8x8x4", "8x8x4", 256)]


class GroupNorm(Layer, family="norm"):
    """Normalise over groups of channels. Source: Wu, He 2018."""

    groups: int = attr("number of groups", at_least=1)
    scale: bool = attr(_SCALE, default=True)
    shift: bool = attr(_SHIFT, default=True)

    requires = [Requirement("c % groups == 0", "the input channels must split evenly into the groups", reason="split")]
    sees = WHOLE
    weights = _LEARNED
    biases = _ADDED
    additions = _additions("out_values - groups")
    comparisons = {}

    examples = [Example("groups: 32", "56x56x64", "56x56x64", 128)]


class InstanceNorm(Layer, family="norm"):
    """Normalise each channel of each image by itself. Source: Ulyanov et al. 2016."""

    scale: bool = attr(_SCALE, default=False)
    shift: bool = attr(_SHIFT, default=False)

    reads = "sides"
    sees = WHOLE
    weights = _LEARNED
    biases = _ADDED
    additions = _additions("out_values - c")
    comparisons = {}

    examples = [
        Example("", "128x128x64", "128x128x64"),
        Example("scale: true, shift: true", "128x128x64", "128x128x64", 128),
    ]


class Lrn(Layer, family="norm"):
    """Local response normalisation over neighbouring channels: nothing learned.

    Source: Krizhevsky et al. 2012, section 3.3, whose constants are the defaults.
    """

    size: int = attr("number of neighbouring channels (n)", default=5, at_least=1)
    alpha: float = attr("scale", default=1e-4)
    beta: float = attr("exponent", default=0.75)
    k: float = attr("offset", default=2)

    computes = "b_c = a_c / (k + α·Σ a_j²)^β over {size} channels j around c; k = {k}, α = {alpha}, β = {beta}"
    additions = {"sums": "size * out_values"}
    comparisons = {}
    examples = [Example("", "27x27x96", "27x27x96")]


class Scale(Layer, family="norm"):
    """Multiply by learned numbers, as ConvNeXt does (layer scale), and as detectors scale their outputs.

    Source: Touvron et al. 2021, CaiT.
    """

    bias: bool = attr("learn what is added, too", default=False)
    per: Word = attr("what has a factor of its own", default="channel", choices=("channel", "value", "all"))

    weights = {"factors": {"all": "1", "value": "c * prod(side)", "true": "c"}}
    biases = {"biases": {"bias and all": "1", "bias and value": "c * prod(side)", "bias": "c"}}
    additions = {"biases": {"bias": "out_values", "true": "0"}}
    comparisons = {}

    examples = [
        Example("", "56x56x96", "56x56x96", 96),
        Example("bias: true, per: value", "4x4x8", "4x4x8", 256),
        Example("per: all", "56x56x96", "56x56x96", 1),
    ]


class Dropout(Layer, family="norm"):
    """Set random values to zero in training. Source: Srivastava et al. 2014."""

    rate: float = attr("share of the values that is dropped", default=0.5)

    requires = [Requirement("rate >= 0 and rate <= 1", "the rate is a share, from 0 to 1")]
    additions = {}
    comparisons = {}
    examples = [Example("rate: 0.4", "1024", "1024")]


class StochasticDepth(Layer, family="norm"):
    """Drop a whole branch at random in training. Source: Huang et al. 2016."""

    rate: float = attr("share of the images for which the branch is dropped", default=0.5)

    requires = [Requirement("rate >= 0 and rate <= 1", "the rate is a share, from 0 to 1")]
    additions = {}
    comparisons = {}
    examples = [Example("rate: 0.2", "56x56x96", "56x56x96")]
