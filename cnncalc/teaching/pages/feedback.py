"""What one student gets back: the marks, and for what is not right the likely slip and the working."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.style import Style
from cnncalc.core.record import Record
from cnncalc.render.document import (
    Block,
    Grid,
    Head,
    Heading,
    Items,
    Labelled,
    Page,
    Paragraph,
    Run,
    Section,
    TableRow,
    Terms,
)
from cnncalc.teaching.grade import Graded, Mark
from cnncalc.teaching.instructions import meanings
from cnncalc.teaching.pages.grades import share_of
from cnncalc.teaching.question import Worksheet
from cnncalc.teaching.wording import written_answer

SAID = {
    "right": "right",
    "wrong": "not right",
    "blank": "no answer",
    "carried": "right with your own answer before it",
    "unclear": "for a person to look at",
}


class Feedback(Record):
    """A student's marks, and the sheet that they answered."""

    sheet: Worksheet
    graded: Graded


def document(feedback: Feedback, style: Style) -> Page:
    """A table of all answers, then what is not right, one by one."""
    sheet, graded = feedback
    title = f"{sheet.title}: {graded.student or graded.name}"
    heads = [Head("question", right=True), Head("layer", folds=True, name=True), Head("asked")]
    heads += [Head("your answer", folds=True), Head("points", right=True), Head("mark", folds=True, role="said")]
    rows = []
    for mark in graded.marks:
        points = f"{'?' if mark.points is None else mark.points}/{mark.question.points}"
        cells = [mark.question.id, mark.question.layer, mark.question.asked, mark.given, points, SAID[mark.verdict]]
        rows.append(TableRow(cells, mark.verdict))
    total = f"{graded.points} of {graded.of} points, {share_of(graded)}"
    blocks: list[Block] = [
        Heading(title),
        Paragraph(Run(total, "strong")),
        Grid(heads, rows, caption="answers", by_row=True),
    ]
    if graded.notes:
        blocks.append(Items([f"note: {note}" for note in graded.notes]))
    missed = [mark for mark in graded.marks if mark.verdict not in ("right", "unclear")]
    blocks += [_missed(mark, sheet) for mark in missed]
    symbols = meanings(sheet, [mark.question for mark in missed])
    if symbols:
        blocks.append(Labelled("symbols", [Terms(symbols)]))
    return Page(title, blocks, depth=1)


def _missed(mark: Mark, sheet: Worksheet) -> Section:
    question = mark.question

    def blocks() -> Iterator[Block]:
        yield Paragraph(Run(question.prompt, "prose"))
        if question.choices:
            yield Items(question.choices)
        if mark.given:
            yield Paragraph(["Your answer: ", Run(mark.given, "strong"), f" ({mark.remark})" if mark.remark else ""])
        if mark.slips:
            yield Items([f"{slip}: {slip.slip.sentence}" for slip in mark.slips])
        right = " or ".join(written_answer(answer, sheet.recipe.layout) for answer in question.accepted)
        yield Paragraph(["Right: ", Run(right, "strong")])
        yield Items([Run(step, "working") for step in question.working])

    return Section(f"Question {question.id}", [*blocks()])
