"""The longest path from an input to each layer, in layers: it takes the whole network, once."""

import os

from cnncalc.analyses.measures.base import Measure
from cnncalc.core.graph import Graph


def _paths(graph: Graph) -> list[int]:
    if log := os.environ.get("PATHS_WORKED_OUT"):
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{graph.name}\n")
    found: list[int] = []
    for node in graph.nodes:
        found.append(1 + max([found[ref] for ref in node.inputs if ref >= 0], default=0))
    return found


Measure(name="path", help="layers on the longest path", once=_paths, total=max, bound="")
