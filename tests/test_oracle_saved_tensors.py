"""What the forward pass keeps, against the tensors that PyTorch saves on the CPU: each storage once, params apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import cnncalc
from cnncalc.analyses.measures.training import kept
from cnncalc.core.graph import Storage
from tests.running import table

if TYPE_CHECKING:
    from cnncalc.core.graph import Graph

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore::UserWarning")]

BATCH = 2
NETWORKS: list[dict[str, Any]] = table("saved_tensors.yaml")


def saved(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> int:
    """The bytes of the storages that a forward pass in training saves, without those of params and buffers."""
    import torch

    import tests.oracles.pytorch as programs
    from tests.oracles.compare import steps_of

    monkeypatch.setattr(programs, "META", torch.device("cpu"))
    inputs = [torch.rand(BATCH, *shape) for shape in graph.inputs.values()]
    own, sizes, held = set[int](), dict[int, int](), list[Any]()

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        held.append(tensor)  # so that no storage is freed, and its number given to another
        sizes[tensor.untyped_storage()._cdata] = tensor.untyped_storage().nbytes()
        return tensor

    values: list[torch.Tensor] = []
    modules: list[Any] = []
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        for place, step in enumerate(steps_of(graph)):
            reads = [values[port] if port >= 0 else inputs[-1 - port] for port in step.inputs]
            shared = step.shares != place
            shapes = [tuple(one.shape[1:]) for one in reads]
            modules.append(modules[step.shares] if shared else programs.BUILD[step.type](step.values, shapes).train())
            modules[-1].requires_grad_(graph.nodes[place].trainable)
            stored = [*modules[-1].parameters(), *modules[-1].buffers()]
            own.update(one.untyped_storage()._cdata for one in stored)
            values.append(modules[-1](*reads))
    return sum(size for storage, size in sizes.items() if storage not in own)


@pytest.mark.parametrize("case", NETWORKS, ids=lambda case: str(case["name"]))
def test_saved_tensors(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    hold(cnncalc.load(case["name"], input_size=case.get("size")), monkeypatch)


FROZEN = "trainable: false"
ENTRIES = {
    "the first convolution": f"conv: [4, 3, {FROZEN}], relu, conv: [4, 3], relu, flatten, dense: 5",
    "a convolution between": f"conv: [4, 3], relu, conv: [4, 3, {FROZEN}], relu, conv: [4, 1]",
    "a dense layer": f"flatten, dense: 8, relu, dense: [6, {FROZEN}], tanh, dense: 5",
    "a batch norm": f"conv: [4, 3], batch_norm: {{{FROZEN}}}, relu, conv: [4, 1]",
    "the first batch norm": f"conv: [4, 3, {FROZEN}], batch_norm: {{{FROZEN}}}, relu, max_pool: 2, conv: [4, 1]",
    "a prelu": f"conv: [4, 3], prelu: {{{FROZEN}}}, conv: [4, 1]",
    "all": f"conv: [4, 3, {FROZEN}], relu, flatten, dense: [5, {FROZEN}]",
}


@pytest.mark.parametrize("what", ENTRIES)
def test_what_is_frozen_keeps_less(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(cnncalc.loads(f"input: {{channels: 3, size: 12}}\nlayers: [{ENTRIES[what]}]\n"), monkeypatch)


def hold(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a network keeps is what PyTorch saves."""
    sizes = kept(replace(graph, storage=Storage(batch=BATCH)))
    assert None not in sizes
    assert sum(size or 0 for size in sizes) == saved(graph, monkeypatch)
