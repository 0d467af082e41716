"""How many places a sliding window has on one axis: the textbook's (W - F + 2P)/S + 1 and its relatives.

Source: Dumoulin, Visin 2016, *A guide to convolution arithmetic for deep learning*; `ceil` as in PyTorch's
`pooling_output_shape` and Caffe's `PoolingLayer`; `same` as in TensorFlow.
"""

from __future__ import annotations

from cnncalc.core.layers.base import Cases

_DILATED = "(dilation*(kernel - 1) + 1)"


def places(*, dilated: bool = False, rounds_up: bool = False) -> Cases:
    """The cases of a window's size formula; `rounds_up` adds those of the attributes `ceil` and `clip`."""
    cases: Cases = {"same_size": "ceil(side / stride)"}
    for extent, spread in [(_DILATED, "dilation > 1 and ")] * dilated + [("kernel", "")]:
        for padding, before, uneven in [
            ("before + after", "before", "before != after and "),
            ("2*padding", "padding", ""),
        ]:
            rest = f"side - {extent} + {padding}"
            if rounds_up:
                cases[f"{spread}{uneven}ceil and caffe and sum(before) + sum(after) == 0"] = (
                    f"ceil(({rest}) / stride) + 1"
                )
                cases[f"{spread}{uneven}ceil"] = f"min(ceil(({rest}) / stride) + 1, ceil((side + {before}) / stride))"
            cases[f"{spread}{uneven}true"] = f"({rest}) // stride + 1"
    return cases
