"""The YAML document behind a graph: what `expect`, `budget`, lint rules and `--update` ask, and a graph knows not."""

from __future__ import annotations

from cnncalc.core.graph import Graph
from cnncalc.core.record import Record
from cnncalc.formats.source import Node
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Entry


class Document(Record):
    """A description, and for each node of the graph the entry that wrote it."""

    description: Description
    entries: tuple[Entry, ...]

    def field(self, key: str) -> Node | None:
        """The value of a top-level key, also where a parent hands it down; None where there is none."""
        return self.description.fields.get(key)


def document_of(graph: Graph) -> Document | None:
    """The document of a graph; None where it was read from something else.

    >>> import cnncalc
    >>> document_of(cnncalc.load("lenet5")).field("name").text
    'LeNet-5'
    """
    return graph.document if isinstance(graph.document, Document) else None
