"""Limits: `budget` in a file, and `--max-params 5M` on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from math import ceil

from cnncalc.analyses.measures import MEASURES, Measure, Use, Value, used
from cnncalc.core.analysis import Analysis, GroupRow, Row
from cnncalc.core.figures import SUFFIXES, ratio, read_figure, told
from cnncalc.core.graph import whole_path
from cnncalc.core.problem import MOST_KNOWN, Level, Origin, Place, Problem, Problems, called_here, fail, misspelt
from cnncalc.core.record import Record
from cnncalc.formats.source import Map, Node, Source, Text

_BYTES = {
    "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip
_SIZE = re.compile(rf"(\d{{1,15}})(?:\.(\d{{1,6}}))? ?({'|'.join(_BYTES)})", re.ASCII)
_SIZE_SUFFIXES = {"k": " kB", "K": " kB", "M": " MB", "G": " GB", "B": " GB", "T": " TB"}  # `20M` bytes are 20 MB
NEAR = 0.9  # a limit of which less is used is loose
MOST_DECIMALS = 12
_LEVELS: dict[str, Level] = {"max": "error", "warn": "warning"}


class Amount(Record):
    """An amount as written: `digits` / 10^`decimals` of a unit."""

    digits: int
    decimals: int
    suffix: str
    unit: int

    def __int__(self) -> int:
        return self.digits * self.unit // int(10**self.decimals)

    def __float__(self) -> float:
        return self.digits * self.unit / int(10**self.decimals)

    def __str__(self) -> str:
        """As it is written: `5M`."""
        return _decimal(self.digits, self.decimals, self.suffix, "")

    def tight(self, actual: float) -> Amount:
        """The least that a figure keeps, in this unit, with more decimals where it would not come near; or itself.

        >>> [str(read_amount("1 MiB", "size").tight(bytes)) for bytes in (331_304, 1_000_000, 2_000_000)]
        ['0.32 MiB', '1 MiB', '1 MiB']
        """
        for decimals in range(self.decimals, MOST_DECIMALS) if actual < NEAR * float(self) else ():
            power = int(10**decimals)
            least = self._replace(digits=ceil(actual * power / self.unit), decimals=decimals)
            if actual >= NEAR * float(least) or power >= self.unit:
                return least
        return self


class Limit(Record):
    """A limit on a quantity of the layer or block `name`, or of the `total`, that stands in no architecture file.

    `by` is the `pyproject.toml` that sets it; empty for one of the command line.
    """

    name: str
    quantity: str
    amount: Amount
    by: str = ""

    def __str__(self) -> str:
        """As it is written: `head=5M`."""
        return f"{self.amount}" if self.name == "total" else f"{self.name}={self.amount}"


class Held(Record):
    """A limit on a layer, a block or the whole network, and the value that it has.

    A `covered` one is a `warn` whose `max` is broken, too, which says it. `by` as of a Limit;
    `assumed` is what the value hangs on besides the network.
    """

    name: str
    quantity: str
    amount: Amount
    actual: Value
    where: Origin
    level: Level = "error"
    by: str = ""
    covered: bool = False
    assumed: str = ""

    @property
    def limit(self) -> float:
        """The most that it may be."""
        return int(self.amount) if MEASURES[self.quantity].whole else float(self.amount)

    @property
    def broken(self) -> bool:
        """Whether it is more, or has no value that could keep the limit."""
        return self.actual is None or self.actual > self.limit

    @property
    def used(self) -> float | None:
        """The share of the limit that is used; None where there is no value, or the limit is 0."""
        return self.actual / self.limit if self.actual is not None and self.limit else None

    @property
    def loose(self) -> bool:
        """Whether it could be tighter in its own unit."""
        return self.actual is not None and self.amount.tight(self.actual) != self.amount

    @property
    def text(self) -> str:
        """The share of the limit that is used: `params 318,858 of 319k, 100 %`."""
        owner = "" if self.name == "total" else f"{self.name} "
        share = "" if self.used is None else f", {100 * self.used:,.0f} %"
        return f"{owner}{self.quantity} {told(self.actual)} of {self.amount}{share}"

    @property
    def problem(self) -> Problem | None:
        """The problem where the limit is broken, else None."""
        if not self.broken or self.covered:
            return None
        message = over(self.name, self.quantity, self.amount, self.actual)
        said = (self.by and f"the limit stands in {self.by}", self.assumed and f"for {self.assumed}")
        notes = tuple(note for note in said if note)
        return Problem("budget", message, self.where, notes, level=self.level, reason=f"{self.name} {self.quantity}")


def fullest(budgets: Iterable[Held]) -> Held | None:
    """The limit of which most is used, of those that break a check."""
    counted = [one for one in budgets if one.level == "error" and one.used is not None]
    return max(counted, key=lambda one: one.used or 0, default=None)


def read_limit(quantity: str, text: str) -> Limit | None:
    """A limit as `--max-params` takes it: `5M` for the total, `NAME=5M` for a layer or block; None where it is none.

    >>> read_limit("size", "head=2.5 MiB").name, int(read_limit("size", "head=2.5 MiB").amount)
    ('head', 2621440)
    """
    name, equals, written = text.rpartition("=")
    amount = read_amount(written.strip(), quantity)
    return Limit(name.strip() or "total", quantity, amount) if amount and bool(name.strip()) == bool(equals) else None


def read_amount(text: str, quantity: str) -> Amount | None:
    """An integer, `5M`, of bytes also `20 MiB`, of a ratio also `1.5`; None where it is no amount."""
    measure = MEASURES[quantity]
    if measure.in_bytes and (match := _SIZE.fullmatch(text)):
        return Amount(int(match[1] + (match[2] or "")), len(match[2] or ""), f" {match[3]}", _BYTES[match[3]])
    figure = read_figure(text, measure.whole)
    if figure is None or figure.sign:
        return None
    return Amount(figure.digits, figure.decimals, figure.suffix, SUFFIXES[figure.suffix])


def units(measure: Measure) -> str:
    """An amount as it is written for a limit."""
    if measure.in_bytes:
        return "a size such as 400000, '20 MB' or '20 MiB'"
    return "an integer or 5M" if measure.whole else "a number such as 1.5 or 5M"


def over(name: str, quantity: str, amount: Amount, actual: Value) -> str:
    """The message for a broken limit: the limit as written, the others in its unit with as many decimals as show it.

    >>> over("total", "params", read_amount("5M", "params"), 5_300_000)
    '`total` params: limit 5M, is 5.3M, over by 0.3M (+6.0 %)'
    >>> over("total", "params", read_amount("5M", "params"), 5_000_001)
    '`total` params: limit 5M, is 5,000,001, over by 1 (under +0.1 %)'
    >>> over("head", "size", read_amount("20 MiB", "size"), 20_992_000)
    '`head` size: limit 20 MiB, is 20.02 MiB, over by 0.02 MiB (+0.1 %)'
    """
    measure, limit = MEASURES[quantity], int(amount)
    suffix = _SIZE_SUFFIXES.get(amount.suffix, amount.suffix) if measure.in_bytes else amount.suffix
    shown = [_decimal(amount.digits, amount.decimals, suffix)]
    if actual is None:
        return f"`{name}` {quantity}: limit {shown[0]}, is none"
    if not isinstance(actual, int):
        most = float(amount)
        more = f"over by {told(actual - most)}{_more(most, actual)}"
        return f"`{name}` {quantity}: limit {shown[0]}, is {told(actual)}, {more}"
    for decimals in (1, 2, 3) if amount.unit > 1 else ():
        power = int(10**decimals)
        limit_digits, rest = divmod(amount.digits * power, 10**amount.decimals)
        over_digits = (2 * (actual - limit) * power + amount.unit) // (2 * amount.unit)
        if rest == 0 and over_digits:  # no digit of the limit is lost, and not "over by 0.0"
            shown += (_decimal(digits, decimals, suffix) for digits in (limit_digits + over_digits, over_digits))
            break
    else:
        whole = [f"{number:,}{' bytes' * measure.in_bytes}" for number in (limit, actual, actual - limit)]
        shown = [*(shown if amount.unit > 1 else whole[:1]), *whole[1:]]
    return f"`{name}` {quantity}: limit {shown[0]}, is {shown[1]}, over by {shown[2]}{_more(limit, actual)}"


def _decimal(digits: int, decimals: int, suffix: str, thousands: str = ",") -> str:
    whole, rest = divmod(digits, int(10**decimals))
    return f"{whole:{thousands}}{f'.{rest:0{decimals}}' if decimals else ''}{suffix}"


def _more(limit: float, actual: float) -> str:
    """How much more it is than the limit: percents, and times where these would be thousands."""
    if not limit:
        return ""
    if actual > 11 * limit:
        return f" ({ratio(limit, actual)})"
    percent = 100 * (actual - limit) / limit
    return f" ({percent:+,.1f} %)" if percent >= 0.05 else " (under +0.1 %)"


# ------------------------------------------------------------------------------- on the command line, in a project


def held(limits: Iterable[Limit], analysis: Analysis, source: Source) -> Iterator[Held]:
    """A network beside limits that stand in no architecture file; raises ProblemsFound where it has no such name."""
    whole = Place(source.name, 1, 1)
    for limit in limits:
        entry = None if limit.name == "total" else _entry(limit.name, analysis, whole)
        measure = MEASURES[limit.quantity]
        if open_here(measure, analysis, entry):
            raise fail("bad-value", f"nobody knows all of `{measure.name}` here: no limit can be held", whole)
        place = source.line_of(entry.origin) if entry and entry.file == source.name else whole
        name = entry.name if entry else "total"
        assumed = measure.assumption(analysis)
        value = measure.value(analysis, entry)
        yield Held(name, limit.quantity, limit.amount, value, place, by=limit.by, assumed=assumed)


def open_here(measure: Measure, analysis: Analysis, entry: Row | GroupRow | None) -> bool:
    """Whether a quantity is not known of all layers of an entry, or of the network: nothing can be held to it."""
    return measure.partial and bool(measure.sign_of(analysis, (entry,) if entry else None))


def _entry(name: str, analysis: Analysis, whole: Place) -> Row | GroupRow:
    found = analysis.matches(name)
    if len(found) == 1:
        return found[0]
    if found:
        listed = ", ".join(f"`{entry.name}`" for entry in found[:5]) + (", …" if len(found) > 5 else "")
        raise fail("unknown-name", f"a limit names `{name}`, which may mean {listed}", whole, "write the whole path")
    known = ["total", *(row.name for row in analysis.rows), *analysis.groups]
    help = misspelt(name, known) or "`cnncalc summary FILE --depth all` shows every name"
    raise fail("unknown-name", f"a limit names no entry `{name}`", whole, help)


# ------------------------------------------------------------------------------------------------ reading `budget`


def budget(analysis: Analysis, node: Node | None, problems: Problems) -> Iterator[tuple[Held, Text]]:
    """A network beside every limit of `budget`, each with what is written; how much it may grow is no limit."""
    if node is None:
        return
    if not isinstance(node, Map):
        problems.add("bad-value", "`budget` must be a mapping", node, "write `budget: {params: {max: 5M}}`")
        return
    totals, others, known = Map(node.mark), Map(node.mark), used(Use.LIMITS)
    for key, value in node:
        if key.text != "growth":
            (totals if key.text in known else others).pairs.append((key, value))
    yield from _limits_of("total", None, analysis, totals, problems)
    for name, entry, quantities in named(others, analysis, "budget", problems):
        yield from _limits_of(name, entry, analysis, quantities, problems)


def named(
    node: Node | None, analysis: Analysis, what: str, problems: Problems
) -> Iterator[tuple[str, Row | GroupRow | None, Map]]:
    """(name, what it names, its mapping) of `expect` or of the names in `budget`; None names the total."""
    if node is None:
        return
    if not isinstance(node, Map):
        problems.add("bad-value", f"`{what}` must be a mapping of names", node)
        return
    by_name: dict[str, Row | GroupRow] = {row.name: row for row in analysis.rows} | analysis.groups
    budgeted = used(Use.LIMITS) if what == "budget" else {}
    known = ["total", *by_name, *budgeted] if len(by_name) <= MOST_KNOWN else []
    for key, value in node:
        path = key.text if key.text in by_name else whole_path(key.text, analysis.groups)
        if key.text != "total" and path not in by_name:
            names = "`cnncalc summary FILE --depth all` shows every name"
            if budgeted and not isinstance(value, Map):  # as a quantity is written
                names = f"the quantities are {', '.join(f'`{quantity}`' for quantity in budgeted)}"
            elif not budgeted and (quantity := called_here(key.text) or key.text) in used(Use.FIGURES):
                names = f"a quantity stands below a name: `total: {{{quantity}: …}}`"
            cure = partial(_cure_of_name, key.text, known, names)
            problems.add("unknown-name", f"`{what}` names no entry `{key.text}`", key, cure)
        elif not isinstance(value, Map):
            problems.add("bad-value", f"`{key.text}` must be a mapping of quantities", value, "write `{params: 34848}`")
        else:
            yield key.text, by_name.get(path), value


def _cure_of_name(name: str, known: list[str], otherwise: str) -> str:
    return misspelt(name, known) or otherwise


def _limits_of(
    name: str, entry: Row | GroupRow | None, analysis: Analysis, quantities: Map, problems: Problems
) -> Iterator[tuple[Held, Text]]:
    known = used(Use.LIMITS)
    for key, written in quantities:
        if key.text not in known:
            problems.add("unknown-key", f"no quantity `{key.text}`", key, misspelt(key.text, known))
            continue
        measure = known[key.text]
        if open_here(measure, analysis, entry):
            problems.add("bad-value", f"nobody knows all of `{measure.name}` here: no limit can be held", key)
            continue
        actual, assumed = measure.value(analysis, entry), measure.assumption(analysis)
        if isinstance(written, Text):  # `params: 5M`
            yield from _limit(name, measure, "error", actual, written, problems, assumed)
            continue
        if not isinstance(written, Map):
            problems.add("bad-value", f"`{key.text}` must be a limit", written, "write `5M` or `{max: 5M, warn: 4.5M}`")
            continue
        found: dict[str, tuple[Held, Text]] = {}
        for kind, value in written:
            if kind.text == "convention" and (counted := _counted(measure, entry, analysis, value, problems)):
                measure, actual = counted, counted.value(analysis, entry)
        for kind, value in written:
            if kind.text == "convention":
                continue
            if kind.text in _LEVELS:
                for one in _limit(name, measure, _LEVELS[kind.text], actual, value, problems, assumed):
                    found[kind.text] = one
            else:
                problems.add("unknown-key", f"a limit is `max` or `warn`, not `{kind.text}`", kind)
        if "max" in found and "warn" in found and found["max"][0].broken:  # said once
            found["warn"] = found["warn"][0]._replace(covered=True), found["warn"][1]
        yield from found.values()


def example_in_bytes(measure: Measure) -> str:
    """A quantity whose limits take units: this one, or else the first that there is."""
    return measure.name if measure.in_bytes else next(name for name, one in used(Use.LIMITS).items() if one.in_bytes)


def _counted(
    measure: Measure, entry: Row | GroupRow | None, analysis: Analysis, written: Node, problems: Problems
) -> Measure | None:
    """The measure of a convention, where it counts this quantity in its own way and all that the limit is of."""
    from cnncalc.analyses.conventions import names
    from cnncalc.analyses.reconcile import counted_by

    if not isinstance(written, Text) or written.text not in names():
        word = written.text if isinstance(written, Text) else "…"
        cure = misspelt(word, names()) or f"there are {', '.join(names())}"
        problems.add("bad-value", f"no convention `{word}`", written, cure)
        return None
    found = counted_by(written.text)
    if measure.name not in found.rests_on:
        problems.add("bad-value", f"`{written.text}` counts {found.rests_on[0]}, not {measure.name}", written)
    elif found.sign_of(analysis, (entry,) if entry else None):
        what = f"nobody knows all that `{written.text}` counts here: no limit can be held"
        problems.add("bad-value", what, written, f"`cnncalc reconcile FILE --convention {written.text}` says of what")
    else:
        return found
    return None


def _limit(
    name: str, measure: Measure, level: Level, actual: Value, node: Node, problems: Problems, assumed: str
) -> Iterator[tuple[Held, Text]]:
    amount = read_amount(node.text, measure.name) if isinstance(node, Text) else None
    if amount is None or not isinstance(node, Text):
        known = [f"write {'an integer' if measure.whole else 'a number'}", "`5M`"]
        known.append(f"or for `{example_in_bytes(measure)}` also `20 MB` or `20 MiB`")
        problems.add("bad-value", "not a limit", node, ", ".join(known))
        return
    yield Held(name, measure.name, amount, actual, node.origin, level, assumed=assumed), node
