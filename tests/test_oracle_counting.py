"""The engine against an oracle that counts one by one, and against a second reading of the file format.

Neither uses a formula: windows are placed one after another, multiplications met one by one, weights told apart by
their index. The whole path is tested, from YAML text on. Every random choice of the generators is hypothesis's, so
that a failure shrinks to a small file. `python -m tests.oracles --help` tells how to run more, and against PyTorch.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracles.attributes import ATTRIBUTES
from tests.oracles.one_by_one import disagreements
from tests.oracles.random_nets import LARGE, LAYER_TYPES, SMALL, random_graph, random_layer

WINDOWED = ("conv", "transposed_conv", "max_pool", "avg_pool")
COUNTED = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
CHOICES = st.randoms(use_true_random=False)


@pytest.mark.parametrize("layer_type", LAYER_TYPES)
@settings(COUNTED, max_examples=15)
@given(rng=CHOICES)
def test_small_layers_counted_one_by_one(layer_type: str, rng: Random) -> None:
    net = random_layer(rng, SMALL, layer_type)
    assert disagreements(net, counting=True) == [], net.text


@pytest.mark.parametrize("layer_type", WINDOWED)
@settings(COUNTED, max_examples=200)
@given(rng=CHOICES)
def test_windows_counted_one_by_one(layer_type: str, rng: Random) -> None:
    net = random_layer(rng, SMALL, layer_type)
    assert disagreements(net, counting=True) == [], net.text


@settings(COUNTED, max_examples=600)
@given(rng=CHOICES, wild=st.booleans())
def test_larger_layers_that_may_not_fit(rng: Random, wild: bool) -> None:
    """Shapes and refusals: what does not fit is refused, and nothing else."""
    net = random_layer(rng, LARGE, wild=wild)
    assert disagreements(net, counting=False) == [], net.text


@settings(COUNTED, max_examples=200)
@given(rng=CHOICES, wild=st.booleans())
def test_whole_files_are_written_out_alike(rng: Random, wild: bool) -> None:
    """Blocks, branches, repeats, shares, vars, defaults, outputs: the second reading of the format agrees."""
    net = random_graph(rng, wild=wild)
    assert disagreements(net, counting=False) == [], net.text


def test_the_oracle_knows_every_layer_type() -> None:
    """And the order of the attributes: lists give them by position, so it is part of the format."""
    from cnncalc.layers import LAYERS

    assert {name: list(known) for name, known in ATTRIBUTES.items()} == {
        name: list(layer.attributes) for name, layer in LAYERS.items()
    }
