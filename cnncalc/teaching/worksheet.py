"""Recipe → worksheet: which cells are blank, and the other questions; always the same for the same recipe."""

from __future__ import annotations

from typing import NamedTuple

from cnncalc.analysis import Analysis, analyze
from cnncalc.problem import clean
from cnncalc.teaching.dice import Dice
from cnncalc.teaching.inverse import possible, question_for
from cnncalc.teaching.mistake import find_mistake, questions_for
from cnncalc.teaching.question import WANTED, Cell, Line, Passage, Question, Table, Target, Worksheet
from cnncalc.teaching.recipe import ASKS, STANDARD_COUNT, Recipe
from cnncalc.teaching.select import Window, askable, called, hidden, signature, sources, windows
from cnncalc.teaching.wording import described, hints_of, lines_of, working, written_answer
from cnncalc.working import legend

COLUMNS = {"shapes": "shape", "params": "params", "multiplies": "multiplies"}
LEAST_ROUNDED = 10_000
NOT_ASKED = "·"
LEVEL_NAMES = {1: "one layer at a time", 2: "chains of layers", 3: "branches, groups and bottlenecks"}
LACKING = {1: "layers", 2: "chains of layers", 3: "branches, groups or bottlenecks"}


class TooFew(ValueError):
    """A network that has not as many questions as were asked for."""


class Blank(NamedTuple):
    """A cell that is asked for: a row, or with None the sum of a window, and a quantity."""

    window: Window
    row: int | None
    quantity: str


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
    tables, questions = _tables(analysis, recipe, blanks)
    offset = len(questions)
    passages = tuple(one._replace(questions=tuple(str(int(id) + offset) for id in one.questions)) for one in passages)
    questions += [_renumbered(question, offset) for question in extra]
    title = clean(analysis.name) + (f": {LEVEL_NAMES[recipe.level]}" if blanks else "")
    return Worksheet(title, recipe, tables, passages, tuple(questions), analysis)


def _many(number: int) -> str:
    return f"{number or 'no'} question{'s' * (number != 1)}"


def _renumbered(question: Question, offset: int) -> Question:
    from dataclasses import replace

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
    taken: set[int] = set()
    kinds = [kind for kind in ASKS if kind in recipe.ask]
    while kinds and len(blanks) + len(extra) < wanted:
        for kind in tuple(kinds):
            room = wanted - len(blanks) - len(extra)
            if not room:
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
                mistake = find_mistake(recipe, len(analysis.rows), dice)
                if mistake:
                    passage, two = questions_for(mistake, len(extra) + 1)
                    passages.append(passage)
                    extra += two  # and no more: two copies side by side would show what was changed
            kinds.remove(kind)
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
        if any(_value(analysis, one) in row.input_shapes for one in blanks):
            continue
        question = question_for(analysis, target, dice, str(id), recipe.layout)
        if question:
            taken.add(target.row)
            return question
    return None


def _value(analysis: Analysis, blank: Blank) -> object:
    """The answer of a blank."""
    if blank.row is not None:
        row = analysis.rows[blank.row]
        return row.output_shape if blank.quantity == "shape" else getattr(row.counts, blank.quantity)
    return sum(getattr(row.counts, blank.quantity) for row in analysis.rows[blank.window.start : blank.window.stop])


# ------------------------------------------------------------------------------------------------ tables


def _tables(analysis: Analysis, recipe: Recipe, blanks: list[Blank]) -> tuple[tuple[Table, ...], list[Question]]:
    """The tables in the order of the network; questions are numbered as they stand in them."""
    questions: list[Question] = []
    chosen = set(blanks)
    if not chosen:
        return (), []
    if recipe.level == 1:
        used = sorted({blank.window for blank in blanks})
        lines = [_line(analysis, recipe, window, window.start, chosen, questions) for window in used]
        return (Table("", (), tuple(lines)),), questions
    tables = []
    for window in sorted({blank.window for blank in blanks}):
        shown = [i for i in range(window.start, window.stop) if not hidden(analysis.rows[i])]
        lines = [_line(analysis, recipe, window, index, chosen, questions) for index in shown]
        sums = [_cell(analysis, recipe, Blank(window, None, q), chosen, questions) for q in ("params", "multiplies")]
        if any(cell.question for cell in sums):
            lines.append(Line("together", "", "", (Cell(""), *sums)))
        tables.append(Table(_caption(analysis, window), _given(analysis, recipe, window), tuple(lines)))
    return tuple(tables), questions


def _caption(analysis: Analysis, window: Window) -> str:
    """The block that a window is, or the layers at its ends."""
    for group in analysis.groups.values():
        if (group.start, group.stop) == window:
            return clean(group.name)
    shown = [row.name for row in analysis.rows[window.start : window.stop] if not hidden(row)]
    return f"{shown[0]} to {shown[-1]}" if len(shown) > 1 else shown[0]


