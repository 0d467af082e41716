"""Channel shuffles."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Requirement, attr


class ChannelShuffle(Layer, family="reshape"):
    """Deal the channels out over the groups. Source: Zhang et al. 2017, ShuffleNet."""

    groups: int = attr("number of groups", at_least=1)

    requires = [Requirement("c % groups == 0", "the input channels must split evenly into the groups", reason="split")]
    additions = {}
    comparisons = {}
    examples = [Example("groups: 2", "28x28x116", "28x28x116")]
