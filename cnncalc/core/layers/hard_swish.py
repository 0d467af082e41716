"""Swish of straight pieces."""

from __future__ import annotations

from cnncalc.core.layers._activation import SAME
from cnncalc.core.layers.base import Layer


class HardSwish(Layer, family="activation"):
    """x · relu6(x + 3) / 6. Source: Howard et al. 2019, MobileNetV3."""

    additions = {"values": "out_values"}
    comparisons = {"values": "2 * out_values"}

    examples = SAME
