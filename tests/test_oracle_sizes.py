"""Which sizes fit: torchvision's networks take and refuse the same 50 sizes of theirs, each without numbers.

What leads to no output of a bundled file has no part in theirs, so the network alone is asked.
"""

from __future__ import annotations

from operator import attrgetter
from random import Random
from typing import Any

import pytest

from cnncalc.core.sizes import Resized
from tests.test_oracle_zoo import TORCHVISION, Case, torchvision_models

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

CASES = [case for case in TORCHVISION if not case.set and not case.input_size and not case.late]
SAME = (  # give what they read, whatever its size: most of the work is theirs, and none of the verdict
    "BatchNorm2d", "ReLU", "ReLU6", "SiLU", "GELU", "Hardswish", "Hardsigmoid", "Sigmoid", "Dropout", "StochasticDepth",
)  # fmt: skip
OF_ONE_SIZE = ("vit_b_16",)  # torchvision takes just the size of the file; others that give as many tokens would do


__all__ = ["torchvision_models"]  # a fixture


def built(models: Any, case: Case) -> Any:
    """Torchvision's network on the meta device, without what leaves shapes alone."""
    import torch

    net = whole(models, case)
    for module in list(net.modules()):
        for name, child in module.named_children():
            if type(child).__name__ in SAME:
                setattr(module, name, torch.nn.Identity())
    return net


def whole(models: Any, case: Case) -> Any:
    import torch

    constructor = attrgetter(case.constructor)(models)
    try:
        with torch.device("meta"):
            return constructor(**case.arguments).eval()
    except NotImplementedError:  # RegNet's widths are numbers in tensors
        return constructor(**case.arguments).eval().to("meta")


def takes(net: Any, sides: tuple[int, int]) -> bool:
    import torch

    try:
        with torch.no_grad():
            net(torch.empty((1, 3, *sides), device="meta"))
    except (RuntimeError, AssertionError, ValueError):
        return False
    return True


def tried(name: str) -> list[tuple[int, int]]:
    """Sizes where networks begin to fit, and others."""
    rng = Random(name)
    small = [(rng.randint(1, 100), rng.randint(1, 100)) for _ in range(34)]
    return [*small, *((rng.randint(60, 300), rng.randint(60, 300)) for _ in range(14)), (1, 1), (224, 224)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_torch_takes_the_same_sizes(case: Case, torchvision_models: Any) -> None:
    net = built(torchvision_models, case)
    graph = case.analysis().graph
    assert graph is not None
    resized = Resized(graph)
    (own,) = graph.inputs.values()
    for sides in tried(case.file):
        fits = sides == own[1:] if case.file in OF_ONE_SIZE else resized.at(sides) is not None
        assert (sides, fits) == (sides, takes(net, sides))