def _given(analysis: Analysis, recipe: Recipe, window: Window) -> tuple[tuple[str, str], ...]:
    """Names and shapes of what enters a window."""
    assert analysis.graph is not None
    found = {}
    for index in range(window.start, window.stop):
        for ref in sources(analysis, index):
            if not window.start <= ref < window.stop:
                found[called(analysis, *window, ref)] = written_answer(analysis.graph.shape(ref), recipe.layout)
    return tuple(found.items())


def _line(
    analysis: Analysis, recipe: Recipe, window: Window, index: int, chosen: set[Blank], questions: list[Question]
) -> Line:
    row = analysis.rows[index]
    assert analysis.graph is not None
    if recipe.level == 1:
        reads = written_answer(row.input_shapes[0], recipe.layout)
        name = row.name
    else:
        reads = ", ".join(called(analysis, *window, ref) for ref in sources(analysis, index))
        name = called(analysis, *window, index)
    cells = [_cell(analysis, recipe, Blank(window, index, q), chosen, questions) for q in COLUMNS.values()]
    if recipe.level == 1 and cells[0].question and not cells[2].question and row.counts.multiplies:
        cells[2] = Cell(NOT_ASKED)  # it would give the output away
    return Line(name, described(row), reads, tuple(cells))


def _cell(analysis: Analysis, recipe: Recipe, blank: Blank, chosen: set[Blank], questions: list[Question]) -> Cell:
    if blank in chosen:
        questions.append(_question(analysis, recipe, blank, str(len(questions) + 1)))
        return Cell("", questions[-1].id)
    if recipe.level > 1 or blank.row is None:
        return Cell(NOT_ASKED)
    value = _value(analysis, blank)
    assert isinstance(value, (int, tuple))
    return Cell(written_answer(value, recipe.layout) if value else "–")


def _question(analysis: Analysis, recipe: Recipe, blank: Blank, id: str) -> Question:
    value = _value(analysis, blank)
    assert isinstance(value, (int, tuple))
    asked = f"How many {blank.quantity}?"
    if isinstance(value, tuple):
        last = "channels last" if recipe.layout == "hwc" else "channels first"
        order = {1: "a vector: one number", 3: WANTED[recipe.layout]}.get(len(value), last)
        asked = f"What is its output ({order})?"
    target = Target(blank.window.start, blank.window.stop, blank.row, blank.quantity)
    ask = next(kind for kind, quantity in COLUMNS.items() if quantity == blank.quantity)
    rounded = isinstance(value, int) and value >= LEAST_ROUNDED and not recipe.exact
    if blank.row is None:
        counts = {
            called(analysis, *blank.window, i): getattr(analysis.rows[i].counts, blank.quantity)
            for i in range(*blank.window)
        }
        kept = {name: number for name, number in counts.items() if number}
        added = " + ".join(f"{number:,}" for number in kept.values())
        caption = _caption(analysis, blank.window)
        return Question(
            id=id,
            ask=ask,
            kind="integer",
            layer=caption,
            prompt=f"`{caption}`, all layers together. {asked}",
            accepted=(value,),
            working=(f"{' + '.join(kept)} = {added} = {value:,}",),
            hints=(f"add up {', '.join(kept)}", added),
            points=2,
            rounded=rounded,
            target=target,
        )
    row = analysis.rows[blank.row]
    found = working(row.layer, row.input_shapes, blank.quantity)
    if recipe.level == 1:
        reads = f"reads {written_answer(row.input_shapes[0], recipe.layout)}"
        name = row.name
    else:
        names = [called(analysis, *blank.window, ref) for ref in sources(analysis, blank.row)]
        reads = f"reads {' and '.join(names)}" if len(names) < 3 else f"reads {', '.join(names)}"
        name = called(analysis, *blank.window, blank.row)
    return Question(
        id=id,
        ask=ask,
        kind="shape" if blank.quantity == "shape" else "integer",
        layer=row.name,
        prompt=f"`{name}` {reads}: {described(row)}. {asked}",
        accepted=(value,),
        working=lines_of(found),
        hints=hints_of(found),
        rounded=rounded,
        target=target,
    )


# ------------------------------------------------------------------------------------------------ what stands around


def instructions(sheet: Worksheet, cells: bool = True) -> tuple[str, ...]:
    """How to answer, as sentences; `cells`: also how to read the tables."""
    asked = {question.ask for question in sheet.questions}
    points = f"{sheet.points} point{'s' * (sheet.points != 1)}"
    found = [f"{_many(len(sheet.questions))}, {points}."]
    if any(question.kind == "shape" for question in sheet.questions):
        example = "55×55×96" if sheet.recipe.layout == "hwc" else "96×55×55"
        found.append(f"Write a shape as {WANTED[sheet.recipe.layout]}, like {example}.")
    if "params" in asked:
        found.append("Params are weights and biases.")
    if "multiplies" in asked:
        found.append("Multiplies are those of one image; adding a bias is none.")
    if any(question.rounded for question in sheet.questions):
        found.append("A figure of five digits or more may be rounded to two digits or more, like 35k.")
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
