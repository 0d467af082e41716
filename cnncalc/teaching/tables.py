"""The tables of a worksheet, and the question of each blank in them."""

from __future__ import annotations

from cnncalc.core.analysis import Analysis
from cnncalc.core.problem import clean
from cnncalc.core.record import Record
from cnncalc.teaching.measured import MEASURED, OF_LAYERS, prompt_measured, value_measured, working_measured
from cnncalc.teaching.question import WANTED, Cell, Question, Table, TableLine, Target
from cnncalc.teaching.recipe import Recipe
from cnncalc.teaching.rework import PARTS
from cnncalc.teaching.select import Window, called, hidden, sources
from cnncalc.teaching.wording import described, hints_of, lines_of, working, written_answer

# Kinds of questions, the quantities that they ask for, in the order of the columns.
COLUMNS = {"shapes": "shape", "weights": "weights", "biases": "biases", "params": "params", "multiplies": "multiplies"}
BY_NAME = ("trainable", *MEASURED)  # which only a chosen cell asks for
COLUMNS |= {quantity: quantity for quantity in BY_NAME}
ALWAYS = ("shape", "params", "multiplies")
LEAST_ROUNDED = 10_000
NOT_ASKED = "·"
NONE = "–"
WHOLE = "the whole network"


class Blank(Record):
    """A cell that is asked for: a row, or with None the sum of a window, and a quantity."""

    window: Window
    row: int | None
    quantity: str


def value_of(analysis: Analysis, blank: Blank) -> object:
    """The answer of a blank."""
    row = None if blank.row is None else analysis.rows[blank.row]
    if blank.quantity in MEASURED:
        return value_measured(analysis, blank.quantity, row)
    if row is not None:
        return row.output_shape if blank.quantity == "shape" else getattr(row.counts, blank.quantity)
    return sum(getattr(row.counts, blank.quantity) for row in analysis.rows[blank.window.start : blank.window.stop])


def columns_of(recipe: Recipe) -> tuple[str, ...]:
    """The quantities that the tables of a recipe show: weights and biases only where they are asked for.

    >>> columns_of(Recipe((), ask=("shapes", "weights", "biases")))
    ('shape', 'weights', 'biases', 'multiplies')
    """
    apart = [kind for kind in PARTS["params"] if kind in recipe.ask]
    left_out = ("params",) if apart and "params" not in recipe.ask else ()
    named = [one for one in BY_NAME if any(cell.endswith(f".{one}") for cell in recipe.cells)]
    return tuple(one for one in COLUMNS.values() if one in (*apart, *ALWAYS, *named) and one not in left_out)


def tables_of(analysis: Analysis, recipe: Recipe, blanks: list[Blank]) -> tuple[tuple[Table, ...], list[Question]]:
    """The tables in the order of the network; questions are numbered as they stand in them."""
    questions: list[Question] = []
    chosen = set(blanks)
    if not chosen:
        return (), []
    columns = columns_of(recipe)
    titles = tuple("output" if quantity == "shape" else quantity.replace("_", " ") for quantity in columns)
    if recipe.single:
        used = sorted({blank.window for blank in blanks})
        lines = [_line(analysis, recipe, window, window.start, chosen, questions) for window in used]
        return (Table("", (), tuple(lines), titles),), questions
    asked = {blank.row for blank in blanks}
    tables = []
    for window in sorted({blank.window for blank in blanks}):
        shown = [i for i in range(window.start, window.stop) if i in asked or not hidden(analysis.rows[i])]
        lines = [_line(analysis, recipe, window, index, chosen, questions) for index in shown]
        sums = [
            Cell("") if q in OF_LAYERS else _cell(analysis, recipe, Blank(window, None, q), chosen, questions)
            for q in columns[1:]
        ]
        if any(cell.question for cell in sums):
            lines.append(TableLine("together", "", "", (Cell(""), *sums)))
        caption = _caption(analysis, recipe, window)
        tables.append(Table(caption, _given(analysis, recipe, window), tuple(lines), titles))
    return tuple(tables), questions


