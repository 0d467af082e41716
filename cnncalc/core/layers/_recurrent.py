"""What recurrent layers have in common: one step for each position, with what the step before gives."""

from __future__ import annotations

from cnncalc.core.layers.base import WHOLE, Formula, Layer, Requirement, Word, attr


class Recurrent(Layer, family="sequence", abstract=True):
    """Read a sequence position by position; each direction has matrices for the input and for its own last output."""

    units: int = attr("number of output channels, of each direction", at_least=1)
    bidirectional: bool = attr(
        "read the sequence from its end, too, with weights of its own; both outputs stand side by side", default=False
    )
    biases_: int = attr("how many biases a gate has: PyTorch has 2, and so has Keras' GRU", default=1)
    gives: Word = attr("`last` gives the last position alone, a vector", default="all", choices=("all", "last"))

    reads = "tokens"
    where = {"directions": {"bidirectional": "2", "true": "1"}}
    requires = [Requirement("biases <= 2", "there are at most two biases")]
    out_channels = "units * directions"
    out_vector = "last"
    sees = WHOLE | {"every": "0"}  # of one direction only what stands before
    comparisons = {}


def matrices(gates: int) -> dict[str, Formula]:
    """The matrices of the gates, of all directions."""
    times = f"{gates} * " if gates > 1 else ""
    return {"input": f"{times}c * units * directions", "recurrent": f"{times}units * units * directions"}


def biases_of(gates: int) -> dict[str, Formula]:
    """As many of each gate as `biases` says, of all directions."""
    return {"biases": {"biases > 0": f"{f'{gates} * ' if gates > 1 else ''}biases * units * directions"}}


def products(gates: int) -> dict[str, Formula]:
    """Each matrix once for each position."""
    return {label: f"{formula} * prod(side)" for label, formula in matrices(gates).items()}
