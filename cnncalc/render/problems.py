"""Problems for people: the line that was written, what is wrong underlined, notes and a cure."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.core.problem import Label, Problem, clean
from cnncalc.render.fold import cells

_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "rule": "\x1b[34m", "bold": "\x1b[1m"}


def render(problems: Sequence[Problem], *, color: bool = False) -> str:
    """All problems, one below the other, separated by an empty line."""
    return "\n".join(_one(problem, color) for problem in problems)


def _one(problem: Problem, color: bool) -> str:
    def paint(text: str, style: str) -> str:
        return f"{_STYLES[style]}{text}\x1b[0m" if color else text

    level = problem.level
    lines = [f"{paint(f'{level}[{problem.code}]', level)}: {paint(clean(problem.message), 'bold')}"]
    place = problem.where
    gutter = ""
    if isinstance(place, Label):
        lines.append(f"{paint('-->', 'rule')} {clean(str(place))}")
    elif place:
        gutter = " " * len(str(place.line))
        lines.append(f"{gutter}{paint('-->', 'rule')} {clean(place.file)}:{place.line}:{place.column}")
        if place.text.strip():
            shown, start = _excerpt(place.text, place.column - 1)
            offset = cells(clean(shown[:start]))
            marker = "^" * max(1, cells(clean(shown[start : start + place.length])))
            bar = paint("|", "rule")
            lines.append(f"{gutter} {bar}")
            lines.append(f"{place.line} {bar} {clean(shown)}")
            lines.append(f"{gutter} {bar} {' ' * offset}{paint(marker, level)}")
    for kind, text in [("note", note) for note in problem.notes] + ([("help", problem.help)] if problem.help else []):
        lines.append(f"{gutter} {paint('=', 'rule')} {paint(kind, 'bold')}: {clean(text)}")
    return "\n".join(lines) + "\n"


def _excerpt(line: str, column: int, width: int = 100) -> tuple[str, int]:
    """At most `width` characters of a line around a column, `…` where it goes on; and where the column is in them."""
    start = 0 if column < width - 20 else column - width // 2
    shown = line[start : start + width]
    if start:
        shown = f"…{shown[1:]}"
    if start + width < len(line):
        shown = f"{shown[:-1]}…"
    return shown, column - start
