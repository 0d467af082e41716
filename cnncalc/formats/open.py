"""Names → files → graphs, in whichever format: what the commands and Python users call."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from cnncalc.core.arguments import Size, mistyped, size_text, var_texts
from cnncalc.core.graph import Graph
from cnncalc.core.problem import Problems, fail, nearest
from cnncalc.core.record import Record
from cnncalc.formats import bundled
from cnncalc.formats.source import ANYWHERE, LARGEST_FILE, Source, decode, read_file
from cnncalc.formats.yaml.expanding.build import load_source

_OF_MAPPINGS = " (from_dict takes mappings)"
FROM_GIT = "git:"  # a file of that very name is `./git:…`


class Located(Record):
    """The file that a name means; `bundled` where it came with the package."""

    path: str
    name: str
    bundled: bool


def find(name: str) -> Located:
    """The file that FILE means: an existing one, else the bundled architecture of that name; raises ProblemsFound."""
    if name.startswith(FROM_GIT):
        return Located(name, name, False)
    if os.path.exists(name):
        return Located(name, name, False)
    in_folder = os.path.dirname(name) not in ("", "fragments")
    path = None if in_folder else bundled.find(name)
    if path is None:
        beside = _beside(name)
        close = None if in_folder else nearest(name.removesuffix(".yaml"), bundled.names())
        help = f"did you mean the bundled `{close}`?" if close else "`cnncalc list` shows the bundled architectures"
        help = f"did you mean `{beside}`?" if beside else help
        what = "no such file" if in_folder else "no such file, and no bundled architecture of that name"
        raise fail("unreadable", f"cannot read `{name}`: {what}", help=help)
    return Located(path, name if name.endswith(".yaml") else f"{name}.yaml", True)


def _beside(name: str) -> str | None:
    """The architecture file in the same folder whose name is like a name; None where there is none."""
    from cnncalc.formats.listing import SUFFIXES  # here, for most files are there

    folder, file = os.path.split(name)
    try:
        names = [one for one in os.listdir(folder or ".") if one.lower().endswith(SUFFIXES)]
    except (OSError, ValueError):
        return None
    found = nearest(file, names)
    return os.path.join(folder, found) if found else None


def read(name: str, *, allow_outside: bool = False, format: str | None = None) -> Source:
    """The source of a FILE; `-` is standard input, `git:REF:PATH` an older version. Raises ProblemsFound.

    What it extends or uses lies below the top of its repository, else below its folder; with `allow_outside` anywhere.
    `format` overrules what its name and its first bytes say.
    """
    source = _read(name, format)
    if allow_outside:
        source.top = ANYWHERE
    return source


def _read(name: str, format: str | None) -> Source:
    if name == "-":
        return decode(sys.stdin.buffer.read(LARGEST_FILE + 1), "<stdin>", os.getcwd(), format=format)
    if name.startswith(FROM_GIT):
        from cnncalc.formats import git

        return git.read(name, format)
    found = find(name)
    return read_file(found.path, found.name, bundled=found.bundled, format=format)


def graph_of(
    source: Source, *, set: Mapping[str, str] | None = None, input_size: str | None = None, strict: bool = False
) -> Graph:
    """The graph of a source in whichever format it is written; raises ProblemsFound.

    `strict` refuses another program's file with operators that are not understood.
    """
    vars = dict(set or {})
    graph: Graph
    if source.format is None:
        graph = load_source(source, set=vars, input_size=input_size)
    else:
        graph = source.format.graph(source, vars, input_size)
    if strict:
        refuse_unknown(graph, graph.document.models if source.format is None else (graph.file,))
    return replace(graph, reread=Reread(source, vars, input_size, strict))


class Reread:
    """The way in which a graph was read, by which it is read again."""

    __slots__ = ("input_size", "source", "strict", "vars")

    def __init__(self, source: Source, vars: dict[str, str], input_size: str | None, strict: bool) -> None:
        self.source = source
        self.vars = vars
        self.input_size = input_size
        self.strict = strict

    def __call__(self, more: dict[str, str], size: str | None) -> Graph:
        """The graph with more vars than before, at another input size, or of another one of its inputs."""
        if self.input_size and size and "=" in size:
            size = f"{self.input_size},{size}"
        return graph_of(self.source, set={**self.vars, **more}, input_size=size or self.input_size, strict=self.strict)


def refuse_unknown(graph: Graph, files: Collection[str]) -> None:
    """The end where layers of these files of others are not understood: raises ProblemsFound with all of them."""
    problems = Problems()
    for node in graph.nodes:
        if node.origin.file in files and node.layer.unknown and (open_ := node.layer.left_open):
            called = node.layer.values["type"]
            problems.add(
                "unknown-layer", f"`{called}` is not understood: its {' and '.join(open_)} are not known", node
            )
    problems.stop_if_any()


def load(
    path: str | os.PathLike[str],
    *,
    set: Mapping[str, object] | None = None,
    input_size: Size | None = None,
    allow_outside: bool = False,
    format: str | None = None,
    strict: bool = False,
) -> Graph:
    """The graph of an architecture file, or of a bundled architecture, by name; `git:REF:PATH` is an older version.

    `set` overrides vars (`{"classes": 10}`), `input_size` the sides: 256, (height, width), `"256x320"`, and of several
    inputs `{"left": 256}`. With `allow_outside` the file may extend and use files outside of its repository or, without
    one, of its folder. `format` overrules what a file's name and first bytes say it is written in (`yaml`, `onnx`, …);
    `strict` refuses another program's file with operators that are not understood. Raises ProblemsFound with all that
    is wrong with the file.

    >>> load("lenet5").inputs
    {'input': TensorShape(channels=1, height=32, width=32)}
    """
    name = os.fspath(path) if isinstance(path, os.PathLike) else path
    if not isinstance(name, str):
        raise mistyped("load: path", f"a path or a name{_OF_MAPPINGS if isinstance(path, Mapping) else ''}", path)
    vars, size = var_texts(set, "load: set"), size_text(input_size, "load: input_size")
    return graph_of(read(name, allow_outside=allow_outside, format=format), set=vars, input_size=size, strict=strict)


def loads(
    text: str,
    *,
    name: str = "<text>",
    set: Mapping[str, object] | None = None,
    input_size: Size | None = None,
    allow_outside: bool = False,
) -> Graph:
    """The graph that a YAML text describes, which names files as one in the current folder; raises ProblemsFound.

    >>> loads("{input: {channels: 3, size: 8}, layers: [conv: [4, 3], flatten]}").shape(1)
    TensorShape(channels=144)
    """
    if not isinstance(text, str):
        raise mistyped("loads: text", f"the text of a file{_OF_MAPPINGS if isinstance(text, Mapping) else ''}", text)
    vars, size = var_texts(set, "loads: set"), size_text(input_size, "loads: input_size")
    top = ANYWHERE if allow_outside else None
    return graph_of(Source(name, text, os.getcwd(), top=top), set=vars, input_size=size)


def from_dict(
    mapping: Mapping[str, Any],
    *,
    name: str = "<mapping>",
    set: Mapping[str, object] | None = None,
    input_size: Size | None = None,
    allow_outside: bool = False,
) -> Graph:
    """The graph that a mapping describes, as a YAML text would; problems name the path of keys.

    Raises ProblemsFound with all that is wrong, and TypeError for values that YAML has not.

    >>> from_dict({"input": {"channels": 3, "size": 8}, "layers": [{"conv": {"filters": 4, "kernel": 3}}]}).shape(0)
    TensorShape(channels=4, height=6, width=6)
    >>> from cnncalc import ProblemsFound
    >>> try:
    ...     from_dict({"input": {"channels": 3, "size": 8}, "layers": [{"conv": {"filter": 4, "kernel": 3}}]})
    ... except ProblemsFound as error:
    ...     print(error.problems[0].where)
    <mapping>, layers[0].conv.filter
    """
    from cnncalc.formats.yaml.mapping import source_of

    vars, size = var_texts(set, "from_dict: set"), size_text(input_size, "from_dict: input_size")
    source = source_of(mapping, name)
    source.top = ANYWHERE if allow_outside else None
    return graph_of(source, set=vars, input_size=size)
