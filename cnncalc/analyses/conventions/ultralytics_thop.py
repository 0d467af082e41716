"""ultralytics-thop, a fork of thop that puts transposed convolutions, products and windows of pools right."""

from cnncalc.analyses.conventions.base import (
    ACTIVATIONS,
    NORMS,
    OPERATORS,
    REARRANGING,
    RECURRENT,
    Adds,
    Convention,
    attention,
    each,
    gates,
)

SOFTMAX = "3 * pairs - heads * query_positions"

Convention(
    "ultralytics-thop",
    tool="ultralytics-thop",
    version="2.2.3",
    word="MACs",
    source="thop/vision/basic_hooks.py, calc_func.py, profile.py",
    sees="modules",
    products=f"conv transposed_conv dense matmul attention {RECURRENT}",
    nothing=(
        f"max_pool global_max_pool adaptive_max_pool lrn dropout embedding upsample {ACTIVATIONS} {OPERATORS} "
        f"{REARRANGING}"
    ),
    unknown={"avg_pool": "ceil", "adaptive_avg_pool": "sum(uneven) > 0"},
    where={"uneven": "side % out"},
    terms=(
        Adds(
            "4 a value, 2 without scale",
            {
                **each(NORMS, {"scale or shift": "4 * in_values", "true": "2 * in_values"}),
                "rms_norm": {"scale": "4 * in_values", "true": "2 * in_values"},
            },
        ),
        Adds("1 a value", {"prelu": "in_values"}),
        Adds("3 a value, less 1", {"softmax": "3 * in_values - prod(side)"}),
        Adds("window + 1 an output", {"avg_pool": "(prod(kernel) + 1) * out_values"}),
        Adds("1 a value read and 1 an output", each("global_avg_pool adaptive_avg_pool", "in_values + out_values")),
        Adds("11 an output", {"resize": "11 * out_values"}),
        attention("3 a pair, less 1 a query and head", "softmax", **dict.fromkeys(("multihead", "no_grad"), SOFTMAX)),
        gates(lstm=8, gru=7),
    ),
    note="Ultralytics prints twice this figure as GFLOPs, of a network whose batch norms are folded.",
)
