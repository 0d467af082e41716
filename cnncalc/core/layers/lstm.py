"""Long short-term memory."""

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


class Lstm(Layer, family="sequence"):
    """Long short-term memory: three gates and a candidate, 4 matrices for the input and 4 for the state.

    Stacked by `repeat`. Source: Hochreiter, Schmidhuber 1997; with a forget gate, Gers et al. 2000.
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
    weights = matrices(4)
    biases = biases_of(4)
    multiplies = products(4)
    comparisons = {}
    examples = [
        Example("units: 256, bidirectional: true, biases: 2", "26x512", "26x512", 1_576_960, 40_894_464),
        Example("units: 64, gives: last", "100x32", "64", 24_832, 2_457_600),
    ]
