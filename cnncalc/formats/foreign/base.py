"""Format: how a file of another program is recognised and read, and the registry that every format enters by itself."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO, Any, ClassVar

from cnncalc.core.graph import Graph
from cnncalc.core.problem import clean, fail
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


# What JSON in an archive raises that is no model, or not whole: RuntimeError for a password
DAMAGE = (
    ValueError, LookupError, TypeError, AttributeError, RuntimeError, zipfile.BadZipFile, zlib.error, OSError, EOFError,
)  # fmt: skip


def why_not(error: Exception) -> str:
    """The words for such damage: those of what reads JSON and archives."""
    said = isinstance(error, json.JSONDecodeError | zipfile.BadZipFile)
    return clean(str(error)) if said else "it is not as it should be"


def opened(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A file in an archive, as it is or deflated; raises BadZipFile where it is packed otherwise, and KeyError."""
    if archive.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(f"`{name}` is packed in a way that is not read")
    return archive.open(name)


class Stream(io.RawIOBase):
    """The bytes of a source as a file for libraries that want one."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.at = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The offset that is read next."""
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset from the beginning, from here or from the end."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: len(self.data)}[whence]
        if start + offset < 0:
            raise ValueError("an offset below 0")
        self.at = start + offset
        return self.at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from here on, as far as there are bytes."""
        found = self.data[self.at : self.at + len(buffer)]
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)
