"""What a quiz says in a terminal."""

from __future__ import annotations

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from cnncalc.analyses.columns import Style
from cnncalc.core.problem import clean
from cnncalc.render.grid import Cells, Fitted, Grid, Head, to_text
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
    """Turns what happens in a quiz into text."""

    def __init__(self, sheet: Worksheet, style: Style) -> None:
        self.sheet = sheet
        self.style = style

    def _text(self, *lines: Text | Padding | Fitted | str) -> str:
        return self.style.plain(to_text(Group(*lines), width=self.style.width, color=self.style.color))

    def welcome(self) -> str:
        """The title, how to answer, and what one may type."""
        how = " ".join(instructions(self.sheet, cells=False))
        return self._text(Text(clean(self.sheet.title), style="bold"), Text(how), Text(HELP, style="dim"))

    def table(self, table: Table) -> str:
        """The layers of a table, without figures: those are asked for."""
        heads = [Head(title, folds=True) for title in ("layer", "what it is", "reads")]
        rows = [Cells([line.name, line.description, line.reads]) for line in table.lines]
        drawn = Fitted(lambda: [Grid(heads, rows, ascii=self.style.ascii)])
        given = ", ".join(f"{clean(name)} is {shape}" for name, shape in table.given)
        return self._text("", Text(f"{clean(table.caption)}, given: {given}", style="bold"), "", drawn)

    def passage(self, passage: Passage) -> str:
        """A text and its listing."""
        listing = [Text(clean(line)) for line in passage.listing]
        return self._text("", Text(clean(passage.text.replace("`", "")), style="bold"), *listing)

    def question(self, question: Question, place: int, of: int) -> str:
        """A question with its place and its choices."""
        head = Text.assemble((f"{place}/{of} ", "bold cyan"), clean(question.prompt.replace("`", "")))
        return self._text("", head, *(_indented(2, choice) for choice in question.choices))

    def hint(self, text: str, last: bool) -> str:
        """A hint; whether there is another one."""
        more = "" if last else "   (? for another one)"
        return self._text(_indented(2, (clean(text.replace("`", "")), "yellow"), (more, "dim")))

    def no_more_hints(self) -> str:
        """All hints were given."""
        return self._text(Text("  no more hints: Enter shows the working", style="dim"))

    def again(self, remark: str) -> str:
        """Why an answer cannot be read: it is asked for once more."""
        return self._text(_indented(2, (remark, "yellow"), ": once more"))

    def verdict(self, mark: Mark) -> str:
        """Right or wrong, the likely slip, and for what was not right the answer with its working."""
        sign, color = _SIGNS.get(mark.verdict, ("passed", "dim"))
        if mark.verdict == "right":
            return self._text(Text(f"  {sign}", style=color))
        lines = [_indented(2, (sign, color), f"  {mark.remark}" if mark.remark else "")]
        lines += [_indented(2, (f"{slip}: {slip.slip.sentence}", "yellow")) for slip in mark.slips]
        lines.append(_indented(2, (answers(mark, self.sheet), "bold")))
        lines += [_indented(4, (clean(step.replace("`", "")), "dim")) for step in mark.question.working]
        return self._text(*lines)

    def score(self, marks: list[Mark]) -> str:
        """The points, of what was asked so far, and the slips that were made."""
        points, whole = sum(mark.points or 0 for mark in marks), sum(mark.question.points for mark in marks)
        left = len(self.sheet.questions) - len(marks)
        head = f"{points} of {whole} points, {percent_of(points, whole)}" if marks else "no question answered"
        lines = [Text(head + (f"; {left} not asked" if left and marks else ""), style="bold")]
        slips = list(dict.fromkeys(slip.slip.name for mark in marks for slip in mark.slips))
        if slips:
            lines.append(Text(f"slips: {', '.join(slips)}"))
        return self._text("", *lines)


def _indented(by: int, *parts: str | tuple[str, str]) -> Padding:
    """A paragraph whose further lines stand below its first one."""
    return Padding(Text.assemble(*parts), (0, 0, 0, by))
