"""torchscan, its MACs: modules, with a comparison for each value of a window but one."""

from cnncalc.analyses.conventions.base import (
    ACTIVATIONS,
    OPERATORS,
    REARRANGING,
    RECURRENT,
    Adds,
    Convention,
    each,
)

Convention(
    "torchscan",
    tool="torchscan",
    version="0.2.0",
    word="MACs",
    source="torchscan/modules/macs.py",
    sees="modules",
    products="conv transposed_conv dense",
    nothing=(
        "matmul layer_norm rms_norm group_norm instance_norm lrn softmax dropout embedding upsample resize "
        f"{ACTIVATIONS} prelu {OPERATORS} {RECURRENT} {REARRANGING}"
    ),
    where={"reach": "side - (out - 1) * (side // out)"},
    terms=(
        Adds(
            "at output positions, and 4 a side",
            {"transposed_conv": "weights * prod(out) - multiplies + 4 * sides"},
            label="transposed convolution",
        ),
        Adds("2 a value", {"batch_norm": {"scale or shift": "2 * in_values", "true": "in_values"}}),
        Adds(
            "side of the window − 1 an output",
            {"max_pool": {"square": "out_values * (window_side - 1)", "true": "out_values * (prod(kernel) - 1)"}},
        ),
        Adds(
            "side of the window + 1 an output",
            {
                "avg_pool": {
                    "square": "out_values * (window_side - 1 + sides)",
                    "true": "out_values * (prod(kernel) - 1 + sides)",
                }
            },
        ),
        Adds(
            "1 a value of a window + 1 an output",
            each("global_avg_pool adaptive_avg_pool", "out_values * (prod(reach) - 1 + sides)"),
        ),
        Adds(
            "1 a value of a window − 1 an output",
            each("global_max_pool adaptive_max_pool", "out_values * (prod(reach) - 1)"),
        ),
    ),
    note="The size of a window that is written as one number is counted once, not for each side.",
)
