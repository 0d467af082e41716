"""How well a layer of one version goes together with a layer of another: by content, type, names and place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.outline import outline
from cnncalc.core.analysis import Analysis, GroupRow, Row
from cnncalc.core.record import Record


def kind_of(entry: Row | GroupRow) -> str:
    """The type of a layer, or what a group is."""
    return entry.type if isinstance(entry, Row) else entry.description


def layers_of(entry: Row | GroupRow) -> int:
    """The number of layers that an entry stands for."""
    return 1 if isinstance(entry, Row) else entry.stop - entry.start


class Item(Record):
    """One entry of a version, with what it is told apart by."""

    name: str
    keys: tuple[Any, str, str]  # content, kind, name
    given: str  # its own name, where its author gave it one
    around: frozenset[str]  # such names of the blocks that it stands in
    family: str
    heavy: bool
    entry: Row | GroupRow


def items_of(analysis: Analysis, depth: int | None) -> list[Item]:
    """The entries of a version that are aligned: layers, and blocks that `depth` folds."""
    weighted = MEASURES["weight_layers"]
    contents = [(row.type, *_hashable(row)) for row in analysis.rows]
    named: dict[str, frozenset[str]] = {"": frozenset()}
    found = []
    for line in outline(analysis, depth):
        entry = line.entry
        if entry is None or line.counts is None or not layers_of(entry):
            continue  # a heading, or a branch without layers
        if isinstance(entry, Row):
            content: Any = (entry.type, *_hashable(entry))
            kind, family, heavy = entry.type, entry.layer.family, bool(weighted.value(analysis, entry))
        else:
            content = tuple(contents[entry.start : entry.stop])
            kind, family, heavy = entry.kind, "block", entry.counts.weights > 0
        around = _around(entry.name.rpartition("/")[0], analysis, named)
        given = given_name(entry)
        found.append(Item(entry.name, (content, kind, entry.name), given, around, family, heavy, entry))
    return found


def _hashable(row: Row) -> tuple[Any, ...]:
    return (*row.layer.values.values(), bool(row.counts.frozen), row.dtype)


def _around(path: str, analysis: Analysis, known: dict[str, frozenset[str]]) -> frozenset[str]:
    """The names on a path that somebody gave; worked out once for each block."""
    found = known.get(path)
    if found is None:
        group = analysis.groups.get(path)
        own = given_name(group) if group else ""
        found = known[path] = _around(path.rpartition("/")[0], analysis, known) | ({own} if own else set())
    return found


def given_name(entry: Row | GroupRow) -> str:
    """The name that an entry was given; empty where it is counted, like `conv2`."""
    return entry.name.rpartition("/")[2] if entry.named else ""


_SAME_NAME = 1 << 24  # what outweighs it counts first; equal names decide between equally good pairs
_SHAPE = 16  # for an equal output: where a block has become another, its neighbour of the same size may be it
_AROUND = 36  # against leaving or entering a named block that both versions have


def scores(olds: list[Item], news: list[Item]) -> Callable[[int, int], int]:
    """Scores of how well two items go together; worked out once for each pair of contents and given names."""
    known: dict[tuple[int, int], int] = {}
    given = [{name for item in items for name in (item.given, *item.around)} for items in (olds, news)]
    both = given[0] & given[1]
    labels = [_numbered(items) for items in (olds, news)]
    names = [[item.name for item in items] for items in (olds, news)]
    shapes = [[item.entry.output_shape for item in items] for items in (olds, news)]

    def score(i: int, j: int) -> int:
        key = (labels[0][i], labels[1][j])
        found = known.get(key)
        if found is None:
            found = known[key] = _likeness(olds[i], news[j], both) * _SAME_NAME
        if not found:
            return 0
        return found + _SHAPE * _SAME_NAME * (shapes[0][i] == shapes[1][j]) + (names[0][i] == names[1][j])

    return score


def _numbered(items: list[Item]) -> list[int]:
    """A number for each item, equal for those that are as like as can be."""
    numbers: dict[Any, int] = {}
    return [numbers.setdefault((item.keys[0], item.given, item.around), len(numbers)) for item in items]


def _likeness(old: Item, new: Item, both: set[str]) -> int:
    """0: never the same layer. `both` are the names that somebody gave in both versions."""
    weight = 3 if old.heavy or new.heavy else 1
    equal, named = old.keys[0] == new.keys[0], bool(old.given and new.given)
    same_name = named and old.given == new.given
    if equal:
        found = 48 * weight
    elif named and not same_name and {old.given, new.given} <= both:
        return 1  # the other version has a layer of that name, too
    elif old.keys[1] == new.keys[1]:
        found = 12 * weight + int(24 * weight * _share_of_equals(old.entry, new.entry))
    elif old.family == new.family and old.family != "block":
        found = 10 * weight
    else:
        return 36 if same_name else 0
    if (old.around ^ new.around) & both:
        found -= _AROUND
    return found + 36 if same_name else max(1, found - 12) if named else max(1, found)


def _share_of_equals(old: Row | GroupRow, new: Row | GroupRow) -> float:
    if not isinstance(old, Row) or not isinstance(new, Row):
        return 0.5
    values = new.layer.values
    equal = [name for name, value in old.layer.values.items() if values.get(name) == value]
    return len(equal) / max(1, len(values))
