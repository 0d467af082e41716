"""Entries and blocks, as they are written in a file."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnncalc.core.problem import Origin
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
        "_origin",
        "bound",
        "branches",
        "faulty",
        "key",
        "layers",
        "name",
        "named",
        "positional",
        "reads",
        "repeat",
        "share",
        "when",
    )  # fmt: skip

    def __init__(self, key: Text) -> None:
        self.key = key
        self._origin: Origin | None = None
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
        """The layer type or block, or `$word`."""
        return self.key.text

    @property
    def origin(self) -> Origin:
        """The place of its type; a block may write it out many times."""
        found = self._origin
        if found is None:
            found = self._origin = self.key.origin
        return found

    def labels(self) -> list[str]:
        """What messages call the tensors that it joins: the names of branches, or those that `from` reads."""
        if self.branches:
            return [
                branch.name.text if branch.name else f"branch {index + 1}" for index, branch in enumerate(self.branches)
            ]
        return [node.text for node in self.reads or ()]


class Entries(list[Entry]):
    """A list of entries; `labels` keeps the names worked out for it, `words` are those whose type is a param."""

    labels: Any = None
    words: tuple[Entry, ...] = ()


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
        self.overrides: Origin | None = None
