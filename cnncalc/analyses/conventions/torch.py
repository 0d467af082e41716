"""PyTorch's FlopCounterMode: 2 for each multiply of convolutions and matrix products, and nothing else."""

from cnncalc.analyses.conventions.base import (
    ACTIVATIONS,
    NORMS,
    OPERATORS,
    POOLS,
    REARRANGING,
    Convention,
    attention_projects,
    attention_uncounted,
)

Convention(
    "torch",
    tool="PyTorch's FlopCounterMode",
    version="2.13.0",
    word="FLOPs",
    source="torch/utils/flop_counter.py",
    factor=2,
    products="conv transposed_conv dense matmul attention gru rnn",
    nothing=(
        f"lrn softmax dropout embedding upsample resize lstm {NORMS} {ACTIVATIONS} prelu {POOLS} {OPERATORS} "
        f"{REARRANGING}"
    ),
    terms=(
        attention_projects("multihead", "sdpa", factor=2),
        attention_uncounted("no_grad", factor=2),
    ),
    note="On a processor; on a GPU it counts F.scaled_dot_product_attention in full.",
)
