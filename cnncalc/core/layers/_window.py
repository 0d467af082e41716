"""How many places a sliding window has on one axis: the textbook's (W - F + 2P)/S + 1 and its relatives.

Source: Dumoulin, Visin 2016, *A guide to convolution arithmetic for deep learning*; `ceil` as in PyTorch's
`pooling_output_shape` and Caffe's `PoolingLayer`; `same` as in TensorFlow.
"""

from __future__ import annotations

from cnncalc.core.layers.base import Cases, Formula

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


def seen(*, dilated: bool = False, cut: bool = True) -> dict[str, Formula]:
    """The positions that a window reads: its stride away for each place, less the border before the first value.

    `cut`: there is a `padding`; of `same`, TensorFlow's rule puts the odd zero behind.
    """
    extent = _DILATED if dilated else "kernel"
    if not cut:
        return {"first": "place*stride", "last": f"place*stride + {extent} - 1"}
    same = f"place*stride - max((out - 1)*stride + {extent} - side, 0) // 2"
    given = "place*stride - before"
    return {
        "first": {"same_size": same, "true": given},
        "last": {"same_size": f"{same} + {extent} - 1", "true": f"{given} + {extent} - 1"},
        **({"every": "dilation"} if dilated else {}),
    }
