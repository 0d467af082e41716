"""Every bundled architecture, and a sample of random layers and networks, against PyTorch.

Shapes, weights, biases, buffers and multiplies of every layer must be equal. `python -m tests.oracles --layers 100000
--graphs 10000 --bundled` runs the whole of it.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

import cnncalc
from cnncalc.formats import bundled
from tests.oracles.random_nets import LARGE, LAYER_TYPES, random_graph, random_layer

if TYPE_CHECKING:
    from tests.oracles.compare import Verdicts

pytestmark = pytest.mark.oracle


@pytest.fixture
def verdicts() -> Verdicts:
    """Place cases are entered; importing it needs PyTorch."""
    from tests.oracles.compare import Verdicts

    return Verdicts()


@pytest.mark.parametrize("name", bundled.names())
def test_bundled_architecture(name: str) -> None:
    from tests.oracles.compare import against_torch, steps_of

    graph = cnncalc.load(bundled.find(name) or name)
    assert against_torch(steps_of(graph), cnncalc.analyze(graph)) == []


@pytest.mark.parametrize("layer_type", LAYER_TYPES)
def test_random_layers(layer_type: str, verdicts: Verdicts) -> None:
    from tests.oracles.compare import judge

    rng = Random(layer_type)
    for number in range(40):
        judge(random_layer(rng, LARGE, layer_type, wild=number % 5 == 0), verdicts)
    assert verdicts.disagreements == []
    assert verdicts.counts["equal"] >= 25


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs(seed: int, verdicts: Verdicts) -> None:
    from tests.oracles.compare import judge

    rng = Random(seed)
    for number in range(10):
        judge(random_graph(rng, wild=number % 5 == 0), verdicts)
    assert verdicts.disagreements == []
    assert verdicts.counts["equal"] >= 5


WRONG_PROGRAMS = {
    "a wider convolution": ("conv: [4, 3]", "conv: [5, 3]", "output"),
    "another stride": ("conv: [4, 3, 2]", "conv: [4, 3, 1]", "output"),
    "no bias": ("conv: [4, 3]", "conv: [4, 3, bias: false]", "biases 4, PyTorch 0"),
    "no groups": ("conv: [4, 3, groups: 2]", "conv: [4, 3]", "multiplies"),
    "no scale": ("batch_norm", "batch_norm: {scale: false}", "weights 4, PyTorch 0"),
    "no shift": ("layer_norm", "layer_norm: {shift: false}", "biases 4, PyTorch 0"),
    "another norm": ("batch_norm", "layer_norm", "buffers 8, PyTorch 0"),
    "biased attention": ("attention: {heads: 2, bias: false}", "attention: 2", "biases 0, PyTorch 16"),
}


@pytest.mark.parametrize(("ours", "theirs", "said"), WRONG_PROGRAMS.values(), ids=WRONG_PROGRAMS)
def test_the_comparison_sees(ours: str, theirs: str, said: str) -> None:
    """An oracle that cannot fail proves nothing: each program here is not that of the file."""
    from tests.oracles.compare import against_torch, steps_of

    size = "[9]" if "attention" in ours else "9"
    graphs = [cnncalc.loads(f"{{input: {{channels: 4, size: {size}}}, layers: [{entry}]}}") for entry in (ours, theirs)]
    differences = against_torch(steps_of(graphs[1]), cnncalc.analyze(graphs[0]))
    assert any(said in difference for difference in differences), differences


def test_shared_weights_are_one_module() -> None:
    from tests.oracles.compare import against_torch, steps_of
    from tests.oracles.pytorch import Program

    graph = cnncalc.loads("""
        inputs: {left: {channels: 3, size: 8}, right: {channels: 3, size: 12}}
        blocks: {tower: {layers: [conv: [4, 3], batch_norm, global_avg_pool]}}
        layers:
          - tower: {name: a, from: left}
          - tower: {name: b, from: right, share: a}
          - distance: {from: [a, b]}
    """)
    program = Program(steps_of(graph))
    program.run(list(graph.inputs.values()))
    assert program.totals() == (4 * 3 * 9 + 4 + 8, 8)
    assert against_torch(steps_of(graph), cnncalc.analyze(graph)) == []
