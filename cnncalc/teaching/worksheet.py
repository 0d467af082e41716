"""Recipe → worksheet: which cells are blank, and the other questions; always the same for the same recipe."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.analysis import Analysis, analyze
from cnncalc.problem import clean
from cnncalc.teaching.dice import Dice
from cnncalc.teaching.inverse import possible, question_for
from cnncalc.teaching.mistake import Mistake, find_mistake, questions_for
from cnncalc.teaching.question import WANTED, Passage, Question, Target, Worksheet
from cnncalc.teaching.recipe import ASKS, STANDARD_COUNT, Recipe
from cnncalc.teaching.select import Window, askable, signature, sources, windows
from cnncalc.teaching.tables import COLUMNS, NOT_ASKED, Blank, tables_of, value_of
from cnncalc.teaching.wording import working
from cnncalc.working import legend

LEVEL_NAMES = {1: "one layer at a time", 2: "chains of layers", 3: "branches, groups and bottlenecks"}
LACKING = {1: "layers", 2: "chains of layers", 3: "branches, groups or bottlenecks"}
UNSAID = "Where nothing is said, the stride is 1, that of a pool its kernel, the padding 0, and there is a bias."


class TooFew(ValueError):
    """A network that has not as many questions as were asked for."""


def make(recipe: Recipe) -> Worksheet:
    """The worksheet of a recipe; raises ProblemsFound where the network cannot be used, TooFew where it is too small.

    >>> from cnncalc import api
    >>> from cnncalc.teaching.recipe import Recipe, files_of
    >>> sheet = make(Recipe(files_of(api.read("lenet5")), seed=7, count=2))
    >>> len(sheet.questions), sheet.points
    (2, 2)
    """
    analysis = analyze(recipe.graph())
    dice = Dice(recipe.seed)
    wanted = recipe.count or STANDARD_COUNT
    blanks, passages, extra = _chosen(analysis, recipe, dice, wanted)
    found = len(blanks) + len(extra)
    if not blanks and any(kind in COLUMNS for kind in recipe.ask):
        raise TooFew(f"{clean(recipe.files[0][0])} has no {LACKING[recipe.level]} to ask about")
    if found == 0 or (recipe.count is not None and found < wanted):
        asked = ", ".join(recipe.ask)
        raise TooFew(
            f"{clean(recipe.files[0][0])} gives {_many(found)} about {asked} at level {recipe.level}"
            + (f" with seed {recipe.seed}, not {wanted}" if recipe.count and found else "")
        )
    tables, questions = tables_of(analysis, recipe, blanks)
    offset = len(questions)
    passages = tuple(one._replace(questions=tuple(str(int(id) + offset) for id in one.questions)) for one in passages)
    questions += [_renumbered(question, offset) for question in extra]
    title = clean(analysis.name) + (f": {LEVEL_NAMES[recipe.level]}" if blanks else "")
    return Worksheet(title, recipe, tables, passages, tuple(questions), analysis)


def _many(number: int) -> str:
    return f"{number or 'no'} question{'s' * (number != 1)}"


def _renumbered(question: Question, offset: int) -> Question:
    return replace(question, id=str(int(question.id) + offset))


# ------------------------------------------------------------------------------------------------ what is asked


def _chosen(
    analysis: Analysis, recipe: Recipe, dice: Dice, wanted: int
) -> tuple[list[Blank], tuple[Passage, ...], list[Question]]:
    """Blanks and other questions, each kind in its turn until there are enough or no more."""
    pool = _pool(analysis, recipe, dice, wanted)
    rows = _inverse_candidates(analysis, dice) if "inverse" in recipe.ask else []
    blanks: list[Blank] = []
    passages: list[Passage] = []
    extra: list[Question] = []
    mistake: Mistake | None = None
    taken: set[int] = set()
    kinds = [kind for kind in ASKS if kind in recipe.ask]
    while kinds:
        for kind in tuple(kinds):
            room = wanted - len(blanks) - len(extra) - (2 if mistake else 0)
            if not room:
                kinds = []
                break
            if kind in COLUMNS:
                fitting = (one for one in pool if one.quantity == COLUMNS[kind] and _fits(analysis, blanks, one))
                blank = next(fitting, None)
                if blank:
                    pool.remove(blank)
                    blanks.append(blank)
                    continue
            elif kind == "inverse":
                question = _next_inverse(analysis, recipe, rows, blanks, taken, dice, len(extra) + 1)
                if question:
                    passages.append(Passage("", (), (question.id,)))
                    extra.append(question)
                    continue
            elif room >= 2:
                mistake = find_mistake(recipe, len(analysis.rows), dice)  # one alone: two would show what was changed
            kinds.remove(kind)
    if mistake:
        passage, two = questions_for(mistake, len(extra) + 1)
        passages.append(passage)
        extra += two
    return blanks, tuple(passages), extra


def _pool(analysis: Analysis, recipe: Recipe, dice: Dice, wanted: int) -> list[Blank]:
    """The cells of as many windows as give enough to choose from, in an order that the dice decide."""
    quantities = [COLUMNS[kind] for kind in recipe.ask if kind in COLUMNS]
    found: list[Blank] = []
    for window in dice.shuffled(windows(analysis, recipe.level)):
        missing = [quantity for quantity in quantities if not any(one.quantity == quantity for one in found)]
        if recipe.level > 1 and len(found) >= 2 * wanted and not missing:
            break
        found += _cells(analysis, window, quantities, recipe.level)
    return dice.shuffled(found)


def _cells(analysis: Analysis, window: Window, quantities: list[str], level: int) -> list[Blank]:
    rows = range(window.start, window.stop)
    found = [
        Blank(window, index, quantity)
        for index in rows
        for quantity in askable(analysis.rows[index])
        if quantity in quantities
    ]
    if level > 1:
        for quantity in quantities:
            holders = [i for i in rows if quantity in askable(analysis.rows[i])]
            if quantity != "shape" and len(holders) > 1:
                found.append(Blank(window, None, quantity))
    return found


def _fits(analysis: Analysis, blanks: list[Blank], new: Blank) -> bool:
    """What enters a window is given (at level 1 what each layer reads): no blank shape may be among it."""
    together = [*blanks, new]
    shapes = {one.row for one in together if one.quantity == "shape"}
    return not any(shapes & _entering(analysis, window) for window in {one.window for one in together})


def _entering(analysis: Analysis, window: Window) -> set[int]:
    """The rows outside of a window that it reads."""
    return {ref for i in range(*window) for ref in sources(analysis, i) if not window.start <= ref < window.stop}


def _inverse_candidates(analysis: Analysis, dice: Dice) -> list[Target]:
    distinct: dict[tuple[object, ...], Target] = {}
    for index, row in enumerate(analysis.rows):
        for target in possible(row, index):
            distinct.setdefault((target.attribute, *signature(analysis, Window(index, index + 1))), target)
    return dice.shuffled(list(distinct.values()))


def _next_inverse(
    analysis: Analysis,
    recipe: Recipe,
    rows: list[Target],
    blanks: list[Blank],
    taken: set[int],
    dice: Dice,
    id: int,
) -> Question | None:
    """The next one that gives no blank away: it shows what its layer reads."""
    while rows:
        target = rows.pop(0)
        assert target.row is not None
        if target.row in taken:
            continue
        row = analysis.rows[target.row]
        if any(value_of(analysis, one) in row.input_shapes for one in blanks):
            continue
        question = question_for(analysis, target, dice, str(id), recipe.layout)
        if question:
            taken.add(target.row)
            return question
    return None


# ------------------------------------------------------------------------------------------------ what stands around


def instructions(sheet: Worksheet, cells: bool = True) -> tuple[str, ...]:
    """How to answer, as sentences; `cells`: also how to read the tables."""
    asked = {question.ask for question in sheet.questions}
    points = f"{sheet.points} point{'s' * (sheet.points != 1)}"
    found = [f"{_many(len(sheet.questions))}, {points}."]
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


def meanings(sheet: Worksheet) -> tuple[tuple[str, str], ...]:
    """The symbols in the working of all questions, and what they stand for."""
    used = []
    for question in sheet.questions:
        target = question.target
        if target is not None and target.row is not None:
            row = sheet.analysis.rows[target.row]
            used.append((row.layer, working(row.layer, row.input_shapes, target.quantity)))
    return tuple((", ".join(meaning.symbols), meaning.text) for meaning in legend(used))
