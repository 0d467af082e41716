"""Convolutions."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Padding, PerAxis, Requirement, Table, attr
from cnncalc.core.layers.window import places, seen

_DILATED = "(side - 1)*stride + dilation*(kernel - 1) + 1"  # of a transposed convolution, before anything is cut
_CUT_SAME = "max((side - 1)*stride + extent - out, 0) // 2"  # at its front, with `same`


class Conv(Layer, family="conv"):
    """Slide `filters` kernels over the input; each output value is one dot product.

    Depthwise: `groups: channels`. A partial connection table, as in C3 of LeNet-5, is `connections`. Locally connected,
    with weights and biases for each output position: `shared: false`.
    Source: LeCun et al. 1998; groups from Krizhevsky et al. 2012; dilation from Yu, Koltun 2015.
    """

    filters: int = attr("number of kernels, so of output channels", at_least=1)
    kernel: PerAxis = attr("size of the window", at_least=1, symbol="F")
    stride: PerAxis = attr("step of the window", default=1, at_least=1, symbol="S")
    padding: Padding = attr(
        "zeros added at each end; `same` keeps ceil(W/S), `causal` too, all in front of one axis",
        default=0,
        choices=("causal",),
        symbol="P",
    )
    dilation: PerAxis = attr("distance between the taps of a kernel", default=1, at_least=1)
    groups: int = attr("independent parts that the channels are split into", default=1, at_least=1)
    bias: bool = attr("add one learned number per kernel", default=True)
    connections: Table = attr("for each filter the list of input maps it reads, counted from 0", default=None)
    shared: bool = attr("every position has the same kernels; else each has its own (locally connected)", default=True)

    reads = "sides"
    requires = [
        Requirement("c % groups == 0", "the input channels must split evenly into the groups", reason="split"),
        Requirement("filters % groups == 0", "the filters must split evenly into the groups", reason="split"),
        Requirement("groups == 1", "a connection table and groups exclude each other", when="partial"),
        Requirement("rows == filters", "the connection table needs one row for each filter", when="partial"),
        Requirement("highest < c", "the connection table names an input map that is not there", when="partial"),
    ]
    out_channels = "filters"
    out_side = places(dilated=True)
    sees = seen(dilated=True)
    weights = {
        "kernels": {
            "shared and partial": "prod(kernel) * sum(connections)",
            "shared and groups > 1": "prod(kernel) * c / groups * filters",
            "shared": "prod(kernel) * c * filters",
            "partial": "prod(kernel) * sum(connections) * prod(out)",
            "groups > 1": "prod(kernel) * c / groups * filters * prod(out)",
            "true": "prod(kernel) * c * filters * prod(out)",
        }
    }
    biases = {"biases": {"bias and shared": "filters", "bias": "filters * prod(out)"}}
    multiplies = {
        "dot products": {
            "partial": "prod(kernel) * sum(connections) * prod(out)",
            "groups > 1": "prod(kernel) * c / groups * filters * prod(out)",
            "true": "prod(kernel) * c * filters * prod(out)",
        }
    }
    additions = {"sums": "products - out_values", "biases": {"bias": "out_values", "true": "0"}}
    comparisons = {}

    examples = [
        Example("filters: 96, kernel: 11, stride: 4", "227x227x3", "55x55x96", 34_944, 105_415_200),
        Example("filters: 256, kernel: 5, padding: 2, groups: 2", "27x27x96", "27x27x256", 307_456, 223_948_800),
        Example("filters: 32, kernel: 3, padding: same, groups: channels", "14x14x32", "14x14x32", 320, 56_448),
        Example("filters: 8, kernel: [1, 7], padding: [0, 3], bias: false", "17x17x4", "17x17x8", 224, 64_736),
        Example("filters: 128, kernel: 80, stride: 4", "8000x1", "1981x128", 10_368, 20_285_440),
        Example("filters: 2, kernel: 3, dilation: 2, connections: [[0], [0, 1]]", "7x7x2", "3x3x2", 29, 243),
        Example("filters: 25, kernel: 7, dilation: 2, padding: causal", "784x25", "784x25", 4_400, 3_430_000),
        Example("filters: 4, kernel: 3, stride: 2, shared: false", "9x9x2", "4x4x4", 1_216, 1_152),
    ]


class TransposedConv(Layer, family="conv"):
    """Spread every input value over a window of the output: a convolution read backwards.

    Each multiplication belongs to an *input* position. Source: Zeiler et al. 2010; sizes as in PyTorch.
    """

    filters: int = attr("number of output channels", at_least=1)
    kernel: PerAxis = attr("size of the window", at_least=1, symbol="F")
    stride: PerAxis = attr("step of the window in the output", default=1, at_least=1, symbol="S")
    padding: Padding = attr(
        "rows cut from each end of the output; `same`: output = input × stride", default=0, symbol="P"
    )
    output_padding: PerAxis = attr(
        "rows added at the end of the output, by default none; with `same` Keras' size, where it is given", default=None
    )
    dilation: PerAxis = attr("distance between the taps of a kernel", default=1, at_least=1)
    groups: int = attr("independent parts that the channels are split into", default=1, at_least=1)
    bias: bool = attr("add one learned number per output channel", default=True)

    reads = "sides"
    requires = [
        Requirement("c % groups == 0", "the input channels must split evenly into the groups", reason="split"),
        Requirement("filters % groups == 0", "the filters must split evenly into the groups", reason="split"),
        Requirement(
            "output_padding < max(stride, dilation)",
            "the output padding must be smaller than stride or dilation",
            when="output_padding_given and not same_size",
        ),
        Requirement(
            "output_padding < stride",
            "with `padding: same` the output padding must be smaller than the stride",
            when="output_padding_given and same_size",
        ),
    ]
    out_channels = "filters"
    where = {
        "extent": {"dilation > 1": "dilation*(kernel - 1) + 1", "true": "kernel"},
        "reached": {  # how many positions of an axis get a product, before any is cut
            "dilation == 1 and kernel >= stride or stride == 1 and side >= dilation": "(side - 1)*stride + extent",
            "true": "side * kernel",
        },
    }
    sees = {  # backwards: the positions whose window covers this place
        "first": {
            "same_size": f"ceil((place + {_CUT_SAME} - extent + 1) / stride)",
            "true": "ceil((place + before - extent + 1) / stride)",
        },
        "last": {"same_size": f"(place + {_CUT_SAME}) // stride", "true": "(place + before) // stride"},
        "every": {"dilation > 1 and stride > 1": "0", "true": "dilation"},
        "period": "stride",
    }
    out_side = {
        "same_size and not output_padding_given": "side * stride",
        "same_size": "(side - 1)*stride + extent - 2*(extent // 2) + output_padding",
        "before != after and output_padding_given": f"{_DILATED} - before - after + output_padding",
        "before != after": f"{_DILATED} - before - after",
        "dilation > 1 and output_padding_given": f"{_DILATED} - 2*padding + output_padding",
        "dilation > 1": f"{_DILATED} - 2*padding",
        "output_padding_given": "(side - 1)*stride + kernel - 2*padding + output_padding",
        "true": "(side - 1)*stride + kernel - 2*padding",
    }
    weights = {"kernels": {"groups > 1": "prod(kernel) * c / groups * filters", "true": "prod(kernel) * c * filters"}}
    biases = {"biases": {"bias": "filters"}}
    multiplies = {
        "products": {
            "groups > 1": "prod(kernel) * c / groups * filters * prod(side)",
            "true": "prod(kernel) * c * filters * prod(side)",
        }
    }
    additions = {  # the first product of each position is none; of dilated windows with a stride some may fall together
        "sums": {"prod(dilation) == 1 or prod(stride) == 1": "products - filters * prod(reached)"},
        "biases": {"bias": "out_values", "true": "0"},
    }
    comparisons = {}

    examples = [
        Example("filters: 32, kernel: 2, stride: 2", "20x20x16", "40x40x32", 2_080, 819_200),
        Example("filters: 4, kernel: 3, stride: 2, padding: 1, output_padding: 1", "5x5x2", "10x10x4", 76, 1_800),
        Example("filters: 1, kernel: 3, stride: 2, padding: same, output_padding: 0", "4x4x1", "7x7x1", 10, 144),
    ]


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
