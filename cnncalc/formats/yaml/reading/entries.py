"""Entries and blocks, as they are written in a file."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnncalc.core.problem import Where
from cnncalc.formats.source import Node, Text

COMMON = ("name", "from", "repeat", "when", "share")  # what every entry may say


class Branch(NamedTuple):
    """A path that a merge joins."""

    name: Text | None
    entries: Entries
    node: Node


class Entry:
    """One entry of a list of layers, as written."""

    __slots__ = (
        "bound", "branches", "faulty", "key", "layers", "name", "named", "positional", "reads", "repeat", "share",
        "when",
    )  # fmt: skip

    def __init__(self, key: Text) -> None:
        self.key = key
        self.name: Text | None = None
        self.reads: list[Text] | None = None
        self.repeat: Node | None = None
        self.when: Node | None = None
        self.share: Text | None = None
        self.positional: list[Node] = []
        self.named: list[tuple[Text, Node]] = []
        self.branches: list[Branch] | None = None
        self.faulty = False  # an attribute is wrong, and that has been said: what seems missing may be just that one
        self.bound: dict[str, Node] | None = None  # attribute → what is written for it
        self.layers: Any = None  # the layers made of it, where they depend on nothing but the number of sides

    @property
    def type(self) -> str:
        return self.key.text


class Entries(list[Entry]):
    """A list of entries; `labels` keeps the names worked out for it."""

    labels: Any = None


class Param(NamedTuple):
    """A parameter of a block: `n`, `s=1`, or `$act`, which takes a word."""

    name: str
    word: bool
    default: str | None
    node: Text


class Block:
    """A layer type that a file defines."""

    __slots__ = ("entries", "inputs", "name", "node", "overrides", "params", "vars")

    def __init__(self, node: Text) -> None:
        self.name = node.text
        self.node = node
        self.params: list[Param] = []
        self.vars: dict[str, Node] = {}
        self.inputs: list[Text] = []
        self.entries = Entries()
        self.overrides: Where | None = None
