"""Networks side by side: what is compared of each, and how it relates to the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from cnncalc.analyses.columns import Style
from cnncalc.core.analysis import Analysis, Row
from cnncalc.core.figures import change, megabytes, percent, ratio
from cnncalc.core.problem import clean


def weight_layers(analysis: Analysis) -> list[Row]:
    """The layers that multiply what they read by learned weights: convolutions, dense layers, attention.

    >>> import cnncalc
    >>> len(weight_layers(cnncalc.analyze(cnncalc.load("resnet50"))))  # 49 + 4 projections + 1
    54
    """
    return [row for row in analysis.rows if is_weight_layer(row)]


def is_weight_layer(row: Row) -> bool:
    """Whether a layer multiplies what it reads by learned weights, its own or another's."""
    return row.counts.multiplies > 0 and (row.counts.weights > 0 or row.shares is not None)


def depth(analysis: Analysis) -> int:
    """How many weight layers stand on the longest path from an input to an output.

    >>> import cnncalc
    >>> [depth(cnncalc.analyze(cnncalc.load(name))) for name in ("vgg16", "googlenet", "resnet50", "densenet121")]
    [16, 22, 50, 121]
    """
    found = dict.fromkeys(analysis.inputs, 0)
    for row in analysis.rows:
        found[row.name] = max([found[name] for name in row.inputs], default=0) + is_weight_layer(row)
    return max(found.values(), default=0)


class Measure(NamedTuple):
    """One figure of a network; `bounded` where operators that are not counted make it a lower bound."""

    name: str
    value: Callable[[Analysis], int]
    bounded: bool = True

    @property
    def key(self) -> str:
        """Its name in JSON and CSV."""
        return self.name.replace(" ", "_")


MEASURES = (
    Measure("params", lambda analysis: analysis.totals.params),
    Measure("multiplies", lambda analysis: analysis.totals.multiplies),
    Measure("activations", lambda analysis: analysis.totals.activations, bounded=False),
    Measure("buffers", lambda analysis: analysis.totals.buffers),
    Measure("size", lambda analysis: analysis.totals.size),
    Measure("layers", lambda analysis: len(analysis.rows), bounded=False),
    Measure("weight layers", lambda analysis: len(weight_layers(analysis))),
    Measure("depth", depth),
)
HEAVY = ("params", "multiplies")  # the heaviest layer is named by each


@dataclass(frozen=True)
class Network:
    """One network beside others: `file` as it was named, its figures by measure, its heaviest layers by quantity."""

    file: str
    analysis: Analysis
    figures: dict[str, int]
    heaviest: dict[str, Row | None]

    def is_bound(self, measure: Measure) -> bool:
        """Whether the figure is only a lower bound."""
        return measure.bounded and bool(self.analysis.uncounted)


def network(file: str, analysis: Analysis) -> Network:
    """What is compared of one network."""
    return Network(
        file,
        analysis,
        {measure.name: measure.value(analysis) for measure in MEASURES},
        {quantity: _heaviest(analysis.rows, quantity) for quantity in HEAVY},
    )


def _heaviest(rows: Iterable[Row], quantity: str) -> Row | None:
    """The first of the layers that have the most."""
    found = max(rows, key=lambda row: getattr(row.counts, quantity), default=None)
    return found if found and getattr(found.counts, quantity) else None


# ------------------------------------------------------------------------------------------------ as text


class Line(NamedTuple):
    """One thing of all networks, as text: a cell for each; `changes` and `ratios` to the first, empty for words."""

    label: str
    cells: list[str]
    changes: list[str]
    ratios: list[str]


def lines(networks: list[Network], style: Style) -> list[Line]:
    """Everything that is compared, as text."""
    found = [
        _words("network", [style.plain(one.analysis.name) for one in networks]),
        _words("input", [_shapes(one.analysis.inputs, style) for one in networks]),
        _words("output", [_shapes(one.analysis.outputs, style) for one in networks]),
    ]
    for measure in MEASURES:
        figures = [one.figures[measure.name] for one in networks]
        cells = [style.plain("≥ " * one.is_bound(measure)) + figure_text(measure, one, style) for one in networks]
        changes = [style.plain(change(figures[0], figure)) for figure in figures]
        ratios = [style.plain(ratio(figures[0], figure)) for figure in figures]
        if any(figures):
            found.append(Line(measure.name, cells, changes, ratios))
    for quantity in HEAVY:
        found.append(_words(f"most {quantity}", [heaviest_text(one, quantity, style) for one in networks]))
    return found


def figure_text(measure: Measure, network: Network, style: Style) -> str:
    """A figure as people read it."""
    value = network.figures[measure.name]
    return style.plain(megabytes(value)) if measure.name == "size" else style.number(value)


def heaviest_text(network: Network, quantity: str, style: Style) -> str:
    """The layer with the most of a quantity, and its share."""
    row = network.heaviest[quantity]
    if row is None:
        return style.plain("–")
    return f"{row.name} {percent(getattr(row.counts, quantity), getattr(network.analysis.totals, quantity))}"


def bounds(networks: list[Network]) -> list[str]:
    """A sentence for each network that has operators that are not counted."""
    return [
        f"{clean(one.file)}: {', '.join(sorted({operator for _, operator in one.analysis.uncounted}))} not counted: "
        "its figures are lower bounds, and ratios compare what is counted"
        for one in networks
        if one.analysis.uncounted
    ]


def _words(label: str, cells: list[str]) -> Line:
    return Line(label, cells, [], [])


def _shapes(named: dict[str, tuple[int, ...]], style: Style) -> str:
    return ", ".join(
        f"{name} {style.shape(shape)}" if len(named) > 1 else style.shape(shape) for name, shape in named.items()
    )
