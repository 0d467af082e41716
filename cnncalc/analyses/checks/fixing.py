"""`check --fix`: what rules find that can be taken out without changing the network."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from cnncalc.analyses.checks.expect import Update
from cnncalc.analyses.checks.lint import Idle, lint
from cnncalc.core.analysis import analyze
from cnncalc.core.graph import Graph
from cnncalc.core.problem import ProblemsFound
from cnncalc.formats.source import Source
from cnncalc.formats.yaml.document import document_of
from cnncalc.formats.yaml.editing import CannotEdit, without_ignore, without_key
from cnncalc.formats.yaml.expanding.build import load_source

MOST = 100  # in one run, as many as are shown


def fixed(graph: Graph, codes: Collection[str], options: Mapping[str, int]) -> Update | None:
    """The text of a graph's file without what is of no use in it; None where all is.

    Each change is tried alone: where the network would be another one, or no network, it is not made, and that is said.
    """
    document = document_of(graph)
    if document is None:
        return None
    source = document.description.source
    before, network, done = source.text, _network(graph), 0
    left: dict[Idle, str] = {}
    while done < MOST:
        idle = next((one for one in lint(graph, codes, options).idle if one not in left), None)
        if idle is None:
            break
        try:
            text = without_ignore(source, idle.place, idle.code) if idle.comment else without_key(source, idle.place)
            tried = _with(source, text)
            changed = load_source(tried)
            if _network(changed) != network:
                raise CannotEdit("the network would be another one")
        except CannotEdit as error:
            left[idle] = str(error)
        except ProblemsFound as error:
            left[idle] = error.problems[0].message
        else:
            left = {}  # places have moved
            graph, source, done = changed, tried, done + 1
    said = tuple(f"{one.place}: `{one.code}` is not mended: {why}" for one, why in left.items())
    return Update(before, source.text, done, said) if done or said else None


def _with(source: Source, text: str) -> Source:
    return Source(source.name, text, source.folder, source.bundled, source.tree, top=source.top)


def _network(graph: Graph) -> Any:
    """What a file says of a network, without where it says it."""
    rows = [(row.name, row.type, row.inputs, row.output_shape, row.counts) for row in analyze(graph).rows]
    return rows, graph.inputs, graph.outputs, graph.name
