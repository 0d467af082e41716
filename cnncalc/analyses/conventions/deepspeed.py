"""DeepSpeed's flops profiler, its MACs: the multiplies of convolutions, dense layers and products."""

from cnncalc.analyses.conventions._patched import NO_PRODUCTS
from cnncalc.analyses.conventions.base import Convention, attention_uncounted

Convention(
    "deepspeed",
    tool="DeepSpeed",
    version="0.19.8",
    word="MACs",
    source="deepspeed/profiling/flops_profiler/profiler.py",
    sees="functions",
    products="conv transposed_conv dense matmul attention",
    nothing=NO_PRODUCTS,
    terms=(attention_uncounted("no_grad"),),
)
