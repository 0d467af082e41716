"""thop (pytorch-OpCounter): MACs of modules, with 4 for each value of a norm."""

from cnncalc.analyses.conventions.base import (
    ACTIVATIONS,
    AT_OUTPUT_POSITIONS,
    OPERATORS,
    REARRANGING,
    RECURRENT,
    Adds,
    Convention,
    attention_projects,
    attention_uncounted,
    each,
    gates,
)

Convention(
    "thop",
    tool="thop",
    version="0.1.1.post2209072238",
    word="MACs",
    source="thop/vision/basic_hooks.py, calc_func.py, rnn_hooks.py",
    sees="modules",
    products=f"conv transposed_conv dense attention {RECURRENT}",
    nothing=(
        "matmul max_pool global_max_pool adaptive_max_pool group_norm rms_norm lrn dropout embedding "
        f"{ACTIVATIONS} {OPERATORS} {REARRANGING}"
    ),
    terms=(
        AT_OUTPUT_POSITIONS,
        Adds(
            "4 a value, 2 without scale",
            each(
                "batch_norm layer_norm instance_norm",
                {"scale or shift": "4 * in_values", "true": "2 * in_values"},
            ),
        ),
        Adds("1 a value", {"prelu": "in_values"}),
        Adds("3 a value, less 1", {"softmax": "3 * in_values - prod(side)"}),
        Adds("1 an output", {"avg_pool": "out_values"}),
        Adds("1 a value read and 1 an output", each("global_avg_pool adaptive_avg_pool", "in_values + out_values")),
        Adds("1 an output", {"upsample": "out_values"}),
        Adds("11 an output", {"resize": "11 * out_values"}),
        attention_uncounted("multihead", "no_grad", "windows"),
        attention_projects("sdpa", "matmul"),
        gates(lstm=8, gru=7),
    ),
)
