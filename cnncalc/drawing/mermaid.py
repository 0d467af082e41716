"""A sketch as a Mermaid flowchart, for Markdown on GitHub and in notebooks: open groups are subgraphs."""

from __future__ import annotations

import re
from json import dumps

from cnncalc.core.problem import clean
from cnncalc.drawing.card import Look, lines_of, role
from cnncalc.drawing.nested import Nest, nested
from cnncalc.drawing.sketch import Sketch
from cnncalc.drawing.svg import LIGHT

_SIGNS = re.compile(r"""[#&<>"`\\*~{}%]|(?<!\w)_|_(?!\w)|^[-+.]|(?<=\d)\.(?=\s|$)""")


def render(sketch: Sketch, look: Look) -> str:
    """The sketch as Mermaid text; every name is quoted and escaped, so that no word of it is read as syntax."""
    title = clean(sketch.title).replace("<", "‹").replace(">", "›")  # Mermaid would read HTML there
    lines = ["---", f"title: {dumps(title, ensure_ascii=False)}", "---", "flowchart LR"]
    _inside(nested(sketch), sketch, look, lines, "  ")
    for place, vertex in enumerate(sketch.vertices):
        lines += [f"  n{source} --> n{place}" for source in vertex.reads]
    roles: dict[str, list[str]] = {}
    for place, vertex in enumerate(sketch.vertices):
        roles.setdefault(role(vertex), []).append(f"n{place}")
    for name, nodes in roles.items():
        fill, stroke = LIGHT[name]
        lines.append(f"  classDef {name} fill:{fill},stroke:{stroke},color:{LIGHT['name'][0]}")
        lines.append(f"  class {','.join(nodes)} {name}")
    return "\n".join(lines) + "\n"


def _inside(nest: Nest, sketch: Sketch, look: Look, lines: list[str], indent: str) -> None:
    for part in nest.parts:
        if isinstance(part, int):
            text = "<br/>".join(escaped(line) for line in lines_of(sketch.vertices[part], look))
            lines.append(f'{indent}n{part}["{text}"]')
        else:
            lines.append(f'{indent}subgraph g{part.number}["{escaped(part.label)}"]')
            _inside(part, sketch, look, lines, f"{indent}  ")
            lines.append(f"{indent}end")


def escaped(text: str) -> str:
    """Text inside the quotes of a label: every sign that Mermaid reads as syntax or as Markdown becomes its number.

    >>> escaped('a "b" #1'), escaped("max_pool _1_")
    ('a #34;b#34; #35;1', 'max_pool #95;1#95;')
    """
    return _SIGNS.sub(lambda sign: f"#{ord(sign[0])};", clean(text))
