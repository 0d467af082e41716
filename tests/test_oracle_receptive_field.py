"""The receptive fields of random networks, against the gradients of PyTorch: what an output depends on is what it sees.

Weights and inputs are above 0, so that no two paths take each other out; a mean stands for a maximum, whose gradient
would go to one position alone.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest

import cnncalc
from cnncalc.analyses.measures.receptive_field import Sight, fields
from tests.oracles.random_nets import random_graph

if TYPE_CHECKING:
    from torch import Tensor

    from cnncalc.core.graph import Graph

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore::UserWarning")]

# Their gradient may be 0 where they read all the same: of what is constant, or too large
BLIND = ("softmax", "embedding", "rbf", "distance", "elementwise", "operator", "attention", "lstm", "gru", "rnn", "lrn")


def values(graph: Graph, inputs: list[Tensor]) -> list[Tensor]:
    """What each layer gives, from the last one that is known to PyTorch on."""
    import torch

    import tests.oracles.pytorch as programs
    from tests.oracles.compare import steps_of
    from tests.oracles.pytorch import BUILD

    found: list[Tensor] = []
    for step in steps_of(graph):
        reads = [found[port] if port >= 0 else inputs[-1 - port] for port in step.inputs]
        kind = {"max_pool": "avg_pool", "adaptive_max_pool": "adaptive_avg_pool", "global_max_pool": "global_avg_pool",
                "channel_max_pool": "channel_avg_pool"}.get(step.type, step.type)  # fmt: skip
        given: dict[str, Any] = (
            {name: value for name, value in step.values.items() if name != "dilation"}
            if (kind == "avg_pool")
            else step.values
        )
        with torch.device("cpu"):
            built = BUILD[kind]
            before, programs.META = programs.META, torch.device("cpu")
            try:
                module = built(given, [tuple(one.shape[1:]) for one in reads]).double().eval()
            finally:
                programs.META = before
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.data = torch.rand(parameter.shape, dtype=torch.float64) + 0.5
                parameter.data /= max(parameter[0].numel() if parameter.dim() > 1 else 1, 1)
        value = module(*reads)
        found.append(value / value.detach().abs().mean().clamp(min=1e-9))
    return found


def seen_by(value: Tensor, place: tuple[int, ...], image: Tensor) -> list[set[int]] | None:
    """The positions of an image, on each axis, that one output position depends on; None where it does on none."""
    import torch

    one = value[(0, slice(None), *place)].sum()
    if not one.requires_grad:
        return None
    (gradient,) = torch.autograd.grad(one, image, retain_graph=True, allow_unused=True)
    if gradient is None or not gradient.any():
        return None
    return [set(axis.tolist()) for axis in gradient[0].abs().sum(0).nonzero().T]


def predicted(axis: Sight, place: int, side: int) -> set[int]:
    low, bits = axis.at(place)
    return {low + at for at in range(bits.bit_length()) if bits >> at & 1 and 0 <= low + at < side}


@pytest.mark.parametrize("seed", range(200))
def test_nothing_else_is_seen(seed: int) -> None:
    """Every layer of a random graph, at its first, middle and last position: no gradient outside of the field."""
    import torch

    torch.manual_seed(seed)
    graph = cnncalc.loads((net := random_graph(Random(seed))).text, set=net.overrides)
    blind = [node.name for node in graph.nodes if node.layer.type in BLIND]
    if blind or not any(len(shape) > 1 for shape in graph.inputs.values()):
        return
    images = [torch.rand(1, *shape, dtype=torch.float64, requires_grad=True) for shape in graph.inputs.values()]
    outputs = values(graph, images)
    layers = list(zip(graph.nodes, outputs, fields(graph), strict=True))
    for node, value, seen in Random(seed).sample(layers, min(len(layers), 6)):
        sides = tuple(value.shape[2:])
        for part in (0, 1, 2):
            place = tuple(part * (side - 1) // 2 for side in sides)
            for number, image in enumerate(images):
                depends = seen_by(value, place, image)
                if depends is None or image.dim() < 3:
                    continue
                axes = seen[number].axes
                for at, (axis, found) in enumerate(zip(axes, depends, strict=True)):
                    where = place[at] if axis.shift else 0
                    assert found <= predicted(axis, where, image.shape[2 + at]), (node.name, place, at)


SIDE = {1: 400, 2: 64}


def large(seed: int) -> str:
    """A network with branches on a large image: what an inner position sees lies within it."""
    rng = Random(seed)
    rank = 2 if seed % 4 else 1
    size = [SIDE[rank] + rng.randint(0, 9) for _ in range(rank)]

    def each(*choices: int) -> str:
        return str([rng.choice(choices) for _ in range(rank)])

    def window() -> str:
        kernel = rng.choice([1, 2, 3, 3, 3, 4, 5])
        return f"conv: {{filters: 2, kernel: {kernel}, dilation: {rng.choice([1, 1, 1, 2])}, padding: same}}"

    def entry() -> str:
        kind = rng.choice(["conv", "conv", "uneven", "pool", "strided", "up", "back", "cross", "skip", "small", "deal"])
        if kind == "conv":
            return window()
        if kind == "uneven":
            return (
                f"conv: {{filters: 2, kernel: {each(1, 2, 3, 7)}, padding: {each(0, 1, 2)}, stride: {each(1, 1, 2)}}}"
            )
        if kind == "pool":
            return f"{rng.choice(['max_pool', 'avg_pool'])}: {{kernel: {rng.choice([2, 3])}, stride: 2, padding: same}}"
        if kind == "strided":
            return f"conv: {{filters: 2, kernel: {rng.choice([1, 3])}, stride: {rng.choice([2, 3])}, padding: 1}}"
        if kind == "up":
            return "upsample: 2"
        if kind == "back":
            kernel = rng.choice([2, 3, 4])
            return f"transposed_conv: {{filters: 2, kernel: {kernel}, stride: 2, padding: {rng.choice(['same', '0'])}}}"
        if kind == "cross" and rank == 2:
            ways = [f"[conv: {{filters: 2, kernel: {one}, padding: same}}]" for one in ("[1, 5]", "[5, 1]")]
            return f"concat: {{branches: [{', '.join(ways)}]}}"
        if kind == "small":
            return f"{rng.choice(['pad: 1', 'crop: {by: 1}', 'relu', 'batch_norm'])}"
        if kind == "deal":
            return "dense: {units: 2, per: position}"
        return f"add: {{branches: [[{window()}, relu, {window()}], [conv: [2, 1]]]}}"

    entries = [f"conv: [2, {rng.choice([1, 3])}]", *(entry() for _ in range(rng.randint(2, 6)))]
    return f"{{input: {{channels: 1, size: {size}}}, layers: [{', '.join(entries)}]}}"


@pytest.mark.parametrize("seed", range(200))
def test_all_of_it_is_seen(seed: int) -> None:
    """What inner positions of all layers of 200 networks depend on is the field, to the position."""
    import torch

    torch.manual_seed(seed)
    graph = cnncalc.loads(large(seed))
    ((_, *sides),) = graph.inputs.values()
    image = torch.rand(1, 1, *sides, dtype=torch.float64, requires_grad=True)
    compared = 0
    for node, value, seen in zip(graph.nodes, values(graph, [image]), fields(graph), strict=True):
        middle = [side // 2 for side in value.shape[2:]]
        field = seen[0]
        for step in range(2):
            place = tuple(at + step for at in middle)
            if any(at >= side for at, side in zip(place, value.shape[2:], strict=True)):
                continue
            spans = [axis.at(at) for axis, at in zip(field.axes, place, strict=True)]
            margin = 12  # so that nothing on the way is a border
            if any(
                low < margin or low + bits.bit_length() > side - margin
                for (low, bits), side in zip(spans, sides, strict=True)
            ):
                continue
            depends = seen_by(value, place, image)
            expected = [predicted(axis, at, side) for axis, at, side in zip(field.axes, place, sides, strict=True)]
            if any(not one for one in expected):
                assert depends is None
                continue
            assert depends is not None
            if all(all(taps.every for taps in one.taps) for one in reaches(graph)):
                assert [(min(one), max(one)) for one in depends] == [(min(one), max(one)) for one in expected], (
                    node.name
                )
                if field.filled:
                    assert depends == expected, node.name
            compared += 1
    assert compared >= 2


def reaches(graph: Graph) -> list[Any]:
    from cnncalc.core.work import reach

    return [
        one
        for node in graph.nodes
        if node.layer.sees
        for one in reach(node.layer, tuple(graph.shape(ref) for ref in node.inputs), node.work.output)
    ]
