"""Find the mistake: a copy of the file with one change, which the program itself refuses.

Nothing here knows what is wrong with a file: it is changed at random, read like any other, and kept if exactly one
problem is found, of a kind that can be worked out by hand and that every framework refuses, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnncalc.core.analysis import Analysis, analyze
from cnncalc.core.problem import Place, Problem, ProblemsFound
from cnncalc.core.record import Record
from cnncalc.formats.source import Map, Node, Seq, Source, Text
from cnncalc.formats.yaml.tree import parse
from cnncalc.teaching.dice import Dice
from cnncalc.teaching.flat import written_out
from cnncalc.teaching.question import Passage, Question
from cnncalc.teaching.recipe import Recipe

REASONS = {
    "empty": "the window is larger than its padded input: nothing is left",
    "joined": "the tensors that are joined have different shapes",
    "split": "channels or filters do not split evenly into the groups",
    "kind": "the layer cannot read such an input: maps, a vector, tokens",
}
BY_FRAMEWORK = ("kind",)  # what some refuse and others do not: a dense layer of Keras reads maps, too
LONGEST = 150  # lines that a worksheet shows
MOST_LETTERS = 20_000  # in them
MOST_TRIES = 150
MOST_LAYERS = 15_000  # that all tries together may build


class Mistake(Record):
    """A changed file: its name and text, the problem that it has, of which kind, and what was changed.

    `written` says that the file extends others, and was written out before it was changed.
    """

    name: str
    written: bool
    text: str
    problem: Problem
    reason: str
    change: str


def find_mistake(recipe: Recipe, analysis: Analysis, dice: Dice) -> Mistake | None:
    """A mistake in a network, as the dice decide; None where the file is too long, or none is found.

    A file that extends others is written out, so that it is about the network that it names.
    The kind is decided first, for most changes of a number give the same kind; after a third of the tries another one
    will do, too.
    """
    written = len(recipe.files) > 1
    base = _written_out(recipe, analysis) if written else recipe
    if base is None or base.files[0][1].count("\n") > LONGEST or len(base.files[0][1]) > MOST_LETTERS:
        return None
    name, text = base.files[0]
    wanted = dice.shuffled(list(REASONS))[0]
    other = None
    tries = max(10, min(MOST_TRIES, MOST_LAYERS // max(1, len(analysis.rows))))
    for number, (start, stop, new, change) in enumerate(dice.shuffled(_changes(name, text, dice))[:tries]):
        if other and number > tries // 3:
            break
        changed = f"{text[:start]}{new}{text[stop:]}"
        found = _read(base, changed)
        if found:
            other = other or Mistake(name, written, changed, *found, change)
            if found[1] == wanted:
                return Mistake(name, written, changed, *found, change)
    return other


def _written_out(recipe: Recipe, analysis: Analysis) -> Recipe | None:
    """The network as one file; None where that cannot be, or is another network."""
    text = written_out(analysis)
    base = Recipe(((recipe.files[0][0], text),)) if text else None
    try:
        if base is not None:
            now, was = analyze(base.graph()).totals, analysis.totals
            return base if (now.params, now.multiplies) == (was.params, was.multiplies) else None
    except ProblemsFound:
        pass
    return None


class _Change(Record):
    """A stretch of a text, what is put in its place, and how that is told."""

    start: int
    stop: int
    new: str
    told: str


def _changes(name: str, text: str, dice: Dice) -> list[_Change]:
    """Each whole number of the layers by another one."""
    tree = parse(Source(name, text))
    found = []
    for key, value in tree if isinstance(tree, Map) else ():
        if key.text in ("layers", "blocks", "input", "inputs"):
            for number in _numbers(value):
                old = int(number.text)
                others = _others(old)
                new = others[dice.below(len(others))]
                told = f"line {number.origin.line} was changed: {old} became {new}"
                found.append(_Change(number.order, number.order + len(number.text), str(new), told))
    return found


def _numbers(node: Node) -> Iterator[Text]:
    """Every whole number of a tree, as it stands in the file."""
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, Text):
            if one.plain and re.fullmatch(r"\d{1,6}", one.text):
                yield one
        else:
            stack += reversed(one.items if isinstance(one, Seq) else [value for _, value in one.pairs])


def _others(number: int) -> list[int]:
    near = (number + 1, number - 1, 2 * number, number // 2, number + 2, 10 * number, 3 * number)
    return [value for value in dict.fromkeys(near) if value != number and value >= 0]


def _read(recipe: Recipe, text: str) -> tuple[Problem, str] | None:
    """The one problem of a changed file, and its kind; None where it fits, or has another or more."""
    try:
        recipe.graph(text)
    except ProblemsFound as error:
        if len(error.problems) == 1:
            problem = error.problems[0]
            reason = _reason(problem)
            place = problem.where
            if reason and reason not in BY_FRAMEWORK and isinstance(place, Place) and place.file == recipe.files[0][0]:
                return problem, reason
    return None


def _reason(problem: Problem) -> str | None:
    reason = {"empty-output": "empty", "shape-mismatch": "joined"}.get(problem.code, problem.reason)
    return reason if reason in REASONS else None


def questions_for(found: Mistake, first: int) -> tuple[Passage, list[Question]]:
    """The passage with a mistake, and its two questions, where and why, with ids from `first` on."""
    where = found.problem.where
    assert isinstance(where, Place)
    callers = [call.line for call in found.problem.calls[-1:] if isinstance(call, Place) and call.file == where.file]
    lines = tuple(dict.fromkeys([where.line, *callers]))
    letters = dict(zip("ABCD", REASONS, strict=True))
    letter = next(letter for letter, reason in letters.items() if reason == found.reason)
    choices = tuple(f"{letter}: {REASONS[reason]}" for letter, reason in letters.items())
    said = f"line {where.line}: {found.problem.message}"
    listing = tuple(f"{number:3}  {line}" for number, line in enumerate(found.text.rstrip("\n").split("\n"), 1))
    ids = (str(first), str(first + 1))
    written = ", written out," if found.written else ""
    text = f"`{found.name}`{written} was changed in one place, and now its network does not fit together."
    return Passage(text, listing, ids), [
        Question(
            id=ids[0],
            ask="mistake",
            kind="integer",
            layer="",
            prompt="At which line does it break: which entry is the first that cannot be worked out?",
            accepted=lines,
            working=(said, found.change),
            hints=(
                "work out one shape after the other; of each entry ask whether it can read what it gets",
                f"an entry cannot be worked out when {', or '.join(REASONS.values())}",
            ),
        ),
        Question(
            id=ids[1],
            ask="mistake",
            kind="choice",
            layer="",
            prompt="Why?",
            accepted=(letter,),
            working=(said,),
            hints=("put the numbers of that entry into its formula", "\n".join(choices)),
            choices=choices,
        ),
    ]
