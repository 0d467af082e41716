"""How much a network's totals may grow: `5%`, `params=5%`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from cnncalc.core.analysis import QUANTITIES, Counts
from cnncalc.core.figures import change
from cnncalc.core.problem import nearest

HELD = ("params", "multiplies", "activations")  # what `5%` alone stands for
MEASURED = (*QUANTITIES, "size")
Allowed = Mapping[str, Fraction]  # quantity → percent

_PERCENT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?%?", re.ASCII)


def read_allowed(texts: Iterable[str]) -> dict[str, Fraction]:
    """What `--max-growth` allows, later ones first; raises ValueError with what is wrong.

    >>> read_allowed(["5%", "params=0.5%"])
    {'params': Fraction(1, 2), 'multiplies': Fraction(5, 1), 'activations': Fraction(5, 1)}
    """
    allowed: dict[str, Fraction] = {}
    for text in (part.strip() for given in texts for part in given.split(",")):
        name, equals, amount = text.rpartition("=")
        name = name.strip()
        match = _PERCENT.fullmatch(amount.strip())
        if match is None:
            raise ValueError(f"'{text}' is no percentage: write 5% or params=5%")
        if equals and name not in MEASURED:
            found = nearest(name, MEASURED)
            known = f"did you mean '{found}'?" if found else f"there are {', '.join(MEASURED)}"
            raise ValueError(f"no quantity '{name}'; {known}")
        allowed |= dict.fromkeys([name] if equals else HELD, Fraction(match[1]))
    return allowed


def figures(counts: Counts) -> dict[str, int]:
    """Every quantity that may be held, by name."""
    return {quantity: getattr(counts, quantity) for quantity in MEASURED}


def exceeded(before: Mapping[str, int], after: Mapping[str, int], allowed: Allowed) -> list[str]:
    """The quantities that grew by more percent than is allowed.

    >>> exceeded({"params": 100, "buffers": 0}, {"params": 106, "buffers": 0}, read_allowed(["params=5", "buffers=0"]))
    ['params']
    """
    return [name for name, percent in allowed.items() if 100 * (after[name] - before[name]) > percent * before[name]]


def message(quantity: str, was: int, is_: int, allowed: Allowed, when: str = "") -> str:
    """What is said of one quantity that grew too much.

    >>> message("params", 200, 300, {"params": Fraction(5, 2)}, " at main")
    '`total` params: was 200 at main, is 300 (100 more, +50.0 %; allowed +2.5 %)'
    """
    limit = f"{float(allowed[quantity]):g}"
    more = f"{is_ - was:,} more, {change(was, is_)}; allowed +{limit} %"
    return f"`total` {quantity}: was {was:,}{when}, is {is_:,} ({more})"
