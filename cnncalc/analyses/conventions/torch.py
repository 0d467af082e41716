"""PyTorch's FlopCounterMode: 2 for each multiply of convolutions and matrix products, and nothing else."""

from cnncalc.analyses.conventions.base import (
    ACTIVATIONS,
    NORMS,
    OPERATORS,
    POOLS,
    REARRANGING,
    Convention,
)

Convention(
    "torch",
    tool="PyTorch's FlopCounterMode",
    version="2.13.0",
    word="FLOPs",
    source="torch/utils/flop_counter.py",
    factor=2,
    products="conv transposed_conv dense matmul gru rnn",
    nothing=(
        f"lrn softmax dropout embedding upsample resize lstm {NORMS} {ACTIVATIONS} prelu {POOLS} {OPERATORS} "
        f"{REARRANGING}"
    ),
)
