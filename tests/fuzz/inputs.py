"""Which input a seed and a number give: always the same one."""

from __future__ import annotations

import random
from functools import cache, lru_cache
from pathlib import Path

from cnncalc.core.builder import MOST_LAYERS
from cnncalc.formats import bundled
from tests.fuzz.grammar import Writer
from tests.fuzz.stretched import Stretched
from tests.oracles.random_nets import random_graph

KINDS = {
    "whole network": 0.12,
    "damaged network": 0.37,
    "damaged bundled file": 0.02,
    "written at random": 0.485,
    "asks for much": 0.005,
}
_OF_ONE = 8  # inputs that are made of the same random network: to make it takes as long as to read it


def an_input(seed: int, number: int, only: str | None = None) -> tuple[str, str]:
    """The kind and the text of an input."""
    choose = random.Random(f"{seed}/{number}")
    (kind,) = choose.choices(list(KINDS), list(KINDS.values()))
    kind = only or kind
    writer = Writer(choose)
    if kind == "whole network":
        return kind, _network(f"{seed}/{number // _OF_ONE}")
    if kind == "damaged network":
        return kind, writer.damaged(_network(f"{seed}/{number // _OF_ONE}"))
    if kind == "damaged bundled file":
        return kind, writer.damaged(choose.choice(_bundled()))
    text = writer.file() if kind == "written at random" else Stretched(choose).file()
    return kind, writer.damaged(text) if choose.random() < 0.3 else text


@lru_cache(1)
def _network(seed: str) -> str:
    choose = random.Random(seed)
    return random_graph(choose, wild=choose.random() < 0.2).text


@cache
def _bundled() -> list[str]:
    """The bundled files that are small enough to be read thousands of times."""
    texts = [Path(found).read_text(encoding="utf-8") for name in bundled.names() if (found := bundled.find(name))]
    return [text for text in texts if len(text) < 3_000]


def witness(layers: int) -> str:
    """A plain network of so many layers, no two of them equal, each on its line: as large by right as any.

    Blocks and branches count as layers do, and there may be as many of them again.
    """
    lines = "".join(
        f"- conv: {{filters: {3 + n % 50_000}, kernel: 1}}\n" for n in range(min(max(1, layers), MOST_LAYERS))
    )
    return f"input: {{channels: 3, size: 1}}\nlayers:\n{lines}"
