"""torchscan, its FLOPs: of modules, products and sums counted apart, one sum less than products."""

from cnncalc.analyses.conventions._torchscan import NOTE, OF_WINDOWS, WHERE
from cnncalc.analyses.conventions.base import (
    ATTENTION,
    OPERATORS,
    REARRANGING,
    RECURRENT,
    Adds,
    Convention,
    attention,
    attention_projects,
    attention_uncounted,
    each,
)

Convention(
    "torchscan-flops",
    tool="torchscan",
    version="0.2.0",
    word="FLOPs",
    source="torchscan/modules/flops.py",
    sees="modules",
    factor=2,
    products="conv transposed_conv dense attention",
    nothing=(
        "matmul rms_norm group_norm instance_norm lrn softmax embedding upsample resize prelu selu gelu silu "
        f"hard_swish hard_sigmoid {OPERATORS} {RECURRENT} {REARRANGING}"
    ),
    where=WHERE,
    terms=(
        Adds(
            "1 an output without bias",
            {
                "conv": {"bias": "0", "true": "-out_values"},
                "dense": {"bias": "0", "true": "-out_values"},
                "transposed_conv": {"bias": "0", "true": "-out_values"},
            },
            label="one sum less",
        ),
        Adds(
            "at output positions, and 8 a side",
            {"transposed_conv": "2 * (weights * prod(out) - multiplies) + 8 * sides"},
            label="transposed convolution",
        ),
        Adds(
            "4 a value and 2 a channel",
            {"batch_norm": {"scale or shift": "4 * in_values + 2 * c", "true": "2 * in_values + 2 * c"}},
        ),
        Adds(
            "8 a value and 2 a position",
            {
                "layer_norm": {
                    "scale and shift": "8 * in_values + 2 * norm_positions",
                    "scale or shift": "7 * in_values + 2 * norm_positions",
                    "true": "6 * in_values + 2 * norm_positions",
                }
            },
        ),
        Adds("1 a value", {"relu": "in_values"}),
        Adds("2 a value", {"relu6": "2 * in_values"}),
        Adds("4 a value", each("leaky_relu sigmoid", "4 * in_values")),
        Adds("6 a value", each("elu tanh", "6 * in_values")),
        Adds("1 a value", {"dropout": {"rate > 0": "in_values"}}),
        attention_uncounted("windows", factor=2),
        attention_projects("sdpa", "matmul", factor=2),
        attention("1 an output without bias", "one sum less", **dict.fromkeys(ATTENTION, "(bias - 1) * projected")),
        attention(
            "2 a pair, less 1 a query and head, and 1",
            "scaling and softmax",
            **dict.fromkeys(("multihead", "no_grad"), "2 * pairs - heads * query_positions + 1"),
        ),
        *OF_WINDOWS,
    ),
    note=NOTE,
)
