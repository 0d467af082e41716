"""Books: which of the numbers that a file stores count, at which layer, and how often; what nobody counts is said.

Each layer is entered twice, by its formulas and by the tensors that it reads; `lower.py` holds one against the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import prod

from cnncalc.core.figures import many
from cnncalc.core.problem import clean
from cnncalc.formats.foreign.model import Foreign, Stored
from cnncalc.formats.foreign.table import Match, Role
from cnncalc.formats.foreign.value import Value

MOST_LISTED = 5
QUANTITIES = ("weights", "biases", "buffers")


class Books:
    """The stored tensors of a network, and how many numbers of each are counted.

    `rest` are numbers of tensors of which layers read only parts: they count with what is read of them.
    """

    def __init__(self, net: Foreign, rest: Mapping[str, int] | None) -> None:
        self.net = net
        self.counted: dict[str, int] = {}  # how many numbers of each stored tensor
        self.left_over = dict(rest or {})
        self.worked: set[str] = set()  # constants whose multiplies are counted
        self.filled = 0  # layers whose weights the file only fills with one number
        self.supposed: dict[str, int] = {}  # constants that may be learned, and their numbers
        self.in_front: dict[str, int] = {}  # stored tensors that stand where a layer reads an image, and their numbers

    # -------------------------------------------------------------------------------------- of a layer

    def entry(self, row: Match, reads: Sequence[Value | None]) -> dict[str, int]:
        """The stored numbers of a layer, by quantity; empty where the format keeps none."""
        if not self.net.keeps_books:
            return {}
        found = dict.fromkeys(QUANTITIES, 0)
        made_up = is_filled(row, reads)
        self.filled += made_up and not self.net.counts_once
        for role, read in row.by_role(reads):
            if role.kind in found and read is not None and (read.sources or made_up):
                found[role.kind] += prod(read.dims)
        return found

    def beside(self, row: Match, reads: Sequence[Value | None]) -> dict[str, int]:
        """Numbers that a layer learns and stores besides those of its formulas, by quantity; below 0 where fewer.

        A kernel that blurs is not learned; one that is made of several tensors is learned with all of these, and what
        counts elsewhere already counts here no more.
        """
        found = dict.fromkeys(QUANTITIES, 0)
        for role, read in row.by_role(reads):
            if read is not None and role.kind == "weights" and self.net.counts_once and is_filled(row, reads):
                found["weights"] -= prod(read.dims)  # no parameter is filled where it is read
            if read is None or not read.sources:
                continue
            found["weights"] += sum(map(self._open, self._learned_aside(role, read)))
            if role.kind not in ("weights", "biases"):
                continue
            size = prod(read.dims)
            if self.net.tells_buffers or any(map(self._is_told, read.sources)):
                learned = sum(self._open(source) for source in read.sources if source.learned)
                if len(read.sources) > 1 or learned < size:  # else it is one tensor, or a part of it
                    found[role.kind] += learned - size
                    found["buffers"] += sum(source.size for source in read.sources if not source.learned)
            elif (whole := sum(one.size for one in read.sources)) < size:  # spread, as where all filters are one
                found[role.kind] += whole - size
            elif len(read.sources) > 1:  # such as a kernel of weights by their length, and the lengths
                counted = [one for one in read.sources if one.learned and one.size > 1]  # as in `loose`
                fresh = sum(one.size - self.counted.get(one.name, 0) for one in counted)
                found[role.kind] += max(0, fresh - size)
            if len(read.sources) == 1:
                found[role.kind] += self.left_over.pop(read.sources[0].name, 0)
        return {name: more for name, more in found.items() if more}

    def taken(self, row: Match, reads: Sequence[Value | None]) -> dict[str, int]:
        """The stored numbers of a layer that count there, by quantity, which is noted down."""
        found = dict.fromkeys(QUANTITIES, 0)
        for role, read in row.by_role(reads):
            if role.kind in found and read is not None:
                found[role.kind] += sum(self._counts(one, _read_of(one, read)) for one in read.sources)
        return found

    def count(self, row: Match, reads: Sequence[Value | None], held: bool = False) -> None:
        """Note of the stored numbers that a layer has counted; `held` are weights that an earlier one has."""
        for role, read in row.by_role(reads):
            if held and role.kind == "weights":
                continue
            if read is None:
                continue
            for source in read.sources if role.kind in QUANTITIES else self._learned_aside(role, read):
                size = _read_of(source, read)
                self._counts(source, size)
                if source.supposed and role.kind == "state":
                    self.supposed[source.name] = size

    def _learned_aside(self, role: Role, read: Value) -> list[Stored]:
        """What is learned of a tensor beside those of the formulas: the state that one begins with, also a mask.

        A state of nothing but 0 is what an exporter writes for none.
        """
        if not (role.kind == "state" or (role.kind == "ignored" and self.net.tells_buffers)):
            return []
        return [one for one in read.sources if one.learned and (self.net.tells_buffers or one.fill != 0)]

    def has_left(self, source: Stored, size: int) -> bool:
        """Whether so many numbers of a stored tensor do not count yet."""
        return size <= source.size - self.counted.get(source.name, 0)

    def _is_told(self, source: Stored) -> bool:
        """Whether it is known of a tensor that it is not learned, or that it counts once."""
        return source.name in self.net.tied or (source.measures and not source.learned)

    def _open(self, source: Stored) -> int:
        """How many numbers of a stored tensor may count; where each counts once, those that do not yet."""
        once = self.net.counts_once or source.name in self.net.tied
        return source.size - (self.counted.get(source.name, 0) if once else 0)

    def _counts(self, source: Stored, size: int) -> int:
        """How many of so many numbers of a stored tensor count, which is noted down."""
        size = min(size, self._open(source))
        self.counted[source.name] = self.counted.get(source.name, 0) + size
        return size

    # -------------------------------------------------------------------------------------- of other operators

    def loose(self, reads: Iterable[Value | None]) -> dict[str, int]:
        """The stored numbers that an operator reads which has no roles for them, and the multiplies that made them.

        A single number is a param only where the format says that it is learned.
        """
        found = dict.fromkeys(QUANTITIES, 0)
        constants = [read for read in reads if read is not None and read.ref is None]
        for read in constants:
            sources = [
                one
                for one in read.sources
                if (one.size > 1 or (one.learned and self.net.tells_buffers)) and one.measures
            ]
            for source in sources:
                size = min(source.size, prod(read.dims)) if len(sources) == 1 else source.size
                size = self._counts(source, size) + self.left_over.pop(source.name, 0)
                if source.supposed:
                    self.supposed[source.name] = self.supposed.get(source.name, 0) + size
                found["weights" if source.learned else "buffers"] += size
        if multiplies := self.works(constants):
            found["multiplies"] = multiplies
        return found

    def works(self, reads: Iterable[Value | None]) -> int:
        """The multiplies that make the constants which are read, counted where one is read first."""
        works = {name: times for read in reads if read and read.ref is None for name, times in read.works}
        fresh = {name: times for name, times in works.items() if times is not None and name not in self.worked}
        self.worked.update(fresh)
        return sum(fresh.values())

    # -------------------------------------------------------------------------------------- of the whole network

    def rest(self) -> dict[str, int]:
        """Learned numbers that do not count yet, of stored tensors of which layers read parts: how many, by name."""
        found = {}
        for name, times in self.counted.items():
            stored = self.net.stored.get(name)
            if stored is not None and stored.learned and times < stored.size:
                found[name] = stored.size - times
        return found

    def bytes(self) -> dict[str, int]:
        """The bytes of the tensors in the file by their type, the most first; nothing where it does not say them.

        Single numbers and sizes, which are small int64, belong to operators.
        """
        found: dict[str, int] = {}
        for one in self.net.stored.values() if self.net.keeps_books else ():
            if (one.learned or one.size > 1) and (one.values is None or one.dtype != "int64"):
                found[clean(one.dtype)] = found.get(clean(one.dtype), 0) + one.bytes
        return dict(sorted(found.items(), key=lambda entry: (-entry[1], entry[0])))

    def notes(self, read: Collection[str]) -> list[str]:
        """Notes on stored numbers that are counted otherwise than once each; `read` are the tensors that are read."""
        found = []
        if self.filled:
            said = "with weights that are not stored, but filled: they are counted"
            found.append(f"{many(self.filled, 'layer')} {said}")
        if self.in_front:
            found.append(
                f"{listed(list(self.in_front))} stand where an image would be read: counted are these "
                f"{sum(self.in_front.values()):,} numbers, of which the network may learn fewer"
            )
        supposed = {name: size for name, size in self.supposed.items() if name not in self.in_front}
        if supposed:
            found.append(
                f"{listed(list(supposed))} stand in nodes `Constant`: counted are these "
                f"{sum(supposed.values()):,} numbers, of which the network may learn fewer"
            )
        stored = self.net.stored
        more = [times - stored[name].size for name, times in self.counted.items() if name in stored]
        if more := [one for one in more if one > 0]:
            count = "counts" if len(more) == 1 else "count"
            found.append(
                f"{many(len(more), 'stored tensor')} that several layers read {count} at each: {sum(more):,} numbers "
                "more than are stored"
            )
        spare = [one for one in stored.values() if one.name not in read and one.learned and one.size > 1]
        if spare:
            found.append(
                f"{sum(one.size for one in spare):,} stored numbers are read by nobody: "
                f"{listed([one.name for one in spare])}"
            )
        return found


def _read_of(source: Stored, read: Value) -> int:
    """How many numbers of a stored tensor are read: a part of it, or as one of several all."""
    return min(source.size, prod(read.dims)) if len(read.sources) == 1 else source.size


def is_filled(row: Match, reads: Sequence[Value | None]) -> bool:
    """Whether the weights of a layer are made of nothing that is stored: one number, as often as they are many."""
    weights = [
        read for role, read in row.by_role(reads) if role.kind == "weights" and read is not None and read.ref is None
    ]
    return any(prod(read.dims) > 1 for read in weights) and not any(read.sources for read in weights)


def listed(names: Sequence[str]) -> str:
    """Some names as they are quoted, and how many more there are."""
    return several([f"`{clean(name)}`" for name in names], ", ")


def several(texts: Sequence[str], between: str) -> str:
    """Some texts, and how many more there are."""
    more = len(texts) - MOST_LISTED
    return between.join(texts[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")
