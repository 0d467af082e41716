"""Measures as questions, which only a chosen cell asks for: the answer, the way to it, and what a slip makes of it."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.measures.memory import bytes_of_one
from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.graph import Graph
from cnncalc.teaching.question import Target
from cnncalc.teaching.rework import changed
from cnncalc.teaching.slips import SEEN, SLIPS, Slip

GENERAL = "r + (F − 1)·j with the r and the jump j of what it reads; of several the largest"
# What has a working; but trainable params are added up as all params are, and nobody finds the best order by hand.
MEASURED = tuple(
    name
    for name, measure in MEASURES.items()
    if measure.worked and measure.whole and name not in ("trainable", "frozen", "best_peak_memory")
)
OF_LAYERS = (SEEN, "positions")  # of all layers together there are none


def value_measured(analysis: Analysis, quantity: str, row: Row | None) -> int | None:
    """The value of a layer, or of the network; None where there is none, or only a bound is known."""
    measure = MEASURES[quantity]
    if row is None and quantity in OF_LAYERS:
        return None
    value = measure.value(analysis, row)
    return value if isinstance(value, int) and not measure.sign_of(analysis, row and (row,)) else None


def prompt_measured(analysis: Analysis, quantity: str) -> str:
    """The question for a value.

    >>> import cnncalc
    >>> prompt_measured(cnncalc.analyze("lenet5"), "positions")
    'How many positions of the output?'
    """
    measure = MEASURES[quantity]
    if quantity == SEEN:
        return "How many positions of the input does one output see, along the longest side?"
    if measure.in_bytes:
        return f"How many {measure.help} ({measure.assumption(analysis)})?"
    return f"How many {measure.help.partition(',')[0]}?"


def working_measured(analysis: Analysis, quantity: str, row: Row | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of the working, and the hints: the formula, then the numbers put in."""
    measure = MEASURES[quantity]
    assert measure.worked is not None
    found = measure.worked(analysis, row)
    lines = [line for line in found if line.symbols and (quantity != SEEN or line.label in ("seen", "jump"))]
    if not lines and quantity == SEEN:
        return (f"seen: {GENERAL} = {value_measured(analysis, quantity, row):,}",), (GENERAL,)
    if not lines:
        return tuple(f"{line.label}: {line.value}" for line in found), (measure.help,)
    labels = [f"{line.label} ({line.note})" if line.note and row else line.label for line in lines]
    shown = tuple(
        f"{label}: {line.symbols} = {line.numbers} = {line.value}" for label, line in zip(labels, lines, strict=True)
    )
    formulas = "; ".join(f"{label}: {line.symbols}" for label, line in zip(labels, lines, strict=True))
    numbers = "; ".join(f"{label}: {line.numbers}" for label, line in zip(labels, lines, strict=True))
    return shown, (formulas, numbers)


def mistaken(analysis: Analysis, target: Target) -> dict[str, int]:
    """Slip → the answer of somebody who makes it, of what needs no layer to be worked out once more."""
    row = None if target.row is None else analysis.rows[target.row]
    right = value_measured(analysis, target.quantity, row)
    counts = row.counts if row else analysis.totals
    bytes = bytes_of_one(analysis, row)
    values = {
        "counted what is frozen": counts.params,
        "counted only what is frozen": counts.frozen,
        "counted numbers for bytes": right // bytes if right and bytes and right % bytes == 0 else 0,
        "multiplied by the channels": counts.activations,
        "counted as many additions as products": counts.multiplies,
    }
    asked = {slip.name for slip in SLIPS if target.quantity in slip.asked}
    return {name: value for name, value in values.items() if name in asked and value}


def seen_with(analysis: Analysis, target: Target, slip: Slip, rows: range) -> int | None:
    """The answer of somebody who makes a slip in these layers; None where it changes none of them."""
    graph: Graph | None = analysis.graph
    assert graph is not None
    assert target.row is not None
    nodes = list(graph.nodes[: target.row + 1])
    touched = False
    for index in rows:
        node = nodes[index]
        layer = changed(node.layer, len(analysis.rows[index].input_shapes[0]) - 1, {}, slip.formulas)
        if layer is not node.layer:
            nodes[index], touched = node._replace(layer=layer), True
    once = MEASURES[SEEN].once
    assert once is not None
    value = once(replace(graph, nodes=tuple(nodes)))[-1] if touched else None
    return value if isinstance(value, int) else None
