"""Who holds a tensor that several layers read: it counts there, and the others share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import prod

from cnncalc.core.builder import Builder
from cnncalc.core.graph import Ref
from cnncalc.core.layers.base import Layer
from cnncalc.core.problem import clean
from cnncalc.core.work import Work
from cnncalc.formats.foreign.books import QUANTITIES, Books
from cnncalc.formats.foreign.model import Operation
from cnncalc.formats.foreign.moves import Unclear
from cnncalc.formats.foreign.table import Match
from cnncalc.formats.foreign.value import Value


class Holders:
    """The layers of a network that hold what others share: kernels, blobs by name, and all of a first call."""

    def __init__(self, builder: Builder, books: Books) -> None:
        self.builder = builder
        self.books = books
        self.kernels: dict[str, tuple[Ref, tuple[str, ...]]] = {}  # stored kernels, who holds them, and with what else
        self.owners: dict[str, Ref] = {}  # the first call of each layer
        self.blobs: dict[str, tuple[int, Ref]] = {}  # tensors that layers hold by name: their numbers, and the first

    def holder(
        self, layer: Layer, done: Work, row: Match, reads: list[Value | None], plain: bool
    ) -> tuple[Ref | None, dict[str, int]]:
        """The earlier layer that has the same numbers, which then count there; else what counts besides the formulas'.

        Of parts of one kernel each counts; where the kernel alone is the same, the rest does. Only what is `plain` a
        layer of ours can share.
        """
        for role, read in row.by_role(reads):
            if role.kind != "weights" or read is None or len(read.sources) != 1:
                continue
            source, size = read.sources[0], prod(read.dims)
            holder, sources = self.kernels.get(source.name, (None, ()))
            if holder is None or self.books.has_left(source, size):
                continue
            other = self.builder.nodes[holder]
            alike = layer is other.layer and done.weights == other.work.weights
            if alike and (len(read.dims) > 1 or self.books.net.counts_once):
                if plain and sources == sources_of(row, reads):
                    return holder, {}
                others = self.books.beside(row, reads)
                return None, others if self.books.net.counts_once else others | {"weights": -done.weights}
        return None, self.books.beside(row, reads)

    def hold(self, ref: Ref, holder: Ref | None, row: Match, reads: list[Value | None]) -> None:
        """The count of a kernel that two layers read, once; smaller tensors that are one in the file count at each."""
        if holder is not None:
            self.builder.share(ref, holder)
            return
        self.books.count(row, reads)
        for role, read in row.by_role(reads):
            if role.kind == "weights" and read is not None and len(read.sources) == 1:
                self.kernels.setdefault(read.sources[0].name, (ref, sources_of(row, reads)))

    def figures(
        self, row: Match, reads: list[Value | None], done: Work, others: Mapping[str, int], multiplies: int
    ) -> dict[str, int]:
        """The figures of a layer that counts otherwise than its formulas; what it has counted is noted down."""
        self.books.count(row, reads, held=others.get("weights") == -done.weights)
        figures = {name: getattr(done, name) + others.get(name, 0) for name in QUANTITIES}
        return figures | {"multiplies": multiplies}

    def held(self, operator: Operation, layer: Layer, done: Work, plain: bool) -> tuple[Ref | None, dict[str, int]]:
        """The earlier layer that holds all tensors of one; else what earlier ones hold, as numbers that count less."""
        many = Counter(quantity for quantity, _ in operator.blobs)
        held: Counter[str] = Counter()
        holders: set[Ref | None] = set()
        for quantity, name in operator.blobs:
            size = getattr(done, quantity) // many[quantity]
            known, holder = self.blobs.get(name, (size, None))
            if known != size:
                raise Unclear(f"`{clean(name)}` has {size:,} numbers here, and {known:,} where it is first")
            if holder is not None:
                held[quantity] -= size
            elif name and size:
                self.blobs[name] = size, len(self.builder.nodes)
            if size:
                holders.add(holder)
        holder = holders.pop() if len(holders) == 1 else None
        if plain and holder is not None and layer is self.builder.nodes[holder].layer:
            return holder, {}
        return None, dict(held)

    def own(self, ref: Ref, operator: Operation) -> None:
        """The weights of a layer that is called again: those of its first call."""
        holder = self.owners.setdefault(operator.owner, ref)
        if holder != ref:
            self.builder.share(ref, holder)


def sources_of(row: Match, reads: Sequence[Value | None]) -> tuple[str, ...]:
    """The stored tensors that a layer counts, by name."""
    counted = [read for role, read in row.by_role(reads) if role.kind in QUANTITIES]
    return tuple(one.name for read in counted if read for one in read.sources)
