"""A network as one file without blocks, repeats and `extends`: what it is when all of it is written out."""

from __future__ import annotations

from cnncalc.core.analysis import Analysis
from cnncalc.core.problem import clean
from cnncalc.teaching.select import hidden, sources
from cnncalc.teaching.wording import entry


def written_out(analysis: Analysis) -> str | None:
    """The text of a file with an entry for each layer that changes anything; None where layers share weights.

    Names are paths with points: `conv2/block1/conv1` is `conv2.block1.conv1`.
    """
    graph = analysis.graph
    assert graph is not None
    if len(analysis.inputs) != 1 or any(row.shares for row in analysis.rows):
        return None
    ((channels, *sides),) = analysis.inputs.values()
    size = f", size: {sides[0] if len(set(sides)) == 1 else sides}" if sides else ""
    lines = [f"name: {clean(analysis.name)}", f"input: {{channels: {channels}{size}}}", "layers:"]
    shown = [index for index, row in enumerate(analysis.rows) if not hidden(row)]
    for before, index in zip([-1, *shown], shown, strict=False):
        row, reads = analysis.rows[index], sources(analysis, index)
        more = [f"name: {_name(row.name)}"]
        if len(reads) > 1:
            more.append(f"from: [{', '.join(_name(graph.name_of(ref)) for ref in reads)}]")
        elif reads != (before,):
            more.append(f"from: {_name(graph.name_of(reads[0]))}")
        if row.counts.frozen:
            more.append("trainable: false")
        head, _, rest = entry(row, "").partition("{")
        lines.append(f"  - {head}{{{', '.join(more)}{', ' if rest != '}' else ''}{rest}")
    return "\n".join(lines) + "\n"


def _name(path: str) -> str:
    return path.replace("/", ".")
