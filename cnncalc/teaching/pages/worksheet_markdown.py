"""A worksheet, or its key, in Markdown: `(3) ____` is the blank of question 3, in a table or on a line of its own."""

from __future__ import annotations

from cnncalc.analyses.columns import Style
from cnncalc.render.markdown import escape
from cnncalc.teaching.instructions import instructions, meanings
from cnncalc.teaching.question import Cell, Handout, Question, Table, Worksheet
from cnncalc.teaching.recipe import header
from cnncalc.teaching.wording import written_answer

BLANK = "____"


def render(handout: Handout, style: Style) -> str:
    """The whole sheet; with `key` the answers stand in the blanks, and the working below."""
    sheet, key = handout
    parts = [f"# {escape(sheet.title)}{': key' if key else ''}"]
    if not key:
        parts.append("Name: \\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_ Date: \\_\\_\\_\\_\\_\\_\\_\\_")
    parts.append(" ".join(map(escape, instructions(sheet))))
    parts += [_table(table, sheet, key) for table in sheet.tables]
    for passage in sheet.passages:
        if passage.listing:
            numbers = " and ".join(passage.questions)
            parts.append(f"## Find the mistake (questions {numbers})\n\n{escape_code(passage.text)}")
            parts.append("```text\n" + "\n".join(passage.listing).replace("```", "'''") + "\n```")
        for id in passage.questions:
            question = sheet.question(id)
            parts.append(f"{'###' if passage.listing else '##'} Question {id}\n\n{escape_code(question.prompt)}")
            if question.choices:
                parts.append("\n".join(f"- {escape(choice)}" for choice in question.choices))
            parts.append(_blank(question, sheet, key))
    if key:
        parts.append(_working(sheet))
    parts.append(f"<!-- cnncalc worksheet {header(sheet.recipe)} -->")
    return "\n\n".join(parts) + "\n"


def escape_code(text: str) -> str:
    """Text whose `code` stays code."""
    pieces = text.split("`")
    return "`".join(piece if place % 2 else escape(piece) for place, piece in enumerate(pieces))


def _blank(question: Question, sheet: Worksheet, key: bool) -> str:
    return f"({question.id}) {f'**{escape(_answers(question, sheet))}**' if key else BLANK}"


def _answers(question: Question, sheet: Worksheet) -> str:
    return " or ".join(written_answer(answer, sheet.recipe.layout) for answer in question.accepted)


def _table(table: Table, sheet: Worksheet, key: bool) -> str:
    lines = [f"## {escape(table.caption or 'Layers')}"]
    if table.given:
        lines.append("Given: " + ", ".join(f"{escape(name)} is {shape}" for name, shape in table.given) + ".")
    rows: list[tuple[str, ...]] = [
        ("layer", "what it is", "reads", "output", "params", "multiplies"),
        (":---",) * 3 + ("---:",) * 3,
    ]
    for line in table.lines:
        cells = [_cell(cell, sheet, key) for cell in line.cells]
        rows.append((escape(line.name), escape(line.description), escape(line.reads), *cells))
    lines.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
    return "\n\n".join(lines)


def _cell(cell: Cell, sheet: Worksheet, key: bool) -> str:
    return _blank(sheet.question(cell.question), sheet, key) if cell.question else cell.text


def _working(sheet: Worksheet) -> str:
    lines = ["## Working"]
    for question in sheet.questions:
        points = f"{question.points} point{'s' * (question.points != 1)}"
        steps = "\n".join(f"   - {escape_code(step)}" for step in question.working)
        lines.append(
            f"**{question.id}.** {escape_code(question.prompt)} **{escape(_answers(question, sheet))}**"
            f" ({points})\n\n{steps}"
        )
    legend = "\n".join(f"- {escape(symbols)}: {escape(text)}" for symbols, text in meanings(sheet))
    return "\n\n".join([*lines, f"Symbols:\n\n{legend}"] if legend else lines)
