"""Sizes: which inputs a network takes, at which of them no border pixel is lost, and what it then costs.

What fits is proved by the growth of its sides (`core/sizes.py`), or else checked size by size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from math import lcm, prod
from types import MappingProxyType
from typing import Any

from cnncalc.analyses.checks.rules.base import Network
from cnncalc.analyses.checks.rules.dropped_border import DroppedBorder
from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.measures.memory import alive, assumed
from cnncalc.core.analysis import analyze
from cnncalc.core.figures import many
from cnncalc.core.graph import Graph
from cnncalc.core.problem import Problems, ProblemsFound, fail
from cnncalc.core.record import Record
from cnncalc.core.result import Result
from cnncalc.core.shape import AXES, Shape
from cnncalc.core.sizes import LARGEST, Fitting, NotSteady, Resized, Scaling, along, fitting, scaling
from cnncalc.formats.open import graph_of
from cnncalc.formats.source import Source
from cnncalc.formats.yaml.expanding.build import Described, near, only_sides, written_size
from cnncalc.formats.yaml.reading.description import describe

CHECKED_TO = 256  # squares that are looked at where nothing can be proved,
MOST_CHECKED = 10_000  # and layers of all of them together
LONGEST_PERIOD = 2_048
_DEGREE = 2  # of a count in one side: attention has (H·W)²
_OF_SIZES = ("shape-mismatch", "empty-output", "requirement", "wrong-input", "not-whole")
COUNTED = ("params", "multiplies", "activations", "activation_memory")
PEAK = "peak_memory"

NO_STORAGE: Mapping[str, Any] = MappingProxyType({})

At = Callable[[Shape], Graph | None]


class Polynomial(Record):
    """A count as a polynomial of h, w, …: for each monomial, by its exponents, the factor; the constant last.

    >>> Polynomial("multiplies", {(1, 1): Fraction(37011456), (0, 0): Fraction(512000)}).said(("h", "w"))
    '37,011,456·h·w + 512,000'
    """

    measure: str
    terms: dict[tuple[int, ...], Fraction]

    def said(self, letters: Sequence[str]) -> str:
        """The polynomial as text."""
        text = ""
        for exponents, factor in self.terms.items():
            powers = [
                letter if exponent == 1 else f"{letter}^{exponent}"
                for letter, exponent in zip(letters, exponents, strict=True)
                if exponent
            ]
            size = abs(factor)
            number = f"{size.numerator:,}" if size.denominator == 1 else f"{size.numerator:,}/{size.denominator}"
            term = "·".join([*([] if size == 1 and powers else [number]), *powers])
            sign = ("−" if factor < 0 else "") if not text else (" − " if factor < 0 else " + ")
            text += f"{sign}{term}"
        return text or "0"

    def at(self, point: Sequence[int]) -> Fraction:
        """The value for h, w, …"""
        return sum(
            (
                factor * prod(x**e for x, e in zip(point, exponents, strict=True))
                for exponents, factor in self.terms.items()
            ),
            Fraction(0),
        )


class CountFormula(Record):
    """A count as a formula of the sides, which holds for those that leave `offsets` when divided by `periods`."""

    polynomial: Polynomial
    letters: tuple[str, ...]
    periods: tuple[int, ...]
    offsets: tuple[int, ...]
    first: Shape

    def at(self, *sides: int) -> int:
        """The count at an input of these sides; raises ValueError where the formula does not hold for them."""
        if len(sides) != len(self.first):
            raise ValueError(f"at: give {many(len(self.first), 'side')}, not {len(sides)}")
        rules = zip(sides, self.periods, self.offsets, self.first, strict=True)
        if any((side - offset) % period or side < first for side, period, offset, first in rules):
            raise ValueError(f"at: the formula does not hold for {_by(sides)}: it is for {self.where}")
        points = zip(sides, self.periods, self.offsets, strict=True)
        return int(self.polynomial.at([(side - offset) // period for side, period, offset in points]))

    @property
    def where(self) -> str:
        """Sides for which it holds."""
        told = [
            f"{name} = {f'{period:,}·{letter}' if period > 1 else letter}{f' + {offset:,}' if offset else ''}"
            for name, letter, period, offset in zip(
                AXES[len(self.first)], self.letters, self.periods, self.offsets, strict=True
            )
        ]
        return f"{', '.join(told)} from {_by(self.first)}"

    def __str__(self) -> str:
        return self.polynomial.said(self.letters)


class Formulas(Record):
    """Counts as polynomials of the `letters`: the sides less `offsets`, divided by `periods`; from `first` on.

    The peak of memory is among them where one layer, `at_peak`, has it at all these sizes. `assumed` says for which
    numbers memory is worked out.
    """

    letters: tuple[str, ...]
    periods: tuple[int, ...]
    offsets: tuple[int, ...]
    first: Shape
    polynomials: tuple[Polynomial, ...]
    at_peak: str = ""
    assumed: str = ""

    @property
    def params(self) -> CountFormula:
        """Formula of the params."""
        return self._of("params")

    @property
    def multiplies(self) -> CountFormula:
        """Formula of the multiplies."""
        return self._of("multiplies")

    @property
    def activations(self) -> CountFormula:
        """Formula of the activations."""
        return self._of("activations")

    def _of(self, measure: str) -> CountFormula:
        (polynomial,) = (one for one in self.polynomials if one.measure == measure)
        return CountFormula(polynomial, self.letters, self.periods, self.offsets, self.first)


class OfAxes(Record):
    """The sizes on some axes, the others as they are: those that fit, and those of them that lose no border."""

    axes: tuple[str, ...]
    fits: Fitting
    whole: Fitting | None


@dataclass(frozen=True)
class Sizes(Result):
    """The sizes of a network: for all axes together, or for each where they differ.

    `why` says why it could not be proved; then squares up to `checked` were looked at, and its own size. `varying` are
    layers whose params depend on the size, and `kept` the first and last square size, or sides, with the params of
    this one.
    """

    name: str
    file: str
    own: Shape
    fits: bool
    parts: tuple[OfAxes, ...]
    why: str = ""
    checked: int = 0
    varying: tuple[str, ...] = ()
    kept: tuple[int, int] | None = None
    formulas: Formulas | None = None
    beside: int = 0  # layers that lead to no output, which have to fit, too

    def __contains__(self, sides: object) -> bool:
        """Whether an input of these sides fits: `(224, 320) in sizes`, `"224x320"`, or 224 for a square.

        Raises ValueError for a text that is no size.
        """
        if isinstance(sides, str):
            if not re.fullmatch(r"[1-9]\d{0,8}(x[1-9]\d{0,8})*", sides, re.ASCII):
                raise ValueError(f"'{sides}' is no size: write '256' or '256x320' (height × width)")
            given: tuple[object, ...] = tuple(map(int, sides.split("x")))
        else:
            given = tuple(sides) if isinstance(sides, tuple | list) else (sides,)
        if len(given) == 1:
            given *= len(self.own)
        if len(given) != len(self.own):
            return False
        rules = {name: part.fits for part in self.parts for name in part.axes}
        return bool(rules) and all(side in rules[name] for name, side in zip(AXES[len(self.own)], given, strict=True))

    def __repr__(self) -> str:
        return f"<Sizes of {self.file}: {'; '.join(part.fits.said for part in self.parts) or 'none'}>"

    @property
    def multiples(self) -> int | None:
        """The number of which all sides have to be multiples, 1 where all are; None where that is not the rule."""
        found = {part.fits.period if part.fits.remainders == (0,) else None for part in self.parts}
        return found.pop() if len(found) == 1 else None

    @property
    def lossless(self) -> Fitting | None:
        """The sizes of a side at which no window leaves a border pixel; None where axes differ, or nobody can say."""
        found = {part.whole for part in self.parts}
        return found.pop() if len(found) == 1 else None

    @property
    def smallest(self) -> Shape | None:
        """The smallest input that fits, by its sides; None where none was found."""
        least = {name: _least(part.fits) for part in self.parts for name in part.axes}
        found = [least[name] for name in AXES[len(self.own)]] if least else []
        return tuple(found) if found and None not in found else None  # type: ignore[arg-type]


def _least(found: Fitting) -> int | None:
    sizes = [*found.also, *([found.start] if found.remainders else [])]
    return min(sizes, default=None)


def _by(sides: Sequence[int]) -> str:
    return "×".join(map(str, sides))


def sizes_of(graph: Graph) -> Sizes:
    """The sizes of a network that no file describes: its layers are the same at all of them."""
    own = only_sides(graph.inputs)
    at = cache(Resized(graph).at)
    return _found((graph.name, graph.file, own, True), own, at, at, lambda channels: True)


def sizes(
    source: Source, overrides: dict[str, str], input_size: str | None = None, storage: Mapping[str, Any] = NO_STORAGE
) -> Sizes:
    """The sizes of the network that a source describes; raises ProblemsFound where it cannot be used, or none fits.

    `storage` are fields of a Storage that overrule what the file says of its memory.
    """
    layers = _refuse_other_faults(source, overrides, input_size)
    resized: Described | _OfAnother = _OfAnother(source, overrides)
    if source.format is None:
        resized = Described(describe(source, Problems()), overrides)
    own, at = resized.own(input_size), cache(resized.at)
    at(own)
    tried = max(1, min(LARGEST, MOST_CHECKED // max(layers, resized.written)))
    base = _base(own, at, tried)
    if base is None:
        graph_of(source, set=overrides, input_size=input_size)  # says why
        raise fail("shape-mismatch", f"{source.name} fits at no size up to {tried:,}")
    graph = at(base)
    assert graph is not None
    about = (graph.name, source.name, own, base == own)
    return _found(about, base, at, resized.all_at, resized.is_one_network, storage)


def _found(
    about: tuple[str, str, Shape, bool],
    base: Shape,
    at: At,
    all_at: At,
    is_one_network: Callable[[bool], bool],
    storage: Mapping[str, Any] = NO_STORAGE,
) -> Sizes:
    """The sizes of a network that fits at the sides of `base`."""
    graph, everything = at(base), all_at(base)
    assert graph is not None
    assert everything is not None
    found, why = _growth(everything, is_one_network)
    if found is None:
        return _checked(*about, graph, at, why)
    at = cache(Resized(graph.stored(storage)).at)  # which is the same, and sooner
    found_parts = _parts(found, graph, base, at, cache(Resized(everything).at))
    if found_parts is None:
        return _checked(*about, graph, at, "there is no size from which on it fits")
    parts = _joined(found_parts)
    varying, kept = _varying(graph, base, max(found.periods), at)
    beside = len(everything.nodes) - len(graph.nodes)
    return Sizes(*about, parts, "", 0, varying, kept, _formulas(found, parts, base, at), beside)


def _refuse_other_faults(source: Source, overrides: dict[str, str], input_size: str | None) -> int:
    """The number of layers, of those that were understood where it does not fit; raises ProblemsFound.

    What no size mends is refused.
    """
    try:
        return len(graph_of(source, set=overrides, input_size=input_size).nodes) or 1
    except ProblemsFound as error:
        if any(problem.code not in _OF_SIZES for problem in error.problems):
            raise
        understood = error.understood()
        return (understood and len(understood.graph.nodes)) or 1


class _OfAnother:
    """The networks that a file of another program gives for the sizes of its one input; as `Described` of ours."""

    written = 0  # it says all of its layers itself

    def __init__(self, source: Source, overrides: dict[str, str]) -> None:
        self.source = source
        self.overrides = overrides

    def own(self, input_size: str | None) -> Shape:
        return only_sides(graph_of(self.source, set=self.overrides, input_size=input_size).inputs)

    def at(self, sides: Shape) -> Graph | None:
        try:
            return graph_of(self.source, set=self.overrides, input_size=written_size(sides))
        except ProblemsFound:
            return None

    all_at = at

    def is_one_network(self, channels: bool) -> bool:
        return False


def _base(own: Shape, at: At, most: int) -> Shape | None:
    """Sides at which it fits: its own, else near ones, else the first square up to `most`."""
    squares = ((size,) * len(own) for size in range(1, most + 1))
    return next((sides for sides in (own, *near(own)[:most], *squares) if at(sides) is not None), None)


def _growth(graph: Graph, is_one_network: Callable[[bool], bool]) -> tuple[Scaling | None, str]:
    try:
        found = scaling(graph)
    except NotSteady as error:
        return None, str(error)
    if not is_one_network(found.channels):
        return None, "what the file says depends on sizes, so each may give another network"
    if lcm(*found.periods) > LONGEST_PERIOD:
        return None, f"sizes repeat only after {lcm(*found.periods):,}"
    return found, ""


def _parts(found: Scaling, graph: Graph, base: Shape, at: At, all_at: At) -> list[OfAxes] | None:
    """All axes at once where the layers treat them alike, else one after the other.

    None where it fits at single sizes alone, as where a side of 1 is spread over another one. What leads to no output
    is in what `all_at` gives, and fits, too.
    """
    names = AXES[len(base)]
    if _alike(graph):
        axes: list[Sequence[int]] = [range(len(base))]
    else:
        axes = [(axis,) for axis in range(len(base))]
    parts = []
    for together in axes:

        def sides(size: int, together: Sequence[int] = together) -> Shape:
            return tuple(size if axis in together else side for axis, side in enumerate(base))

        def is_whole(size: int, sides: Callable[[int], Shape] = sides) -> bool:
            return all_at(sides(size)) is not None and _is_whole(at(sides(size)))

        period = lcm(*(found.periods[axis] for axis in together))
        looked = along(lambda size, sides=sides: all_at(sides(size)), found, together, period)  # type: ignore[misc]
        if looked is None:
            return None
        whole = fitting(is_whole, looked[1], period) if graph.document is not None else None
        parts.append(OfAxes(tuple(names[axis] for axis in together), looked[0], whole))
    return parts


def _joined(parts: Sequence[OfAxes]) -> tuple[OfAxes, ...]:
    """One rule for all axes, where it is the same for each."""
    if len({(part.fits, part.whole) for part in parts}) > 1:
        return tuple(parts)
    return (parts[0]._replace(axes=tuple(name for part in parts for name in part.axes)),)


def _alike(graph: Graph) -> bool:
    """Whether every layer treats all axes alike."""
    return not any(
        isinstance(value, tuple) and name in node.layer.per_axis and len(set(value)) > 1
        for node in graph.nodes
        for name, value in node.layer.values.items()
    )


def _is_whole(graph: Graph | None) -> bool:
    """Whether a network fits, and every window reads up to the border."""
    if graph is None:
        return False
    return next(iter(DroppedBorder().check(Network(graph, graph.document), {})), None) is None


def _checked(name: str, file: str, own: Shape, fits: bool, graph: Graph, at: At, why: str) -> Sizes:
    """The sizes that squares show, which are looked at one by one, and its own; `graph` is it at a size that fits."""
    most = max(1, min(CHECKED_TO, MOST_CHECKED // (len(graph.nodes) or 1)))
    looked = {size: at((size,) * len(own)) for size in range(1, most + 1)}
    if len(set(own)) == 1:
        looked.setdefault(own[0], at(own))
    parts: tuple[OfAxes, ...] = ()
    if any(looked.values()):
        found = _pattern({size: one is not None for size, one in looked.items()}, most)
        whole = _pattern({size: _is_whole(one) for size, one in looked.items()}, most) if graph.document else None
        parts = (OfAxes(AXES[len(own)], found, whole),)
    sides = next(iter(graph.inputs.values()))[1:]
    varying, kept = _varying(graph, sides, max(1, most // 4), at) if parts else ((), None)
    return Sizes(name, file, own, fits, parts, why, most, varying, kept)


def _pattern(fits: dict[int, bool], most: int) -> Fitting:
    """The pattern of sizes up to `most`: the shortest period that holds for its upper half, or a list."""
    also = tuple(size for size, there in fits.items() if there)
    for period in range(1, most // 4 + 1):
        if all(fits[size] == fits[size - period] for size in range(most // 2 + 1, most + 1)):
            found = fitting(fits.__getitem__, most // 2 + 1, period)
            return found._replace(also=(*found.also, *(size for size in also if size > most and size not in found)))
    return Fitting(0, 1, (), also)


def _params(graph: Graph) -> list[int]:
    return [node.work.weights + node.work.biases for node in graph.nodes]


def _varying(graph: Graph, base: Shape, period: int, at: At) -> tuple[tuple[str, ...], tuple[int, int] | None]:
    """The layers whose params are others at other sizes, and, for equal sides, from where to where they are these."""
    params = _params(graph)
    varying: dict[str, None] = {}
    for step in (period, 2 * period):
        other = at(tuple(side + step for side in base))
        if other is not None and len(other.nodes) == len(graph.nodes):
            varying |= {
                node.name: None
                for node, one, two in zip(graph.nodes, params, _params(other), strict=True)
                if one != two
            }
    if not varying or len(set(base)) > 1:
        return tuple(varying), None
    ends = []
    for direction in (-1, 1):
        size = base[0]
        for _ in range(period):
            other = at((size + direction,) * len(base)) if size + direction > 0 else None
            if other is None or _params(other) != params:
                break
            size += direction
        ends.append(size)
    return tuple(varying), (ends[0], ends[1])


# ------------------------------------------------------------------------------------------------ counts as formulas


def _formulas(found: Scaling, parts: Sequence[OfAxes], base: Shape, at: At) -> Formulas | None:
    """Counts of the sizes that leave what this one leaves when divided; None where they are no such polynomials."""
    of_axis = {name: part for part in parts for name in part.axes}
    fits = [of_axis[name].fits for name in AXES[len(base)]]
    periods = found.periods
    offsets = tuple(side % period for side, period in zip(base, periods, strict=True))
    first = []
    for fit, period, offset, side in zip(fits, periods, offsets, base, strict=True):
        sizes = (size for size in range(offset, side + 1, period) if size >= max(1, fit.start) and size in fit)
        first.append(next(sizes, side))
    starts = [(size - offset) // period for size, offset, period in zip(first, offsets, periods, strict=True)]

    def totals(point: Sequence[int]) -> dict[str, Any] | None:
        sides = tuple(x * period + offset for x, period, offset in zip(point, periods, offsets, strict=True))
        graph = at(sides)
        if graph is None or not graph.nodes:  # of no layer memory has no figure
            return None
        analysis = analyze(graph)
        return {name: MEASURES[name].value(analysis) for name in COUNTED} | {PEAK: alive(graph).bytes}

    grid = {point: totals(point) for point in product(*(range(start, start + _DEGREE + 1) for start in starts))}
    others = [tuple(start + 3 + (place + turn) % 3 for place, start in enumerate(starts)) for turn in range(2)]
    checks = {point: totals(point) for point in others}
    if None in grid.values() or None in checks.values():
        return None
    polynomials = []
    for name in COUNTED:
        polynomial = Polynomial(name, _interpolated({point: one[name] for point, one in grid.items() if one}, starts))
        if any(polynomial.at(point) != one[name] for point, one in checks.items() if one):
            return None
        polynomials.append(polynomial)
    at_peak = _at_peak({point: one[PEAK] for point, one in grid.items() if one}, starts)
    if at_peak is not None:
        values = {point: one[PEAK][at_peak] for point, one in grid.items() if one}
        polynomials.append(Polynomial(PEAK, _interpolated(values, starts)))
        if any(polynomials[-1].at(point) != max(one[PEAK]) for point, one in checks.items() if one):
            return None
    graph = at(base)
    assert graph is not None
    letters = tuple(
        name[0] if period > 1 or offset else name[0].upper()
        for name, period, offset in zip(AXES[len(base)], periods, offsets, strict=True)
    )
    name = "" if at_peak is None else graph.nodes[at_peak].name
    return Formulas(letters, periods, offsets, tuple(first), tuple(polynomials), name, assumed(graph))


def _at_peak(alive: Mapping[tuple[int, ...], Sequence[int]], starts: Sequence[int]) -> int | None:
    """The layer during which most is alive at all sizes from the first point on; None where it is not one.

    Its polynomial less that of each other layer has no factor below 0, where the first point is taken for 0.
    """
    far = max(alive)
    place = max(range(len(alive[far])), key=alive[far].__getitem__)
    zeros = (0,) * len(starts)
    less = set(zip(*([one[place] - size for size in one] for one in alive.values()), strict=True))
    for differences in less:
        shifted = {
            tuple(x - start for x, start in zip(point, starts, strict=True)): difference
            for point, difference in zip(alive, differences, strict=True)
        }
        if any(factor < 0 for factor in _interpolated(shifted, zeros).values()):
            return None
    return place


def _interpolated(values: dict[tuple[int, ...], int], starts: Sequence[int]) -> dict[tuple[int, ...], Fraction]:
    """The factors of the polynomial through these values, the highest powers first."""
    bases = [[_basis(start, place) for place in range(_DEGREE + 1)] for start in starts]
    found: dict[tuple[int, ...], Fraction] = {}
    for point, value in values.items():
        chosen = [basis[x - start] for basis, x, start in zip(bases, point, starts, strict=True)]
        for exponents in product(range(_DEGREE + 1), repeat=len(starts)):
            factor = value * prod((one[e] for one, e in zip(chosen, exponents, strict=True)), start=Fraction(1))
            found[exponents] = found.get(exponents, Fraction(0)) + factor
    ordered = sorted(found, key=lambda exponents: (-sum(exponents), [-e for e in exponents]))
    return {exponents: found[exponents] for exponents in ordered if found[exponents]}


def _basis(start: int, place: int) -> list[Fraction]:
    """The polynomial that is 1 at `start + place` and 0 at the other points, lowest power first.

    >>> [str(one) for one in _basis(0, 0)]
    ['1', '-3/2', '1/2']
    """
    found = [Fraction(1)]
    for other in range(_DEGREE + 1):
        if other != place:
            scale, root = Fraction(1, place - other), start + other
            found = [
                scale * (below - root * same)
                for below, same in zip([Fraction(0), *found], [*found, Fraction(0)], strict=True)
            ]
    return found
