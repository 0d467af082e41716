"""torchinfo: each learned number once for each image, those of convolutions once for each output position."""

from cnncalc.analyses.conventions.base import (
    ACTIVATIONS,
    NORMS,
    OPERATORS,
    POOLS,
    REARRANGING,
    Adds,
    Convention,
    each,
)

Convention(
    "torchinfo",
    tool="torchinfo",
    version="1.8.0",
    word="mult-adds",
    source="torchinfo/layer_info.py, calculate_macs",
    sees="modules",
    products="conv transposed_conv dense lstm gru rnn",
    nothing=f"matmul lrn softmax dropout upsample resize {ACTIVATIONS} {POOLS} {OPERATORS} {REARRANGING}",
    terms=(
        Adds("conv bias", "1 an output", {"conv": {"bias": "out_values"}, "transposed_conv": {"bias": "out_values"}}),
        Adds(
            "transposed convolution",
            "at output positions",
            {"transposed_conv": "weights * prod(out) - multiplies"},
        ),
        Adds("dense bias", "1 a unit", {"dense": {"bias": "units"}}),
        Adds("dense over positions", "once, not at each position", {"dense": {"not vector": "c * units - multiplies"}}),
        Adds("norms", "2 a channel", each(NORMS, "weights + biases")),
        Adds("prelu", "1 a slope", {"prelu": "weights"}),
        Adds("embedding", "1 a weight", {"embedding": "weights"}),
        Adds("recurrent bias", "1 a bias and position", each("lstm gru rnn", "biases * prod(side)")),
    ),
)
