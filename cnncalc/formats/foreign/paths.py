"""Names of layers, and groups, from the paths of modules that a file keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnncalc.core.builder import Builder
from cnncalc.core.graph import Group
from cnncalc.core.problem import clean


def name_nodes(
    builder: Builder, paths: Sequence[tuple[tuple[str, ...], str, str]], kinds: Mapping[tuple[str, ...], str]
) -> None:
    """The path of every node of a builder, and a group for all that stand in one module.

    `paths` are the scope, the name and the type of each node. A module of one layer is that layer; one that is entered
    again is another group. `kinds` are the classes of modules.
    """
    many: dict[tuple[str, ...], int] = {}
    for scope, _, _ in paths:
        for depth in range(1, len(scope) + 1):
            many[scope[:depth]] = many.get(scope[:depth], 0) + 1
    taken = dict.fromkeys(builder.inputs, 1)
    open_: list[tuple[str, str, int, str]] = []  # segment, whole path, first node, class
    for index, (scope, name, type) in enumerate(paths):
        wanted = tuple(map(_segment, scope))
        leaf = _segment(name) or type
        while wanted and many[scope[: len(wanted)]] == 1:
            leaf, wanted = wanted[-1], wanted[:-1]
        keep = 0
        while keep < min(len(open_), len(wanted)) and open_[keep][0] == wanted[keep]:
            keep += 1
        _close(builder, open_, keep, index)
        for depth, segment in enumerate(wanted[keep:], keep + 1):
            kind = clean(kinds.get(scope[:depth], "module"))
            parent = open_[-1][1] + "/" if open_ else ""
            open_.append((segment, _free(f"{parent}{segment}", taken), index, kind))
        parent = open_[-1][1] + "/" if open_ else ""
        builder.nodes[index] = builder.nodes[index]._replace(name=_free(f"{parent}{leaf}", taken))
    _close(builder, open_, 0, len(paths))


def _close(builder: Builder, open_: list[tuple[str, str, int, str]], keep: int, stop: int) -> None:
    while len(open_) > keep:
        _, path, start, kind = open_.pop()
        builder.groups.append(Group(path, kind, start, stop, stop - 1, builder.nodes[start].origin, named=True))


def _segment(text: str) -> str:
    """One part of a path: a slash would be two."""
    return clean(text).replace("/", "_").strip("_ ")[:200]


def _free(path: str, taken: dict[str, int]) -> str:
    taken[path] = many = taken.get(path, 0) + 1
    if many == 1:
        return path
    found = f"{path}_{many}"
    return found if found not in taken else _free(found, taken)
