"""The engine against an oracle that counts one by one, and against a second reading of the file format.

Neither uses a formula: windows are placed one after another, multiplications met one by one, weights told apart by
their index. `python -m tests.oracles --help` tells how to run more, and against PyTorch.
"""

from __future__ import annotations

import random

import pytest

from tests.oracles.attributes import ATTRIBUTES
from tests.oracles.one_by_one import disagreements
from tests.oracles.random_nets import LARGE, LAYER_TYPES, SMALL, random_graph, random_layer

WINDOWED = ["conv", "transposed_conv", "max_pool", "avg_pool"]


@pytest.mark.parametrize("layer_type", [*LAYER_TYPES, *(8 * WINDOWED)])
def test_small_layers_counted_one_by_one(layer_type: str, request: pytest.FixtureRequest) -> None:
    rng = random.Random(request.node.name)
    for _ in range(20):
        net = random_layer(rng, SMALL, layer_type)
        assert disagreements(net, counting=True) == [], net.text


@pytest.mark.parametrize("seed", range(30))
def test_shapes_of_larger_layers_that_may_not_fit(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(30):
        net = random_layer(rng, LARGE, wild=rng.random() < 0.5)
        assert disagreements(net, counting=False) == [], net.text


@pytest.mark.parametrize("seed", range(30))
def test_whole_files_are_written_out_alike(seed: int) -> None:
    """Blocks, branches, repeats, shares, vars, defaults, outputs: the second reading of the format agrees."""
    rng = random.Random(seed)
    for _ in range(10):
        net = random_graph(rng, wild=rng.random() < 0.3)
        assert disagreements(net, counting=False) == [], net.text


def test_the_oracle_knows_every_layer_type() -> None:
    from cnncalc.layers import LAYERS

    assert set(ATTRIBUTES) == set(LAYERS)
