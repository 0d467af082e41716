"""The cells that somebody chooses by name: `all`, `conv1.output`, `fc6`, `conv3/unit1.params`, `total`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.core.analysis import Analysis, GroupRow, Row
from cnncalc.core.problem import clean, nearest
from cnncalc.teaching.measured import MEASURED, value_measured
from cnncalc.teaching.recipe import MOST_CELLS, Recipe
from cnncalc.teaching.select import Window, hidden
from cnncalc.teaching.tables import BY_NAME, Blank, columns_of

QUANTITIES = {"output": "shape", **{name: name for name in ("params", "weights", "biases", "multiplies", *BY_NAME)}}


class NoSuchCell(ValueError):
    """A name that means no cell of the network."""


def chosen_cells(analysis: Analysis, recipe: Recipe) -> list[Blank]:
    """The blanks that the recipe's `cells` name, in one window that reaches over all of them; raises NoSuchCell.

    >>> import cnncalc
    >>> [(blank.row, blank.quantity) for blank in chosen_cells(
    ...     cnncalc.analyze(cnncalc.load("lenet5")), Recipe((), cells=("C1.output", "total.params")))]
    [(0, 'shape'), (None, 'params')]
    """
    found: dict[tuple[int | None, str], None] = {}
    for name in recipe.cells:
        cells = dict.fromkeys(_named(analysis, recipe, name))
        if not cells:
            raise NoSuchCell(f"`{clean(name)}` has nothing to ask about")
        found |= cells
    if len(found) > MOST_CELLS:
        raise NoSuchCell(f"a worksheet of {len(found):,} cells (limit: {MOST_CELLS})")
    rows = [row for row, _ in found if row is not None]
    whole = len(rows) < len(found) or any(quantity in MEASURED for _, quantity in found)  # some hang on all before
    window = Window(0, len(analysis.rows)) if whole else Window(min(rows), max(rows) + 1)
    return [Blank(window, row, quantity) for row, quantity in found]


def _named(analysis: Analysis, recipe: Recipe, name: str) -> Iterator[tuple[int | None, str]]:
    """What one name means: rows, or None for the sum of all, each with a quantity."""
    entry, dot, said = name.rpartition(".")
    if not dot or said not in QUANTITIES:
        entry, said = name, ""
    quantities = [QUANTITIES[said]] if said else list(columns_of(recipe))
    asked = [one for one in quantities if said or one in {"shape" if kind == "shapes" else kind for kind in recipe.ask}]
    if entry in ("all", "total"):
        if entry == "all":
            yield from _of_rows(analysis, range(len(analysis.rows)), asked)
        yield from ((None, one) for one in asked if one != "shape" and _worth_in_total(analysis, one))
        return
    matches = analysis.matches(entry)
    if len(matches) != 1:
        raise NoSuchCell(_unknown(analysis, entry, matches))
    (match,) = matches
    if isinstance(match, GroupRow):
        yield from _of_rows(analysis, range(match.start, match.stop), asked)
        return
    index = analysis.place(match)
    yield from ((index, one) for one in asked if _known(analysis, match, one) and (said or _worth(match, one)))


def _of_rows(analysis: Analysis, rows: range, asked: list[str]) -> Iterator[tuple[int, str]]:
    for index in rows:
        row = analysis.rows[index]
        if not hidden(row):
            yield from ((index, one) for one in asked if _known(analysis, row, one) and _worth(row, one))


def _worth_in_total(analysis: Analysis, quantity: str) -> bool:
    """Of what is trainable only where something is frozen, of a measure where there is any."""
    if quantity in MEASURED:
        return bool(value_measured(analysis, quantity, None))
    return quantity != "trainable" or analysis.totals.frozen > 0


def _known(analysis: Analysis, row: Row, quantity: str) -> bool:
    if quantity in BY_NAME:
        return quantity in MEASURED and bool(value_measured(analysis, quantity, row))
    left_open = {"weights": "params", "biases": "params"}.get(quantity, quantity) in row.layer.left_open
    return not left_open and (quantity in ("shape", "multiplies") or not row.shares)


def _worth(row: Row, quantity: str) -> bool:
    return quantity in ("shape", *MEASURED) or getattr(row.counts, quantity) > 0


def _unknown(analysis: Analysis, name: str, matches: list[Row | GroupRow]) -> str:
    if matches:
        listed = ", ".join(f"`{one.name}`" for one in matches[:5]) + (" …" if len(matches) > 5 else "")
        return f"`{clean(name)}` may mean {len(matches)} entries: {listed}"
    close = nearest(name, [*(row.name for row in analysis.rows), *analysis.groups])
    before, dot, last = name.rpartition(".")
    if not close and dot and (quantity := nearest(last, QUANTITIES)):
        close = f"{clean(before)}.{quantity}"
    cure = f"did you mean `{close}`?" if close else f"a cell is all, total, or NAME.{'|'.join(QUANTITIES)}"
    return f"no cell `{clean(name)}`; {cure}"
