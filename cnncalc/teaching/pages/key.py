"""The key of a class: the answers of every student's own sheet."""

from __future__ import annotations

from collections.abc import Sequence
from json import dumps

from cnncalc.analyses.style import Style
from cnncalc.core.figures import many
from cnncalc.formats.writing import shown_json
from cnncalc.render.document import Grid, Head, Heading, Page, Paragraph, Section, TableRow
from cnncalc.teaching.question import Worksheet
from cnncalc.teaching.wording import written_answer


def document(sheets: Sequence[Worksheet], style: Style) -> Page:
    """A table of answers for each student."""
    first = sheets[0]
    title = f"{first.title}: key for {many(len(sheets), 'student')}"
    heads = [Head("question", right=True), Head("layer", folds=True, name=True), Head("asked")]
    heads += [Head("answer"), Head("points", right=True)]
    sections = []
    for sheet in sheets:
        rows = [
            TableRow([question.id, question.layer, question.asked, _answer(sheet, question.id), str(question.points)])
            for question in sheet.questions
        ]
        grid = Grid(heads, rows, caption=sheet.recipe.student, by_row=True)
        sections.append(Section(sheet.recipe.student, [grid], (f"seed {sheet.recipe.seed}", f"{sheet.points} points")))
    how = "The working of a sheet: `exercise` with its seed and --key, or what `grade --feedback` writes."
    return Page(title, [Heading(title), Paragraph(how.replace("`", "")), *sections], depth=1)


def _answer(sheet: Worksheet, id: str) -> str:
    return " or ".join(written_answer(answer, sheet.recipe.layout) for answer in sheet.question(id).accepted)


def json(sheets: Sequence[Worksheet], style: Style) -> str:
    """Version 1: the accepted answers of each student, by question."""
    told = {
        "schema_version": 1,
        "title": sheets[0].title,
        "students": [
            {
                "student": sheet.recipe.student,
                "seed": sheet.recipe.seed,
                "points": sheet.points,
                "accepted": {
                    question.id: [
                        written_answer(one, sheet.recipe.layout) if isinstance(one, tuple) else one
                        for one in question.accepted
                    ]
                    for question in sheet.questions
                },
            }
            for sheet in sheets
        ],
    }
    return shown_json(dumps(told, ensure_ascii=False, indent=1)) + "\n"
