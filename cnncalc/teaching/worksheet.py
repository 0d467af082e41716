"""Recipe → worksheet: which cells are blank, and the other questions; always the same for the same recipe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cnncalc.core.analysis import Analysis, analyze
from cnncalc.core.graph import Graph
from cnncalc.core.problem import clean, fail
from cnncalc.core.record import Record
from cnncalc.formats.open import graph_of
from cnncalc.formats.source import Source
from cnncalc.teaching.cells import chosen_cells
from cnncalc.teaching.dice import Dice
from cnncalc.teaching.flat import files_written_out
from cnncalc.teaching.inverse import possible, question_for
from cnncalc.teaching.mistake import Mistake, find_mistake, questions_for
from cnncalc.teaching.question import Passage, Question, Target, Worksheet
from cnncalc.teaching.recipe import ASKS, STANDARD, STANDARD_COUNT, Recipe, files_of
from cnncalc.teaching.select import Window, askable, entering, signature, windows
from cnncalc.teaching.tables import COLUMNS, WHOLE, Blank, tables_of, value_of

MOST_ASKED = 3_000  # layers and groups of a network
LEVEL_NAMES = {1: "one layer at a time", 2: "chains of layers", 3: "branches, groups and bottlenecks"}
LACKING = {1: "layers", 2: "chains of layers", 3: "branches, groups or bottlenecks"}


class TooFew(ValueError):
    """A network that has no questions of the kinds and the level that were asked for."""


def make(recipe: Recipe) -> Worksheet:
    """The worksheet of a recipe; raises ProblemsFound where the network cannot be used, TooFew where it has none.

    A name of `cells` that the network has not raises NoSuchCell.

    Where it has fewer questions than `count`, they are all that there are.

    >>> from cnncalc.formats import open as api
    >>> from cnncalc.teaching.recipe import Recipe, files_of
    >>> sheet = make(Recipe(files_of(api.read("lenet5")), seed=7, count=2))
    >>> len(sheet.questions), sheet.points
    (2, 2)
    """
    analysis = analyze(_small(recipe.graph()))
    wanted = recipe.count or STANDARD_COUNT
    if recipe.cells:
        tables, questions = tables_of(analysis, recipe, chosen_cells(analysis, recipe))
        about = f": {WHOLE}" if tables[0].caption == WHOLE else ""
        return Worksheet(f"{clean(analysis.name)}{about}", recipe, tables, (), tuple(questions), analysis)
    chosen = _chosen(analysis, recipe, wanted)
    if chosen.number < wanted:
        chosen = max(chosen, _chosen(analysis, recipe, wanted, freest_first=True), key=lambda one: one.number)
    blanks, passages, extra = chosen
    in_tables = [kind for kind in recipe.ask if kind in COLUMNS]
    if not blanks and in_tables and not windows(analysis, recipe.level):
        raise TooFew(f"{clean(recipe.files[0][0])} has no {LACKING[recipe.level]} to ask about")
    if not blanks and (in_tables or not extra):
        asked = ", ".join(recipe.ask if not extra else in_tables)
        raise TooFew(f"{clean(recipe.files[0][0])} gives no questions about {asked} at level {recipe.level}")
    tables, questions = tables_of(analysis, recipe, blanks)
    offset = len(questions)
    passages = tuple(one._replace(questions=tuple(str(int(id) + offset) for id in one.questions)) for one in passages)
    questions += [_renumbered(question, offset) for question in extra]
    title = clean(analysis.name) + (f": {LEVEL_NAMES[recipe.level]}" if blanks else "")
    return Worksheet(title, recipe, tables, passages, tuple(questions), analysis)


def of_source(
    source: Source,
    *,
    seed: int = 1,
    level: int = 1,
    ask: Sequence[str] | None = None,
    count: int | None = None,
    layout: str = "hwc",
    exact: bool = False,
    set: Mapping[str, str] | None = None,
    input_size: str | None = None,
    cells: Sequence[str] = (),
) -> Worksheet:
    """The worksheet about the network in a file; raises as `make`. `ask` None: what is usual at the level."""
    vars, size = dict(set or {}), input_size
    graph = graph_of(source, set=vars, input_size=size)  # as it stands: what is wrong has its line
    files = files_of(source)
    if files is not None:
        _small(graph)
    else:  # of another program: a sheet carries the network as text
        files, vars, size = files_written_out(graph, analyze(graph)), {}, None
    recipe = Recipe(
        files=files,
        seed=seed,
        level=level,
        ask=tuple(ask or STANDARD[level]),
        count=count,
        layout=layout,
        exact=exact,
        sets=tuple(vars.items()),
        input_size=size,
        cells=tuple(cells),
    )
    return make(recipe)


def _small(graph: Graph) -> Graph:
    """A network that a worksheet may be about; raises ProblemsFound for a larger one."""
    if len(graph.nodes) + len(graph.groups) > MOST_ASKED:
        message = f"a worksheet about more than {MOST_ASKED:,} layers and groups (limit: worksheet {MOST_ASKED:,})"
        raise fail("limit", message, help="take a part of the network")
    return graph


def _renumbered(question: Question, offset: int) -> Question:
    return replace(question, id=str(int(question.id) + offset))


# ------------------------------------------------------------------------------------------------ what is asked


class _Chosen(Record):
    blanks: list[Blank]
    passages: tuple[Passage, ...]
    extra: list[Question]

    @property
    def number(self) -> int:
        return len(self.blanks) + len(self.extra)


def _chosen(analysis: Analysis, recipe: Recipe, wanted: int, freest_first: bool = False) -> _Chosen:
    """Blanks and other questions, each kind in its turn until there are enough or no more.

    With `freest_first`, a blank that takes few others away goes before one that takes many.
    """
    dice = Dice(recipe.seed)
    pool = _pool(analysis, recipe, dice, wanted)
    if freest_first:
        pool.sort(key=_taken_away(analysis, pool).__getitem__)
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
                mistake = find_mistake(recipe, analysis, dice)  # one alone: two would show what was changed
            kinds.remove(kind)
    if mistake:
        passage, two = questions_for(mistake, len(extra) + 1)
        passages.append(passage)
        extra += two
    return _Chosen(blanks, tuple(passages), extra)


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
    return not any(shapes & entering(analysis, window) for window in {one.window for one in together})


def _taken_away(analysis: Analysis, pool: list[Blank]) -> dict[Blank, int]:
    """How many others of the pool do not fit beside each blank."""
    shapes = {one.row for one in pool if one.quantity == "shape"}
    readers: Counter[int | None] = Counter(row for one in pool for row in entering(analysis, one.window))
    return {
        one: len(entering(analysis, one.window) & shapes) + (readers[one.row] if one.quantity == "shape" else 0)
        for one in pool
    }


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
