"""A sketch in the language of Graphviz: open groups are clusters."""

from __future__ import annotations

from cnncalc.core.problem import clean
from cnncalc.drawing.card import Look, lines_of, role
from cnncalc.drawing.nested import Nest, nested
from cnncalc.drawing.sketch import Sketch
from cnncalc.drawing.svg import LIGHT


def render(sketch: Sketch, look: Look) -> str:
    """The sketch as a digraph from left to right; every name is quoted and escaped."""
    lines = [
        "digraph {",
        f'  graph [rankdir=LR, label="{escaped(sketch.title)}", labelloc=t, fontname="Helvetica,Arial,sans-serif"]',
        '  node [shape=box, style="rounded,filled", fontname="Helvetica,Arial,sans-serif", fontsize=11]',
        '  edge [arrowsize=0.7, color="#5b6675"]',
    ]
    _inside(nested(sketch), sketch, look, lines, "  ")
    for place, vertex in enumerate(sketch.vertices):
        lines += [f"  n{source} -> n{place}" for source in vertex.reads]
    return "\n".join([*lines, "}"]) + "\n"


def _inside(nest: Nest, sketch: Sketch, look: Look, lines: list[str], indent: str) -> None:
    for part in nest.parts:
        if isinstance(part, int):
            vertex = sketch.vertices[part]
            text = "\\n".join(escaped(line) for line in lines_of(vertex, look))
            fill, stroke = LIGHT[role(vertex)]
            lines.append(f'{indent}n{part} [label="{text}", fillcolor="{fill}", color="{stroke}"]')
        else:
            lines.append(f"{indent}subgraph cluster_{part.number} {{")
            lines.append(f'{indent}  graph [label="{escaped(part.label)}", style="dashed,rounded", color="#8b95a3"]')
            _inside(part, sketch, look, lines, f"{indent}  ")
            lines.append(f"{indent}}}")


def escaped(text: str) -> str:
    """Text inside the quotes of a label; Graphviz reads backslashes and HTML entities in it.

    >>> print(escaped('a "b" &lt; \\\\N'))
    a \\"b\\" &amp;lt; \\\\N
    """
    return clean(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
