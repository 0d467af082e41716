"""Gated recurrent units."""

from __future__ import annotations

from cnncalc.core.layers._recurrent import (
    BIASES,
    DIRECTIONS,
    GIVES,
    OUT,
    REQUIRES,
    TWICE,
    UNITS,
    biases_of,
    matrices,
    products,
)
from cnncalc.core.layers.base import WHOLE, Example, Layer, Word, attr


class Gru(Layer, family="sequence"):
    """Gated recurrent unit: two gates and a candidate, 3 matrices for the input and 3 for the state.

    Stacked by `repeat`. Source: Cho et al. 2014.
    """

    units: int = attr(UNITS, at_least=1)
    bidirectional: bool = attr(TWICE, default=False)
    biases_: int = attr(BIASES, default=1)
    gives: Word = attr(GIVES, default="all", choices=("all", "last"))

    reads = "tokens"
    where = DIRECTIONS
    requires = REQUIRES
    out_channels = OUT
    out_vector = "last"
    sees = WHOLE | {"every": "0"}  # of one direction only what stands before
    weights = matrices(3)
    biases = biases_of(3)
    multiplies = products(3)
    comparisons = {}
    examples = [Example("units: 256, biases: 2", "26x512", "26x256", 591_360, 15_335_424)]
