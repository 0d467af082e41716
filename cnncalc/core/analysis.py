"""Graph → Analysis: frozen rows, groups and totals. What renderers, checks and Python users read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from operator import add, attrgetter, sub
from typing import Any

from cnncalc.core.arguments import mistyped
from cnncalc.core.graph import Graph, whole_path
from cnncalc.core.layers.base import Layer
from cnncalc.core.names import composed
from cnncalc.core.problem import Origin, Problem, clean, misspelt
from cnncalc.core.record import Record
from cnncalc.core.result import Tabular
from cnncalc.core.shape import TensorShape


class Counts(Record):
    """Exact figures for one image; a sum of layers, or one layer's: whole numbers, no bytes.

    `weights` and `biases` are learned numbers, `buffers` stored ones that are not; `frozen` are params that training
    leaves alone. `multiplies` are multiply-accumulates (MACs): products in convolutions, dense, recurrent and attention
    layers, each with the addition behind it; biases, norms, activation functions and pools have none. `activations` are
    values of outputs.

    >>> (Counts(weights=3) + Counts(weights=1, biases=2)).params
    6
    """

    weights: int = 0
    biases: int = 0
    buffers: int = 0
    multiplies: int = 0
    activations: int = 0
    frozen: int = 0

    @property
    def params(self) -> int:
        """Learned numbers: weights and biases."""
        return self.weights + self.biases

    @property
    def trainable(self) -> int:
        """Params that are not frozen."""
        return self.params - self.frozen

    @property
    def flops(self) -> int:
        """Two for each multiply: the multiplication and its addition."""
        return 2 * self.multiplies

    @property
    def size(self) -> int:
        """Bytes of the params as float32."""
        return 4 * self.params

    def __add__(self, other: Counts) -> Counts:  # type: ignore[override]
        return Counts(*map(add, self, other))

    def __sub__(self, other: Counts) -> Counts:
        return Counts(*map(sub, self, other))


_COUNTED = Counts._fields


class Uncounted(Record):
    """A layer of which figures are not known: its name, what the file calls it, and which quantities are open."""

    layer: str
    operator: str
    quantities: tuple[str, ...]


class Row(Record):
    """One layer: its path, type, what it reads and gives, its counts, and where it was written.

    Shapes are channels first. `shares` names the layer whose weights it uses again; its own params are then 0.
    `named` says whether the last part of the path was given, and not counted like `conv2`. Where it is not `trainable`,
    its params are frozen; `dtype` is the type of its numbers, where it has one of its own.
    """

    name: str
    type: str
    layer: Layer
    inputs: tuple[str, ...]
    input_shapes: tuple[TensorShape, ...]
    output_shape: TensorShape
    counts: Counts
    origin: Origin
    shares: str | None = None
    named: bool = False
    trainable: bool = True
    dtype: str = ""

    @property
    def line(self) -> int | None:
        """The line in the file; None where that has no lines."""
        return self.origin.line

    @property
    def file(self) -> str:
        """The file that says it: the network's own, or one that it extends."""
        return self.origin.file

    def __repr__(self) -> str:
        """All but the layer, which its type and attributes say."""
        shown = (f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True) if name != "layer")
        return f"Row({', '.join(shown)})"

    @property
    def attributes(self) -> dict[str, Any]:
        """Every attribute, resolved."""
        return self.layer.values


class GroupRow(Record):
    """A block, branch, repeated entry or named merge: `rows[start:stop]`, their sum, and the last one's output.

    `kind` is the name of the block, `branch`, or the type of a merge; of a repeated entry, `copies` of that.
    """

    name: str
    kind: str
    start: int
    stop: int
    output_shape: TensorShape
    counts: Counts
    origin: Origin
    copies: int = 0
    named: bool = False
    outputs: tuple[str, ...] = ()

    @property
    def line(self) -> int | None:
        """The line in the file; None where that has no lines."""
        return self.origin.line

    @property
    def file(self) -> str:
        """The file that says it: the network's own, or one that it extends."""
        return self.origin.file

    @property
    def description(self) -> str:
        """The kind and the number of copies: `unit ×3`."""
        return f"{self.kind} ×{self.copies}" if self.copies else self.kind


