"""calflops, its MACs: the multiplies of convolutions, dense layers and products."""

from cnncalc.analyses.conventions._patched import NO_PRODUCTS
from cnncalc.analyses.conventions.base import Adds, Convention, attention_projects, attention_uncounted

Convention(
    "calflops",
    tool="calflops",
    version="0.3.2",
    word="MACs",
    source="calflops/pytorch_ops.py",
    sees="functions",
    products="conv transposed_conv dense matmul attention",
    nothing=NO_PRODUCTS,
    terms=(
        attention_projects("multihead", "sdpa", "matmul"),
        attention_uncounted("no_grad"),
        Adds(
            "divided by the groups twice",
            {
                "transposed_conv": {
                    "groups > 1": "(prod(kernel) * c * (filters // groups // groups) * prod(side) - multiplies)"
                }
            },
            label="grouped transposed convolution",
        ),
    ),
    note="A second model in the same process has the functions of the first one counted again: its figures grow.",
)
