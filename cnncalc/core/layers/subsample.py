"""LeNet-5's pooling with learned coefficients."""

from __future__ import annotations

from cnncalc.core.layers._window import seen
from cnncalc.core.layers.base import Example, Layer, PerAxis, attr


class Subsample(Layer, family="conv"):
    """LeNet-5's trainable pooling: add up each window, times one learned coefficient per map, plus one bias.

    One multiply per output value. Source: LeCun et al. 1998, section II.B.
    """

    kernel: PerAxis = attr("size of the window", at_least=1, symbol="F")
    stride: PerAxis = attr("step of the window", default="$kernel", at_least=1, symbol="S")

    reads = "sides"
    out_side = {"true": "(side - kernel) // stride + 1"}
    sees = seen(cut=False)
    weights = {"coefficients": "c"}
    biases = {"biases": "c"}
    multiplies = {"coefficient × sum": "c * prod(out)"}
    additions = {"windows": "(prod(kernel) - 1) * out_values", "biases": "out_values"}
    comparisons = {}

    examples = [Example("kernel: 2", "28x28x6", "14x14x6", 12, 1_176)]
