"""What fvcore counts in eval and in training mode: all but batch norms."""

from cnncalc.analyses.conventions.base import ACTIVATIONS, OPERATORS, REARRANGING, RECURRENT, Adds

PRODUCTS = "conv transposed_conv dense matmul attention"
NOTHING = (
    "max_pool avg_pool global_max_pool adaptive_max_pool rms_norm lrn softmax dropout embedding "
    f"{ACTIVATIONS} prelu {OPERATORS} {RECURRENT} {REARRANGING}"
)
UNKNOWN = {"upsample": "sides != 2", "resize": "sides != 2"}

ADDED = (
    Adds("5 a value", {"layer_norm": {"scale or shift": "5 * in_values", "true": "4 * in_values"}}),
    Adds("5 a value", {"group_norm": {"scale or shift": "5 * in_values", "true": "4 * in_values"}}),
    Adds(
        "5 a value, 4 without scale",
        {"instance_norm": {"scale or shift": "5 * in_values", "true": "4 * in_values"}},
    ),
    Adds(
        "1 a value read",
        {"global_avg_pool": {"sides == 2": "in_values"}, "adaptive_avg_pool": {"sides == 2": "in_values"}},
    ),
    Adds("1 an output", {"upsample": "out_values"}),
    Adds("4 an output", {"resize": "4 * out_values"}),
)
