"""Format: how a file of another program is recognised and read, and the registry that every format enters by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from cnncalc.core.graph import Graph
from cnncalc.core.problem import fail
from cnncalc.formats.source import Source

FORMATS: dict[str, Format] = {}


class Format:
    """A format that networks are written in, besides YAML.

    A subclass says what it is `called`, knows its files by `suffixes` or by their first bytes, and reads a source into
    a graph by way of `cnncalc.core.builder.Builder`.
    """

    called: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]] = ()
    binary: ClassVar[bool] = False  # the source has `data`, and no text
    table: ClassVar[Any] = None  # which operator is which layer of ours

    def __init_subclass__(cls) -> None:
        FORMATS[cls.__name__.lower()] = cls()

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether a file of that name which begins so is one of these."""
        return name.lower().endswith(self.suffixes)

    def graph(self, source: Source, vars: Mapping[str, str], input_size: str | None) -> Graph:
        """The graph of a source; raises ProblemsFound with all that is wrong."""
        self.refuse_vars(vars)
        if input_size is not None:
            raise fail("bad-value", f"--input-size: {self.called} fixes the input's size", None)
        return self.read(source)

    def refuse_vars(self, vars: Mapping[str, str]) -> None:
        """Only a file of YAML has vars; raises ProblemsFound where some are given."""
        if vars:
            raise fail("bad-value", f"--set: {self.called} has no vars", None)

    def read(self, source: Source) -> Graph:
        """The graph of a source, as it is written."""
        raise NotImplementedError
