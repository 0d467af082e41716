"""ptflops with its backend `pytorch`, the default of its code: modules, and once more the functions they call."""

from cnncalc.analyses.conventions._ptflops import ATTENTION, UNKNOWN
from cnncalc.analyses.conventions.base import (
    CONV_BIAS,
    DENSE_BIAS,
    OPERATORS,
    POOLS,
    REARRANGING,
    RECURRENT,
    Adds,
    Convention,
    attention,
    each,
    gates,
    projection_bias,
)

Convention(
    "ptflops",
    tool="ptflops",
    version="0.7.5",
    word="MACs",
    source="ptflops/pytorch_ops.py, MODULES_MAPPING and FUNCTIONAL_MAPPING",
    products=f"conv transposed_conv dense matmul attention {RECURRENT}",
    nothing=f"rms_norm sigmoid tanh selu hard_swish hard_sigmoid dropout embedding {OPERATORS} {REARRANGING}",
    terms=(
        CONV_BIAS,
        DENSE_BIAS,
        Adds("2 a value", {"batch_norm": {"scale or shift": "2 * in_values", "true": "in_values"}}),
        Adds("1 a value", {"layer_norm": "in_values"}),
        Adds("2 a value", {"group_norm": {"scale or shift": "2 * in_values", "true": "in_values"}}),
        Adds("2 a value", {"instance_norm": {"scale or shift": "2 * in_values", "true": "in_values"}}),
        Adds("its products and pool", {"lrn": "(c + size - 1) * prod(side) + 3 * in_values"}),
        Adds(
            "2 a value: the module and its function",
            each("relu prelu elu gelu", {"module": "2 * in_values", "true": "in_values"}),
        ),
        Adds("1 a value", each("relu6 leaky_relu", "in_values")),
        Adds("1 a value", {"silu": "in_values"}),
        Adds("1 a value", {"softmax": "in_values"}),
        Adds(
            "2 a value read: the module and its function", each(POOLS, {"module": "2 * in_values", "true": "in_values"})
        ),
        Adds("2 an output", {"upsample": {"module": "2 * out_values", "true": "out_values"}}),
        Adds("1 an output", {"resize": "out_values"}),
        *ATTENTION,
        projection_bias("sdpa", "matmul"),
        attention("not counted", "projections", windows="dots - multiplies"),
        attention("1 a pair", "softmax", windows="pairs"),
        gates(lstm=10, gru=7),
    ),
    unknown=UNKNOWN,
    note="An activation or pool is counted twice: its module, and the function that this calls. What is made of "
    "nn.LayerNorm, as torchvision's LayerNorm2d, is not counted.",
)
