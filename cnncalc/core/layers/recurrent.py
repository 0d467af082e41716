"""Recurrent layers: one step for each position of a sequence, with what the step before gives."""

from __future__ import annotations

from cnncalc.core.layers.base import WHOLE, Example, Formula, Layer, Requirement, Word, attr

_UNITS = "number of output channels, of each direction"
_TWICE = "read the sequence from its end, too, with weights of its own; both outputs stand side by side"
_BIASES = "how many biases a gate has: PyTorch has 2, and so has Keras' GRU"
_GIVES = "`last` gives the last position alone, a vector"
_DIRECTIONS: dict[str, Formula] = {"directions": {"bidirectional": "2", "true": "1"}}
_OUT = "units * directions"
_REQUIRES = [Requirement("biases <= 2", "there are at most two biases")]


def _weights(gates: int) -> dict[str, Formula]:
    """The matrices of the gates, of all directions."""
    times = f"{gates} * " if gates > 1 else ""
    return {"input": f"{times}c * units * directions", "recurrent": f"{times}units * units * directions"}


def _biases(gates: int) -> dict[str, Formula]:
    return {"biases": {"biases > 0": f"{f'{gates} * ' if gates > 1 else ''}biases * units * directions"}}


def _multiplies(gates: int) -> dict[str, Formula]:
    """Each matrix once for each position."""
    return {label: f"{formula} * prod(side)" for label, formula in _weights(gates).items()}


class Lstm(Layer, family="sequence"):
    """Long short-term memory: three gates and a candidate, 4 matrices for the input and 4 for the state.

    Stacked by `repeat`. Source: Hochreiter, Schmidhuber 1997; with a forget gate, Gers et al. 2000.
    """

    units: int = attr(_UNITS, at_least=1)
    bidirectional: bool = attr(_TWICE, default=False)
    biases_: int = attr(_BIASES, default=1)
    gives: Word = attr(_GIVES, default="all", choices=("all", "last"))

    reads = "tokens"
    where = _DIRECTIONS
    requires = _REQUIRES
    out_channels = _OUT
    out_vector = "last"
    sees = WHOLE | {"every": "0"}  # of one direction only what stands before
    weights = _weights(4)
    biases = _biases(4)
    multiplies = _multiplies(4)
    comparisons = {}
    examples = [
        Example("units: 256, bidirectional: true, biases: 2", "26x512", "26x512", 1_576_960, 40_894_464),
        Example("units: 64, gives: last", "100x32", "64", 24_832, 2_457_600),
    ]


class Gru(Layer, family="sequence"):
    """Gated recurrent unit: two gates and a candidate, 3 matrices for the input and 3 for the state.

    Stacked by `repeat`. Source: Cho et al. 2014.
    """

    units: int = attr(_UNITS, at_least=1)
    bidirectional: bool = attr(_TWICE, default=False)
    biases_: int = attr(_BIASES, default=1)
    gives: Word = attr(_GIVES, default="all", choices=("all", "last"))

    reads = "tokens"
    where = _DIRECTIONS
    requires = _REQUIRES
    out_channels = _OUT
    out_vector = "last"
    sees = WHOLE | {"every": "0"}  # of one direction only what stands before
    weights = _weights(3)
    biases = _biases(3)
    multiplies = _multiplies(3)
    comparisons = {}
    examples = [Example("units: 256, biases: 2", "26x512", "26x256", 591_360, 15_335_424)]


class Rnn(Layer, family="sequence"):
    """A simple recurrent layer: one matrix for the input and one for the state. Source: Elman 1990."""

    units: int = attr(_UNITS, at_least=1)
    bidirectional: bool = attr(_TWICE, default=False)
    biases_: int = attr(_BIASES, default=1)
    gives: Word = attr(_GIVES, default="all", choices=("all", "last"))

    reads = "tokens"
    where = _DIRECTIONS
    requires = _REQUIRES
    out_channels = _OUT
    out_vector = "last"
    sees = WHOLE | {"every": "0"}  # of one direction only what stands before
    weights = _weights(1)
    biases = _biases(1)
    multiplies = _multiplies(1)
    comparisons = {}
    examples = [Example("units: 8, biases: 0", "5x3", "5x8", 88, 440)]
