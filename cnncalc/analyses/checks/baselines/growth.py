"""How much a network's totals may grow: `5%`, `params=5%`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from cnncalc.analyses.measures import MEASURES, Use, Value, used
from cnncalc.core.analysis import Analysis
from cnncalc.core.figures import change, told
from cnncalc.core.problem import nearest

Allowed = Mapping[str, Fraction]  # quantity → percent
NONE = "0%"  # where nothing is said

_PERCENT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?%?", re.ASCII)


def read_allowed(texts: Iterable[str]) -> dict[str, Fraction]:
    """Growth that `--max-growth` allows, later ones first; raises ValueError with what is wrong.

    >>> read_allowed(["5%", "params=0.5%"])
    {'params': Fraction(1, 2), 'multiplies': Fraction(5, 1), 'activations': Fraction(5, 1)}
    """
    allowed: dict[str, Fraction] = {}
    known, held = used(Use.LIMITS), used(Use.HELD)
    for text in (part.strip() for given in texts for part in given.split(",")):
        name, equals, amount = text.rpartition("=")
        name = name.strip()
        match = _PERCENT.fullmatch(amount.strip())
        if match is None:
            raise ValueError(f"'{text}' is no percentage: write 5% or params=5%")
        if equals and name not in known:
            found = nearest(name, known)
            help = f"did you mean '{found}'?" if found else f"there are {', '.join(known)}"
            raise ValueError(f"no quantity '{name}'; {help}")
        allowed |= dict.fromkeys([name] if equals else held, Fraction(match[1]))
    return allowed


def figures(analysis: Analysis, allowed: Allowed) -> dict[str, Value]:
    """The totals of the quantities that are held, by name."""
    return {name: MEASURES[name].value(analysis) for name in allowed}


def exceeded(before: Mapping[str, Value], after: Mapping[str, Value], allowed: Allowed) -> list[str]:
    """The quantities that grew by more percent than is allowed; what had no value grows by having one.

    >>> exceeded({"params": 100, "buffers": 0}, {"params": 106, "buffers": 0}, read_allowed(["params=5", "buffers=0"]))
    ['params']
    """
    return [name for name, percent in allowed.items() if _exceeds(before[name], after[name], percent)]


def _exceeds(was: Value, is_: Value, percent: Fraction) -> bool:
    if was is None or is_ is None:
        return is_ is not None
    return bool(100 * (is_ - was) > percent * was)


def message(quantity: str, was: Value, is_: Value, allowed: Allowed, when: str = "") -> str:
    """The message on one quantity that grew too much.

    >>> message("params", 200, 300, {"params": Fraction(5, 2)}, " at main")
    '`total` params: was 200 at main, is 300 (100 more, +50.0 %; allowed +2.5 %)'
    """
    limit = f"{float(allowed[quantity]):g}"
    if was is None or is_ is None:
        return f"`total` {quantity}: was {told(was)}{when}, is {told(is_)} (allowed +{limit} %)"
    more = f"{told(is_ - was)} more, {change(was, is_)}; allowed +{limit} %"
    return f"`total` {quantity}: was {told(was)}{when}, is {told(is_)} ({more})"
