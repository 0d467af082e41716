"""Files, and what is written in them: texts, lists and mappings that know their line and column."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import ref

from cnncalc.core.problem import Origin, Place, ProblemsFound, fail, misspelt
from cnncalc.formats.writing import remember

LARGEST_FILE = 64 * 2**20
LARGEST_READ = 2**20  # a larger binary file is read in parts
YAML = "yaml"
MODELS = (".onnx", ".keras", ".h5", ".hdf5", ".json", ".pt2", ".prototxt", ".cfg")  # how files of other programs end
POINTER = b"version https://git-lfs.github.com/spec/"
DEEPEST = 100
ANYWHERE = ""  # as a Source's `top`
HEAD = 4_096  # bytes by which a format is recognised
BREAKS = "\n\r\x85\u2028\u2029"  # where YAML ends a line
REST_OF_LINE = re.compile(f"[^{BREAKS}]*")


class Source:
    """One file's text, under the `name` by which messages call it, beside other files in `folder`.

    `tree` is where a file that is not on disk finds the others: a version that git keeps, the files of a worksheet.
    `format` is what the file is written in, where that is not YAML; a binary one has `data` instead of a text. Only
    what lies below `top` is read beside it: by default the repository around `folder`, else `folder`.
    """

    __slots__ = ("_line", "_root", "bundled", "data", "folder", "format", "name", "text", "top", "tree")

    def __init__(
        self,
        name: str,
        text: str,
        folder: str = "",
        bundled: bool = False,
        tree: Any = None,
        *,
        format: Any = None,
        data: Any = b"",
        top: str | None = None,
    ) -> None:
        self.name = name
        self.text = text
        self.folder = folder
        self.bundled = bundled
        self.tree = tree
        self.format = format
        self.data = data
        self.top = top
        self._root: ref[Map] | None = None
        self._line = -1, ""  # the last line that was found: where it begins, and its text

    @property
    def root(self) -> Map | None:
        """The tree of what is written, where it has been read and somebody holds it.

        A tree leads to its source: held here, too, it would stay until the garbage collector looks for it.
        """
        return self._root() if self._root else None

    @root.setter
    def root(self, tree: Map) -> None:
        """The tree, as long as somebody else holds it."""
        self._root = ref(tree)

    def __getstate__(self) -> dict[str, Any]:
        """All but the tree, which is read again: what is analysed may go to another process."""
        slots = (name for kind in type(self).__mro__ for name in getattr(kind, "__slots__", ()))
        return {name: getattr(self, name) for name in slots if name != "_root" and hasattr(self, name)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._root = None
        for name, value in state.items():
            setattr(self, name, value)

    def beside(self, name: str) -> Source | None:
        """The file of that relative path beside this one; None where there is none.

        Raises ProblemsFound where it cannot be read, and where it lies outside, whether it is there or not.
        """
        path = os.path.join(self.folder, name)
        if self.tree is not None:
            found: Source | None = self.tree.read(path)
            return found
        if self.top is None:
            self.top = top_of(self.folder)
        if self.top != ANYWHERE and is_outside(path, self.top):
            raise outside(name)
        if not os.path.exists(path):
            return None
        shown = os.path.join(os.path.dirname(self.name), name) if self.name != "<stdin>" else name
        plain = os.path.normpath(shown)
        if plain != shown and os.path.exists(plain) and os.path.samefile(plain, path):  # no link lies on the way
            shown = plain
        beside = read_file(path, shown, regular=True)
        beside.top = self.top
        return beside

    def where(self, mark: Any, length: int = 1) -> Origin:
        """The place of a YAML mark; finds its one line, for a file may have millions."""
        line, start = mark.line, mark.index - mark.column
        if 0 < mark.index == start == len(self.text) and self.text[-1] not in BREAKS:
            line, start = line - 1, self.text.rfind("\n") + 1  # at the end libyaml counts a line that is not there
        if self._line[0] != start:  # one text for all places of a line, which may be all of a large file
            found = REST_OF_LINE.match(self.text, start)
            assert found is not None
            self._line = start, found[0]
        text, column = self._line[1], mark.index - start
        return Place(self.name, line + 1, column + 1, max(1, min(length, len(text) - column)), text)

    def line_of(self, origin: Origin) -> Origin:
        """The whole of what is written on the line of a place in this source."""
        return self.at_line(origin.line) if isinstance(origin, Place) else origin

    def at_line(self, number: int) -> Place:
        """The place of the text of a line, lines counted from 1, without the dash of a list and without a comment."""
        lines = self.text.split("\n", number)
        text = lines[number - 1].rstrip() if number <= len(lines) else ""
        written = text.lstrip(" -") or text
        length = len(written.partition(" #")[0].rstrip())
        return Place(self.name, number, len(text) - len(written) + 1, max(1, length), text)


class _Written:
    """A node of a tree: its `mark` leads to the source and to the place in it."""

    __slots__ = ()
    mark: Any

    @property
    def source(self) -> Source:
        """The file, or whatever else, that says it."""
        source: Source = self.mark.name
        return source

    @property
    def origin(self) -> Origin:
        """The place of the node."""
        return self.source.where(self.mark)

    @property
    def order(self) -> int:
        """How far behind the beginning of its source it stands."""
        order: int = self.mark.index
        return order


class Text(_Written):
    """A scalar: the text as written."""

    __slots__ = ("mark", "plain", "text")

    def __init__(self, text: str, mark: Any, plain: bool) -> None:
        self.text = text
        self.mark = mark
        self.plain = plain

    @property
    def origin(self) -> Origin:
        """The place of the text, quotes and all."""
        return self.source.where(self.mark, len(self.text) + (0 if self.plain else 2))

    @property
    def null(self) -> bool:
        """Whether nothing is written where a value belongs."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


