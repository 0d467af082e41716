"""convnet-burden, its FLOPs: fused multiply-adds, biases, ReLUs and pools; batch norms are merged."""

from cnncalc.analyses.conventions.base import REARRANGING, Adds, Convention, each

Convention(
    "convnet-burden",
    tool="convnet-burden",
    version="of January 2019",
    word="FLOPs",
    source="core/burden.m, computeFlops",
    asked=False,
    products="conv transposed_conv dense",
    nothing=f"batch_norm softmax sigmoid dropout {REARRANGING}",
    terms=(
        Adds("1 an output", each("conv transposed_conv dense", {"bias": "out_values"}), label="bias"),
        Adds("2 a value", each("relu relu6", "2 * out_values")),
        Adds("2 for each step of the stride", each("max_pool avg_pool", "2 * out_values * prod(stride)")),
        Adds("1 a value read", {"global_avg_pool": "in_values"}),
        Adds("1 a value, and its factors", {"lrn": "in_values + (2 + 2 * c) * prod(side)"}),
        Adds("1 an output", {"add": "out_values"}),
        Adds("1 an output", {"multiply": "out_values"}),
        Adds("4 an output", each("upsample resize", "4 * out_values")),
    ),
)
