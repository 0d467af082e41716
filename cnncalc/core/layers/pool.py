"""Pooling: no learned numbers, no multiplies by convention."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Formula, Layer, Padding, PerAxis, Sides, Word, attr
from cnncalc.core.layers.window import places, seen

_SHARES: dict[str, Formula] = {  # windows of two lengths: each begins where the place's share of the input does
    "first": "place*side // out",
    "last": "ceil((place + 1)*side / out) - 1",
    "period": "out",
}
_OVER: dict[str, Formula] = {
    "over": {"size > 0": "side % max(size, 1)", "true": "0"}
}  # what windows of one length leave over
_CEIL = "round the number of windows up instead of down"
_CLIP = "with `ceil`: whose rule drops a window that starts outside (caffe: only where there is padding)"


class MaxPool(Layer, family="pool"):
    """The largest value of each window, channel by channel."""

    kernel: PerAxis = attr("size of the window", at_least=1, symbol="F")
    stride: PerAxis = attr("step of the window", default="$kernel", at_least=1, symbol="S")
    padding: Padding = attr("border added at each end; `same` keeps ceil(W/S)", default=0, symbol="P")
    ceil: bool = attr(_CEIL, default=False)
    clip: Word = attr(_CLIP, default="torch", choices=("torch", "caffe"))
    dilation: PerAxis = attr("distance between the taps of a window", default=1, at_least=1)

    reads = "sides"
    out_side = places(dilated=True, rounds_up=True)
    sees = seen(dilated=True)
    additions = {}
    comparisons = {"windows": "(prod(kernel) - 1) * out_values"}

    examples = [
        Example("kernel: 3, stride: 2", "55x55x96", "27x27x96"),
        Example("kernel: 3, stride: 2, ceil: true", "112x112x64", "56x56x64"),
        Example("kernel: 2, padding: [0, [0, 1], [0, 1]]", "2x7x7x512", "1x4x4x512"),
    ]


class AvgPool(Layer, family="pool"):
    """The mean of each window, channel by channel."""

    kernel: PerAxis = attr("size of the window", at_least=1, symbol="F")
    stride: PerAxis = attr("step of the window", default="$kernel", at_least=1, symbol="S")
    padding: Padding = attr("border added at each end; `same` keeps ceil(W/S)", default=0, symbol="P")
    ceil: bool = attr(_CEIL, default=False)
    clip: Word = attr(_CLIP, default="torch", choices=("torch", "caffe"))

    reads = "sides"
    out_side = places(rounds_up=True)
    sees = seen()
    additions = {"windows": "(prod(kernel) - 1) * out_values"}
    comparisons = {}

    examples = [
        Example("kernel: 2", "28x28x6", "14x14x6"),
        Example("kernel: 5, stride: 3", "14x14x512", "4x4x512"),
    ]


class GlobalAvgPool(Layer, family="pool"):
    """The mean of each whole channel: a vector. Source: Lin et al. 2013, Network in network."""

    computes = "y_c = 1/({sides})·Σ_h Σ_w x_c(h, w)"
    reads = "sides"
    out_side = None
    additions = {"windows": "in_values - out_values"}
    comparisons = {}

    examples = [Example("", "7x7x2048", "2048")]


class GlobalMaxPool(Layer, family="pool"):
    """The largest value of each whole channel: a vector."""

    computes = "y_c = max over h, w of x_c(h, w)"
    reads = "sides"
    out_side = None
    additions = {}
    comparisons = {"windows": "in_values - out_values"}

    examples = [Example("", "7x7x512", "512")]


class AdaptiveAvgPool(Layer, family="pool"):
    """The mean of as many windows as the output is to have; `adaptive_avg_pool: 1` keeps the sides, as 1×1."""

    size: Sides = attr("output size; `keep` leaves a side as it is", at_least=1)

    reads = "sides"
    where = _OVER
    out_side = {"size > 0": "size", "true": "side"}
    sees = _SHARES
    additions = {"windows": {"sum(over) == 0": "in_values - out_values"}}
    comparisons = {}

    examples = [
        Example("size: 6", "13x13x256", "6x6x256"),
        Example("size: 1", "7x7x2048", "1x1x2048"),
        Example("size: [1, keep]", "4x26x512", "1x26x512"),
    ]


class AdaptiveMaxPool(Layer, family="pool"):
    """The largest value of as many windows as the output is to have."""

    size: Sides = attr("output size; `keep` leaves a side as it is", at_least=1)

    reads = "sides"
    where = _OVER
    out_side = {"size > 0": "size", "true": "side"}
    sees = _SHARES
    additions = {}
    comparisons = {"windows": {"sum(over) == 0": "in_values - out_values"}}

    examples = [Example("size: [2, 3]", "13x13x8", "2x3x8")]


class ChannelAvgPool(Layer, family="pool"):
    """The mean over the channels at each position: one map. Source: Woo et al. 2018, CBAM."""

    reads = "sides"
    out_channels = "1"
    additions = {"windows": "in_values - out_values"}
    comparisons = {}

    examples = [Example("", "28x28x64", "28x28x1")]


class ChannelMaxPool(Layer, family="pool"):
    """The largest value over the channels at each position: one map. Source: Woo et al. 2018, CBAM."""

    reads = "sides"
    out_channels = "1"
    additions = {}
    comparisons = {"windows": "in_values - out_values"}

    examples = [Example("", "28x28x64", "28x28x1")]
