"""A network as one file without blocks, repeats and `extends`: what it is when all of it is written out."""

from __future__ import annotations

import os
import re

from cnncalc.core.analysis import Analysis
from cnncalc.core.graph import Graph
from cnncalc.core.names import TAKEN_NAMES
from cnncalc.core.problem import clean, fail
from cnncalc.teaching.select import hidden, results, sources
from cnncalc.teaching.wording import entry


def written_out(analysis: Analysis) -> str | None:
    """The text of a file with an entry for each layer that changes anything; None where layers share weights.

    Names are paths with points: `conv2/block1/conv1` is `conv2.block1.conv1`.
    """
    graph = analysis.graph
    assert graph is not None
    names = _names(graph)
    if len(analysis.inputs) != 1 or any(row.shares for row in analysis.rows):
        return None
    ((channels, *sides),) = analysis.inputs.values()
    size = f", size: {sides[0] if len(set(sides)) == 1 else sides}" if sides else ""
    title = clean(analysis.name).replace("'", "''")
    lines = [f"name: '{title}'", f"input: {{channels: {channels}{size}}}", "layers:"]
    shown = [index for index, row in enumerate(analysis.rows) if not hidden(row)]
    for before, index in zip([-1, *shown], shown, strict=False):
        row, reads = analysis.rows[index], sources(analysis, index)
        more = [f"name: {names[row.name]}"]
        if len(reads) > 1:
            more.append(f"from: [{', '.join(names[graph.name_of(ref)] for ref in reads)}]")
        elif reads != (before,):
            more.append(f"from: {names[graph.name_of(reads[0])]}")
        if row.counts.frozen:
            more.append("trainable: false")
        if row.dtype:
            more.append(f"dtype: {row.dtype}")
        head, _, rest = entry(row, "").partition("{")
        lines.append(f"  - {head}{{{', '.join(more)}{', ' if rest != '}' else ''}{rest}")
    ends = results(analysis)
    if ends != tuple(shown[-1:]):
        lines.append(f"outputs: [{', '.join(names[graph.name_of(ref)] for ref in ends)}]")
    return "\n".join(lines) + "\n"


def _names(graph: Graph) -> dict[str, str]:
    """Names of the format for all layers: paths with points, and nothing in them that has a meaning elsewhere."""
    found = dict.fromkeys(graph.inputs, "input")
    taken = set(TAKEN_NAMES)
    for node in graph.nodes:
        wanted = re.sub(r"[^\w.-]", "_", node.name.replace("/", "."))
        if re.fullmatch(r"-?[\d.]*", wanted) or wanted in taken:
            wanted = f"{node.layer.type}_{wanted}"
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        taken.add(name)
        found[node.name] = name
    return found


def files_written_out(graph: Graph, analysis: Analysis) -> tuple[tuple[str, str], ...]:
    """A network of another program as the one file that a worksheet carries; raises ProblemsFound where it is none."""
    text = written_out(analysis)
    if text is None:
        message = f"`{graph.file}` has several inputs, or layers that share weights: no worksheet is made of it"
        raise fail("not-an-architecture", message, help="write the network as YAML")
    name = re.sub("^torch:", "", os.path.basename(graph.file).strip("<>"))  # no sheet names a program
    return ((name, text),)
