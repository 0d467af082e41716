"""TensorFlow's profiler, of a Keras network (keras-flops): 2 for each multiply, and nothing of grouped convolutions.

Behind a grouped convolution it knows no sizes, and counts nothing that rests on them, until the network reshapes.
"""

from cnncalc.analyses.conventions.base import (
    DENSE_BIAS,
    REARRANGING,
    Adds,
    Convention,
    attention,
    attention_projects,
    each,
    projection_bias,
)

_GROUPED = "groups > 1 and groups < c"
_WAYS = ("multihead", "no_grad", "sdpa")  # all are Keras' MultiHeadAttention

Convention(
    "tf-profiler",
    tool="TensorFlow's profiler",
    version="2.21.0",
    word="FLOPs",
    source="tensorflow/python/profiler/internal/flops_registry.py",
    factor=2,
    products="conv transposed_conv dense attention",
    nothing=f"relu relu6 leaky_relu sigmoid tanh elu selu global_max_pool dropout resize {REARRANGING}",
    terms=(
        Adds("not counted", {"conv": {_GROUPED: "-2 * multiplies"}}, label="grouped convolution"),
        Adds(
            "over stride at output positions",
            {
                "transposed_conv": {
                    "sides == 3": "-2 * multiplies",
                    "true": "2 * c * filters * prod(out) * prod(kernel) // prod(stride) - 2 * multiplies",
                }
            },
            label="transposed convolution",
        ),
        Adds(
            "1 an output",
            {"conv": {_GROUPED: "0", "bias": "out_values"}, "transposed_conv": {"bias": "out_values"}},
            label="conv bias",
        ),
        DENSE_BIAS,
        attention_projects(*_WAYS, factor=2),
        attention("6 a pair", "softmax and scale of attention", **dict.fromkeys(_WAYS, "6 * pairs")),
        projection_bias(*_WAYS),
        Adds(
            "2 a value and 6 a channel",
            {"batch_norm": {"scale": "2 * in_values + 6 * c", "true": "2 * in_values + 5 * c"}},
        ),
        Adds(
            "9 a value and 4 a position",
            {
                "layer_norm": {
                    "scale and shift": "9 * in_values + 4 * norm_positions",
                    "scale": "8 * in_values + 4 * norm_positions",
                    "shift": "7 * in_values + 5 * norm_positions",
                    "true": "6 * in_values + 5 * norm_positions",
                }
            },
        ),
        Adds("2 a value", each("silu hard_sigmoid", "2 * in_values")),
        Adds("3 a value", {"hard_swish": "3 * in_values"}),
        Adds("3 a value and 1 a slope", {"prelu": "3 * in_values + weights"}),
        Adds("4 a value", {"gelu": "4 * in_values"}),
        Adds("5 a value", {"softmax": "5 * in_values"}),
        Adds(
            "window an output, not of 3 sides",
            each("max_pool avg_pool", {"sides < 3": "out_values * prod(kernel)"}),
        ),
        Adds("1 a value read", {"global_avg_pool": "in_values"}),
        Adds("1 a side", {"upsample": "sides"}),
        Adds("2 a word", {"embedding": "2 * in_values"}),
        Adds(
            "1 an output",
            {
                "add": "(many - 1) * out_values",
                "multiply": "(many - 1) * out_values",
                "elementwise": {"maximum or minimum or subtract": "(many - 1) * out_values"},
            },
        ),
    ),
    unknown={
        "elementwise": "divide or power",
        "attention": "kv_heads != heads or matmul or windows",
        "transposed_conv": "groups > 1",
    },
    unsized={
        "batch_norm": {"scale": "6 * c", "true": "5 * c"},
        "prelu": "weights",
        "upsample": "sides",
        "dense": {"sides > 0": "2 * multiplies + bias * out_values"},
    },
    unsized_unknown="attention concat",
    note="A depthwise convolution is a layer of its own in Keras and is counted; in PyTorch it would be a grouped one.",
)
