"""Two versions of a network, layer by layer: what was added, removed, changed and moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from cnncalc.analyses.comparing.align import align
from cnncalc.analyses.comparing.likeness import Item, given_name, items_of, kind_of, layers_of, scores
from cnncalc.analyses.outline import written_attribute
from cnncalc.core.analysis import Analysis, Counts, GroupRow, Row
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape

Kind = Literal["added", "removed", "changed", "moved", "resized", "unchanged"]
KINDS: tuple[Kind, ...] = ("added", "removed", "changed", "moved", "resized", "unchanged")


class Difference(Record):
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
        """The growth of a count; less than 0 where it shrank."""
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
    olds, news = items_of(before, depth), items_of(after, depth)
    pairs = align([item.keys for item in olds], [item.keys for item in news], scores(olds, news))
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
            found.append(Change("moved", olds[moved[j]].entry, news[j].entry, layers=layers_of(news[j].entry)))
        elif j is not None:
            found.append(Change("added", None, news[j].entry, layers=layers_of(news[j].entry)))
        elif i is not None and i not in moved.values():
            found.append(Change("removed", olds[i].entry, None, layers=layers_of(olds[i].entry)))
    return list(_folded(found, before, after))


def count(changes: Sequence[Change]) -> dict[str, int]:
    """The number of layers of each kind, in the order of KINDS; only kinds that there are."""
    found: Counter[str] = Counter()
    for change in changes:
        found[change.kind] += change.layers
    return {kind: found[kind] for kind in KINDS if found[kind]}


# ------------------------------------------------------------------------------------------------ what has moved


def _moved(olds: list[Item], news: list[Item], pairs: list[tuple[int | None, int | None]]) -> dict[int, int]:
    """Those that are gone in one place and are new in another, by the new place: equal, and the only ones so.

    Of equal ones, such as the norms of all blocks, those are looked at that have the same name.
    """
    gone = {i for i, j in pairs if i is not None and j is None}
    new = {j for i, j in pairs if j is not None and i is None}
    moved: dict[int, int] = {}
    for key in (lambda item: item.keys, lambda item: (item.keys[0], item.given)):
        before, after = _only(olds, gone, key), _only(news, new, key)
        found = {after[one]: before[one] for one in after if one in before}
        moved |= found
        gone.difference_update(found.values())
        new.difference_update(found)
    return moved


def _only(items: list[Item], places: Iterable[int], key: Callable[[Item], Any]) -> dict[Any, int]:
    """The places of the items that alone have their key."""
    found: dict[Any, list[int]] = {}
    for place in places:
        found.setdefault(key(items[place]), []).append(place)
    return {one: where[0] for one, where in found.items() if len(where) == 1}


# ------------------------------------------------------------------------------------------------ what differs


def _both(old: Row | GroupRow, new: Row | GroupRow, partner: dict[str, str], stayed: set[str]) -> Change:
    """What became of a layer that both versions have."""
    found: list[Difference] = []
    if isinstance(old, Row) and isinstance(new, Row):
        found += _of_layers(old, new)
        found += _rewired(old, new, partner, stayed)
    elif isinstance(old, GroupRow) and isinstance(new, GroupRow) and layers_of(old) != layers_of(new):
        found.append(Difference("layers", f"{layers_of(old):,}", f"{layers_of(new):,}"))
    else:
        found += [Difference("type", kind_of(old), kind_of(new))] if kind_of(old) != kind_of(new) else []
    before, after = given_name(old), given_name(new)
    if before and after and before != after:
        found.insert(0, Difference("name", before, after))
    size = layers_of(new)
    if found:
        return Change("changed", old, new, tuple(found), size)
    if old.output_shape == new.output_shape and old.counts == new.counts and _read(old) == _read(new):
        return Change("unchanged", old, new, (), size)
    return Change("resized", old, new, (), size)


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
    if bool(old.counts.frozen) != bool(new.counts.frozen) and old.counts.params and new.counts.params:
        yield Difference("trainable", *("false" if one.counts.frozen else "true" for one in (old, new)))
    if old.dtype != new.dtype:
        yield Difference("dtype", *(one.dtype or "none" for one in (old, new)))


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
        fitting = [group for group in starting if 1 < layers_of(group) <= run[index]]
        if fitting:
            whole = max(fitting, key=lambda group: (group.stop, -group.name.count("/")))
            new = change.kind == "added"
            yield Change(change.kind, None if new else whole, whole if new else None, layers=layers_of(whole))
            index += layers_of(whole)
        else:
            yield change
            index += 1


def _by_start(analysis: Analysis) -> dict[int, list[GroupRow]]:
    found: dict[int, list[GroupRow]] = {}
    for group in analysis.groups.values():
        found.setdefault(group.start, []).append(group)
    return found
