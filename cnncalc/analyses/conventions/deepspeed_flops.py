"""DeepSpeed's flops profiler, its FLOPs: 2 for each multiply, and what normalisations, activations and pools do."""

from cnncalc.analyses.conventions._patched import ADDED, UNCOUNTED
from cnncalc.analyses.conventions.base import Adds, Convention, attention_uncounted

Convention(
    "deepspeed-flops",
    tool="DeepSpeed",
    version="0.19.8",
    word="FLOPs",
    source="deepspeed/profiling/flops_profiler/profiler.py",
    sees="functions",
    factor=2,
    products="conv transposed_conv dense matmul attention lstm gru rnn",
    nothing=UNCOUNTED,
    terms=(
        *ADDED,
        attention_uncounted("no_grad", factor=2),
        Adds("1 an output", {"transposed_conv": {"bias": "out_values"}}, label="bias of a transposed convolution"),
        Adds("1 an output", {"upsample": "out_values"}),
    ),
)
