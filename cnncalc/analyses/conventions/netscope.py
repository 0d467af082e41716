"""netscope (dgschwend's), its MACC: multiplies, those of scales and of local response normalisations."""

from cnncalc.analyses.conventions.base import ACTIVATIONS, REARRANGING, Adds, Convention

Convention(
    "netscope",
    tool="netscope",
    version="of July 2018",
    word="MACC",
    source="src/analyzer.coffee of dgschwend/netscope",
    asked=False,
    products="conv dense transposed_conv",
    nothing=(
        f"max_pool avg_pool global_avg_pool global_max_pool softmax dropout add {ACTIVATIONS} prelu {REARRANGING}"
    ),
    unknown={"transposed_conv": "c * filters * prod(out) * prod(kernel) % prod(stride) != 0"},
    terms=(
        Adds(
            "1 a value, in Caffe's Scale layer",
            {"batch_norm": {"scale or shift": "in_values"}},
            label="scale of batch norms",
        ),
        Adds("its size for each value", {"lrn": "size * in_values"}),
        Adds(
            "window over stride an output, without groups",
            {"transposed_conv": "c * filters * prod(out) * prod(kernel) / prod(stride) - multiplies"},
            label="transposed convolution",
        ),
    ),
    note="Pools are always rounded up, as in Caffe; comparisons, sums and quotients have columns of their own.",
)
