"""Padding by channels."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Requirement, attr


class PadChannels(Layer, family="reshape"):
    """Zero channels behind the others, up to a number: ResNet's shortcut without parameters (option A)."""

    to: int = attr("number of output channels", at_least=1)

    requires = [Requirement("to >= c", "padding never removes channels")]
    out_channels = "to"
    additions = {}
    comparisons = {}
    examples = [Example("to: 32", "16x16x16", "16x16x32")]
