"""Gated recurrent units."""

from __future__ import annotations

from cnncalc.core.layers._recurrent import Recurrent, biases_of, matrices, products
from cnncalc.core.layers.base import Example


class Gru(Recurrent):
    """Gated recurrent unit: two gates and a candidate, 3 matrices for the input and 3 for the state.

    Stacked by `repeat`. Source: Cho et al. 2014.
    """

    weights = matrices(3)
    biases = biases_of(3)
    multiplies = products(3)

    examples = [Example("units: 256, biases: 2", "26x512", "26x256", 591_360, 15_335_424)]
