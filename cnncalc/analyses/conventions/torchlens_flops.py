"""torchlens, its FLOPs: 2 for each multiply, and estimates for whatever else a forward pass does."""

from cnncalc.analyses.conventions.base import (
    CONV_BIAS,
    DENSE_BIAS,
    NORMS,
    OVER_CHANNELS,
    REARRANGING,
    RECURRENT,
    Adds,
    Convention,
    attention,
    attention_uncounted,
    each,
    projection_bias,
)

MASK = "(sum(shifted) > 0) * (pairs + 5 * of_windows)"

Convention(
    "torchlens-flops",
    tool="torchlens",
    version="2.36.1",
    word="FLOPs",
    source="torchlens/capture/flops.py",
    factor=2,
    products="conv transposed_conv dense matmul attention",
    nothing=f"embedding {RECURRENT} {REARRANGING}",
    unknown={"elementwise": "power"},
    terms=(
        CONV_BIAS,
        DENSE_BIAS,
        attention_uncounted("no_grad", factor=2),
        projection_bias("multihead", "sdpa", "matmul", "windows"),
        attention("6 a pair", "softmax and scaling", multihead="6 * pairs", sdpa="6 * pairs"),
        attention("5 a pair", "softmax", matmul="5 * pairs", windows="5 * pairs"),
        attention("1 a query", "scaling", matmul="queries", windows="queries"),
        attention("1 a pair", "position table", windows="position_table * pairs"),
        attention("1 a pair, and 5 for the mask", "shifted windows", windows=MASK),
        attention("2 a value", "dropout", windows="2 * (pairs + prod(padded) * output_width)"),
        Adds("5 a value", each(NORMS, "5 * in_values")),
        Adds("11 a value", {"lrn": "11 * in_values"}),
        Adds("1 a value", each("relu relu6 leaky_relu prelu", "in_values")),
        Adds("3 a value", {"hard_sigmoid": "3 * in_values"}),
        Adds("4 a value", each("sigmoid hard_swish", "4 * in_values")),
        Adds("5 a value", each("silu softmax", "5 * in_values")),
        Adds("6 a value", {"tanh": "6 * in_values"}),
        Adds("9 a value", {"elu": "9 * in_values"}),
        Adds("10 a value", {"selu": "10 * in_values"}),
        Adds("14 a value", {"gelu": "14 * in_values"}),
        Adds(
            "side of the window an output",
            each(
                "max_pool avg_pool",
                {"square": "out_values * window_side", "true": "out_values * prod(kernel)"},
            ),
        ),
        Adds("1 a value read", each("global_avg_pool adaptive_avg_pool", "in_values")),
        Adds("2 a value read", each("global_max_pool adaptive_max_pool", "2 * in_values")),
        Adds("1 a value read", each(OVER_CHANNELS, "in_values")),
        Adds("4 an output", each("upsample resize", "4 * out_values")),
        Adds("2 a value", {"dropout": "2 * in_values"}),
        Adds(
            "1 an output",
            {
                **each("add multiply elementwise", "(many - 1) * out_values"),
                "distance": "2 * out_values",
                "position_embedding": "out_values",
                "scale": {"bias": "2 * out_values", "true": "out_values"},
            },
        ),
    ),
    note="The size of a window that is written as one number is counted once, not for each side.",
)
