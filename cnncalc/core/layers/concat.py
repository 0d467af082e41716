"""Concatenations."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Word, attr


class Concat(Layer, family="join"):
    """Put channels one behind the other, the end of an Inception module; or rows, columns, tokens."""

    axis: Word = attr("on which axis", default="channels", choices=("channels", "height", "width", "depth", "length"))

    inputs = (2, None)
    branches = True
    alike = "along"
    along = "axis"
    out_channels = {"along_channels": "sum(channels)", "true": "c"}
    out_side = {"along": "sum(joined)", "true": "side"}
    additions = {}
    comparisons = {}
    examples = [
        Example("", "28x28x64, 28x28x128, 28x28x32, 28x28x32", "28x28x256"),
        Example("axis: length", "196x768, 1x768", "197x768"),
    ]
