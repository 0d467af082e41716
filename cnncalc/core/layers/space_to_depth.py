"""Space to depth: resolution becomes channels."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, PerAxis, Requirement, attr


class SpaceToDepth(Layer, family="reshape"):
    """Turn resolution into channels: each block of positions becomes one, with the channels of all.

    YOLOv2's reorg, YOLOv5's focus, the merging of patches in Swin. Source: Shi et al. 2016, read backwards.
    """

    factor: PerAxis = attr("how many times as short each side becomes", at_least=1)

    reads = "sides"
    requires = [Requirement("side % factor == 0", "the sides must split evenly by the factor: put `pad` before it")]
    out_channels = "c * prod(factor)"
    out_side = "side / factor"
    sees = {"first": "place*factor", "last": "place*factor + factor - 1"}
    additions = {}
    comparisons = {}
    examples = [Example("factor: 2", "26x26x64", "13x13x256"), Example("factor: [4, 1]", "8x5x3", "2x5x12")]
