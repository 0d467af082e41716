"""The engine against an oracle that counts one by one, and against a second reading of the file format.

Neither uses a formula: windows are placed one after another, multiplications met one by one, weights told apart by
their index. A longer run: `python -m tests.oracles --no-torch --counted 20000 --layers 100000 --graphs 10000`.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.attributes import ATTRIBUTES
from tests.oracles.compare import disagreements, one_by_one
from tests.oracles.random_nets import LARGE, LAYER_TYPES, SMALL, random_graph, random_layer

SEEDS = st.integers(0, 2**32)


@pytest.mark.parametrize("layer_type", LAYER_TYPES)
@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_every_type_counted_one_by_one(layer_type: str, seed: int) -> None:
    net = random_layer(random.Random(seed), SMALL, layer_type)
    assert disagreements(net, one_by_one) == [], net.text


@given(seed=SEEDS)
@settings(max_examples=150, deadline=None)
def test_convolutions_counted_one_by_one(seed: int) -> None:
    rng = random.Random(seed)
    net = random_layer(rng, SMALL, rng.choice(["conv", "transposed_conv", "max_pool", "avg_pool"]))
    assert disagreements(net, one_by_one) == [], net.text


@given(seed=SEEDS, wild=st.booleans())
@settings(max_examples=200, deadline=None)
def test_shapes_of_larger_layers_that_may_not_fit(seed: int, wild: bool) -> None:
    net = random_layer(random.Random(seed), LARGE, wild=wild)
    assert disagreements(net, None) == [], net.text


@given(seed=SEEDS, wild=st.booleans())
@settings(max_examples=150, deadline=None)
def test_whole_files_are_written_out_alike(seed: int, wild: bool) -> None:
    net = random_graph(random.Random(seed), wild=wild)
    assert disagreements(net, None) == [], net.text


def test_the_oracle_knows_every_layer_type() -> None:
    from cnncalc.layers import LAYERS

    assert set(ATTRIBUTES) == set(LAYERS)