class Seq(_Written):
    """A list."""

    __slots__ = ("items", "mark")

    def __init__(self, mark: Any) -> None:
        self.items: list[Node] = []
        self.mark = mark


class Map(_Written):
    """A mapping; `pairs` in the order written."""

    __slots__ = ("__weakref__", "mark", "pairs")

    def __init__(self, mark: Any) -> None:
        self.pairs: list[tuple[Text, Node]] = []
        self.mark = mark

    def get(self, key: str) -> Node | None:
        """The value of a key, the first one written; None where there is none."""
        return next((value for written, value in self.pairs if written.text == key), None)

    def __iter__(self) -> Iterator[tuple[Text, Node]]:
        return iter(self.pairs)


Node = Text | Seq | Map


def texts(nodes: Iterable[Node]) -> Iterator[str]:
    """The texts in some values, without the keys of mappings; in no order."""
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, Text):
            yield node.text
        elif isinstance(node, Map):
            stack += [value for _, value in node.pairs]
        else:
            stack += node.items


# ------------------------------------------------------------------------------------------------ file → text


def top_of(folder: str) -> str:
    """The top of the repository around a folder, else the folder itself: what a file in it names lies below."""
    start = here = os.path.realpath(folder or ".")
    while not os.path.lexists(os.path.join(here, ".git")):
        here, below = os.path.dirname(here), here
        if here == below:
            return start
    return here


def is_outside(path: str, top: str) -> bool:
    """Whether a path leads out of a folder, by whatever links; git's own folder, which may hold a token, is outside."""
    real = os.path.realpath(path)
    inside = os.path.join(top, "")
    return not real.startswith(inside) or not _OF_GIT.isdisjoint(real[len(inside) :].lower().split(os.sep))


_OF_GIT = frozenset((".git", "git~1"))  # as it may be written where case is nothing, and in eight letters


def relative(path: str, start: str = "") -> str:
    """A path as seen from a folder, by default the current one; whole where it lies on another drive."""
    try:
        return os.path.relpath(path, start or ".")
    except ValueError:
        return os.path.abspath(path)


def is_absolute(name: str) -> bool:
    """Whether a path says where it begins, on whichever system: `/a`, `C:a`, `\\\\server\\a`."""
    return os.path.isabs(name) or name[1:2] == ":" or name.startswith("\\")


def outside(name: str) -> ProblemsFound:
    """The problem of a file that is not read unasked."""
    message = f"`{name}` lies outside: a file reads what is below the top of its repository, else below its folder"
    return fail("unreadable", message, help="to read it all the same, pass `--allow-outside`")


