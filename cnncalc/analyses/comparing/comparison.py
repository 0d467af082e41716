"""Networks side by side: what is compared of each, and how it relates to the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from cnncalc.analyses.measures import MEASURES, Measure, Use, Value, used
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.figures import change, megabytes, percent, ratio
from cnncalc.core.problem import Problem, clean
from cnncalc.core.record import Record
from cnncalc.core.result import Tabular
from cnncalc.core.shape import TensorShape

if TYPE_CHECKING:
    from cnncalc.analyses.checks.baselines.growth import Allowed
    from cnncalc.analyses.comparing.diff import Change

NOTHING: Allowed = MappingProxyType({})


@dataclass(frozen=True)
class NetworkFigures:
    """One network beside others: `file` as it was named, its figures by measure, its heaviest layers by quantity."""

    file: str
    analysis: Analysis
    figures: dict[str, Value]
    heaviest: dict[str, Row | None]


class _Comparison(Record):
    networks: Sequence[NetworkFigures]
    changes: Sequence[Change] | None = None
    grown: Sequence[Problem] = ()
    failed: Sequence[tuple[str, Sequence[Problem]]] = ()


class Comparison(_Comparison, Tabular):
    """Networks beside the first one: the changes of its layers where they are asked for, and what grew too much.

    `failed` are the files that could not be used; without a first network there is nothing to compare.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(one.file for one in self.networks)}>"


def compared_with_first(
    networks: Sequence[NetworkFigures],
    *,
    by_layer: bool = False,
    depth: int | None = None,
    allowed: Allowed = NOTHING,
    failed: Sequence[tuple[str, Sequence[Problem]]] = (),
) -> Comparison:
    """The comparison of two or more networks, or `by_layer` of two of them; `allowed` is how much totals may grow."""
    changes = None
    if by_layer:
        from cnncalc.analyses.comparing.diff import differences

        changes = differences(networks[0].analysis, networks[1].analysis, depth)
    return Comparison(networks, changes, _grown(networks, allowed), failed)


def _grown(networks: Sequence[NetworkFigures], allowed: Allowed) -> list[Problem]:
    """A problem for every total that grew more than it may."""
    if not allowed:
        return []
    from cnncalc.analyses.checks.baselines import growth

    totals = [growth.figures(one.analysis, allowed) for one in networks]
    return [
        Problem(
            "baseline",
            growth.message(quantity, totals[0][quantity], now[quantity], allowed[quantity]),
            notes=(f"{other.file}, compared with {networks[0].file}",),
        )
        for other, now in zip(networks[1:], totals[1:], strict=True)
        for quantity in growth.exceeded(totals[0], now, allowed)
    ]


def compared() -> list[Measure]:
    """The measures in which networks are compared: those first to which a check holds them."""
    return sorted(used(Use.COMPARED).values(), key=lambda measure: not measure.uses & Use.HELD)


def comparable() -> dict[str, Measure]:
    """The measures in which networks may be compared, by name: those in which they are, and others, where asked for."""
    return used(Use.COLUMNS | Use.COMPARED)


def measures_of(networks: Sequence[NetworkFigures]) -> list[Measure]:
    """The measures in which these networks are compared, as another tool counts among them."""
    return [MEASURES[name] for name in networks[0].figures]


def network(file: str, analysis: Analysis, *also: Measure) -> NetworkFigures:
    """The figures of one network that are compared, and others that are asked for."""
    return NetworkFigures(
        file,
        analysis,
        {measure.name: measure.value(analysis) for measure in (*compared(), *also)},
        {name: _heaviest(analysis, measure) for name, measure in used(Use.HEADLINE).items()},
    )


def _heaviest(analysis: Analysis, measure: Measure) -> Row | None:
    """The first of the layers that have the most."""
    found = max(analysis.rows, key=lambda row: measure.value(analysis, row) or 0, default=None)
    return found if found and measure.value(analysis, found) else None


# ------------------------------------------------------------------------------------------------ as text


class FigureLine(Record):
    """One thing of all networks, as text: a cell for each; `changes` and `ratios` to the first, empty for words."""

    label: str
    cells: list[str]
    changes: list[str]
    ratios: list[str]


def lines(networks: Sequence[NetworkFigures], style: Style) -> list[FigureLine]:
    """The lines of a comparison, as text."""
    found = [
        _words("network", [style.plain(one.analysis.name) for one in networks]),
        _words("input", [_shapes(one.analysis.inputs, style) for one in networks]),
        _words("output", [_shapes(one.analysis.outputs, style) for one in networks]),
    ]
    for measure in measures_of(networks):
        figures = [one.figures[measure.name] for one in networks]
        texts = zip(networks, style.figures(measure, figures), strict=True)
        cells = [_bound(measure, one, style) + text for one, text in texts]
        changes = [style.plain(change(figures[0], figure)) for figure in figures]
        ratios = [style.plain(ratio(figures[0], figure)) for figure in figures]
        if any(figures):
            found.append(FigureLine(measure.label, cells, changes, ratios))
    if any(one.analysis.file_bytes for one in networks):
        found.append(_stored(networks, style))
    for quantity in used(Use.HEADLINE):
        found.append(_words(f"most {quantity}", [heaviest_text(one, quantity, style) for one in networks]))
    return found


def _bound(measure: Measure, network: NetworkFigures, style: Style) -> str:
    return style.plain(measure.sign_of(network.analysis))


def heaviest_text(network: NetworkFigures, quantity: str, style: Style) -> str:
    """The layer with the most of a quantity, and its share."""
    row = network.heaviest[quantity]
    if row is None:
        return style.plain("–")
    measure, analysis = MEASURES[quantity], network.analysis
    return f"{row.name} {percent(measure.value(analysis, row), measure.value(analysis))}"


def bounds(networks: Sequence[NetworkFigures]) -> list[str]:
    """A sentence for each network that has operators that are not counted."""
    return [
        f"{clean(one.file)}: {', '.join(sorted({found.operator for found in one.analysis.uncounted}))} not counted: "
        "its figures are lower bounds, and ratios compare what is counted"
        for one in networks
        if one.analysis.uncounted
    ]


def _stored(networks: Sequence[NetworkFigures], style: Style) -> FigureLine:
    """What files of other programs store; an architecture stores nothing."""
    sizes = [sum(one.analysis.file_bytes.values()) for one in networks]
    types = ["/".join(one.analysis.file_bytes) for one in networks]
    cells = [style.plain(f"{megabytes(size)} {type}" if size else "–") for size, type in zip(sizes, types, strict=True)]
    if not all(sizes):
        return _words("stored", cells)
    changes, ratios = ([style.plain(how(sizes[0], size)) for size in sizes] for how in (change, ratio))
    return FigureLine("stored", cells, changes, ratios)


def _words(label: str, cells: list[str]) -> FigureLine:
    return FigureLine(label, cells, [], [])


def _shapes(named: dict[str, TensorShape], style: Style) -> str:
    return ", ".join(
        f"{name} {style.shape(shape)}" if len(named) > 1 else style.shape(shape) for name, shape in named.items()
    )
