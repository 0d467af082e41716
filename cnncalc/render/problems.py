"""Problems for people: the line that was written, what is wrong underlined, notes and a cure."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.core.problem import Label, Place, Problem, clean
from cnncalc.formats.writing import UTF8, shown
from cnncalc.render.fold import cells, fold
from cnncalc.render.paint import painted

_STYLES = {"error": "bold red", "warning": "bold yellow", "rule": "blue", "bold": "bold"}
_EXCERPT = 100  # columns of a line at most
_LEAST = 20  # columns of an excerpt, however narrow the terminal is


def render(problems: Sequence[Problem], *, color: bool = False, width: int | None = None, encoding: str = UTF8) -> str:
    """All problems, one below the other, separated by an empty line; folded to `width` columns, in a pipe not at all.

    Signs that the encoding has not are letters, also below what is underlined.
    """
    return "\n".join(_Drawing(color, width, encoding).problem(problem) for problem in problems)


class _Drawing:
    def __init__(self, color: bool, width: int | None, encoding: str) -> None:
        self.color, self.width, self.encoding = color, width, encoding

    def problem(self, problem: Problem) -> str:
        level, place = problem.level, problem.where
        gutter = " " * len(str(place.line)) if isinstance(place, Place) else ""
        lines = self.hanging([(f"{level}[{problem.code}]", level), (": ", "")], problem.message, 2, "bold")
        if place:
            at = place if isinstance(place, Label) else f"{place.file}:{place.line}:{place.column}"
            lines += self.hanging([(gutter, ""), ("-->", "rule"), (" ", "")], str(at), len(gutter) + 4)
        if isinstance(place, Place) and place.text.strip():
            bar = self.paint("|", "rule")
            text, offset, length = self.excerpt(place, self.width - len(gutter) - 3 if self.width else _EXCERPT)
            lines += [
                f"{gutter} {bar}",
                f"{place.line} {bar} {text}",
                f"{gutter} {bar} {' ' * offset}{self.paint('^' * length, level)}",
            ]
        notes = [("note", note) for note in problem.notes] + ([("help", problem.help)] if problem.help else [])
        for kind, text in notes:
            head = [(f"{gutter} ", ""), ("=", "rule"), (" ", ""), (kind, "bold"), (": ", "")]
            lines += self.hanging(head, text, sum(len(part) for part, _ in head))
        return "\n".join(lines) + "\n"

    def paint(self, text: str, style: str) -> str:
        return painted(text, _STYLES[style]) if self.color and style else text

    def hanging(self, head: list[tuple[str, str]], text: str, indent: int, style: str = "") -> list[str]:
        """A text behind its head, whose further lines are indented."""
        text, taken = shown(clean(text), self.encoding), sum(cells(part) for part, _ in head)
        first, *rest = fold(text, self.width - indent, taken - indent) if self.width else [text]
        line = "".join(self.paint(*part) for part in head) + self.paint(first, style)
        return [line, *(f"{' ' * indent}{self.paint(one, style)}" for one in rest)]

    def excerpt(self, place: Place, room: int) -> tuple[str, int, int]:
        """The line around what is meant, `…` where it goes on; the columns before that, and how many it takes."""
        room, more = max(_LEAST, min(room, _EXCERPT)), shown("…", self.encoding)
        cut = max(0, place.column - 1 - 2 * _EXCERPT)  # a line may be a megabyte
        parts = [shown(clean(one), self.encoding) for one in place.text[cut : cut + 4 * _EXCERPT]]
        sizes, column = [*map(cells, parts)], place.column - 1 - cut
        start = 0
        if sum(sizes) > room and sum(sizes[:column]) >= room - room // 5:
            start = column
            while start and sum(sizes[start - 1 : column]) <= room // 2:
                start -= 1
        stop = start
        while stop < len(parts) and sum(sizes[start : stop + 1]) <= room:
            stop += 1
        before, after = more if start else "", more if stop < len(parts) else ""
        left = start
        while before and sum(sizes[start:left]) < len(more):
            left += 1
        right = stop
        while after and sum(sizes[right:stop]) < len(more):
            right -= 1
        text, end = f"{before}{''.join(parts[left:right])}{after}", column + place.length
        meant = sum(sizes[column : min(end, right)]) + (len(after) if end > right else 0)
        return text, len(before) + sum(sizes[left:column]), max(1, meant)
