"""Files of other programs in a file of ours: as the whole network, or as a block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cnncalc.core.builder import Builder
from cnncalc.core.graph import Graph, Ref
from cnncalc.core.problem import Label, Origin, Problems, ProblemsFound, misspelt
from cnncalc.core.shape import Shape
from cnncalc.formats.source import Source, Text
from cnncalc.formats.yaml.document import Document, entries_of
from cnncalc.formats.yaml.reading.description import Description

MOST_NAMED = 10


def whole_model(
    found: Description, overrides: Mapping[str, str], input_size: str | None, texts: Mapping[str, str | None],
    problems: Problems,
) -> Graph:  # fmt: skip
    """The graph of a file whose `network` is a file of another program; raises ProblemsFound."""
    source = found.model
    assert source is not None
    graph: Graph = source.format.graph(source, overrides, input_size)
    if found.outputs is not None:
        graph = _with_outputs(graph, found.outputs, problems)
    problems.stop_if_any()
    return replace(
        graph,
        name=texts["name"] or graph.name,
        file=found.source.name,
        source=texts["source"],
        note=texts["note"],
        document=Document(found, entries_of(graph)),
    )


def _with_outputs(graph: Graph, outputs: Sequence[Text], problems: Problems) -> Graph:
    """A graph with other outputs; what leads to none of them is left out, and a note says so."""
    at: Origin = outputs[0].origin if outputs else Label(graph.file, "")
    builder = Builder(graph.inputs, name=graph.name, file=graph.file, problems=problems, origin=at)
    known = builder.insert(graph, "", [-1 - number for number in range(len(graph.inputs))], at)
    refs = {node.text: found_in(graph, known, node, problems) for node in outputs}
    problems.stop_if_any()
    return builder.graph(refs, notes=graph.notes, changed=graph.changed, file_bytes=graph.file_bytes)


def found_in(graph: Graph, known: Mapping[str, Ref], node: Text, problems: Any) -> Ref | None:
    """The output of a layer or a group of that name; None, and a problem, where there is none."""
    found = known.get(node.text)
    if found is None:
        help = misspelt(node.text, known) or f"its names are {_listed(name for name in known if '/' not in name)}"
        problems.add("unknown-name", f"`{graph.file}` has no layer `{node.text}`", node, help)
    return found


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - MOST_NAMED:,} more" if len(found) > MOST_NAMED else ""
    return ", ".join(f"`{name}`" for name in found[:MOST_NAMED]) + more


def model_at(source: Source, shapes: Sequence[Shape]) -> Graph:
    """The graph of a file of another program that reads these shapes; raises ProblemsFound.

    Where it says other sizes, or leaves them open, and reads one input, it is read at that size.
    """
    try:
        graph: Graph = source.format.graph(source, {}, None)
        if list(graph.inputs.values()) == list(shapes):
            return graph
    except ProblemsFound as error:
        if len(shapes) != 1 or any(problem.code != "missing-key" for problem in error.problems):
            raise
        graph = None  # type: ignore[assignment]
    rank = len(next(iter(graph.inputs.values()))) if graph else len(shapes[0])
    if len(shapes) != 1 or rank != len(shapes[0]) or (graph and rank < 2):
        return graph
    sizes = "x".join(map(str, shapes[0][1:] or shapes[0]))
    found: Graph = source.format.graph(source, {}, sizes)
    return found
