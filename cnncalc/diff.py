"""Two versions of a network, layer by layer: what was added, removed, changed and moved."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from cnncalc.align import align
from cnncalc.analysis import Analysis, Counts, GroupRow, Row
from cnncalc.comparison import is_weight_layer
from cnncalc.outline import outline, written_attribute
from cnncalc.shape import Shape

Kind = Literal["added", "removed", "changed", "moved", "resized", "unchanged"]
KINDS: tuple[Kind, ...] = ("added", "removed", "changed", "moved", "resized", "unchanged")


class Difference(NamedTuple):
    """One thing that is not as it was: an attribute, `type`, `name`, `reads`, `layers`; as text."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One layer or group in both versions; None where a version has none.

    `resized` is a layer as it was that reads or gives other shapes, for another one changed. `layers` counts the
    layers that a group stands for.
    """

    kind: Kind
    before: Row | GroupRow | None
    after: Row | GroupRow | None
    differences: tuple[Difference, ...] = ()
    layers: int = 1

    @property
    def entry(self) -> Row | GroupRow:
        """The layer as it is now, or as it last was."""
        found = self.after or self.before
        assert found is not None
        return found

    def grown(self, quantity: str) -> int:
        """By how much a count grew; less than 0 where it shrank."""
        counts = [one.counts if one else Counts() for one in (self.before, self.after)]
        return int(getattr(counts[1], quantity) - getattr(counts[0], quantity))


def differences(before: Analysis, after: Analysis, depth: int | None = None) -> list[Change]:
    """Every layer of both versions, in the order of the newer one, with what became of it.

    `depth` folds blocks, as in a summary: a folded block is compared as one entry. Blocks that are new or gone are
    one change, also where nothing is folded.

    >>> import cnncalc
    >>> old, new = (cnncalc.analyze(cnncalc.load(name)) for name in ("vgg16", "vgg19"))
    >>> [(change.kind, change.entry.name) for change in differences(old, new) if change.kind == "added"][0]
    ('added', 'conv3/4')
    """
    olds, news = _items(before, depth), _items(after, depth)
    pairs = align([item.keys for item in olds], [item.keys for item in news], _scores(olds, news))
    partner = {olds[i].name: news[j].name for i, j in pairs if i is not None and j is not None}
    partner |= dict(zip(before.inputs, after.inputs, strict=False))
    moved = _moved(olds, news, pairs)
    stayed = set(partner.values())
    found: list[Change] = []
    for i, j in pairs:
        if i is not None and j is not None:
            change = _both(olds[i].entry, news[j].entry, partner, stayed)
            if isinstance(change.entry, GroupRow) and olds[i].keys[0] != news[j].keys[0]:
                change = replace(change, kind="changed")  # inside
            found.append(change)
        elif j is not None and j in moved:
            found.append(Change("moved", olds[moved[j]].entry, news[j].entry, layers=_layers(news[j].entry)))
        elif j is not None:
            found.append(Change("added", None, news[j].entry, layers=_layers(news[j].entry)))
        elif i is not None and i not in moved.values():
            found.append(Change("removed", olds[i].entry, None, layers=_layers(olds[i].entry)))
    return list(_folded(found, before, after))


def count(changes: Sequence[Change]) -> dict[str, int]:
    """How many layers are of each kind, in the order of KINDS; those that there are."""
    found: Counter[str] = Counter()
    for change in changes:
        found[change.kind] += change.layers
    return {kind: found[kind] for kind in KINDS if found[kind]}


def _layers(entry: Row | GroupRow) -> int:
    return 1 if isinstance(entry, Row) else entry.stop - entry.start


# ------------------------------------------------------------------------------------------------ what is aligned


class _Item(NamedTuple):
    name: str
    keys: tuple[Any, str, str]  # content, kind, name
    given: str  # its own name, where its author gave it one
    family: str
    heavy: bool
    entry: Row | GroupRow


def _items(analysis: Analysis, depth: int | None) -> list[_Item]:
    contents = [(row.type, *_hashable(row)) for row in analysis.rows]
    found = []
    for line in outline(analysis, depth):
        entry = line.entry
        if entry is None or line.counts is None or not _layers(entry):
            continue  # a heading, or a branch without layers
        if isinstance(entry, Row):
            content: Any = (entry.type, *_hashable(entry))
            kind, family, heavy = entry.type, type(entry.layer).__module__, is_weight_layer(entry)
        else:
            content = tuple(contents[entry.start : entry.stop])
            kind, family, heavy = entry.kind.partition(" ")[0], "block", entry.counts.weights > 0
        found.append(_Item(entry.name, (content, kind, entry.name), _given(entry.name, kind), family, heavy, entry))
    return found


def _hashable(row: Row) -> tuple[Any, ...]:
    return tuple(row.layer.values.values())


def _given(name: str, kind: str) -> str:
    """The last part of a path, empty where it is `conv2`, a number of a copy, or a branch without a name."""
    own = name.rpartition("/")[2]
    automatic = own.isdigit() or re.fullmatch(rf"({re.escape(kind)}|branch)_?\d+", own)
    return "" if automatic else own


_SAME_NAME = 1 << 24  # what outweighs it counts first; equal names decide between equally good pairs


def _scores(olds: list[_Item], news: list[_Item]) -> Any:
    """How well two items go together; worked out once for each pair of contents."""
    known: dict[tuple[Any, ...], int] = {}
    labels = [[(id(item.keys[0]), item.given) for item in items] for items in (olds, news)]
    names = [[item.name for item in items] for items in (olds, news)]
    shapes = [[item.entry.output_shape for item in items] for items in (olds, news)]

    def score(i: int, j: int) -> int:
        key = (labels[0][i], labels[1][j])
        found = known.get(key)
        if found is None:
            found = known[key] = _likeness(olds[i], news[j]) * _SAME_NAME
        if not found:
            return 0
        return found + _SAME_NAME * (shapes[0][i] == shapes[1][j]) + (names[0][i] == names[1][j])

    return score


def _likeness(old: _Item, new: _Item) -> int:
    """0: never the same layer."""
    weight = 3 if old.heavy or new.heavy else 1
    both = bool(old.given and new.given)
    same_name = both and old.given == new.given
    if old.keys[0] == new.keys[0]:
        found = 48 * weight
    elif old.keys[1] == new.keys[1]:
        found = 12 * weight + int(24 * weight * _share_of_equals(old.entry, new.entry))
    elif old.family == new.family and old.family != "block":
        found = 10 * weight
    else:
        return 36 if same_name else 0
    return found + 36 if same_name else max(1, found - 12) if both else found


def _share_of_equals(old: Row | GroupRow, new: Row | GroupRow) -> float:
    if not isinstance(old, Row) or not isinstance(new, Row):
        return 0.5
    values = new.layer.values
    equal = [name for name, value in old.layer.values.items() if values.get(name) == value]
    return len(equal) / max(1, len(values))


def _moved(olds: list[_Item], news: list[_Item], pairs: list[tuple[int | None, int | None]]) -> dict[int, int]:
    """Those that are gone in one place and are new in another, by the new place: equal, and the only ones so."""

    def key(item: _Item) -> Any:
        return (item.keys[0], item.given)

    gone: dict[Any, list[int]] = {}
    new: dict[Any, list[int]] = {}
    for i, j in pairs:
        if j is None and i is not None:
            gone.setdefault(key(olds[i]), []).append(i)
        elif i is None and j is not None:
            new.setdefault(key(news[j]), []).append(j)
    return {
        places[0]: gone[content][0]
        for content, places in new.items()
        if len(places) == 1 and len(gone.get(content, ())) == 1
    }


# ------------------------------------------------------------------------------------------------ what differs


def _both(old: Row | GroupRow, new: Row | GroupRow, partner: dict[str, str], stayed: set[str]) -> Change:
    """What became of a layer that both versions have."""
    found: list[Difference] = []
    if isinstance(old, Row) and isinstance(new, Row):
        found += _of_layers(old, new)
        found += _rewired(old, new, partner, stayed)
    elif isinstance(old, GroupRow) and isinstance(new, GroupRow) and _layers(old) != _layers(new):
        found.append(Difference("layers", f"{_layers(old):,}", f"{_layers(new):,}"))
    else:
        found += [Difference("type", _kind(old), _kind(new))] if _kind(old) != _kind(new) else []
    before, after = _given(old.name, _kind(old)), _given(new.name, _kind(new))
    if before and after and before != after:
        found.insert(0, Difference("name", before, after))
    size = _layers(new)
    if found:
        return Change("changed", old, new, tuple(found), size)
    if old.output_shape == new.output_shape and old.counts == new.counts and _read(old) == _read(new):
        return Change("unchanged", old, new, (), size)
    return Change("resized", old, new, (), size)


def _kind(entry: Row | GroupRow) -> str:
    return entry.type if isinstance(entry, Row) else entry.kind


def _read(entry: Row | GroupRow) -> tuple[Shape, ...]:
    return entry.input_shapes if isinstance(entry, Row) else ()


def _of_layers(old: Row, new: Row) -> Iterator[Difference]:
    if old.type != new.type:
        yield Difference("type", old.type, new.type)
    values, others = old.layer.values, new.layer.values
    for name in [*values, *(name for name in others if name not in values)]:
        if name in values and name in others and values[name] != others[name]:
            yield Difference(name, written_attribute(old.layer, name), written_attribute(new.layer, name))
    if (old.shares is None) != (new.shares is None):
        yield Difference("share", old.shares or "none", new.shares or "none")


def _rewired(old: Row, new: Row, partner: dict[str, str], stayed: set[str]) -> Iterator[Difference]:
    """What a layer reads, where that is another one although both are in both versions."""
    if len(old.inputs) != len(new.inputs):
        yield Difference("inputs", str(len(old.inputs)), str(len(new.inputs)))
        return
    for was, reads in zip(old.inputs, new.inputs, strict=True):
        if was in partner and partner[was] != reads and reads in stayed:
            yield Difference("reads", was, reads)


# ------------------------------------------------------------------------------------------------ whole blocks


def _folded(changes: list[Change], before: Analysis, after: Analysis) -> Iterator[Change]:
    """The changes, with a block that is wholly new or wholly gone as one."""
    versions: dict[Kind, Analysis] = {"added": after, "removed": before}
    groups = {kind: _by_start(analysis) for kind, analysis in versions.items()}
    places = {kind: {row.name: place for place, row in enumerate(one.rows)} for kind, one in versions.items()}
    at = [places.get(change.kind, {}).get(change.entry.name, -1) for change in changes]
    run = [1] * len(changes)  # how many layers from here on are of one kind and follow each other
    for index in range(len(changes) - 2, -1, -1):
        follows = changes[index].kind == changes[index + 1].kind and at[index] + 1 == at[index + 1]
        run[index] = run[index + 1] + 1 if follows and at[index] >= 0 else 1
    index = 0
    while index < len(changes):
        change = changes[index]
        starting = groups[change.kind].get(at[index], ()) if at[index] >= 0 else ()
        fitting = [group for group in starting if 1 < _layers(group) <= run[index]]
        if fitting:
            whole = max(fitting, key=lambda group: (group.stop, -group.name.count("/")))
            new = change.kind == "added"
            yield Change(change.kind, None if new else whole, whole if new else None, layers=_layers(whole))
            index += _layers(whole)
        else:
            yield change
            index += 1


def _by_start(analysis: Analysis) -> dict[int, list[GroupRow]]:
    found: dict[int, list[GroupRow]] = {}
    for group in analysis.groups.values():
        found.setdefault(group.start, []).append(group)
    return found
