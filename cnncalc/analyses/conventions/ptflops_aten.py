"""ptflops with its backend `aten`, the default of its README: convolutions and products, with their biases."""

from cnncalc.analyses.conventions.base import (
    ACTIVATIONS,
    CONV_BIAS,
    DENSE_BIAS,
    NORMS,
    OPERATORS,
    POOLS,
    REARRANGING,
    Adds,
    Convention,
    attention_projects,
    attention_uncounted,
    each,
    projection_bias,
)

Convention(
    "ptflops-aten",
    tool="ptflops (backend aten)",
    version="0.7.5",
    word="MACs",
    source="ptflops/aten_ops.py",
    products="conv transposed_conv dense matmul attention gru rnn",
    nothing=(
        f"lrn softmax dropout embedding upsample resize lstm {NORMS} {ACTIVATIONS} prelu {POOLS} {OPERATORS} "
        f"{REARRANGING}"
    ),
    terms=(
        CONV_BIAS,
        DENSE_BIAS,
        attention_uncounted("no_grad"),
        attention_projects("multihead", "sdpa"),
        projection_bias("multihead", "sdpa", "matmul", "windows"),
        Adds("1 a bias and position", each("gru rnn", "biases * prod(side)"), label="recurrent bias"),
    ),
)
