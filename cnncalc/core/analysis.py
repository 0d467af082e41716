"""Graph → Analysis: frozen rows, groups and totals. What renderers, checks and Python users read."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from cnncalc.core.graph import Graph, Node
from cnncalc.core.layers.base import Layer
from cnncalc.core.problem import clean
from cnncalc.core.shape import Shape

QUANTITIES = ("params", "weights", "biases", "buffers", "multiplies", "activations")


@dataclass(frozen=True, slots=True)
class Counts:
    """Exact figures for one image; a sum of layers, or one layer's.

    >>> (Counts(weights=3) + Counts(weights=1, biases=2)).params
    6
    """

    weights: int = 0
    biases: int = 0
    buffers: int = 0
    multiplies: int = 0
    activations: int = 0

    @property
    def params(self) -> int:
        """Learned numbers: weights and biases."""
        return self.weights + self.biases

    @property
    def flops(self) -> int:
        """Two for each multiply: the multiplication and its addition."""
        return 2 * self.multiplies

    @property
    def size(self) -> int:
        """Bytes of the params as float32."""
        return 4 * self.params

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.weights + other.weights,
            self.biases + other.biases,
            self.buffers + other.buffers,
            self.multiplies + other.multiplies,
            self.activations + other.activations,
        )

    def __sub__(self, other: Counts) -> Counts:
        return Counts(
            self.weights - other.weights,
            self.biases - other.biases,
            self.buffers - other.buffers,
            self.multiplies - other.multiplies,
            self.activations - other.activations,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One layer: its path, type, what it reads and gives, and its counts.

    Shapes are channels first. `shares` names the layer whose weights it uses again; its own params are then 0.
    """

    name: str
    type: str
    layer: Layer = field(repr=False)
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    counts: Counts
    line: int
    file: str
    shares: str | None = None

    @property
    def attributes(self) -> dict[str, Any]:
        """Every attribute, resolved."""
        return self.layer.values


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A block, branch, repeated entry or named merge: `rows[start:stop]`, their sum, and the last one's output."""

    name: str
    kind: str
    start: int
    stop: int
    output_shape: Shape
    counts: Counts
    line: int
    file: str


@dataclass(frozen=True)
class Analysis:
    """Everything that is known of a network: rows in the order of the file, groups by path, totals."""

    name: str
    file: str
    inputs: dict[str, Shape]
    outputs: dict[str, Shape]
    rows: tuple[Row, ...]
    groups: dict[str, GroupRow]
    totals: Counts
    uncounted: tuple[tuple[str, str], ...] = ()  # (layer, operator)
    source: str | None = None
    note: str | None = None
    notes: tuple[str, ...] = ()
    graph: Graph | None = None

    def __repr__(self) -> str:
        """Short: pytest prints it beside an assertion that fails."""
        totals = f"{self.totals.params:,} params, {self.totals.multiplies:,} multiplies"
        name = f"{clean(self.name)}, " if self.name != clean(self.file) else ""
        return f"<Analysis of {clean(self.file)}: {name}{totals}>"

    @property
    def status(self) -> str:
        """`exact`, or `lower_bound` where some layers could not be counted."""
        return "lower_bound" if self.uncounted else "exact"

    def find(self, name: str) -> Row | GroupRow | None:
        """The layer or group of that whole path, or of a unique short form of it; None where there is none.

        >>> import cnncalc
        >>> cnncalc.analyze(cnncalc.load("resnet50")).find("conv2/unit1/cb3").name
        'conv2/unit1/main/body1/cb3'
        """
        found = self.matches(name)
        return found[0] if len(found) == 1 else None

    def matches(self, name: str) -> list[Row | GroupRow]:
        """All that a name may mean: the exact path, else every path with its segments in order, the last one last."""
        wanted = name.split("/")
        named: list[Row | GroupRow] = [*self.rows, *self.groups.values()]
        exact = [entry for entry in named if entry.name == name]
        return exact or [entry for entry in named if _is_short_form(wanted, entry.name.split("/"))]


def _is_short_form(wanted: list[str], path: list[str]) -> bool:
    segments = iter(path[:-1])
    return wanted[-1] == path[-1] and all(part in segments for part in wanted[:-1])


def analyze(graph: Graph) -> Analysis:
    """Count a graph: shapes, params, buffers, multiplies and activations of every layer, group and in total.

    Weights that are shared count once, at the first layer that has them; multiplies count every time.

    >>> import cnncalc
    >>> cnncalc.analyze(cnncalc.load("lenet5")).totals.params
    61706
    """
    shapes = list(graph.inputs.values())
    names = list(graph.inputs)
    nodes = graph.nodes
    rows = []
    sums = [Counts()]
    same: dict[tuple[int, bool], Counts] = {}
    for index, node in enumerate(nodes):
        counts = _counts(node, node.shares == index, same)
        rows.append(
            Row(
                node.name,
                node.layer.type,
                node.layer,
                tuple([nodes[ref].name if ref >= 0 else names[-1 - ref] for ref in node.inputs]),
                tuple([nodes[ref].work.output if ref >= 0 else shapes[-1 - ref] for ref in node.inputs]),
                node.work.output,
                counts,
                node.line,
                node.file,
                None if node.shares == index else nodes[node.shares].name,
            )
        )
    sums += accumulate(row.counts for row in rows)
    groups = {
        group.name: GroupRow(
            group.name,
            group.kind,
            group.start,
            group.stop,
            graph.shape(group.output),
            sums[group.stop] - sums[group.start],
            group.line,
            group.file,
        )
        for group in graph.groups.values()
    }
    outputs = {}
    by_name = {row.name: row.output_shape for row in rows}
    for name in graph.outputs:
        outputs[name] = by_name.get(name) or (groups[name].output_shape if name in groups else graph.inputs[name])
    return Analysis(
        name=graph.name,
        file=graph.file,
        inputs=graph.inputs,
        outputs=outputs,
        rows=tuple(rows),
        groups=groups,
        totals=sums[-1],
        uncounted=tuple((row.name, row.attributes["operator"]) for row in rows if not row.layer.counted),
        source=graph.source,
        note=graph.note,
        notes=graph.notes,
        graph=graph,
    )


def _counts(node: Node, owns: bool, same: dict[tuple[int, bool], Counts]) -> Counts:
    """The counts of a node; equal work gives one object."""
    key = (id(node.work), owns)
    found = same.get(key)
    if found is None:
        work = node.work
        learned = (work.weights, work.biases, work.buffers) if owns else (0, 0, 0)
        found = same[key] = Counts(*learned, work.multiplies, work.activations)
    return found
