"""What a quiz says in a terminal."""

from __future__ import annotations

from cnncalc.analyses.style import Style
from cnncalc.render.document import Grid, Head, TableRow
from cnncalc.render.grid import Line, Terminal, drawn
from cnncalc.render.text import flowing, joined
from cnncalc.teaching.grade import Mark
from cnncalc.teaching.instructions import instructions
from cnncalc.teaching.pages.grades import answers, percent_of
from cnncalc.teaching.question import Passage, Question, Table, Worksheet

HELP = "Type ? for a hint (the formula, then the numbers), Enter to pass, q to stop."
_SIGNS = {
    "right": ("✓ right", "green"),
    "wrong": ("✗ wrong", "red"),
    "carried": ("✗ wrong", "yellow"),
    "unclear": ("? unclear", "yellow"),
}


class Voice:
    """The texts of a quiz, for a terminal."""

    def __init__(self, sheet: Worksheet, style: Style) -> None:
        self.sheet = sheet
        self.terminal = Terminal.of(style)

    def _text(self, *paragraphs: Line, indent: int = 0) -> str:
        """Paragraphs one below the other, each in pieces of a style."""
        cleaned = ([(self.terminal.text(text), style) for text, style in pieces] for pieces in paragraphs)
        found = (line for pieces in cleaned for line in flowing(pieces, self.terminal.width, indent))
        return joined(found, self.terminal)

    def welcome(self) -> str:
        """The title, how to answer, and what one may type."""
        how = " ".join(instructions(self.sheet, cells=False))
        return self._text([(self.sheet.title, "bold")], [(how, "")], [(HELP, "dim")])

    def table(self, table: Table) -> str:
        """The layers of a table, without figures: those are asked for."""
        heads = [Head(title, folds=True) for title in ("layer", "what it is", "reads")]
        grid = Grid(heads, [TableRow([line.name, line.description, line.reads]) for line in table.lines])
        given = ", ".join(f"{name} is {shape}" for name, shape in table.given)
        head = self._text([], [(f"{table.caption}, given: {given}", "bold")], [])
        return head + joined(drawn(grid, self.terminal), self.terminal)

    def passage(self, passage: Passage) -> str:
        """A text and its listing."""
        return self._text([], [(_bare(passage.text), "bold")], *([(line, "")] for line in passage.listing))

    def question(self, question: Question, place: int, of: int) -> str:
        """A question with its place and its choices."""
        head = self._text([], [(f"{place}/{of} ", "bold cyan"), (_bare(question.prompt), "")])
        return head + self._text(*([(choice, "")] for choice in question.choices), indent=2)

    def hint(self, text: str, last: bool) -> str:
        """A hint; whether there is another one."""
        more = "" if last else "   (? for another one)"
        return self._text([(_bare(text), "yellow"), (more, "dim")], indent=2)

    def no_more_hints(self) -> str:
        """All hints were given."""
        return self._text([("no more hints: Enter shows the working", "dim")], indent=2)

    def again(self, remark: str) -> str:
        """Why an answer cannot be read: it is asked for once more."""
        return self._text([(remark, "yellow"), (": once more", "")], indent=2)

    def verdict(self, mark: Mark) -> str:
        """Right or wrong, the likely slip, and for what was not right the answer with its working."""
        sign, color = _SIGNS.get(mark.verdict, ("passed", "dim"))
        if mark.verdict == "right":
            return self._text([(sign, color)], indent=2)
        lines: list[Line] = [[(sign, color), (f"  {mark.remark}" if mark.remark else "", "")]]
        lines += [[(f"{slip}: {slip.slip.sentence}", "yellow")] for slip in mark.slips]
        lines.append([(answers(mark, self.sheet), "bold")])
        working: list[Line] = [[(_bare(step), "dim")] for step in mark.question.working]
        return self._text(*lines, indent=2) + self._text(*working, indent=4)

    def score(self, marks: list[Mark]) -> str:
        """The points, of what was asked so far, and the slips that were made."""
        points, whole = sum(mark.points or 0 for mark in marks), sum(mark.question.points for mark in marks)
        left = len(self.sheet.questions) - len(marks)
        head = f"{points} of {whole} points, {percent_of(points, whole)}" if marks else "no question answered"
        lines: list[Line] = [[], [(head + (f"; {left} not asked" if left and marks else ""), "bold")]]
        slips = list(dict.fromkeys(slip.slip.name for mark in marks for slip in mark.slips))
        return self._text(*lines, *([[(f"slips: {', '.join(slips)}", "")]] if slips else []))


def _bare(text: str) -> str:
    """A text without the backticks of its code."""
    return text.replace("`", "")
