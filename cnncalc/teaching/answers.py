"""One answer as people write it: `55 × 55 × 96`, `34,848`, `35k`. It is compared, never evaluated."""

from __future__ import annotations

import re
from typing import NamedTuple

from cnncalc.core.figures import SUFFIXES
from cnncalc.teaching.question import Answer, Question

LONGEST = 200  # characters of an answer
MOST_DIGITS = 18
LEAST_DIGITS = 2  # of a rounded figure: `0G` and `3M` say too little

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_THOUSANDS = re.compile(r"\d{1,3}(?:([,.'’_ ])\d{3})(?:\1\d{3})*", re.ASCII)
_FIGURE = re.compile(r"[~≈]?\s*(\d{1,18})(?:[.,](\d{1,12}))?\s*([KkMGBT]|[eE]\+?(\d{1,2}))", re.ASCII)
_TIMES = re.compile(r" by | ?[x×✕✖⨯*·⋅;,/ ] ?", re.IGNORECASE)
_UNITS = re.compile(
    r"\s*\b(params?|parameters?|weights?|multiplies|multiplications|mults?|macs?|values?)\.?$", re.IGNORECASE
)


class Reading(NamedTuple):
    """What a text may mean: exact numbers or shapes, a word, or a rounded figure (digits × unit)."""

    exact: tuple[Answer, ...] = ()
    digits: int = 0
    unit: int = 0
    remark: str = ""  # why it cannot be read, or what it lacks

    def fits(self, number: int) -> bool:
        """Whether the rounded figure may stand for a number: it rounds (half up) or truncates to it."""
        if not self.unit or self.digits < 10 ** (LEAST_DIGITS - 1):
            return False
        return number // self.unit == self.digits or (2 * number + self.unit) // (2 * self.unit) == self.digits


def tidy(text: str) -> str:
    """A text without Markdown's signs, the line to write on, and an equals sign before it."""
    text = _SPACES.sub(" ", text[: 2 * LONGEST]).strip().strip("_*`$").strip()
    return text.lstrip("= ").rstrip(" .,;?!_").strip()


def read_answer(question: Question, text: str, layout: str) -> Reading:
    """What an answer to a question means.

    >>> shape = Question("1", "shapes", "shape", "conv1", "", ((96, 55, 55),), (), ())
    >>> [read_answer(shape, text, "hwc").exact for text in ("55 × 55 × 96", "(55, 55, 96)", "96@55x55", "four")]
    [((96, 55, 55),), ((96, 55, 55),), ((96, 55, 55),), ()]
    >>> number = Question("2", "params", "integer", "conv1", "", (34944,), (), (), rounded=True)
    >>> [read_answer(number, text, "hwc").exact for text in ("34,944", "34 944", "34.944")]
    [(34944,), (34944,), (34944,)]
    >>> [read_answer(number, text, "hwc").fits(34944) for text in ("35k", "34.9k", "34k", "0.03M")]
    [True, True, True, False]
    """
    text = tidy(text)
    if len(text) > LONGEST:
        return Reading(remark=f"longer than {LONGEST} characters")
    if question.kind == "choice":
        match = re.fullmatch(r"\(?([A-Za-z])\)?(?:[:.)].*)?", text)
        letters = [choice[:1] for choice in question.choices]
        if match and (not letters or match[1].upper() in letters):
            return Reading((match[1].upper(),))
        return Reading(
            remark=f"a letter from {letters[0]} to {letters[-1]} is asked for" if letters else "a letter is asked for"
        )
    if question.kind == "shape":
        return _read_shape(question, text, layout)
    return _read_number(question, text)


def _read_number(question: Question, text: str) -> Reading:
    if text.lower() in question.accepted:
        return Reading((text.lower(),))
    text = re.sub(r"^(line|zeile)\s+", "", _UNITS.sub("", text), flags=re.IGNORECASE)
    number = _integer(text)
    if number is not None:
        return Reading((number,))
    match = _FIGURE.fullmatch(text)
    if match is None:
        if sum(character.isdigit() for character in text) > MOST_DIGITS:
            return Reading(remark=f"more than {MOST_DIGITS} digits")
        return Reading(remark="a whole number is asked for")
    decimals, suffix = len(match[2] or ""), match[3]
    power = int(match[4]) if match[4] else len(str(SUFFIXES[suffix])) - 1
    digits = int(match[1] + (match[2] or ""))
    if power - decimals <= 0:  # `34.944k` and `1.5e1` are exact
        scale = int(10 ** (decimals - power))
        return Reading((digits // scale,)) if digits % scale == 0 else Reading(remark="a whole number is asked for")
    if not question.rounded:
        return Reading((digits * int(10 ** (power - decimals)),), remark="an exact number is asked for")
    short = "" if digits >= 10 ** (LEAST_DIGITS - 1) else f"a rounded figure needs {LEAST_DIGITS} digits or more"
    return Reading((), digits, int(10 ** (power - decimals)), short)


def _integer(text: str) -> int | None:
    if re.fullmatch(rf"\d{{1,{MOST_DIGITS}}}", text, re.ASCII):
        return int(text)
    if len(text) < 2 * MOST_DIGITS and _THOUSANDS.fullmatch(text):
        return int(re.sub(r"\D", "", text))
    return None


def _read_shape(question: Question, text: str, layout: str) -> Reading:
    (right, *_) = question.accepted
    rank = len(right) if isinstance(right, tuple) else 0
    found: list[Answer] = []
    text = text.strip("()[]{}<> ").rstrip(", ")
    channels_first = re.fullmatch(r"(\d{1,9})\s*@\s*(.+)", text, re.ASCII)
    if channels_first:  # LeCun's way of writing says which number is which
        text, layout = f"{channels_first[1]}x{channels_first[2]}", "chw"
    number = _integer(text)
    if number is not None:
        found.append((number,))
    sides = [part.strip() for part in _TIMES.split(text)]
    if len(sides) > 1 and all(re.fullmatch(r"\d{1,15}", side, re.ASCII) for side in sides):
        numbers = tuple(int(side) for side in sides)
        found.append(numbers if layout == "chw" else (numbers[-1], *numbers[:-1]))
    if not found:
        return Reading(remark="a shape is asked for, like 55x55x96" if rank > 1 else "one number is asked for")
    if any(isinstance(shape, tuple) and len(shape) == rank for shape in found):
        return Reading(tuple(found))
    return Reading(tuple(found), remark=f"{rank} numbers are asked for" if rank > 1 else "one number is asked for")
