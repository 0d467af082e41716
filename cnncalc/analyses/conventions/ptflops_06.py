"""ptflops before 0.7, which counted modules alone: each activation and pool once."""

from cnncalc.analyses.conventions._ptflops import ATTENTION, UNKNOWN
from cnncalc.analyses.conventions.base import (
    AT_OUTPUT_POSITIONS,
    CONV_BIAS,
    OPERATORS,
    POOLS,
    REARRANGING,
    RECURRENT,
    Adds,
    Convention,
    attention,
    attention_uncounted,
    each,
    gates,
)

Convention(
    "ptflops-06",
    tool="ptflops",
    version="0.6.9",
    word="MACs",
    source="ptflops/pytorch_ops.py, MODULES_MAPPING",
    sees="modules",
    products=f"conv transposed_conv dense attention {RECURRENT}",
    nothing=(
        "matmul layer_norm rms_norm lrn softmax resize sigmoid tanh selu silu hard_swish hard_sigmoid dropout "
        f"embedding {OPERATORS} {REARRANGING}"
    ),
    unknown=UNKNOWN,
    terms=(
        CONV_BIAS,
        AT_OUTPUT_POSITIONS,
        Adds("1 a unit", {"dense": {"bias": "units"}}, label="dense bias"),
        Adds(
            "2 a value",
            each("batch_norm group_norm instance_norm", {"scale or shift": "2 * in_values", "true": "in_values"}),
        ),
        Adds("1 a value", each("relu relu6 leaky_relu prelu elu gelu", "in_values")),
        Adds("1 a value read", each(POOLS, "in_values")),
        Adds("1 an output", {"upsample": "out_values"}),
        *ATTENTION,
        attention("1 a unit", "bias of projections", sdpa="biases", matmul="biases"),
        attention_uncounted("windows"),
        gates(lstm=10, gru=7),
    ),
)
