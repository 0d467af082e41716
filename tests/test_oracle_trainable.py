"""Frozen params: 60 random networks, of which PyTorch (`requires_grad`) and Keras (`trainable`) count the same."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

import cnncalc

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

KINDS = ("conv", "batch_norm", "dense", "relu", "depthwise")


def drawn(seed: int) -> list[tuple[str, int, bool]]:
    """Layers in order: a kind, a width, whether it is frozen."""
    rng = Random(seed)
    return [(rng.choice(KINDS), rng.choice((2, 3, 5, 8)), rng.random() < 0.4) for _ in range(rng.randint(3, 9))]


def written(layers: list[tuple[str, int, bool]]) -> str:
    entries = {
        "conv": "conv: {{filters: {n}, kernel: 3, padding: 1{frozen}}}",
        "depthwise": "conv: {{filters: channels, kernel: 3, padding: 1, groups: channels, bias: false{frozen}}}",
        "batch_norm": "batch_norm: {{{frozen}}}",
        "dense": "dense: {{units: {n}, per: position{frozen}}}",
        "relu": "relu: {{{frozen}}}",
    }
    lines = []
    for kind, n, frozen in layers:
        said = f"trainable: {'false' if frozen else 'true'}"
        opened = "{{{frozen}}}" in entries[kind]
        lines.append("  - " + entries[kind].format(n=n, frozen=said if opened else f", {said}"))
    return "input: {channels: 3, size: 4}\nlayers:\n" + "\n".join(lines) + "\n"


def in_pytorch(layers: list[tuple[str, int, bool]]) -> tuple[int, int, int]:
    """Trainable and frozen params, and buffers but for counters of batches."""
    from torch import nn

    modules: list[Any] = []
    channels = 3
    for kind, n, frozen in layers:
        made: Any = {
            "conv": lambda n=n, c=channels: nn.Conv2d(c, n, 3, padding=1),
            "depthwise": lambda c=channels: nn.Conv2d(c, c, 3, padding=1, groups=c, bias=False),
            "batch_norm": lambda c=channels: nn.BatchNorm2d(c),
            "dense": lambda n=n, c=channels: nn.Linear(c, n),
            "relu": nn.ReLU,
        }[kind]()
        modules.append(made.requires_grad_(not frozen))
        channels = n if kind in ("conv", "dense") else channels
    net = nn.Sequential(*modules)
    params = [(parameter.requires_grad, parameter.numel()) for parameter in net.parameters()]
    buffers = sum(one.numel() for name, one in net.named_buffers() if not name.endswith("num_batches_tracked"))
    return sum(n for learns, n in params if learns), sum(n for learns, n in params if not learns), buffers


def in_keras(layers: list[tuple[str, int, bool]]) -> tuple[int, int]:
    """What a summary of Keras prints: trainable and non-trainable params."""
    import os

    os.environ.setdefault("KERAS_BACKEND", "torch")
    from keras import Input, Sequential
    from keras import layers as kl

    net = Sequential([Input((4, 4, 3))])
    for kind, n, frozen in layers:
        made = {
            "conv": lambda n=n: kl.Conv2D(n, 3, padding="same"),
            "depthwise": lambda: kl.DepthwiseConv2D(3, padding="same", use_bias=False),
            "batch_norm": kl.BatchNormalization,
            "dense": lambda n=n: kl.Dense(n),
            "relu": kl.ReLU,
        }[kind]()
        made.trainable = not frozen
        net.add(made)
    return tuple(  # type: ignore[return-value]
        sum(int(weight.value.numel()) for weight in weights)
        for weights in (net.trainable_weights, net.non_trainable_weights)
    )


@pytest.mark.parametrize("seed", range(60))
def test_frozen_and_trainable(seed: int) -> None:
    layers = drawn(seed)
    totals = cnncalc.analyze(cnncalc.loads(written(layers))).totals
    assert (totals.trainable, totals.frozen, totals.buffers) == in_pytorch(layers)
    assert (totals.trainable, totals.frozen + totals.buffers) == in_keras(layers)
