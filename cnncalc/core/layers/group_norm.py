"""Group normalisation."""

from __future__ import annotations

from cnncalc.core.layers._norm import ADDED, LEARNED, SCALE, SHIFT, additions_around
from cnncalc.core.layers.base import WHOLE, Example, Layer, Requirement, attr


class GroupNorm(Layer, family="norm"):
    """Normalise over groups of channels. Source: Wu, He 2018."""

    groups: int = attr("number of groups", at_least=1)
    scale: bool = attr(SCALE, default=True)
    shift: bool = attr(SHIFT, default=True)

    requires = [Requirement("c % groups == 0", "the input channels must split evenly into the groups", reason="split")]
    sees = WHOLE
    weights = LEARNED
    biases = ADDED
    additions = additions_around("out_values - groups")
    comparisons = {}

    examples = [Example("groups: 32", "56x56x64", "56x56x64", 128)]
