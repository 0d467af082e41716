"""Root mean square normalisation."""

from __future__ import annotations

from cnncalc.core.layers._norm import LEARNED_OVER, OVER, SCALE, SEES_OVER
from cnncalc.core.layers.base import Example, Layer, Word, attr


class RmsNorm(Layer, family="norm"):
    """Divide by the root of the mean square over the channels at each position, or over all values.

    Source: Zhang, Sennrich 2019.
    """

    scale: bool = attr(SCALE, default=True)
    over: Word = attr(OVER, default="channels", choices=("channels", "all"))

    sees = SEES_OVER
    weights = LEARNED_OVER
    additions = {"mean squares": "out_values"}
    comparisons = {}

    examples = [Example("", "2048x4096", "2048x4096", 4_096), Example("over: all", "8x8x4", "8x8x4", 256)]
