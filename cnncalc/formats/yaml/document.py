"""The YAML document behind a graph: what `expect`, `budget`, lint rules and `--update` ask, and a graph knows not."""

from __future__ import annotations

from types import SimpleNamespace

from cnncalc.core.graph import Graph
from cnncalc.core.problem import Origin
from cnncalc.core.record import Record
from cnncalc.formats.source import Map, Node, Source, Text
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Entries, Entry


class Document(Record):
    """A description, and for each node of the graph the entry that wrote it."""

    description: Description
    entries: tuple[Entry, ...]

    def field(self, key: str) -> Node | None:
        """The value of a top-level key, also where a parent hands it down; None where there is none."""
        return self.description.fields.get(key)

    @property
    def memory(self) -> tuple[str, ...]:
        """The fields of a Storage that it says itself."""
        said = self.field("memory")
        return tuple(key.text for key, _ in said) if isinstance(said, Map) else ()

    @property
    def models(self) -> frozenset[str]:
        """The names of the files of other programs that it uses, as the network or as blocks."""
        found = [self.description]
        for one in found:
            found += [block.network for block in one.blocks.values() if block.network is not None]
        return frozenset(one.model.name for one in found if one.model is not None)


def document_of(graph: Graph) -> Document | None:
    """The document of a graph; None where it was read from something else.

    >>> import cnncalc
    >>> document_of(cnncalc.load("lenet5")).field("name").text
    'LeNet-5'
    """
    return graph.document if isinstance(graph.document, Document) else None


class _Elsewhere(Text):
    """The type of a layer that stands in no YAML."""

    __slots__ = ("at",)

    def __init__(self, text: str, source: Source, order: int, at: Origin) -> None:
        super().__init__(text, SimpleNamespace(name=source, index=order), True)
        self.at = at

    @property
    def origin(self) -> Origin:
        """Where the other program has the layer."""
        return self.at


def entries_of(graph: Graph) -> tuple[Entry, ...]:
    """An entry for each node of a graph that no YAML wrote: its type, and nothing more."""
    source = Source(graph.file, "")
    nodes = enumerate(graph.nodes)
    return tuple([Entry(_Elsewhere(node.layer.type, source, at, node.origin)) for at, node in nodes])


def written_for(graph: Graph) -> Document:
    """The document of a graph, also of one that was read from something else: nothing of it is YAML then."""
    found = document_of(graph)
    if found is not None:
        return found
    source = Source(graph.file, "")
    tree = Map(SimpleNamespace(name=source, index=0))
    return Document(Description(source, tree, {}, {}, {}, {}, Entries(), None, {}, 0), entries_of(graph))
