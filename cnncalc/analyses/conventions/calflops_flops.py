"""calflops, its FLOPs: 2 for each multiply, and what normalisations, activations and pools do."""

from cnncalc.analyses.conventions._patched import ADDED, UNCOUNTED
from cnncalc.analyses.conventions.base import Adds, Convention, attention_projects, attention_uncounted

Convention(
    "calflops-flops",
    tool="calflops",
    version="0.3.2",
    word="FLOPs",
    source="calflops/pytorch_ops.py",
    sees="functions",
    factor=2,
    products="conv transposed_conv dense matmul attention lstm gru rnn",
    nothing=UNCOUNTED,
    terms=(
        *ADDED,
        attention_projects("multihead", "sdpa", "matmul", factor=2),
        attention_uncounted("no_grad", factor=2),
        Adds("1 a value read", {"upsample": "in_values"}),
        Adds(
            "divided by the groups twice",
            {
                "transposed_conv": {
                    "groups > 1": "2 * (prod(kernel) * c * (filters // groups // groups) * prod(side) - multiplies)"
                }
            },
            label="grouped transposed convolution",
        ),
        Adds(
            "at the positions of a convolution",
            {"transposed_conv": {"bias": "filters // groups * prod(convolved)"}},
            label="bias of a transposed convolution",
        ),
    ),
    where={"convolved": "(side + 2*padding - dilation*(kernel - 1) - 1) // stride + 1"},
    unknown={"transposed_conv": "same_size"},
    note="A second model in the same process has the functions of the first one counted again: its figures grow.",
)
