"""TensorFlow's profiler, of a Keras network (keras-flops): 2 for each multiply, and nothing of grouped convolutions."""

from cnncalc.analyses.conventions.base import REARRANGING, Adds, Convention, each

Convention(
    "tf-profiler",
    tool="TensorFlow's profiler",
    version="2.21",
    word="FLOPs",
    source="tensorflow/python/profiler/internal/flops_registry.py",
    factor=2,
    products="conv transposed_conv dense",
    nothing=f"relu relu6 dropout upsample resize embedding {REARRANGING}",
    terms=(
        Adds("grouped convolution", "not counted", {"conv": {"groups > 1 and groups < c": "-2 * multiplies"}}),
        Adds("conv bias", "1 an output", {"conv": {"bias": "out_values"}, "transposed_conv": {"bias": "out_values"}}),
        Adds("dense bias", "1 an output", {"dense": {"bias": "out_values"}}),
        Adds("batch norm", "2 a value and 6 a channel", {"batch_norm": "2 * in_values + 6 * c"}),
        Adds("windows of pools", "window an output", each("max_pool avg_pool", "out_values * prod(kernel)")),
        Adds("global average", "1 a value read", {"global_avg_pool": "in_values"}),
        Adds("softmax", "5 a value", {"softmax": "5 * in_values"}),
        Adds("sums of tensors", "1 an output", {"add": "(many - 1) * out_values"}),
    ),
)
