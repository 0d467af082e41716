"""What a class found hard: for each question how it was answered, and by which slips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cnncalc.core.record import Record
from cnncalc.teaching.grade import Graded
from cnncalc.teaching.question import Question
from cnncalc.teaching.tables import COLUMNS

VERDICTS = ("right", "carried", "wrong", "blank", "unclear")  # in the order of a bar


class Tally(Record):
    """A question, with how many have it right, carried, wrong, blank or for a person, and the slips of wrong ones.

    A cell that stands on several sheets, under whatever numbers, is one question. `numbers` are its numbers.
    """

    question: Question
    numbers: tuple[str, ...]
    verdicts: dict[str, int]
    slips: tuple[tuple[str, int], ...]

    @property
    def asked(self) -> int:
        """The number of sheets that ask it."""
        return sum(self.verdicts.values())

    @property
    def failed(self) -> int:
        """The number that have it not right, of those that are marked."""
        return self.asked - self.verdicts["right"] - self.verdicts["unclear"]

    @property
    def title(self) -> str:
        """The title of a question: `conv1 params`."""
        return f"{self.question.layer} {self.question.asked}".strip()


def tallies(students: Sequence[Graded]) -> list[Tally]:
    """The questions of all sheets that were read, in the order of the network."""
    found: dict[tuple[object, ...], list[tuple[str, str, tuple[str, ...]]]] = {}
    questions: dict[tuple[object, ...], Question] = {}
    for graded in students:
        for mark in graded.marks:
            asked = (mark.question.layer, mark.question.prompt, mark.question.accepted)
            questions.setdefault(asked, mark.question)
            made = tuple(likely.slip.name for likely in mark.slips) if mark.verdict == "wrong" else ()
            found.setdefault(asked, []).append((mark.question.id, mark.verdict, made))

    quantities = list(COLUMNS.values())

    def place(key: tuple[object, ...]) -> tuple[int, int, int, int]:
        target = questions[key].target
        if target is None or target.attribute:
            return (1, 0, 0, 0)
        row = target.stop if target.row is None else target.row
        return (0, row, target.row is None, quantities.index(target.quantity))

    tallied = []
    for key in sorted(found, key=place):
        counted = Counter(verdict for _, verdict, _ in found[key])
        slips = Counter(name for _, _, names in found[key] for name in names)
        numbers = tuple(sorted({id for id, _, _ in found[key]}, key=int))
        verdicts = {verdict: counted[verdict] for verdict in VERDICTS}
        ordered = tuple(sorted(slips.items(), key=lambda slip: (-slip[1], slip[0])))
        tallied.append(Tally(questions[key], numbers, verdicts, ordered))
    return tallied
