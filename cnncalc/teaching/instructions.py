"""What stands around the questions: how to answer them, and what the symbols of their working mean."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.analyses.working import legend
from cnncalc.core.figures import many
from cnncalc.teaching.question import WANTED, Question, Worksheet
from cnncalc.teaching.tables import NOT_ASKED
from cnncalc.teaching.wording import working

UNSAID = "Where nothing is said, the stride is 1, that of a pool its kernel, the padding 0, and there is a bias."


def instructions(sheet: Worksheet, cells: bool = True) -> tuple[str, ...]:
    """The instructions for answering, as sentences; `cells`: also how to read the tables."""
    asked = {question.ask for question in sheet.questions}
    found = [f"{many(len(sheet.questions), 'question')}, {many(sheet.points, 'point')}."]
    double = [question.id for question in sheet.questions if question.points > 1]
    if double and len(double) < len(sheet.questions):
        listed = f"{', '.join(double[:-1])} and {double[-1]}"
        found.append(
            f"Questions {listed} give 2 points each." if double[1:] else f"Question {double[0]} gives 2 points."
        )
    if any(question.kind == "shape" for question in sheet.questions):
        example = "55×55×96" if sheet.recipe.layout == "hwc" else "96×55×55"
        found.append(f"Write a shape as {WANTED[sheet.recipe.layout]}, like {example}.")
    if any(question.target and question.target.quantity == "params" for question in sheet.questions):
        found.append("Params are weights and biases.")
    rows = [sheet.analysis.rows[q.target.row] for q in sheet.questions if q.target and q.target.row is not None]
    if asked & {"weights", "biases"} and any(row.layer.family == "norm" for row in rows):
        found.append("Of a norm the scales are weights and the shifts biases.")
    if "receptive_field" in asked:
        found.append("In a receptive field r is what the layer before sees, and j its jump.")
    if "multiplies" in asked:
        found.append("Multiplies are those of one image; adding a bias is none.")
    if any(q.target and q.target.row is None and q.target.quantity == "multiplies" for q in sheet.questions):
        found.append("Pooling, norms and activations count no multiplies.")
    if any(question.rounded for question in sheet.questions):
        found.append("A figure of five digits or more may be rounded to two digits or more, like 35k.")
    if asked & {"inverse", "mistake"}:
        found.append(UNSAID)
    if cells and any(cell.text == NOT_ASKED for table in sheet.tables for line in table.lines for cell in line.cells):
        found.append(f"A cell with {NOT_ASKED} is not asked for, but you may need it on the way.")
    return tuple(found)


def meanings(sheet: Worksheet, questions: Sequence[Question] | None = None) -> tuple[tuple[str, str], ...]:
    """The symbols in the working of some questions, or of all, and what they stand for."""
    used = []
    for question in sheet.questions if questions is None else questions:
        target = question.target
        if target is not None and target.row is not None:
            row = sheet.analysis.rows[target.row]
            used.append((row.layer, working(row.layer, row.input_shapes, target.quantity)))
    return tuple((", ".join(meaning.symbols), meaning.text) for meaning in legend(used))
