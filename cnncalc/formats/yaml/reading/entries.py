"""Entries and blocks, as they are written in a file."""

from __future__ import annotations

from typing import Any

from cnncalc.core.problem import Origin
from cnncalc.core.record import Record
from cnncalc.formats.source import Node, Text

COMMON = ("name", "from", "repeat", "when", "share", "trainable", "dtype")  # what every entry may say


class Branch(Record):
    """A path that a merge joins; `when` may leave it out, `reads` lets it begin elsewhere.

    `trainable` and `dtype` are said of all in it.
    """

    name: Text | None
    entries: Entries
    node: Node
    when: Node | None = None
    reads: Text | None = None
    trainable: Node | None = None
    dtype: Node | None = None


class Entry:
    """One entry of a list of layers, as written."""

    __slots__ = (
        "_origin",
        "bound",
        "branches",
        "dtype",
        "faulty",
        "key",
        "layers",
        "name",
        "named",
        "positional",
        "reads",
        "repeat",
        "share",
        "trainable",
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
        self.trainable: Node | None = None
        self.dtype: Node | None = None
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
    def says_more(self) -> bool:
        """Whether something is said by name."""
        more = (self.name, self.reads, self.repeat, self.when, self.share, self.trainable, self.dtype)
        return bool(self.named) or any(node is not None for node in more)

    @property
    def origin(self) -> Origin:
        """The place of its type; a block may write it out many times."""
        found = self._origin
        if found is None:
            found = self._origin = self.key.origin
        return found

    def labels(self) -> list[str]:
        """Labels that messages have for the tensors that it reads by name."""
        return [node.text for node in self.reads or ()]


class Entries(list[Entry]):
    """A list of entries; `labels` keeps the names worked out for it, `words` are those whose type is a param."""

    labels: Any = None
    words: tuple[Entry, ...] = ()


class Param(Record):
    """A parameter of a block: `n`, `s=1`, or `$act`, which takes a word."""

    name: str
    word: bool
    default: str | None
    node: Text


class NetworkUse(Record):
    """Another network as a block: its `node` names it, and `until` what it gives; `vars` sets some of its vars."""

    node: Node
    until: Text | None
    vars: dict[str, Text]


class Block:
    """A layer type that a file defines: entries, or the `network` that `use` asks for."""

    __slots__ = (
        "dtype",
        "entries",
        "inputs",
        "name",
        "network",
        "node",
        "outputs",
        "overrides",
        "params",
        "trainable",
        "use",
        "vars",
    )  # fmt: skip

    def __init__(self, node: Text) -> None:
        self.name = node.text
        self.node = node
        self.params: list[Param] = []
        self.vars: dict[str, Node] = {}
        self.inputs: list[Text] = []
        self.outputs: list[Text] = []
        self.use: NetworkUse | None = None
        self.trainable: Node | None = None
        self.dtype: Node | None = None
        self.network: Any = None  # a Description
        self.entries = Entries()
        self.overrides: Origin | None = None

    @property
    def gives(self) -> list[Text]:
        """The names of its outputs, the one `until` which a network is used, too; none for that of its last entry."""
        until = self.use.until if self.use else None
        known = until is None or any(until.text == name.text for name in self.outputs)
        return self.outputs if known else [*self.outputs, until]  # type: ignore[list-item]
