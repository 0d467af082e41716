"""Holds the engine against the oracles that need no framework: a list of disagreements, empty where all agree."""

from __future__ import annotations

from collections.abc import Sequence

import cnncalc
from cnncalc.analyses.measures import MEASURES, Value
from tests.oracles.attributes import MalformedError, Shape
from tests.oracles.counting import DoesNotFitError, count, count_positions, output_shape
from tests.oracles.operating import operate
from tests.oracles.written_out import Net, Step

Counts = tuple[int, int, int, int]  # weights, biases, buffers, multiplies


def counted(step: Step, shapes: list[Shape]) -> Counts:
    """Weights, biases, buffers and multiplies, met one after another."""
    tally = count(step.type, step.values, shapes)
    return len(tally.weights), len(tally.biases), len(tally.buffers), tally.multiplies


def disagreements(net: Net, *, counting: bool) -> list[str]:
    """Where the engine and the oracles differ: attributes, order, sharing, shapes, and with `counting` the counts."""
    graph, refusal = None, ""
    try:
        graph = cnncalc.loads(net.text, set=net.overrides or None)
    except cnncalc.ProblemsFound as error:
        refusal = error.problems[0].message
    try:
        steps = net.steps()
    except (DoesNotFitError, MalformedError) as error:
        return [] if graph is None else [f"the engine accepts what the oracle refuses: {error}"]
    if graph is None:
        return [f"the engine refuses what the oracle accepts: {refusal}"]
    if len(steps) != len(graph.nodes):
        return [f"{len(graph.nodes)} layers, the oracle has {len(steps)}"]
    found = []
    operations = [*zip(_operations(graph, "additions"), _operations(graph, "comparisons"), strict=True)]
    for place, (node, step) in enumerate(zip(graph.nodes, steps, strict=True)):
        shapes = [graph.shape(ref) for ref in node.inputs]
        shape = output_shape(step.type, step.values, shapes)
        ours = (node.layer.type, node.inputs, node.shares, node.layer.values, node.work.output, node.work.activations)
        theirs = (step.type, step.inputs, step.shares, step.values, shape, count_positions(shape))
        if ours != theirs:
            found.append(f"{node.name}: {ours}, the oracle has {theirs}")
        elif counting and counted(step, shapes) != node.work[1:5]:
            found.append(f"{node.name}: counts {node.work[1:5]}, the oracle has {counted(step, shapes)}")
        elif counting and (met := operate(step.type, step.values, shapes)) != operations[place]:
            found.append(f"{node.name}: adds and compares {operations[place]}, the oracle {met}")
    return found


def _operations(graph: cnncalc.Graph, quantity: str) -> Sequence[Value]:
    """The additions or comparisons of each layer."""
    once = MEASURES[quantity].once
    assert once is not None
    return once(graph)
