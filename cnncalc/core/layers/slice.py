"""Slices of channels."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, Requirement, attr


class Slice(Layer, family="reshape"):
    """Some of the channels: one of several equal parts, or those from `first` to `last`."""

    part: int = attr("which part, counted from 1", default=None, at_least=1)
    of: int = attr("number of parts", default=None, at_least=1)
    first: int = attr("the first channel, counted from 1", default=None, at_least=1)
    last: int = attr("the last channel", default=None, at_least=1)

    requires = [
        Requirement("part_given == of_given", "`slice` needs both `part` and `of`"),
        Requirement("first_given == last_given", "`slice` needs both `first` and `last`"),
        Requirement("part_given != first_given", "`slice` takes either `part` and `of` or `first` and `last`"),
        Requirement("c % of == 0", "the input channels must split evenly into the parts", when="part_given"),
        Requirement("part <= of", "there are only so many parts", when="part_given"),
        Requirement("first <= last", "the last channel stands before the first", when="first_given"),
        Requirement("last <= c", "there are only so many channels", when="first_given"),
    ]
    out_channels = {"part_given": "c / of", "true": "last - first + 1"}
    additions = {}
    comparisons = {}
    examples = [
        Example("part: 2, of: 2", "28x28x116", "28x28x58"),
        Example("first: 1, last: 48", "8x8x112", "8x8x48"),
    ]
