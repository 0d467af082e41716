"""Simple recurrent layers."""

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


class Rnn(Layer, family="sequence"):
    """A simple recurrent layer: one matrix for the input and one for the state. Source: Elman 1990."""

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
    weights = matrices(1)
    biases = biases_of(1)
    multiplies = products(1)
    comparisons = {}
    examples = [Example("units: 8, biases: 0", "5x3", "5x8", 88, 440)]
