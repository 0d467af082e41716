"""Transposed convolutions."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Padding, PerAxis, Requirement, attr

_DILATED = "(side - 1)*stride + dilation*(kernel - 1) + 1"  # before anything is cut
_CUT_SAME = "max((side - 1)*stride + extent - out, 0) // 2"  # at its front, with `same`


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
