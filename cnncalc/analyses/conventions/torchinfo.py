"""torchinfo: each learned number once for each image, those of convolutions once for each output position."""

from cnncalc.analyses.conventions.base import (
    ACTIVATIONS,
    AT_OUTPUT_POSITIONS,
    CONV_BIAS,
    NORMS,
    OPERATORS,
    POOLS,
    REARRANGING,
    Adds,
    Convention,
    attention,
    attention_uncounted,
    each,
)

Convention(
    "torchinfo",
    tool="torchinfo",
    version="1.8.0",
    word="mult-adds",
    source="torchinfo/layer_info.py, calculate_macs",
    sees="modules",
    products="conv transposed_conv dense attention lstm gru rnn",
    nothing=f"matmul lrn softmax dropout upsample resize {ACTIVATIONS} {POOLS} {OPERATORS} {REARRANGING}",
    terms=(
        CONV_BIAS,
        AT_OUTPUT_POSITIONS,
        Adds("1 a unit", {"dense": {"bias": "units"}}, label="dense bias"),
        Adds(
            "once, not at each position",
            {"dense": {"not vector": "c * units - multiplies"}},
            label="dense over positions",
        ),
        attention_uncounted("multihead", "no_grad", "windows"),
        attention("once, not at each position", **dict.fromkeys(("sdpa", "matmul"), "weights + biases - multiplies")),
        Adds("2 a channel", each(NORMS, "weights + biases")),
        Adds("1 a slope", {"prelu": "weights"}),
        Adds("1 a weight", {"embedding": "weights"}),
        Adds("1 a bias and position", each("lstm gru rnn", "biases * prod(side)"), label="recurrent bias"),
    ),
)
