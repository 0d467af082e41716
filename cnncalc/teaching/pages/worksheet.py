"""A worksheet, or its key, as a document: tables and passages with blanks, and in the key the working below."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.style import Style
from cnncalc.core.figures import many
from cnncalc.render.document import (
    Block,
    Fields,
    Gap,
    Grid,
    Head,
    Heading,
    Inline,
    Items,
    Labelled,
    Listing,
    Page,
    Paragraph,
    Part,
    Run,
    Section,
    TableRow,
    Terms,
)
from cnncalc.teaching.instructions import instructions, meanings
from cnncalc.teaching.question import Cell, Handout, Question, Table, Worksheet
from cnncalc.teaching.recipe import header
from cnncalc.teaching.wording import written_answer


def document(handout: Handout, style: Style, fields: bool = False) -> Page:
    """The whole sheet; with `key` the answers stand in the blanks, and the working below. `fields` are typed into."""
    title = f"{handout.sheet.title}{': key' if handout.key else ''}"
    return Page(
        title,
        [Heading(title), *_blocks(*handout, fields and not handout.key)],
        depth=1,
        header=header(handout.sheet.recipe),
    )


def _blocks(sheet: Worksheet, key: bool, room: int, fields: bool) -> Iterator[Block]:
    room = 0 if key else room
    if not key:
        if sheet.recipe.student:
            yield Paragraph(["Name: ", Run(sheet.recipe.student, "strong")])
        else:
            yield Fields((("Name", 16), ("Date", 8)))
    yield Paragraph(" ".join(instructions(sheet)))
    for table in sheet.tables:
        asked = [sheet.question(cell.question) for line in table.lines for cell in line.cells if cell.question]
        places = [
            Labelled(f"{question.id}. {question.layer}: {question.asked}", _room(room)) for question in asked if room
        ]
        yield Section(table.caption or "Layers", [*_table(table, sheet, key, fields), *places])
    for passage in sheet.passages:
        questions = [_question(sheet.question(id), sheet, key, room, fields) for id in passage.questions]
        if passage.listing:
            title = f"Find the mistake (questions {' and '.join(passage.questions)})"
            yield Section(title, [Paragraph(Run(passage.text, "prose")), Listing(passage.listing), *questions])
        else:
            yield from questions
    if key:
        yield Section("Working", [*_working(sheet)])


def _gap(question: Question, sheet: Worksheet, key: bool, field: bool) -> Gap:
    return Gap(question.id, _answers(question, sheet) if key else "", field)


def _answers(question: Question, sheet: Worksheet) -> str:
    return " or ".join(written_answer(answer, sheet.recipe.layout) for answer in question.accepted)


def _table(table: Table, sheet: Worksheet, key: bool, fields: bool) -> Iterator[Block]:
    if table.given:
        yield Paragraph(f"Given: {', '.join(f'{name} is {shape}' for name, shape in table.given)}.")
    heads = [Head("layer", folds=True, name=True), Head("what it is", folds=True), Head("reads", folds=True)]
    heads += [Head(title, right=True) for title in table.columns]

    def cell(one: Cell) -> Inline:
        return _gap(sheet.question(one.question), sheet, key, fields) if one.question else one.text

    rows = [TableRow([line.name, line.description, line.reads, *map(cell, line.cells)]) for line in table.lines]
    yield Grid(heads, rows, caption=table.caption or "Layers", by_row=True)


def _room(lines: int) -> list[Listing]:
    """Empty lines, in which whatever stands is no answer."""
    return [Listing([""] * lines)] if lines else []


def _question(question: Question, sheet: Worksheet, key: bool, room: int, field: bool) -> Section:
    prompt, blank = Paragraph(Run(question.prompt, "prose")), Paragraph(_gap(question, sheet, key, field))
    choices = [Items(question.choices)] if question.choices else []
    return Section(f"Question {question.id}", [prompt, *choices, *_room(room), blank])


def _working(sheet: Worksheet) -> Iterator[Block]:
    for question in sheet.questions:
        points = many(question.points, "point")
        head: list[Part] = [Run(f"{question.id}.", "strong"), " ", Run(question.prompt, "prose"), " "]
        yield Paragraph([*head, Run(_answers(question, sheet), "strong"), f" ({points})"])
        yield Items([Run(step, "working") for step in question.working])
    symbols = meanings(sheet)
    if symbols:
        yield Labelled("symbols", [Terms(symbols)])
