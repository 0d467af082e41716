"""Convolutions, also grouped, depthwise and locally connected."""

from __future__ import annotations

from cnncalc.core.layers._window import places, seen
from cnncalc.core.layers.base import Example, Layer, Padding, PerAxis, Requirement, Table, attr


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
