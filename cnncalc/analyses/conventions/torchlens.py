"""torchlens, its MACs: the multiplies of convolutions, dense layers and products."""

from cnncalc.analyses.conventions.base import (
    ACTIVATIONS,
    NORMS,
    OPERATORS,
    POOLS,
    REARRANGING,
    RECURRENT,
    Convention,
    attention_uncounted,
)

Convention(
    "torchlens",
    tool="torchlens",
    version="2.36.1",
    word="MACs",
    source="torchlens/capture/flops.py",
    products="conv transposed_conv dense matmul attention",
    nothing=(
        f"lrn softmax dropout embedding upsample resize {NORMS} {ACTIVATIONS} prelu {POOLS} {OPERATORS} "
        f"{RECURRENT} {REARRANGING}"
    ),
    terms=(attention_uncounted("no_grad"),),
)
