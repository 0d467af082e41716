"""Long short-term memory."""

from __future__ import annotations

from cnncalc.core.layers._recurrent import Recurrent, biases_of, matrices, products
from cnncalc.core.layers.base import Example


class Lstm(Recurrent):
    """Long short-term memory: three gates and a candidate, 4 matrices for the input and 4 for the state.

    Stacked by `repeat`. Source: Hochreiter, Schmidhuber 1997; with a forget gate, Gers et al. 2000.
    """

    weights = matrices(4)
    biases = biases_of(4)
    multiplies = products(4)

    examples = [
        Example("units: 256, bidirectional: true, biases: 2", "26x512", "26x512", 1_576_960, 40_894_464),
        Example("units: 64, gives: last", "100x32", "64", 24_832, 2_457_600),
    ]
