"""Receptive fields as questions: the answer, the way to it, and what somebody says who makes a slip."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.analyses.measures import MEASURES, Worked
from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.graph import Graph
from cnncalc.teaching.question import Target
from cnncalc.teaching.rework import changed
from cnncalc.teaching.slips import SEEN, Slip

GENERAL = "r + (F − 1)·j with the r and the jump j of what it reads; of several the largest"


def value_seen(analysis: Analysis, row: Row) -> int | None:
    """The positions of the input that one output sees, along the longest side; None where the input has no sides."""
    value = MEASURES[SEEN].value(analysis, row)
    return value if isinstance(value, int) else None


def working_seen(analysis: Analysis, row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of the working, and the hints: the formula, then the numbers put in."""
    worked = MEASURES[SEEN].worked
    assert worked is not None
    lines: list[Worked] = [line for line in worked(analysis, row) if line.symbols and line.label in ("seen", "jump")]
    if not lines:
        return (f"seen: {GENERAL} = {value_seen(analysis, row):,}",), (GENERAL,)
    shown = tuple(f"{_labelled(line)}: {line.symbols} = {line.numbers} = {line.value}" for line in lines)
    formulas, numbers = (
        "; ".join(f"{_labelled(line)}: {text}" for line, text in zip(lines, texts, strict=True))
        for texts in ([line.symbols for line in lines], [line.numbers for line in lines])
    )
    return shown, (formulas, numbers)


def _labelled(line: Worked) -> str:
    return f"{line.label} ({line.note})" if line.note else line.label


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
