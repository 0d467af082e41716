"""Average pooling."""

from __future__ import annotations

from cnncalc.core.layers._pool import CEIL, CLIP
from cnncalc.core.layers._window import places, seen
from cnncalc.core.layers.base import Example, Layer, Padding, PerAxis, Word, attr


class AvgPool(Layer, family="pool"):
    """The mean of each window, channel by channel."""

    kernel: PerAxis = attr("size of the window", at_least=1, symbol="F")
    stride: PerAxis = attr("step of the window", default="$kernel", at_least=1, symbol="S")
    padding: Padding = attr("border added at each end; `same` keeps ceil(W/S)", default=0, symbol="P")
    ceil: bool = attr(CEIL, default=False)
    clip: Word = attr(CLIP, default="torch", choices=("torch", "caffe"))

    reads = "sides"
    out_side = places(rounds_up=True)
    sees = seen()
    additions = {"windows": "(prod(kernel) - 1) * out_values"}
    comparisons = {}

    examples = [
        Example("kernel: 2", "28x28x6", "14x14x6"),
        Example("kernel: 5, stride: 3", "14x14x512", "4x4x512"),
    ]
