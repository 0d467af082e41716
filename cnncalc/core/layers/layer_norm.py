"""Layer normalisation."""

from __future__ import annotations

from cnncalc.core.layers._norm import LEARNED_OVER, OVER, SCALE, SEES_OVER, SHIFT, additions_around
from cnncalc.core.layers.base import Example, Layer, Word, attr


class LayerNorm(Layer, family="norm"):
    """Normalise over the channels at each position, or over all values. Source: Ba et al. 2016."""

    scale: bool = attr(SCALE, default=True)
    shift: bool = attr(SHIFT, default=True)
    over: Word = attr(OVER, default="channels", choices=("channels", "all"))

    sees = SEES_OVER
    weights = LEARNED_OVER
    biases = {"shift": {"shift and all": "c * prod(side)", "shift": "c"}}
    additions = additions_around({"all": "out_values - 1", "true": "out_values - prod(side)"})
    comparisons = {}

    examples = [
        Example("", "197x768", "197x768", 1_536),
        Example("over: all", "8x8x4", "8x8x4", 512),
        Example("shift: false", "14x14x32", "14x14x32", 32),
    ]
