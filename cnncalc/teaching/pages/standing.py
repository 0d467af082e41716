"""Questions that stand alone, as course systems take them: each with its table, what counts as right, and the slips."""

from __future__ import annotations

from cnncalc.core.record import Record
from cnncalc.render.document import Run
from cnncalc.render.html import words
from cnncalc.teaching.answers import Reading
from cnncalc.teaching.likely import likely
from cnncalc.teaching.question import Answer, Question, Table, Worksheet
from cnncalc.teaching.wording import written_answer

MOST_WRONG = 30  # wrong answers that are told apart


class Typed(Record):
    """An answer as it is typed, and what is said of it."""

    text: str
    said: str


class Standing(Record):
    """A question with all that it needs: a `name` of its own, its `text` as XHTML, and answers that are known.

    `right` begins with the answer itself. `working` is said when it was answered.
    """

    question: Question
    name: str
    text: str
    right: tuple[str, ...]
    wrong: tuple[Typed, ...]
    working: str


def standing(sheet: Worksheet) -> list[Standing]:
    """Every question of a sheet."""
    wide = len(str(len(sheet.questions)))
    found = []
    for question in sheet.questions:
        slips = likely(sheet.analysis, question, sheet.recipe.layout)
        right = _right(question, sheet.recipe.layout, set(slips))
        wrong = []
        for answer, made in slips.items():
            said = "; or ".join(f"{one}: {one.slip.sentence}" for one in made)
            wrong += [Typed(text, said) for text in _typed(answer, sheet.recipe.layout) if text not in right]
        name = f"{question.id:0>{wide}} {question.layer} {question.asked}"
        working = "".join(f"<li>{words(Run(step, 'prose'))}</li>" for step in question.working)
        text = _context(sheet, question) + f"<p>{words(Run(question.prompt, 'prose'))}</p>"
        found.append(Standing(question, name, text, right, tuple(wrong[:MOST_WRONG]), f"<ul>{working}</ul>"))
    return found


def _right(question: Question, layout: str, slips: set[Answer]) -> tuple[str, ...]:
    """Every way of typing the answer that is right; a rounded figure that a slip gives, too, is none."""
    found: dict[str, None] = {}
    for answer in question.accepted:
        found |= dict.fromkeys(_typed(answer, layout))
        if question.rounded and isinstance(answer, int):
            near = {answer // unit * unit for unit in _units(answer)}
            near |= {(2 * answer + unit) // (2 * unit) * unit for unit in _units(answer)}
            for value in sorted(near - {answer}):
                reading = Reading((value,), digits=len(str(value).rstrip("0")), rounded=True)
                if value not in slips and reading.fits(answer):
                    found[str(value)] = None
    return tuple(found)


def _units(number: int) -> list[int]:
    return [10**place for place in range(1, len(str(number)) - 1)]


def _typed(answer: Answer, layout: str) -> list[str]:
    """An answer as people type it: `55x55x96`, `55×55×96`, `55 x 55 x 96`, `(55, 55, 96)`."""
    if not isinstance(answer, tuple):
        return [str(answer)]
    sides = written_answer(answer, layout).split("×")
    if len(sides) == 1:
        return sides
    return [*(sign.join(sides) for sign in ("x", "×", " x ", " × ", "*", ",", ", ")), f"({', '.join(sides)})"]


def _context(sheet: Worksheet, question: Question) -> str:
    """The table or the listing that a question is about."""
    for table in sheet.tables:
        if any(cell.question == question.id for line in table.lines for cell in line.cells):
            return _table(table, question.id) if not sheet.recipe.single else ""
    for passage in sheet.passages:
        if question.id in passage.questions and passage.listing:
            lines = "\n".join(words(line) for line in passage.listing)
            return f"<p>{words(Run(passage.text, 'prose'))}</p><pre>{lines}</pre>"
    return ""


def _table(table: Table, asked: str) -> str:
    given = ", ".join(f"{name} is {shape}" for name, shape in table.given)
    heads = "".join(f"<th>{words(title)}</th>" for title in ("layer", "what it is", "reads", *table.columns))
    rows = []
    for line in table.lines:
        cells = [line.name, line.description, line.reads]
        cells += ["?" if cell.question == asked else "·" if cell.question else cell.text for cell in line.cells]
        rows.append(f"<tr>{''.join(f'<td>{words(cell)}</td>' for cell in cells)}</tr>")
    before = f"<p>Given: {words(given)}.</p>" if given else ""
    return f"{before}<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