def _caption(analysis: Analysis, recipe: Recipe, window: Window) -> str:
    """The block that a window is, or the layers at its ends."""
    if recipe.cells and window == (0, len(analysis.rows)):
        return WHOLE
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
) -> TableLine:
    row = analysis.rows[index]
    assert analysis.graph is not None
    if recipe.single:
        reads = written_answer(row.input_shapes[0], recipe.layout)
        name = row.name
    else:
        reads = ", ".join(called(analysis, *window, ref) for ref in sources(analysis, index))
        name = called(analysis, *window, index)
    columns = columns_of(recipe)
    cells = [_cell(analysis, recipe, Blank(window, index, q), chosen, questions) for q in columns]
    if recipe.single:
        asked = {quantity for quantity, cell in zip(columns, cells, strict=True) if cell.question}
        counted = {"params", *PARTS["params"]}
        for place, (quantity, cell) in enumerate(zip(columns, cells, strict=True)):
            gives_away = "shape" in asked if quantity == "multiplies" else quantity in counted and asked & counted
            if gives_away and not cell.question and cell.text != NONE:
                cells[place] = Cell(NOT_ASKED)
    return TableLine(name, described(row), reads, tuple(cells))


def _cell(analysis: Analysis, recipe: Recipe, blank: Blank, chosen: set[Blank], questions: list[Question]) -> Cell:
    if blank in chosen:
        questions.append(_question(analysis, recipe, blank, str(len(questions) + 1)))
        return Cell("", questions[-1].id)
    value = value_of(analysis, blank)
    if not value:
        return Cell(NONE)
    assert isinstance(value, (int, tuple))
    return Cell(written_answer(value, recipe.layout) if recipe.single else NOT_ASKED)


def _question(analysis: Analysis, recipe: Recipe, blank: Blank, id: str) -> Question:
    value = value_of(analysis, blank)
    assert isinstance(value, (int, tuple))
    asked = f"How many {'trainable params' if blank.quantity == 'trainable' else blank.quantity}?"
    if blank.quantity in MEASURED:
        asked = prompt_measured(analysis, blank.quantity)
    if isinstance(value, tuple):
        last = "channels last" if recipe.layout == "hwc" else "channels first"
        order = {1: "a vector: one number", 3: WANTED[recipe.layout]}.get(len(value), last)
        asked = f"What is its output ({order})?"
    target = Target(blank.window.start, blank.window.stop, blank.row, blank.quantity)
    ask = next(kind for kind, quantity in COLUMNS.items() if quantity == blank.quantity)
    rounded = isinstance(value, int) and value >= LEAST_ROUNDED and not recipe.exact
    way, hints = _way(analysis, blank)
    if blank.row is None:
        caption = _caption(analysis, recipe, blank.window)
        return Question(
            id=id,
            ask=ask,
            kind="integer",
            layer=caption,
            prompt=f"`{caption}`, all layers together. {asked}",
            accepted=(value,),
            working=way,
            hints=hints,
            points=2,
            rounded=rounded,
            target=target,
        )
    row = analysis.rows[blank.row]
    if recipe.single:
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
        working=way,
        hints=hints,
        rounded=rounded,
        target=target,
    )


def _way(analysis: Analysis, blank: Blank) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of the working of an answer, and the hints."""
    row = None if blank.row is None else analysis.rows[blank.row]
    if blank.quantity in MEASURED:
        return working_measured(analysis, blank.quantity, row)
    if row is None:
        counts = {
            called(analysis, *blank.window, i): getattr(analysis.rows[i].counts, blank.quantity)
            for i in range(*blank.window)
        }
        kept = {name: number for name, number in counts.items() if number}
        added = " + ".join(f"{number:,}" for number in kept.values())
        return (f"{' + '.join(kept)} = {added} = {value_of(analysis, blank):,}",), (f"add up {', '.join(kept)}", added)
    found = working(row.layer, row.input_shapes, blank.quantity)
    if not found:
        return (f"{blank.quantity}: `{row.type}` has none",), (
            f"what does `{row.type}` learn, and what does it multiply?",
        )
    return lines_of(found), hints_of(found)
