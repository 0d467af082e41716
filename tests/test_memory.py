"""Memory: bytes by dtype and batch, the peak of what is alive, beside a simulation that keeps a set of tensors."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from random import Random

import pytest

import cnncalc
from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.measures.memory import VIEWS, alive, best_order, bytes_of
from cnncalc.core.graph import Graph, Storage
from tests.oracles.random_nets import random_graph
from tests.running import invoke, networks

TWO = """\
input: {channels: 4, size: 8}
layers:
  - concat:
      branches:
        - [conv: [64, 1], conv: [4, 8]]
        - [conv: [64, 1], conv: [4, 8]]
"""


def simulated(graph: Graph, order: tuple[int, ...]) -> list[int]:
    """The bytes of the set of tensors that are kept while each layer runs."""
    tensor = {-1 - at: -1 - at for at in range(len(graph.inputs))}
    for place, node in enumerate(graph.nodes):
        tensor[place] = tensor[node.inputs[0]] if node.layer.type in VIEWS else place
    kept = {tensor[ref] for ref in graph.output_refs}
    there = {-1 - at for at in range(len(graph.inputs))}
    found = []
    for at, place in enumerate(order):
        there.add(tensor[place])
        found.append(sum(bytes_of(graph, ref) for ref in there))
        later = {tensor[ref] for other in order[at + 1 :] for ref in graph.nodes[other].inputs}
        there &= later | kept
    return found


@pytest.mark.parametrize("seed", range(60))
def test_what_is_alive(seed: int) -> None:
    graph = cnncalc.loads((net := random_graph(Random(seed))).text, set=net.overrides)
    order = tuple(range(len(graph.nodes)))
    assert list(alive(graph).bytes) == simulated(graph, order)
    best = best_order(graph)
    assert sorted(best) == list(order)
    assert all(ref < 0 or best.index(ref) < best.index(place) for place in order for ref in graph.nodes[place].inputs)
    assert alive(graph, best).peak == max(simulated(graph, best)) <= alive(graph).peak


@pytest.mark.parametrize("name", networks(every=12))
def test_what_is_alive_in_bundled_networks(name: str) -> None:
    graph = cnncalc.load(name)
    assert list(alive(graph).bytes) == simulated(graph, tuple(range(len(graph.nodes))))


def test_the_best_of_all_orders() -> None:
    """Two branches, each wide in its middle: one after the other is best."""
    graph = cnncalc.loads(TWO)
    places = range(len(graph.nodes))
    legal = [
        order
        for order in permutations(places)
        if all(
            ref < 0 or order.index(ref) < order.index(place) for place in places for ref in graph.nodes[place].inputs
        )
    ]
    assert alive(graph, best_order(graph)).peak == min(alive(graph, order).peak for order in legal)
    assert max(alive(graph, order).peak for order in legal) > alive(graph, best_order(graph)).peak


@pytest.mark.parametrize(
    ("storage", "peak"),
    [
        (Storage(), 2 * 28 * 28 * 6 * 4),  # C1's maps, and tanh of them
        (Storage("float16"), 2 * 28 * 28 * 6 * 2),
        (Storage("bfloat16"), 2 * 28 * 28 * 6 * 2),
        (Storage("int8"), 2 * 28 * 28 * 6),
        (Storage("int8", 32), 2 * 28 * 28 * 6 * 32),
        (Storage("float32", 1, True), (28 * 28 + 14 * 14) * 6 * 4),  # tanh overwrites; then the pool beside it
    ],
)
def test_of_lenet5(storage: Storage, peak: int) -> None:
    from dataclasses import replace

    assert alive(replace(cnncalc.load("lenet5"), storage=storage)).peak == peak


def test_a_person_detector() -> None:
    """MobileNet v1 0.25 at 96×96 in int8: 48·48·8 and 48·48·16 bytes side by side, 54 KiB."""
    args = ("--input-size", "96", "--dtype", "int8", "--in-place", "--columns", "layer,peak_memory", "-f", "json")
    found = invoke("summary", "mobilenet_v1_025", *args)
    assert f'"peak_memory": {48 * 48 * 24}' in found.out


def test_what_is_read_later_stays() -> None:
    """A shortcut is alive until it is added."""
    text = "{input: {channels: 1, size: 4}, layers: [add: {branches: [[relu, relu, relu], []]}]}"
    assert alive(cnncalc.loads(text)).bytes == (128, 192, 192, 192)


def test_bytes_of_a_layer() -> None:
    analysis = cnncalc.analyze(cnncalc.load("resnet18"))
    names = ("weight_memory", "buffer_memory", "activation_memory")
    counts = analysis.totals
    assert [MEASURES[name].value(analysis) for name in names] == [
        4 * counts.params, 4 * counts.buffers, 4 * counts.activations,
    ]  # fmt: skip


def test_training() -> None:
    """LeNet-5: the image, and what tanh, sigmoid and softmax give; 2, 3 or 4 numbers for each param beside them."""
    kept = 4 * (32 * 32 + 28 * 28 * 6 + 14 * 14 * 6 + 10 * 10 * 16 + 5 * 5 * 16 + 120 + 84 + 10)
    for optimizer, times in (("sgd", 2), ("momentum", 3), ("adam", 4)):
        args = ("--columns", "kept_memory,training_memory", "--optimizer", optimizer, "-f", "json")
        found = invoke("summary", "lenet5", *args).out
        assert f'"kept_memory": {kept}, "training_memory": {kept + 4 * times * 61_706}' in found


def test_what_is_frozen_has_no_gradients() -> None:
    text = "{{input: {{channels: 3, size: 8}}, layers: [conv: [4, 3, trainable: {}], relu, flatten, dense: 5]}}"
    learned, frozen = (cnncalc.analyze(cnncalc.loads(text.format(word))) for word in ("true", "false"))
    params, image, maps = 4 * 27 + 4, 3 * 64, 4 * 36
    difference = [
        (MEASURES[name].value(learned) or 0) - (MEASURES[name].value(frozen) or 0)
        for name in ("kept_memory", "training_memory")
    ]
    assert difference == [4 * (image + 0 * maps), 4 * (image + params)]


def test_what_is_not_known_makes_a_lower_bound() -> None:
    text = "{input: {channels: 4, size: 8}, layers: [conv: [4, 1], group_norm: 2]}"
    analysis = cnncalc.analyze(cnncalc.loads(text))
    assert MEASURES["kept_memory"].value(analysis, analysis.rows[1]) is None
    assert MEASURES["kept_memory"].value(analysis) == 4 * 64 * 4


def test_budget_and_option(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    text = "input: {channels: 3, size: 128}\nlayers:\n  - conv: [8, 3, 2, padding: 1]\n  - relu\n"
    file.write_text(f"{text}budget: {{peak_memory: 320 KiB}}\n", encoding="utf-8")  # (128·128·3 + 64·64·8)·4
    assert invoke("check", str(file)).code == 0
    assert invoke("check", str(file), "--dtype", "int8", "--batch", "4").code == 0
    broken = invoke("check", str(file), "--batch", "4")
    assert broken.code == 1
    assert "`total` peak_memory: limit 320 KiB, is 1,280.0 KiB, over by 960.0 KiB" in broken.err
    assert invoke("check", str(file), "--max-peak-memory", "200 KiB").code == 1
    assert invoke("check", str(file), "--max-peak-memory", "327 kB").code == 1
    assert invoke("check", str(file), "--max-peak-memory", "328 kB").code == 0


def test_compare_is_of_the_same_numbers() -> None:
    found = invoke("compare", "lenet5", "lenet5", "--dtype", "int8", "-f", "json")
    assert found.out.count('"peak_memory": 9408') >= 2


def test_the_working() -> None:
    found = invoke("explain", "lenet5", "total", "--of", "peak_memory", "--dtype", "int8")
    assert "  peak         C1 + tanh1  = 4,704 + 4,704  = 9,408" in found.out.splitlines()
    assert "bytes while tanh1 runs, in the order of the file: int8, 1 image, activations not in place" in found.out


def test_the_planned_part_of_an_arena_of_tflite_micro() -> None:
    """`NonPersistent` of person_detect.tflite, as the benchmark of tflite-micro prints it: see docs/conventions.md."""
    graph = cnncalc.loads(
        "extends: mobilenet_v1_025\ninput: {channels: 1, size: 96}\nvars: {classes: 2}\n"
        "memory: {dtype: int8, in_place: true}\n"
    )
    assert alive(graph).peak == alive(graph, best_order(graph)).peak == 55_296
    assert [graph.nodes[ref].name for ref in alive(graph).held] == ["sep1/pw/conv1", "sep1/dw/conv1"]


SEPARABLE = "conv: [64, 3, padding: same, groups: 64], relu, conv: [64, 1], relu"
TINY = {  # MLPerf Tiny's networks: the text, the peak in int8 with activations in place, the arena that is declared
    "DS-CNN": (
        "input: {channels: 1, size: [49, 10]}\nlayers: [conv: [64, [10, 4], 2, padding: same], relu, "
        f"{', '.join([SEPARABLE] * 4)}, global_avg_pool, dense: 12]\n",
        25 * 5 * 64 * 2,
        200 * 1024,
    ),
    "MobileNet v1": (
        "extends: mobilenet_v1_025\ninput: {channels: 3, size: 96}\nvars: {classes: 2}\n",
        48 * 48 * 24,
        200 * 1024,
    ),
    "ResNet-8": (
        "input: {channels: 3, size: 32}\nblocks:\n  main:\n    params: [n=16, s=1]\n    layers:\n"
        "      - conv: {filters: n, kernel: 3, stride: s, padding: same}\n      - relu\n"
        "      - conv: {filters: n, kernel: 3, padding: same}\n"
        "layers: [conv: [16, 3, padding: same], relu, add: {branches: [[main], []]}, relu, "
        "add: {branches: [[main: {n: 32, s: 2}], [conv: [32, 1, 2]]]}, relu, "
        "add: {branches: [[main: {n: 64, s: 2}], [conv: [64, 1, 2]]]}, relu, global_avg_pool, dense: 10]\n",
        32 * 32 * 16 * 3,
        100 * 1024,
    ),
}


@pytest.mark.parametrize("name", TINY)
def test_what_mlperf_tiny_declares_is_far_above_its_tensors(name: str) -> None:
    text, peak, declared = TINY[name]
    graph = cnncalc.loads(text).with_memory(dtype="int8", in_place=True)
    assert alive(graph).peak == peak < declared // 2 + 1
