"""The engine beside PyTorch: what is compared, and what counts as a disagreement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import cnncalc
from cnncalc.core.analysis import Analysis
from cnncalc.core.graph import Graph
from tests.oracles.attributes import MalformedError, Shape
from tests.oracles.counting import DoesNotFitError
from tests.oracles.pytorch import Program
from tests.oracles.written_out import Expander, Net, Step

# What the engine refuses by a rule of its format, although PyTorch would do something with it: each with its reason.
RULES = {
    "flatten": "`flatten` needs maps with sides: a vector is flat already",
}


@dataclass
class Verdicts:
    """How the cases of a run came out."""

    counts: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)  # layers that PyTorch has not, by reason
    uncounted: Counter[str] = field(default_factory=Counter)  # layers whose multiplies its counter cannot see, by type
    disagreements: list[str] = field(default_factory=list)

    def add(self, verdict: str, text: str, differences: Sequence[str] = ()) -> None:
        """Enter one case; `text` is its YAML, shown if something differs."""
        self.counts["cases"] += 1
        if differences:
            self.disagreements.append("\n".join([*differences, text]))
        else:
            self.counts[verdict] += 1


def steps_of(graph: Graph) -> list[Step]:
    """The layers of a graph that the engine has built."""
    return [Step(node.layer.type, node.layer.values, node.inputs, node.shares) for node in graph.nodes]


def judge(net: Net, verdicts: Verdicts) -> None:
    """Compare one generated network: the engine reads its text, PyTorch runs what the text must mean."""
    text = net.text
    try:
        graph = cnncalc.loads(text, set=net.overrides)
    except cnncalc.ProblemsFound as error:
        _judge_refusal(net, text, str(error), verdicts)
        return
    try:
        steps = net.steps()
    except (DoesNotFitError, MalformedError) as error:
        verdicts.add("", text, [f"the engine accepts what does not fit: {error}"])
        return
    before = verdicts.missing.total()
    differences = structure(steps, graph) or against_torch(steps, cnncalc.analyze(graph), verdicts)
    without = verdicts.missing.total() - before
    equal = (
        "equal" if not without else "not comparable" if without == len(steps) else "equal, some layers not comparable"
    )
    verdicts.add(equal, text, differences)


def _judge_refusal(net: Net, text: str, problem: str, verdicts: Verdicts) -> None:
    """The engine refuses: so must the walk and PyTorch, unless a rule of the format says otherwise."""
    expander = Expander(net)
    try:
        for entry in net.entries:
            expander.add(entry)
    except MalformedError:
        verdicts.add("refused, malformed", text)
        return
    except DoesNotFitError:
        if len(expander.steps) == len(expander.shapes):  # not a layer but a name or a sharing that cannot be
            verdicts.add("refused by both readings", text)
            return
    else:
        verdicts.add("", text, [f"refused by the engine alone: {problem}"])
        return
    steps = expander.steps
    measured = Program(steps).run(list(net.inputs.values()), expander.shapes)
    if len(measured) == len(steps) and measured[-1].refusal:
        verdicts.add("refused by both", text)
    elif len(measured) == len(steps) and measured[-1].missing:
        verdicts.add("refused, PyTorch has no such layer", text)
    elif len(measured) == len(steps) and steps[-1].type in RULES:
        verdicts.add("refused by a rule of the format", text)
    else:
        verdicts.add("", text, [f"refused by the engine ({problem}), not by PyTorch: {measured[-1]}"])


def structure(steps: Sequence[Step], graph: Graph) -> list[str]:
    """Where the graph is not what the text means: types, attributes, edges, shared weights."""
    built = steps_of(graph)
    if len(built) != len(steps):
        return [f"{len(built)} layers, the text means {len(steps)}"]
    return [
        f"layer {place}: {ours}, the text means {meant}"
        for place, (ours, meant) in enumerate(zip(built, steps, strict=True))
        if ours != meant
    ]


def against_torch(steps: Sequence[Step], analysis: Analysis, verdicts: Verdicts | None = None) -> list[str]:
    """Where a row, or the totals, differ from PyTorch's."""
    program = Program(steps)
    known: list[Shape] = [row.output_shape for row in analysis.rows]
    measured = program.run(list(analysis.inputs.values()), known)
    differences = []
    for row, seen in zip(analysis.rows, measured, strict=False):
        if seen.refusal:
            return [*differences, f"{row.name}: PyTorch refuses: {seen.refusal}"]
        if seen.missing:
            if verdicts is not None:
                verdicts.missing[seen.missing] += 1
            continue
        counts = row.counts
        ours = {"output": row.output_shape, "weights": counts.weights, "biases": counts.biases,
                "buffers": counts.buffers, "multiplies": counts.multiplies}  # fmt: skip
        theirs = {"output": seen.output, "weights": seen.weights, "biases": seen.biases, "buffers": seen.buffers}
        theirs["multiplies"] = counts.multiplies if seen.multiplies is None else seen.multiplies
        if seen.multiplies is None and verdicts is not None:
            verdicts.uncounted[row.type] += 1
        differences += [
            f"{row.name}: {quantity} {ours[quantity]}, PyTorch {theirs[quantity]}"
            for quantity in ours
            if ours[quantity] != theirs[quantity]
        ]
    params, buffers = program.totals()
    for row, seen in zip(analysis.rows, measured, strict=False):
        if seen.missing:  # an operator's figures are as the file says
            params, buffers = params + row.counts.params, buffers + row.counts.buffers
    if (params, buffers) != (analysis.totals.params, analysis.totals.buffers):
        differences.append(f"totals: {analysis.totals}, PyTorch {params} params, {buffers} buffers")
    return differences
