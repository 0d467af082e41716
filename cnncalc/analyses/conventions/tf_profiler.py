"""TensorFlow's profiler, of a Keras network (keras-flops): 2 for each multiply, and nothing of grouped convolutions."""

from cnncalc.analyses.conventions.base import CONV_BIAS, DENSE_BIAS, REARRANGING, Adds, Convention, each

Convention(
    "tf-profiler",
    tool="TensorFlow's profiler",
    version="2.21.0",
    word="FLOPs",
    source="tensorflow/python/profiler/internal/flops_registry.py",
    factor=2,
    products="conv transposed_conv dense",
    nothing=(f"relu relu6 leaky_relu sigmoid tanh elu selu global_max_pool dropout resize embedding {REARRANGING}"),
    terms=(
        Adds("not counted", {"conv": {"groups > 1 and groups < c": "-2 * multiplies"}}, label="grouped convolution"),
        CONV_BIAS,
        DENSE_BIAS,
        Adds(
            "2 a value and 6 a channel",
            {"batch_norm": {"scale": "2 * in_values + 6 * c", "true": "2 * in_values + 5 * c"}},
        ),
        Adds("9 a value and 4 a position", {"layer_norm": "9 * in_values + 4 * norm_positions"}),
        Adds("2 a value", each("silu hard_sigmoid", "2 * in_values")),
        Adds("3 a value", {"hard_swish": "3 * in_values"}),
        Adds("3 a value and 1 a slope", {"prelu": "3 * in_values + weights"}),
        Adds("4 a value", {"gelu": "4 * in_values"}),
        Adds("5 a value", {"softmax": "5 * in_values"}),
        Adds("window an output", each("max_pool avg_pool", "out_values * prod(kernel)")),
        Adds("1 a value read", {"global_avg_pool": "in_values"}),
        Adds("2 a layer", {"upsample": "2"}),
        Adds(
            "1 an output",
            {
                "add": "(many - 1) * out_values",
                "multiply": "(many - 1) * out_values",
                "elementwise": {"maximum or minimum or subtract": "(many - 1) * out_values"},
            },
        ),
    ),
    unknown={"elementwise": "divide or power", "layer_norm": "not scale or not shift"},
    note="A depthwise convolution is a layer of its own in Keras and is counted; in PyTorch it would be a grouped one.",
)
