"""Stochastic depth."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Requirement, attr


class StochasticDepth(Layer, family="norm"):
    """Drop a whole branch at random in training. Source: Huang et al. 2016."""

    rate: float = attr("share of the images for which the branch is dropped", default=0.5)

    requires = [Requirement("rate >= 0 and rate <= 1", "the rate is a share, from 0 to 1")]
    additions = {}
    comparisons = {}
    examples = [Example("rate: 0.2", "56x56x96", "56x56x96")]
