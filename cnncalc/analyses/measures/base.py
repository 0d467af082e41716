"""Measure: a quantity of layers, groups and networks. The registry that each one enters, and its values.

The core, which a measure is given, is imported only when a value is asked for: the command line lists measures before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cnncalc.core.problem import CALLED
from cnncalc.core.record import Record

if TYPE_CHECKING:
    from cnncalc.core.analysis import Analysis, Counts, GroupRow, Row
    from cnncalc.core.graph import Graph

Value = int | float | None  # a whole number where the measure is; None: there is none, as of a ratio to nothing
MEASURES: dict[str, Measure] = {}


class Use:
    """Places of a measure: bits, for every start makes them and an `enum.Flag` takes a hundred times as long."""

    COLUMNS = 1  # tables, as one of --columns; --counts of a diagram; the totals in JSON
    FIGURES = 2  # the layers in JSON and CSV; `expect`, --sort, recorded baselines
    LIMITS = 4  # `budget` and --max-growth
    OPTION = 8  # an option of `check` of its own, --max-NAME
    COMPARED = 16  # networks side by side
    LISTED = 32  # networks one a line, where there is less room
    HELD = 64  # `--max-growth 5%` alone means it, too
    HEADLINE = 128  # what is said of a network in one line, and of a layer that changed
    ASKED = 256  # in JSON and CSV only where it is named, for it takes the whole network


ANYWHERE = Use.COLUMNS | Use.FIGURES | Use.LIMITS | Use.OPTION | Use.COMPARED | Use.LISTED


class Worked(Record):
    """A line of the working of a value: a label, the formula in symbols and with numbers, the result.

    Without symbols the result is a sentence; `note` says of what it is.
    """

    label: str
    symbols: str
    numbers: str
    value: str
    note: str = ""

    @classmethod
    def said(cls, label: str, value: str) -> Worked:
        """A line without a formula."""
        return cls(label, "", "", value)


class Measure:
    """A quantity: what it is called, how its values are had and written, where it stands.

    `of` gives the value that counts have, of a layer, or the sum of some. What counts do not tell is worked out `once`
    for a network, for every layer in order; `total` then gives the value of several layers, of the values that there
    are. `name` is the word in files, options, tables and JSON, so a Python name.

    `whole`: the values are whole numbers, and a figure without a suffix is exact. `in_bytes`: they are bytes, which are
    written in MB and limited in MiB, too. `partial`: a layer without a value makes a sum a lower bound. `rests_on`:
    where one of these is a lower bound, so is the value, or what the sign `bound` says. `limit` is an example of one.
    `also` are words of others for it, by which a person is led to it. `assumed` says what its figure hangs on besides
    the network. `cause` is the measure in which the layers are told
    that made this one grow, where it is another one. `worked` gives the working of its value, for `explain --of`.
    """

    name: str
    help: str
    of: Callable[[Counts], Value] | None
    once: Callable[[Graph], Sequence[Value]] | None
    total: Callable[[Iterable[Any]], Value]
    uses: int
    whole: bool
    in_bytes: bool
    rests_on: tuple[str, ...]
    bound: str
    limit: str
    cause: str
    partial: bool
    worked: Callable[[Analysis, Row | GroupRow | None], Sequence[Worked]] | None
    assumed: Callable[[Graph], str] | None
    also: tuple[str, ...]

    def __init__(  # every start makes this class: a dataclass would take ten times as long
        self,
        *,
        name: str,
        help: str,
        of: Callable[[Counts], Value] | None = None,
        once: Callable[[Graph], Sequence[Value]] | None = None,
        total: Callable[[Iterable[Any]], Value] = sum,
        uses: int = ANYWHERE,
        whole: bool = True,
        in_bytes: bool = False,
        rests_on: tuple[str, ...] = ("params", "multiplies"),
        bound: str = "≥",
        limit: str = "5M",
        cause: str = "",
        partial: bool = False,
        worked: Callable[[Analysis, Row | GroupRow | None], Sequence[Worked]] | None = None,
        assumed: Callable[[Graph], str] | None = None,
        also: tuple[str, ...] = (),
    ) -> None:
        if (of is None) == (once is None):
            raise TypeError(f"measure {name}: either `of` or `once`")
        if of is None and uses & Use.HEADLINE:
            raise TypeError(f"measure {name}: a headline is `of` counts")
        if not name.isidentifier():
            raise TypeError(f"measure {name}: the name is no word")
        if name in MEASURES:
            raise TypeError(f"measure {name} is there already")
        self.name, self.help, self.of, self.once, self.total, self.uses = name, help, of, once, total, uses
        self.whole, self.in_bytes, self.limit, self.cause, self.partial = whole, in_bytes, limit, cause, partial
        self.rests_on, self.bound, self.worked, self.assumed = rests_on, bound, worked, assumed
        self.also = also
        MEASURES[name] = self
        CALLED.update(dict.fromkeys(also, name))

    def sign(self, left_open: Collection[str]) -> str:
        """The sign before a value where these quantities are not known of all layers: `≥ `, or nothing."""
        return f"{self.bound} " if any(quantity in left_open for quantity in self.rests_on) else ""

    def assumption(self, analysis: Analysis) -> str:
        """The assumptions of its figures of a network, in one line; empty where there are none."""
        return self.assumed(analysis.graph) if self.assumed and analysis.graph else ""

    def sign_of(self, analysis: Analysis, entries: Iterable[Row | GroupRow] | None = None) -> str:
        """The sign before the value of some entries, or of the whole network, where it is a bound: `≥ `, or nothing."""
        if entries is None:
            left_open = set(analysis.lower_bound)
            rows: Iterable[Row] = analysis.rows
        else:
            entries = list(entries)
            left_open = {quantity for entry in entries for quantity in analysis.left_open(entry)}
            rows = [row for entry in entries for row in _rows(analysis, entry)]
        known = self._by_layer(analysis) if self.partial else {}
        if self.partial and any(known[row.name] is None for row in rows):
            return f"{self.bound} "
        return self.sign(left_open)

    @property
    def label(self) -> str:
        """The name as words."""
        return self.name.replace("_", " ")

    @property
    def noun(self) -> str:
        """The noun for what is counted."""
        return self.help if self.in_bytes else self.name

    def value(self, analysis: Analysis, entry: Row | GroupRow | None = None) -> Value:
        """The value of a layer, of a group, or of the whole network.

        >>> import cnncalc
        >>> lenet5 = cnncalc.analyze(cnncalc.load("lenet5"))
        >>> MEASURES["params"].value(lenet5, lenet5.find("C1")), MEASURES["depth"].value(lenet5)
        (156, 5)
        """
        if self.of is not None:
            return self.of(entry.counts if entry else analysis.totals)
        return self._total(self._by_layer(analysis).values()) if entry is None else self.together(analysis, (entry,))

    def together(self, analysis: Analysis, entries: Iterable[Row | GroupRow]) -> Value:
        """The value that several entries have together."""
        from cnncalc.core.analysis import Counts

        if self.of is not None:
            return self.of(sum((entry.counts for entry in entries), Counts()))
        known = self._by_layer(analysis)
        values: list[Value] = []
        for entry in entries:
            values += [known[row.name] for row in _rows(analysis, entry)]
        return values[0] if len(values) == 1 else self._total(values)

    def _total(self, values: Iterable[Value]) -> Value:
        found = [value for value in values if value is not None]
        return self.total(found) if found else None

    def _by_layer(self, analysis: Analysis) -> dict[str, Value]:
        found: dict[str, Value] | None = analysis.worked_out.get(self.name)
        if found is None:
            assert self.once is not None
            assert analysis.graph is not None
            values = self.once(analysis.graph)
            found = dict(zip((row.name for row in analysis.rows), values, strict=True))
            analysis.worked_out[self.name] = found
        return found


def _rows(analysis: Analysis, entry: Row | GroupRow) -> Sequence[Row]:
    from cnncalc.core.analysis import Row

    return (entry,) if isinstance(entry, Row) else analysis.rows[entry.start : entry.stop]


def used(use: int) -> dict[str, Measure]:
    """The measures that stand in one of these places, by name.

    >>> list(used(Use.HELD))
    ['params', 'multiplies', 'activations']
    """
    return {name: measure for name, measure in MEASURES.items() if measure.uses & use}


def told(use: int, asked: Collection[str] = ()) -> dict[str, Measure]:
    """The measures that stand in one of these places without being asked for, and those of them that are.

    >>> "receptive_field" in told(Use.FIGURES), "receptive_field" in told(Use.FIGURES, ["receptive_field"])
    (False, True)
    """
    return {name: measure for name, measure in used(use).items() if name in asked or not measure.uses & Use.ASKED}
