"""What all versions of ptflops have in common: what they do with attention."""

from cnncalc.analyses.conventions.base import attention, attention_projects

UNKNOWN = {"attention": "(multihead or no_grad) and (key_channels != inner or value_channels != inner)"}

ATTENTION = (
    attention_projects("sdpa", "matmul"),
    attention(
        "1 an output, and the last always",
        "bias of projections",
        **dict.fromkeys(("multihead", "no_grad"), "bias * (projected - queries) + queries"),
    ),
    attention("1 a query", "scaling", multihead="queries", no_grad="queries"),
    attention("1 a pair", "softmax", multihead="pairs", no_grad="pairs"),
)
