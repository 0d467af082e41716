"""torchscan, its MACs: modules, with a comparison for each value of a window but one."""

from cnncalc.analyses.conventions._torchscan import NOTE, OF_WINDOWS, WHERE
from cnncalc.analyses.conventions.base import (
    ACTIVATIONS,
    OPERATORS,
    REARRANGING,
    RECURRENT,
    Adds,
    Convention,
    attention_projects,
    attention_uncounted,
)

Convention(
    "torchscan",
    tool="torchscan",
    version="0.2.0",
    word="MACs",
    source="torchscan/modules/macs.py",
    sees="modules",
    products="conv transposed_conv dense attention",
    nothing=(
        "matmul layer_norm rms_norm group_norm instance_norm lrn softmax dropout embedding upsample resize "
        f"{ACTIVATIONS} prelu {OPERATORS} {RECURRENT} {REARRANGING}"
    ),
    where=WHERE,
    terms=(
        Adds(
            "at output positions, and 4 a side",
            {"transposed_conv": "weights * prod(out) - multiplies + 4 * sides"},
            label="transposed convolution",
        ),
        Adds("2 a value", {"batch_norm": {"scale or shift": "2 * in_values", "true": "in_values"}}),
        attention_uncounted("multihead", "no_grad", "windows"),
        attention_projects("sdpa", "matmul"),
        *OF_WINDOWS,
    ),
    note=NOTE,
)
