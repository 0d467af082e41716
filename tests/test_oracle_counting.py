"""The engine against an oracle that counts one by one, and against a second reading of the file format.

Neither uses a formula: windows are placed one after another, multiplications met one by one, weights told apart by
their index. The whole path is tested, from YAML text on. `python -m tests.oracles --help` tells how to run more, and
against PyTorch.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cnncalc
from tests.oracles.attributes import ATTRIBUTES
from tests.oracles.one_by_one import disagreements
from tests.oracles.random_nets import LARGE, LAYER_TYPES, SMALL, random_graph, random_layer
from tests.running import sample

WINDOWED = ("conv", "transposed_conv", "max_pool", "avg_pool")
SHRINKING = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
CHOICES = st.randoms(use_true_random=False)


# Wide: seeds


@pytest.mark.parametrize("layer_type", sample(3, [*LAYER_TYPES, *(8 * WINDOWED)]))
def test_small_layers_counted_one_by_one(layer_type: str, request: pytest.FixtureRequest) -> None:
    rng = Random(request.node.name)
    for _ in range(20):
        net = random_layer(rng, SMALL, layer_type)
        assert disagreements(net, counting=True) == [], net.text


@pytest.mark.parametrize("seed", range(20))
def test_larger_layers_that_may_not_fit(seed: int) -> None:
    """Shapes and refusals: what does not fit is refused, and nothing else."""
    rng = Random(seed)
    for _ in range(50):
        net = random_layer(rng, LARGE, wild=rng.random() < 0.5)
        assert disagreements(net, counting=False) == [], net.text


@pytest.mark.parametrize("seed", sample(4, range(20)))
def test_whole_files_are_written_out_alike(seed: int) -> None:
    """Blocks, branches, repeats, shares, vars, defaults, outputs: the second reading of the format agrees."""
    rng = Random(seed)
    for _ in range(10):
        net = random_graph(rng, wild=rng.random() < 0.3)
        assert disagreements(net, counting=False) == [], net.text


# Deep: every choice is hypothesis's, so that a failure shrinks to a small file


@pytest.mark.parametrize("layer_type", sample(3, LAYER_TYPES))
@settings(SHRINKING, max_examples=20)
@given(rng=CHOICES)
def test_small_layers(layer_type: str, rng: Random) -> None:
    net = random_layer(rng, SMALL, layer_type)
    assert disagreements(net, counting=True) == [], net.text


@settings(SHRINKING, max_examples=300)
@given(rng=CHOICES, layer_type=st.sampled_from(WINDOWED))
@pytest.mark.sweep
def test_windows(rng: Random, layer_type: str) -> None:
    net = random_layer(rng, SMALL, layer_type)
    assert disagreements(net, counting=True) == [], net.text


@settings(SHRINKING, max_examples=300)
@given(rng=CHOICES, wild=st.booleans())
@pytest.mark.sweep
def test_larger_layers(rng: Random, wild: bool) -> None:
    net = random_layer(rng, LARGE, wild=wild)
    assert disagreements(net, counting=False) == [], net.text


@settings(SHRINKING, max_examples=10)
@given(rng=CHOICES, wild=st.booleans())
def test_whole_files(rng: Random, wild: bool) -> None:
    net = random_graph(rng, wild=wild)
    assert disagreements(net, counting=False) == [], net.text


@pytest.mark.parametrize("outer", ["{params: [w], layers: [inner]}", "{vars: {w: 10}, layers: [inner]}"])
def test_a_block_sees_no_params_of_its_caller(outer: str) -> None:
    call = "outer: 10" if "params" in outer else "outer"
    graph = cnncalc.loads(f"""
        input: {{channels: 3, size: 4}}
        vars: {{w: 6}}
        blocks: {{inner: {{layers: [conv: [w, 1]]}}, outer: {outer}}}
        layers: [{call}]
    """)
    assert graph.nodes[0].work.output == (6, 4, 4)


def test_shared_embeddings_are_of_one_length() -> None:
    with pytest.raises(cnncalc.ProblemsFound, match="share"):
        cnncalc.loads("""
            inputs: {a: {channels: 4, size: [8]}, b: {channels: 4, size: [9]}}
            layers:
              - position_embedding: {name: p, from: a}
              - position_embedding: {name: q, from: b, share: p}
            outputs: [p, q]
        """)


def test_the_oracle_knows_every_layer_type() -> None:
    """And the order of the attributes: lists give them by position, so it is part of the format."""
    from cnncalc.core.layers import LAYERS

    assert {name: list(known) for name, known in ATTRIBUTES.items()} == {
        name: list(layer.attributes) for name, layer in LAYERS.items()
    }
