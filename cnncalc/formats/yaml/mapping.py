"""Mappings of a Python program → the trees that YAML would have given; messages name the path of keys."""

from __future__ import annotations

import os
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

from cnncalc.core.arguments import digits
from cnncalc.core.names import composed
from cnncalc.core.problem import Label, Origin, fail
from cnncalc.formats.source import DEEPEST, Map, Node, Seq, Source, Text
from cnncalc.formats.yaml.tree import MOST_NODES


class Given(Source):
    """A mapping instead of a text: its places are paths of keys, `layers[3].conv.filters`.

    It holds its `root`, which cannot be read once more.
    """

    __slots__ = ("root",)
    root: Map

    def where(self, mark: Any, length: int = 1) -> Origin:
        """The path of keys that leads to a value."""
        return Label(self.name, mark.path)


class _Mark:
    """Place of a value in a mapping: the path of keys, and the number of values before it."""

    __slots__ = ("index", "name", "path")

    def __init__(self, source: Source, path: str, index: int) -> None:
        self.name = source
        self.path = path
        self.index = index


class _Reader:
    """Values of a mapping as nodes, counted and bounded as in a file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0

    def mark(self, path: str) -> _Mark:
        self.count += 1
        if self.count > MOST_NODES:
            raise self.limit(f"more than {MOST_NODES:,} values (limit: values {MOST_NODES:,})", path)
        return _Mark(self.source, path, self.count)

    def limit(self, message: str, path: str) -> Exception:
        return fail("limit", message, Label(self.source.name, path))

    def node(self, value: Any, path: str, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.limit(f"nested deeper than {DEEPEST} (limit: nesting {DEEPEST})", path)
        mark = self.mark(path)
        if isinstance(value, Mapping):
            tree = Map(mark)
            for key, content in value.items():
                if not isinstance(key, str | Integral):
                    raise TypeError(f"{path or 'a key'}: a key must be text, is {key!r}")
                below = f"{path}.{key}" if path else str(key)
                tree.pairs.append(
                    (Text(composed(str(key)), self.mark(below), True), self.node(content, below, depth + 1))
                )
            return tree
        if isinstance(value, list | tuple):
            items = Seq(mark)
            items.items += (self.node(item, f"{path}[{place}]", depth + 1) for place, item in enumerate(value))
            return items
        return Text(composed(_written(value, path)), mark, not isinstance(value, str))


def _written(value: Any, path: str) -> str:
    """A scalar as a file would write it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Integral):
        return digits(int(value))
    if isinstance(value, Real):
        return repr(float(value))
    raise TypeError(f"{path or 'the network'}: must be text, a number, a list or a mapping, is {type(value).__name__}")


def source_of(mapping: Mapping[str, Any], name: str) -> Source:
    """A mapping as a source with its tree; raises ProblemsFound beyond the limits, TypeError for what YAML has not."""
    if not isinstance(mapping, Mapping):
        raise TypeError(f"a network is a mapping with `input` and `layers`, not {type(mapping).__name__}")
    source = Given(name, "", os.getcwd())
    root = _Reader(source).node(mapping, "", 1)
    assert isinstance(root, Map)
    source.root = root
    return source
