"""Dropout."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Requirement, attr


class Dropout(Layer, family="norm"):
    """Set random values to zero in training. Source: Srivastava et al. 2014."""

    rate: float = attr("share of the values that is dropped", default=0.5)

    requires = [Requirement("rate >= 0 and rate <= 1", "the rate is a share, from 0 to 1")]
    additions = {}
    comparisons = {}
    examples = [Example("rate: 0.4", "1024", "1024")]
