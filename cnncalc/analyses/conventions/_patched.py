"""What calflops and DeepSpeed have in common: both put a counter around PyTorch's functions."""

from cnncalc.analyses.conventions.base import POOLS, REARRANGING, RECURRENT, Adds, attention, each

NORMED = {"scale or shift": "5 * in_values", "true": "4 * in_values"}

UNCOUNTED = (
    "rms_norm relu6 sigmoid tanh selu hard_swish hard_sigmoid dropout embedding add multiply elementwise "
    f"distance channel_avg_pool channel_max_pool scale position_embedding {REARRANGING}"
)
NO_PRODUCTS = (
    f"{UNCOUNTED} {POOLS} {RECURRENT} batch_norm layer_norm group_norm instance_norm lrn softmax relu "
    "leaky_relu prelu elu gelu silu upsample resize"
)

ADDED = (
    Adds("1 an output", {"conv": {"bias": "out_values"}}, label="conv bias"),
    Adds("2 a value", {"batch_norm": {"scale or shift": "2 * in_values", "true": "in_values"}}),
    Adds("5 a value", each("layer_norm group_norm instance_norm", NORMED)),
    Adds("its products and pool", {"lrn": "(c + size - 1) * prod(side) + 3 * in_values"}),
    Adds("1 a value", each("relu leaky_relu prelu elu gelu silu", "in_values")),
    attention("1 a pair", "softmax", windows="pairs"),
    Adds("1 a value", {"softmax": "in_values"}),
    Adds("1 a value read", each(POOLS, "in_values")),
    Adds("1 a position", {"resize": "prod(out)"}),
    Adds(
        "biases, products and sums of the gates, less 1 a dot product",
        {
            "lstm": "(biases + 2 * units * directions) * prod(side)",
            "gru": "(biases + units * directions) * prod(side)",
            "rnn": "(biases - units * directions) * prod(side)",
        },
    ),
)
