"""fvcore's FlopCountAnalysis of a network in training mode, as it is without a call of eval()."""

from cnncalc.analyses.conventions.base import (
    ACTIVATIONS,
    OPERATORS,
    REARRANGING,
    RECURRENT,
    Adds,
    Convention,
)

Convention(
    "fvcore-train",
    tool="fvcore in training",
    version="0.1.5.post20221221",
    word="flops",
    source="fvcore/nn/flop_count.py, jit_handles.py",
    products="conv transposed_conv dense matmul",
    nothing=(
        "max_pool avg_pool global_max_pool adaptive_max_pool rms_norm lrn softmax dropout embedding "
        f"{ACTIVATIONS} prelu {OPERATORS} {RECURRENT} {REARRANGING}"
    ),
    unknown={"upsample": "sides != 2", "resize": "sides != 2"},
    terms=(
        Adds("5 a value", {"batch_norm": {"scale or shift": "5 * in_values", "true": "4 * in_values"}}),
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
    ),
    note="What MMEngine prints where nobody calls eval().",
)
