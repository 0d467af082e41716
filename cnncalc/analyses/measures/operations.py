"""What notes count beside multiplies: the positions of an output, additions, comparisons.

Additions and comparisons are those of the formulas that a layer declares, one for each scalar. An exponential, a
root, a quotient and an error function are operations of their own, and none of these. Where a layer leaves a figure
open, as an interpolation does, it is not known, and a sum is a lower bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import TYPE_CHECKING

from cnncalc.analyses.measures.base import MEASURES, Measure, Use, Worked

if TYPE_CHECKING:
    from cnncalc.core.analysis import Analysis, GroupRow, Row
    from cnncalc.core.graph import Graph, Node
    from cnncalc.core.work import Step

_USES = Use.COLUMNS | Use.FIGURES | Use.LIMITS | Use.ASKED


def positions(graph: Graph) -> list[int | None]:
    """The positions of each output, H_out·W_out, at each of which a window stands; of a vector there are none.

    >>> import cnncalc
    >>> positions(cnncalc.load("lenet5"))[:3]
    [784, 784, 196]
    """
    return [prod(node.work.output[1:]) if len(node.work.output) > 1 else None for node in graph.nodes]


def _worked_positions(analysis: Analysis, entry: Row | GroupRow | None) -> list[Worked]:
    from cnncalc.core.analysis import GroupRow
    from cnncalc.core.shape import AXES

    value = MEASURES["positions"].value(analysis, entry)
    if value is None:
        return [Worked.said("positions", "none: a vector has no sides")]
    if entry is None or isinstance(entry, GroupRow):
        return [Worked.said("positions", f"{value:,}, of the layer that has most")]
    _, *sides = entry.output_shape
    symbols = "·".join(f"{name[0].upper()}_out" for name in AXES[len(sides)])
    return [Worked("positions", symbols, "·".join(map(str, sides)), f"{value:,}")]


def steps_of(graph: Graph, node: Node, quantity: str) -> list[Step] | None:
    """The working of a layer's additions or comparisons; None where they are not known."""
    from cnncalc.core.work import operations

    return operations(node.layer, tuple(graph.shape(ref) for ref in node.inputs), node.work, quantity)


def _by_layer(quantity: str) -> Callable[[Graph], Sequence[int | None]]:
    def values(graph: Graph) -> list[int | None]:
        known: dict[int, int | None] = {}  # equal layers on equal shapes have one object for their work
        for node in graph.nodes:
            if id(node.work) not in known:
                steps = steps_of(graph, node, quantity)
                known[id(node.work)] = None if steps is None else sum(step.value for step in steps)
        return [known[id(node.work)] for node in graph.nodes]

    return values


def _worked(quantity: str) -> Callable[[Analysis, Row | GroupRow | None], list[Worked]]:
    def worked(analysis: Analysis, entry: Row | GroupRow | None) -> list[Worked]:
        """The formulas of a layer; of several layers their sum, by type, and the names of those that leave it open."""
        from cnncalc.core.analysis import Row

        graph, measure = analysis.graph, MEASURES[quantity]
        assert graph is not None
        if not isinstance(entry, Row):
            return _sum(quantity, analysis, entry)
        node = graph.nodes[analysis.place(entry)]
        steps = steps_of(graph, node, quantity)
        if steps is None:
            return [Worked.said(quantity, f"not known of `{entry.type}`")]
        lines = [Worked(quantity, one.symbols, one.numbers, f"{one.value:,}", one.label) for one in steps if one.value]
        if len(lines) > 1:
            total = f"{measure.value(analysis, entry):,}"
            addends = " + ".join(line.note for line in lines), " + ".join(line.value for line in lines)
            return [*lines, Worked(quantity, *addends, total)]
        return [line._replace(note="") for line in lines] or [Worked.said(quantity, "none")]

    return worked


def _sum(quantity: str, analysis: Analysis, entry: GroupRow | None) -> list[Worked]:
    measure = MEASURES[quantity]
    rows = analysis.rows[entry.start : entry.stop] if entry else analysis.rows
    by_type: dict[str, int] = {}
    left_open: list[str] = []
    for row in rows:
        value = measure.value(analysis, row)
        if value is None:
            left_open.append(row.name)
        elif value:
            by_type[row.type] = by_type.get(row.type, 0) + int(value)
    found = []
    if by_type:
        sign = measure.bound + " " if left_open else ""
        numbers = " + ".join(f"{value:,}" for value in by_type.values())
        found.append(Worked(quantity, " + ".join(by_type), numbers, f"{sign}{sum(by_type.values()):,}"))
    elif not left_open:
        found.append(Worked.said(quantity, "none"))
    if left_open:
        more = f" and {len(left_open) - 5} more" if len(left_open) > 5 else ""
        found.append(Worked.said("", f"not known of {', '.join(left_open[:5])}{more}"))
    return found


Measure(
    name="positions",
    help="positions of the output, H·W; of several layers the most",
    once=positions,
    total=max,
    uses=_USES,
    rests_on=(),
    limit="50k",
    worked=_worked_positions,
)
Measure(
    name="additions",
    help="additions and subtractions for one image",
    once=_by_layer("additions"),
    uses=_USES,
    rests_on=(),
    partial=True,
    limit="1.5G",
    worked=_worked("additions"),
)
Measure(
    name="comparisons",
    help="comparisons for one image, of pools and activations",
    once=_by_layer("comparisons"),
    uses=_USES,
    rests_on=(),
    partial=True,
    limit="10M",
    worked=_worked("comparisons"),
)
