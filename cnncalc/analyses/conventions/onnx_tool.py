"""onnx-tool, of a network as ONNX whose batch norms are not folded: an estimate for every operator."""

from cnncalc.analyses.conventions.base import (
    CONV_BIAS,
    DENSE_BIAS,
    OVER_CHANNELS,
    REARRANGING,
    Adds,
    Convention,
    attention,
    each,
    projection_bias,
)

OTHERS = REARRANGING.replace(" class_token", "")
MASK = "(sum(shifted) > 0) * (pairs + 4 * of_windows + prod(padded) + 72)"

Convention(
    "onnx-tool",
    tool="onnx-tool",
    version="1.0.1",
    word="MACs",
    source="onnx_tool/node.py",
    products="conv transposed_conv dense matmul attention lstm gru",
    nothing=f"dropout embedding upsample {OTHERS}",
    unknown={
        "attention": "windows and sum(shifted) > 0 and prod(shifted) == 0",
        "max_pool": "sides > 2",
        "avg_pool": "sides > 2",
        "adaptive_avg_pool": "sum(uneven) > 0",
        "adaptive_max_pool": "sum(uneven) > 0",
    },
    where={"uneven": "side % out", "parts": "side // out"},
    terms=(
        CONV_BIAS,
        Adds(
            "at output positions, by output channels",
            {"transposed_conv": "out_values * prod(kernel) * filters / groups - multiplies"},
            label="transposed convolution",
        ),
        DENSE_BIAS,
        projection_bias("multihead", "sdpa", "matmul", "windows"),
        attention("36 a pair", "softmax", **dict.fromkeys(("multihead", "sdpa", "matmul", "windows"), "36 * pairs")),
        attention("1 a query and a key, and 79", "scaling", multihead="queries + key_positions * key_width + 79"),
        attention("1 a query and a key, and 76", "scaling", sdpa="queries + key_positions * key_width + 76"),
        attention("1 a query", "scaling", matmul="queries", windows="queries + 1"),
        attention("1 a pair, and 4 for the mask, which is built", "shifted windows", windows=MASK),
        attention("1 a pair", "position table", windows="position_table * pairs"),
        Adds("6 for its shape", {"class_token": "6"}),
        Adds("31 a value", {"batch_norm": "31 * in_values"}),
        Adds("7 a value and 29 a position", {"layer_norm": "7 * in_values + 29 * norm_positions"}),
        Adds("9 a value", {"group_norm": {"scale or shift": "9 * in_values", "true": "7 * in_values"}}),
        Adds("7 a value", {"instance_norm": "7 * in_values"}),
        Adds("37 a value and its size", {"lrn": "in_values * (37 + size)"}),
        Adds("1 a value", {"relu": "in_values"}),
        Adds("2 a value", each("relu6 leaky_relu prelu", "2 * in_values")),
        Adds("4 a value", {"hard_sigmoid": "4 * in_values"}),
        Adds("5 a value", {"hard_swish": "5 * in_values"}),
        Adds("7 a value", {"gelu": "7 * in_values"}),
        Adds("32 a value", {"sigmoid": "32 * in_values"}),
        Adds("33 a value", {"silu": "33 * in_values"}),
        Adds("35 a value", {"elu": "35 * in_values"}),
        Adds("36 a value", {"softmax": "36 * in_values"}),
        Adds("76 a value", {"tanh": "76 * in_values"}),
        Adds("window an output", each("max_pool avg_pool", "out_values * prod(kernel)")),
        Adds("1 a value read and 4 an output", {"global_avg_pool": "in_values + 4 * out_values"}),
        Adds("1 a value read", {"global_max_pool": "in_values"}),
        Adds(
            "window an output",
            {
                "adaptive_avg_pool": {
                    "prod(out) == 1": "in_values + 4 * out_values",
                    "true": "out_values * prod(parts)",
                }
            },
        ),
        Adds("1 a value read", {"adaptive_max_pool": "out_values * prod(parts)"}),
        Adds("1 a value read", each(OVER_CHANNELS, "in_values")),
        Adds("4 an output", {"resize": "4 * out_values"}),
        Adds(
            "1 an output",
            {
                **each("add multiply", "(many - 1) * out_values"),
                "elementwise": {
                    "divide": "4 * out_values",
                    "power": "32 * out_values",
                    "true": "(many - 1) * out_values",
                },
                "distance": "2 * out_values",
                "position_embedding": "out_values",
                "scale": {"bias": "2 * out_values", "true": "out_values"},
            },
        ),
        Adds(
            "biases, products and functions of the gates",
            {
                "lstm": "(biases + 180 * units * directions) * prod(side)",
                "gru": "(biases + 110 * units * directions) * prod(side)",
            },
        ),
    ),
    note="An export that folds batch norms into convolutions has none of their terms, and a bias in each convolution.",
)