class NoEntry(KeyError):
    """A name that no layer and no group has, or several; `problem` says so."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return self.problem.text


@dataclass(frozen=True, eq=False, repr=False)
class Analysis(Tabular):
    """The figures of a network: rows in the order of the file, groups by path, totals.

    `file_bytes` are those of the tensors in a file of another program, by their type. `worked_out` keeps what others
    derive from it and need more than once, by name.
    """

    name: str
    file: str
    inputs: dict[str, TensorShape]
    outputs: dict[str, TensorShape]
    rows: tuple[Row, ...]
    groups: dict[str, GroupRow]
    totals: Counts
    uncounted: tuple[Uncounted, ...] = ()
    source: str | None = None
    note: str | None = None
    notes: tuple[str, ...] = ()
    file_bytes: Mapping[str, int] = field(default_factory=dict)
    graph: Graph | None = None
    worked_out: dict[str, Any] = field(default_factory=dict, init=False)

    def __repr__(self) -> str:
        """Short: pytest prints it beside an assertion that fails."""
        totals = f"{self.totals.params:,} params, {self.totals.multiplies:,} multiplies"
        name = f"{clean(self.name)}, " if self.name != clean(self.file) else ""
        return f"<Analysis of {clean(self.file)}: {name}{totals}>"

    @property
    def status(self) -> str:
        """`exact`, or `lower_bound` where figures of some layers are not known."""
        return "lower_bound" if self.uncounted else "exact"

    @property
    def lower_bound(self) -> tuple[str, ...]:
        """The quantities of which the total is a lower bound: `params`, `multiplies`."""
        return self.left_open()

    def left_open(self, entry: Row | GroupRow | None = None) -> tuple[str, ...]:
        """The quantities that are not known of all layers of an entry, or of the network."""
        if not self.uncounted:
            return ()
        rows = (entry,) if isinstance(entry, Row) else self.rows[entry.start : entry.stop] if entry else self.rows
        found = {quantity for row in rows if row.layer.unknown for quantity in row.layer.left_open}
        return tuple(sorted(found, reverse=True))  # params before multiplies

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) is not None

    def __getitem__(self, name: str) -> Row | GroupRow:
        """The layer or group that a name means, as `find` does; raises NoEntry, with the nearest name.

        >>> import cnncalc
        >>> alexnet = cnncalc.analyze(cnncalc.load("alexnet"))
        >>> alexnet["conv2"].counts.params
        307200
        >>> alexnet["convv2"]
        Traceback (most recent call last):
            ...
        cnncalc.core.analysis.NoEntry: no entry `convv2` in alexnet.yaml; did you mean `conv2`?
        """
        if not isinstance(name, str):
            raise mistyped("analysis[…]", "the name of a layer or a block", name)
        return self.entry(name)

    def entry(
        self, name: str, *, what: str = "entry", known: Collection[str] | None = None, file: str = ""
    ) -> Row | GroupRow:
        """The entry that a name means; raises NoEntry.

        Its message calls it `what`, and the network's file `file`; of the `known` names it tells the nearest.
        """
        file = file or self.file
        found = self.matches(name)
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(f"`{entry.name}`" for entry in found[:5]) + (" …" if len(found) > 5 else "")
            message = f"`{name}` may mean {len(found)} entries of {file}: {listed}"
            raise NoEntry(Problem("unknown-name", message, help="write more of the path"))
        known = [*(row.name for row in self.rows), *self.groups] if known is None else known
        raise NoEntry(Problem("unknown-name", f"no {what} `{name}` in {file}", help=misspelt(name, known)))

    def find(self, name: str) -> Row | GroupRow | None:
        """The layer or group of that whole path, or of a unique short form of it; None where there is none.

        >>> import cnncalc
        >>> cnncalc.analyze(cnncalc.load("resnet50")).find("conv2/unit1/cb3").name
        'conv2/unit1/main/body1/cb3'
        """
        if not isinstance(name, str):
            raise mistyped("find: name", "the name of a layer or a block", name)
        found = self.matches(name)
        return found[0] if len(found) == 1 else None

    def place(self, row: Row) -> int:
        """The place of a layer among the rows, which is that of its node in the graph."""
        return next(place for place, one in enumerate(self.rows) if one is row)

    def matches(self, name: str) -> list[Row | GroupRow]:
        """Rows that a name may mean: the exact path, else every path with its segments in order, the last one last."""
        name = composed(name)
        named: list[Row | GroupRow] = [*self.rows, *self.groups.values()]
        for path in (name, whole_path(name, self.groups)):
            if exact := [entry for entry in named if entry.name == path]:
                return exact
        wanted = name.split("/")
        return [entry for entry in named if _is_short_form(wanted, entry.name.split("/"))]


def _is_short_form(wanted: list[str], path: list[str]) -> bool:
    segments = iter(path[:-1])
    return wanted[-1] == path[-1] and all(part in segments for part in wanted[:-1])


def analyze(graph: Graph) -> Analysis:
    """The counts of a graph: shapes, params, buffers, multiplies and activations of every layer, group and in total.

    Weights that are shared count once, at the first layer that has them; multiplies count every time.

    >>> import cnncalc
    >>> cnncalc.analyze(cnncalc.load("lenet5")).totals.params
    61706
    """
    shapes = list(graph.inputs.values())
    names = list(graph.inputs)
    nodes = graph.nodes
    new = tuple.__new__  # what Row() calls by way of keywords: there may be a hundred thousand
    rows: list[Row] = []
    uncounted = []
    counted: list[Counts] = []
    same: dict[tuple[int, bool, bool], Counts] = {}  # equal work gives one object
    for index, (name, layer, inputs, work, origin, shares, named, trainable, dtype) in enumerate(nodes):
        owns = shares == index
        counts = same.get((id(work), owns, trainable))
        if counts is None:
            learned = (work.weights, work.biases, work.buffers) if owns else (0, 0, 0)
            frozen = 0 if trainable else learned[0] + learned[1]
            counts = Counts(*learned, work.multiplies, work.activations, frozen)
            same[id(work), owns, trainable] = counts
        counted.append(counts)
        if layer.unknown and (quantities := layer.left_open):
            uncounted.append(Uncounted(name, str(next(iter(layer.values.values()))), quantities))
        if len(inputs) == 1 and inputs[0] >= 0:  # as most layers do
            read = nodes[inputs[0]]
            read_names: tuple[str, ...] = (read.name,)
            read_shapes: tuple[TensorShape, ...] = (read.work.output,)
        else:
            read_names = tuple([nodes[ref].name if ref >= 0 else names[-1 - ref] for ref in inputs])
            read_shapes = tuple([nodes[ref].work.output if ref >= 0 else shapes[-1 - ref] for ref in inputs])
        owner = None if owns else nodes[shares].name
        own = (name, layer.type, layer, read_names, read_shapes, work.output, counts, origin, owner, named, trainable)
        rows.append(new(Row, (*own, dtype)))
    sums = [list(accumulate(map(attrgetter(field), counted), initial=0)) for field in _COUNTED]
    summed: dict[tuple[int, ...], Counts] = {}
    groups: dict[str, GroupRow] = {}
    for name, kind, start, stop, output, origin, copies, named, several in graph.groups.values():
        figures = tuple([so_far[stop] - so_far[start] for so_far in sums])
        total = summed.get(figures)
        if total is None:
            total = summed[figures] = Counts(*figures)
        shape = nodes[output].work.output if output >= 0 else shapes[-1 - output]
        groups[name] = new(GroupRow, (name, kind, start, stop, shape, total, origin, copies, named, several))
    wanted = {path for name in graph.outputs for path in (name, whole_path(name, groups))}
    by_name = {row.name: row.output_shape for row in rows if row.name in wanted}
    by_name |= {path: groups[path].output_shape for path in wanted & groups.keys()}
    outputs = {
        name: by_name.get(name) or by_name.get(whole_path(name, groups)) or graph.inputs[name] for name in graph.outputs
    }
    return Analysis(
        name=graph.name,
        file=graph.file,
        inputs=graph.inputs,
        outputs=outputs,
        rows=tuple(rows),
        groups=groups,
        totals=Counts(*(so_far[-1] for so_far in sums)),
        uncounted=tuple(uncounted),
        source=graph.source,
        note=graph.note,
        notes=graph.notes,
        file_bytes=graph.file_bytes,
        graph=graph,
    )
