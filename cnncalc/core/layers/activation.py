"""Activations: a function of each value by itself; no multiplies by convention."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Word, attr

_SAME = [Example("", "55x55x96", "55x55x96")]


class Relu(Layer, family="activation"):
    """max(0, x)."""

    computes = "y = max(0, x)"
    additions = {}
    comparisons = {"values": "out_values"}

    examples = _SAME


class Relu6(Layer, family="activation"):
    """min(max(0, x), 6)."""

    additions = {}
    comparisons = {"values": "2 * out_values"}

    examples = _SAME


class LeakyRelu(Layer, family="activation"):
    """x where positive, else `slope` · x."""

    slope: float = attr("factor for negative values", default=0.01)
    additions = {}
    comparisons = {"values": "out_values"}
    examples = _SAME


class Prelu(Layer, family="activation"):
    """Leaky ReLU whose slope is learned. Source: He et al. 2015."""

    per: Word = attr("what has a slope of its own", default="channel", choices=("channel", "value", "all"))

    weights = {"slopes": {"all": "1", "value": "c * prod(side)", "true": "c"}}
    additions = {}
    comparisons = {"values": "out_values"}
    examples = [
        Example("", "56x56x64", "56x56x64", 64),
        Example("per: all", "56x56x64", "56x56x64", 1),
        Example("per: value", "7x7x8", "7x7x8", 392),
    ]


class Sigmoid(Layer, family="activation"):
    """1 / (1 + exp(−x))."""

    computes = "y = 1 / (1 + exp(−x))"
    additions = {"values": "out_values"}
    comparisons = {}

    examples = _SAME


class Tanh(Layer, family="activation"):
    """The hyperbolic tangent."""

    computes = "y = (exp(x) − exp(−x)) / (exp(x) + exp(−x))"
    additions = {"values": "2 * out_values"}
    comparisons = {}

    examples = _SAME


class Elu(Layer, family="activation"):
    """x where positive, else exp(x) − 1. Source: Clevert et al. 2015."""

    comparisons = {"values": "out_values"}

    examples = _SAME


class Selu(Layer, family="activation"):
    """ELU scaled so that activations keep mean 0 and variance 1. Source: Klambauer et al. 2017."""

    comparisons = {"values": "out_values"}

    examples = _SAME


class Gelu(Layer, family="activation"):
    """x · Φ(x), with the normal distribution function Φ. Source: Hendrycks, Gimpel 2016."""

    comparisons = {}

    examples = _SAME


class Silu(Layer, family="activation"):
    """x · sigmoid(x), also called swish. Source: Ramachandran et al. 2017."""

    additions = {"values": "out_values"}
    comparisons = {}

    examples = _SAME


class HardSwish(Layer, family="activation"):
    """x · relu6(x + 3) / 6. Source: Howard et al. 2019, MobileNetV3."""

    additions = {"values": "out_values"}
    comparisons = {"values": "2 * out_values"}

    examples = _SAME


class HardSigmoid(Layer, family="activation"):
    """relu6(x + 3) / 6. Source: Howard et al. 2019, MobileNetV3."""

    additions = {"values": "out_values"}
    comparisons = {"values": "2 * out_values"}

    examples = _SAME


class Softmax(Layer, family="activation"):
    """exp(x), scaled so that the channels add up to 1."""

    computes = "p_c = exp(x_c) / Σ_j exp(x_j)"
    additions = {"sums": "(c - 1) * prod(side)"}
    comparisons = {}

    examples = [Example("", "1000", "1000")]
