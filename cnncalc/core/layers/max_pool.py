"""Max pooling."""

from __future__ import annotations

from cnncalc.core.layers._pool import CEIL, CLIP
from cnncalc.core.layers._window import places, seen
from cnncalc.core.layers.base import Example, Layer, Padding, PerAxis, Word, attr


class MaxPool(Layer, family="pool"):
    """The largest value of each window, channel by channel."""

    kernel: PerAxis = attr("size of the window", at_least=1, symbol="F")
    stride: PerAxis = attr("step of the window", default="$kernel", at_least=1, symbol="S")
    padding: Padding = attr("border added at each end; `same` keeps ceil(W/S)", default=0, symbol="P")
    ceil: bool = attr(CEIL, default=False)
    clip: Word = attr(CLIP, default="torch", choices=("torch", "caffe"))
    dilation: PerAxis = attr("distance between the taps of a window", default=1, at_least=1)

    reads = "sides"
    out_side = places(dilated=True, rounds_up=True)
    sees = seen(dilated=True)
    additions = {}
    comparisons = {"windows": "(prod(kernel) - 1) * out_values"}

    examples = [
        Example("kernel: 3, stride: 2", "55x55x96", "27x27x96"),
        Example("kernel: 3, stride: 2, ceil: true", "112x112x64", "56x56x64"),
        Example("kernel: 2, padding: [0, [0, 1], [0, 1]]", "2x7x7x512", "1x4x4x512"),
    ]