def read_file(
    path: str, name: str, *, bundled: bool = False, regular: bool = False, format: str | None = None
) -> Source:
    """The text of a file; ProblemsFound where it cannot be read, is too large or is no text.

    Its format is told by its name and its first bytes, unless `format` says it.
    """
    whole = Place(name, 1, 1)
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise fail("unreadable", f"`{name}` is a folder", help="name a file in it")
        if not stat.S_ISREG(status.st_mode) and (regular or not stat.S_ISFIFO(status.st_mode)):
            raise fail("unreadable", f"`{name}` is not a regular file")
        if stat.S_ISREG(status.st_mode) and not status.st_size:
            data = b""  # nor is what the system makes up and calls a file, which may wait for ever, as /proc/kmsg does
        else:
            with open(path, "rb") as file:
                remember(file)
                if status.st_size > LARGEST_READ and (large := _large(file, name, format)) is not None:
                    return large
                if status.st_size > LARGEST_FILE:
                    raise too_large(name)
                data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise fail("unreadable", f"cannot read `{name}`: {(error.strerror or str(error)).lower()}") from None
    except ValueError:
        raise fail("unreadable", f"cannot read `{name}`: a file name has no NUL byte") from None
    return decode(data, name, os.path.dirname(path), bundled=bundled, whole=whole, format=format)


def _large(file: Any, name: str, called: str | None) -> Source | None:
    """A large binary file, of which most is weights that nobody reads; None, at its beginning, where it is text."""
    format = _format(name, file.read(HEAD), called)
    if format is None or not format.binary:
        file.seek(0)
        return None
    from cnncalc.formats.large import LargeFile  # here, for most files are YAML

    return Source(name, "", format=format, data=LargeFile(file, name))


def too_large(name: str) -> ProblemsFound:
    """The problem of a file beyond the limit."""
    return fail("limit", f"`{name}` is too large (limit: file size {LARGEST_FILE // 2**20} MB)")


def decode(
    data: bytes,
    name: str,
    folder: str = "",
    *,
    bundled: bool = False,
    whole: Place | None = None,
    format: str | None = None,
) -> Source:
    """Bytes as the text of a Source; ProblemsFound where they are not UTF-8 or hold control characters."""
    if len(data) > LARGEST_FILE:
        raise too_large(name)
    found = _format(name, data, format)
    if found is not None and found.binary:
        return Source(name, "", folder, bundled, format=found, data=data)
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise fail(
            "encoding",
            f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start:,}",
            Place(name, line, 1),
            "save the file as UTF-8",
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise fail("encoding", "the file holds a NUL byte: it is no text", Place(name, line, 1))
    return Source(name, text, folder, bundled, format=found)


def _format(name: str, data: bytes, called: str | None) -> Any:
    """The format of a file that is not YAML, None where it may be; ProblemsFound where it is known and not read."""
    head = data[:HEAD]
    if head.startswith(POINTER):
        message = f"`{name}` is a pointer of Git LFS, and not the file itself"
        raise fail("unreadable", message, help="fetch it: `git lfs pull`")
    if called:
        return _format_called(called)
    if name.lower().endswith((".yaml", ".yml")) and b"\0" not in head:
        return None
    from cnncalc.formats.foreign import FORMATS  # here, for most files are YAML
    from cnncalc.formats.foreign.unread import unread

    found = next((one for one in FORMATS.values() if one.recognises(name, head)), None)
    if found is None and (kind := unread(name, head)):
        raise fail("foreign-format", f"`{name}` is {kind.called}, which is not read", help=kind.cure)
    return found


def _format_called(name: str) -> Any:
    """The format of that name; ProblemsFound where there is none."""
    if name == YAML:
        return None
    from cnncalc.formats.foreign import FORMATS

    if name not in FORMATS:
        known = [YAML, *FORMATS]
        help = misspelt(name, known) or f"there are {', '.join(known)}"
        raise fail("bad-value", f"--from: no format `{name}`", help=help)
    return FORMATS[name]
