"""Simple recurrent layers."""

from __future__ import annotations

from cnncalc.core.layers._recurrent import Recurrent, biases_of, matrices, products
from cnncalc.core.layers.base import Example


class Rnn(Recurrent):
    """A simple recurrent layer: one matrix for the input and one for the state. Source: Elman 1990."""

    weights = matrices(1)
    biases = biases_of(1)
    multiplies = products(1)

    examples = [Example("units: 8, biases: 0", "5x3", "5x8", 88, 440)]
