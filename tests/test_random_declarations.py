"""Declarations at random: each is refused when it is read, or every layer of it has figures or is impossible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from cnncalc.core.layers import LAYERS, base
from cnncalc.core.layers.checking.body import DeclarationError
from cnncalc.core.work import attempt, work
from tests.own_layers import own_layers

pytestmark = pytest.mark.usefixtures("own_layers")
__all__ = ["own_layers"]

# Attributes: how each is declared, the names it gives to formulas, and a value of it for so many sides
ATTRIBUTES: dict[str, tuple[str, str, Callable[[Random, int], Any]]] = {
    "n": ('n: int = attr("n", at_least=1)', "n", lambda dice, rank: dice.randint(1, 5)),
    "z": ('z: int = attr("z")', "z", lambda dice, rank: dice.randint(0, 3)),
    "m": ('m: int = attr("m", default=None, at_least=1)', "m m_given", lambda dice, rank: dice.choice([None, 1, 2])),
    "b": ('b: bool = attr("b", default=True)', "b", lambda dice, rank: dice.random() < 0.5),
    "w": ('w: Word = attr("w", choices=("p", "q"))', "p q", lambda dice, rank: dice.choice("pq")),
    "k": ('k: PerAxis = attr("k", at_least=1)', "k", lambda dice, rank: (dice.randint(1, 3),) * rank),
    "j": ('j: PerAxis = attr("j", default=None)', "j j_given", lambda dice, rank: dice.choice([None, (2,) * rank])),
    "padding": (
        'padding: Padding = attr("p", default=0)',
        "padding before after same_size",
        lambda dice, rank: dice.choice(["same", ((0, dice.randint(0, 2)),) * rank]),
    ),
    "table": (
        'table: Table = attr("t", default=None)',
        "table partial rows highest table_given",
        lambda dice, rank: dice.choice([None, ((0,), (0, 1)), ()]),
    ),
    "shape": (
        'shape: Dims = attr("s", default=None); out_shape = "shape"',
        "shape shape_given",
        lambda dice, rank: dice.choice([None, (3, 2, 2)]),
    ),
    "like": ('like: Name = attr("l", default=None); second_input = "like"', "like like_given", lambda dice, rank: None),
}
LISTS = {"channels", "table", "shape"}
SIZES = {"side", "out", "k", "j", "padding", "before", "after", "like"}
FLAGS = {"vector", "b", "p", "q", "same_size", "partial", *(f"{name}_given" for name in ATTRIBUTES)}


class Author:
    """Writes declarations: mostly such as can be meant."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.chosen = dice.sample(list(ATTRIBUTES), dice.randint(0, 3))
        self.names = ["c", "side", "channels", "vector", "1", "2"]
        self.names += [name for attribute in self.chosen for name in ATTRIBUTES[attribute][1].split()]

    def number(self, depth: int, by_axis: bool) -> str:
        dice, kind = self.dice, self.dice.random()
        if depth == 0 or kind < 0.4:
            name = dice.choice([name for name in self.names if name not in FLAGS])
            if name in LISTS or (name in SIZES and (not by_axis or dice.random() < 0.4)):
                return f"{dice.choice(['prod', 'sum'])}({name})"
            return name
        left, right = (self.number(depth - 1, by_axis) for _ in range(2))
        if kind < 0.75:
            return f"({left} {dice.choice(['+', '-', '*', '/', '//', '%'])} {right})"
        if kind < 0.9:
            return f"{dice.choice(['ceil', 'floor', 'max', 'min'])}({left})"
        return f"({left} if {self.condition(depth - 1, by_axis)} else {right})"

    def condition(self, depth: int, by_axis: bool) -> str:
        dice, kind = self.dice, self.dice.random()
        if depth <= 0 or kind < 0.4:
            return dice.choice([*(name for name in self.names if name in FLAGS), "true"])
        if kind < 0.6:
            return f"{self.number(0, by_axis)} {dice.choice(['==', '!=', '<', '<='])} {self.number(0, by_axis)}"
        if kind < 0.75:
            return f"not {self.condition(depth - 1, by_axis)}"
        left, right = (self.condition(depth - 1, by_axis) for _ in range(2))
        return f"({left} {dice.choice(['and', 'or'])} {right})"

    def formula(self, by_axis: bool = False) -> str | dict[str, str]:
        if self.dice.random() < 0.5:
            return self.number(2, by_axis)
        return {self.condition(2, by_axis): self.number(1, by_axis), "true": self.number(1, by_axis)}

    def lines(self) -> Iterator[str]:
        """The body of a class."""
        yield '"""Own."""'
        yield from (ATTRIBUTES[attribute][0] for attribute in self.chosen)
        side = self.dice.choice(
            [f"out_side = {self.formula(True)!r}", f"out_tokens = {self.formula()!r}", "out_side = None"]
        )
        yield from self.dice.sample([f"out_channels = {self.formula()!r}", side], self.dice.randint(0, 2))
        if self.dice.random() < 0.4:
            yield f"requires = [Requirement({self.condition(2, True)!r}, 'why', when={self.condition(1, False)!r})]"
        self.names.append("out")
        yield f"weights = {{'weights': {self.formula()!r}, 'more': {{{self.condition(2, False)!r}: 'c'}}}}"


def use(layer_type: type[base.Layer], dice: Random) -> None:
    """Work out a layer with some values on some shape, and read its working."""
    rank = dice.randint(0, 3)
    shapes = [(dice.randint(1, 6), *(dice.randint(1, 6) for _ in range(rank)))]
    if layer_type.second_input and dice.random() < 0.5:
        shapes.append((2, *(dice.randint(1, 6) for _ in range(rank))))
    layer = layer_type({name: ATTRIBUTES[name][2](dice, rank) for name in layer_type.attributes})
    steps, failure = attempt(layer, tuple(shapes))
    assert all(step.symbols and step.numbers for step in steps)
    if failure is None:
        assert min(work(layer, tuple(shapes)).output) >= 1


@pytest.mark.parametrize("seed", range(8))
def test_what_is_not_refused_can_be_used(seed: int) -> None:
    dice = Random(seed)
    names = {name: value for name, value in vars(base).items() if not name.startswith("_")} | {"__name__": "own"}
    accepted = 0
    for _ in range(150):
        LAYERS.pop("own", None)
        body = "\n".join(f"    {line}" for line in Author(dice).lines())
        text = f"from __future__ import annotations\nclass Own(Layer):\n{body}\n"
        try:
            exec(compile(text, "own.py", "exec", dont_inherit=True), dict(names))
        except DeclarationError:
            continue
        accepted += 1
        for _ in range(4):
            use(LAYERS["own"], dice)
    assert accepted > 20
