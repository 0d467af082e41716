"""How much a network may grow: `5%`, `params=5%`, `params=100k`; and `growth` in a file's `budget`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cnncalc.analyses.checks.budget import named, read_amount
from cnncalc.analyses.measures import MEASURES, Measure, Use, Value, used
from cnncalc.core.analysis import Analysis
from cnncalc.core.figures import change, told
from cnncalc.core.problem import Origin, Problems, misspelt, nearest
from cnncalc.core.record import Record
from cnncalc.formats.source import Map, Node, Text

if TYPE_CHECKING:
    from fractions import Fraction  # whose import takes three milliseconds, where no growth is read

NONE = "0%"  # where nothing is said
GROWTH = "growth"  # the key of `budget`

_PERCENT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?%", re.ASCII)


class Allowance(Record):
    """The growth that is allowed, as `written`: so many percent, or, where `amount` is given, so much."""

    written: str
    percent: Fraction | int = 0
    amount: Fraction | None = None

    def __str__(self) -> str:
        return f"+{float(self.percent):g} %" if self.amount is None else f"+{self.written}"

    def exceeded(self, was: Value, is_: Value) -> bool:
        """Whether a figure grew by more; what had no value grows by having one."""
        if was is None or is_ is None:
            return is_ is not None
        return bool(is_ - was > (self.percent * was / 100 if self.amount is None else self.amount))

    def looser(self, before: Allowance) -> bool | None:
        """Whether more is let through than before; None between percents and an amount."""
        most, was = self.amount or self.percent, before.amount or before.percent
        return None if most and was and (self.amount is None) != (before.amount is None) else most > was


Allowed = Mapping[str, Allowance]  # by quantity


NO_GROWTH = Allowance(NONE)


class Growth(Record):
    """The growth of a layer, a block or the `total` that a file allows itself, and where it does."""

    name: str
    quantity: str
    allowance: Allowance
    where: Origin


def read_allowance(text: str, measure: Measure | None) -> Allowance | None:
    """Percents, or an amount of a quantity with its suffix or unit; None where it is neither.

    >>> [str(read_allowance(text, MEASURES["size"])) for text in ("2.5%", "100k", "1 MiB", "7")]
    ['+2.5 %', '+100k', '+1 MiB', 'None']
    """
    from fractions import Fraction

    if match := _PERCENT.fullmatch(text):
        return Allowance(f"{match[1]}%", Fraction(match[1]))
    if measure is None or text[-1:].isdigit():
        return None
    amount = read_amount(text, measure.name)
    return amount and Allowance(text, amount=Fraction(amount.digits * amount.unit, int(10**amount.decimals)))


def read_allowed(texts: Iterable[str]) -> dict[str, Allowance]:
    """Growth that `--max-growth` allows, later ones first; raises ValueError with what is wrong.

    >>> {name: str(allowance) for name, allowance in read_allowed(["5%", "params=100k"]).items()}
    {'params': '+100k', 'multiplies': '+5 %', 'activations': '+5 %'}
    """
    allowed: dict[str, Allowance] = {}
    known, held = used(Use.LIMITS), used(Use.HELD)
    for text in (part.strip() for given in texts for part in given.split(",")):
        name, equals, written = (part.strip() for part in text.rpartition("="))
        if equals and name not in known:
            found = nearest(name, known)
            help = f"did you mean '{found}'?" if found else f"there are {', '.join(known)}"
            raise ValueError(f"no quantity '{name}'; {help}")
        plain = f"{written}%" if written[-1:].isdigit() else written
        allowance = read_allowance(plain, known.get(name))
        if allowance is None:
            raise ValueError(f"'{text}' is no percentage: write 5% or params=5%, or an amount: params=100k")
        allowed |= dict.fromkeys([name] if equals else held, allowance)
    return allowed


def growth(analysis: Analysis, node: Node | None, problems: Problems) -> Iterator[Growth]:
    """The growth that a file's `budget` allows, in total and by name."""
    written = node.get(GROWTH) if isinstance(node, Map) else None
    if written is None:
        return
    if not isinstance(written, Map):
        problems.add("bad-value", f"`{GROWTH}` must be a mapping", written, f"write `{GROWTH}: {{params: 5%}}`")
        return
    totals, others, known = Map(written.mark), Map(written.mark), used(Use.LIMITS)
    for key, value in written:
        (totals if key.text in known else others).pairs.append((key, value))
    yield from _growth_of("total", totals, problems)
    for name, _, quantities in named(others, analysis, "budget", problems):
        yield from _growth_of(name, quantities, problems)


def _growth_of(name: str, quantities: Map, problems: Problems) -> Iterator[Growth]:
    known = used(Use.LIMITS)
    for key, value in quantities:
        if key.text not in known:
            problems.add("unknown-key", f"no quantity `{key.text}`", key, misspelt(key.text, known))
            continue
        allowance = read_allowance(value.text, known[key.text]) if isinstance(value, Text) else None
        if allowance is None:
            help = "write percents, `5%`, or an amount with a suffix or unit, `100k`"
            problems.add("bad-value", "not a growth", value, help)
        else:
            yield Growth(name, key.text, allowance, value.origin)


def figures(analysis: Analysis, allowed: Allowed) -> dict[str, Value]:
    """The totals of the quantities that are held, by name."""
    return {name: MEASURES[name].value(analysis) for name in allowed}


def exceeded(before: Mapping[str, Value], after: Mapping[str, Value], allowed: Allowed) -> list[str]:
    """The quantities that grew by more than is allowed.

    >>> exceeded({"params": 100, "buffers": 0}, {"params": 106, "buffers": 0}, read_allowed(["params=5", "buffers=0"]))
    ['params']
    """
    return [name for name, allowance in allowed.items() if allowance.exceeded(before[name], after[name])]


def message(quantity: str, was: Value, is_: Value, allowance: Allowance, when: str = "", name: str = "total") -> str:
    """The message on one quantity that grew too much.

    >>> message("params", 200, 300, read_allowance("2.5%", None), " at main")
    '`total` params: was 200 at main, is 300 (100 more, +50.0 %; allowed +2.5 %)'
    """
    if was is None or is_ is None:
        return f"`{name}` {quantity}: was {told(was)}{when}, is {told(is_)} (allowed {allowance})"
    more = f"{told(is_ - was)} more, {change(was, is_)}; allowed {allowance}"
    return f"`{name}` {quantity}: was {told(was)}{when}, is {told(is_)} ({more})"
