"""Our figure beside that of every tool and framework, and the terms that lead from one to the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cnncalc.analyses.conventions import all_conventions
from cnncalc.analyses.conventions.base import AS_MODULES, CodeStyle, Convention, Part, Scope, scope_for
from cnncalc.analyses.measures import MEASURES, Measure
from cnncalc.analyses.variants import Variant, WorkDone, variants
from cnncalc.core.analysis import Analysis, analyze
from cnncalc.core.figures import Figure, read_figure
from cnncalc.core.graph import Graph, Ref
from cnncalc.core.layers.base import Layer
from cnncalc.core.record import Record
from cnncalc.core.result import Tabular
from cnncalc.core.shape import Shape
from cnncalc.core.work import Work

NOT_KNOWN = "not known"


class Term(Record):
    """A term between two figures: how much for what, of how many layers, in all."""

    label: str
    rate: str
    layers: int
    amount: int


class Open(Record):
    """The layers of a type of which nobody knows what a tool counts for them."""

    type: str
    layers: tuple[str, ...]


@dataclass(frozen=True)
class Reconciled:
    """A convention's figure for a network: ours and its terms added up.

    `left_out` are the layers, by type, that neither counts; of what is `open` the figure holds nothing, so it is a
    lower bound.
    """

    convention: Convention
    ours: int
    terms: tuple[Term, ...]
    left_out: dict[str, int]
    open: tuple[Open, ...]

    @property
    def figure(self) -> int:
        """The figure that the tool prints, or at least so much."""
        return self.ours + sum(term.amount for term in self.terms)

    @property
    def status(self) -> str:
        """`exact`, or `lower_bound` where what is counted for some layers is not known."""
        return "lower_bound" if self.open else "exact"


class EqualLayers(Record):
    """A layer and what it reads, and whether the params are its own: equal ones are counted once.

    `unsized`: it reads what a grouped convolution gave, and nothing between them writes sizes out.
    """

    layer: Layer
    inputs: tuple[Shape, ...]
    work: Work
    owns: bool
    unsized: bool


class Ledger:
    """The terms of layers, each worked out once: most layers of a variant are those of the network."""

    def __init__(self) -> None:
        self._scopes: dict[tuple[Layer, tuple[Shape, ...]], Scope] = {}
        self._parts: dict[tuple[str, Layer, tuple[Shape, ...], CodeStyle, bool], list[Part] | None] = {}

    def parts(self, line: EqualLayers, convention: Convention, code: CodeStyle) -> list[Part] | None:
        """The terms of a layer; None where they are not known. Weights used again are no params."""
        if convention.quantity == "params" and not line.owns:
            return []
        layer, inputs, work, _, unsized = line
        key = (convention.name, layer, inputs, code, unsized)
        if key not in self._parts:
            if convention.quantity in layer.left_open:
                self._parts[key] = None
            else:
                if (layer, inputs) not in self._scopes:
                    self._scopes[layer, inputs] = scope_for(layer, inputs, work)
                self._parts[key] = convention.parts(layer, self._scopes[layer, inputs], code, unsized)
        return self._parts[key]

    def figure(
        self, lines: Mapping[EqualLayers, int], convention: Convention, ours: int, code: CodeStyle
    ) -> int | None:
        """The figure that a tool prints for so many of each layer; None where that is not known."""
        total = ours
        for line, many in lines.items():
            parts = self.parts(line, convention, code)
            if parts is None:
                return None
            for part in parts:
                total += many * part.amount
        return total


def _lines(graph: Graph) -> list[EqualLayers]:
    """The layers of a network."""
    found = []
    without: set[Ref] = set()  # what has no sizes for a tool that loses them
    for place, node in enumerate(graph.nodes):
        inputs = tuple([graph.shape(ref) for ref in node.inputs])
        unsized = not without.isdisjoint(node.inputs)
        if _grouped(node.layer, inputs[0]) or (unsized and not _writes_sizes(node.layer, inputs[0])):
            without.add(place)
        found.append(EqualLayers(node.layer, inputs, node.work, node.shares == place, unsized))
    return found


def _grouped(layer: Layer, reads: Shape) -> bool:
    """Whether a layer is a convolution in groups of several channels."""
    return layer.type == "conv" and 1 < layer.values["groups"] < reads[0]


def _writes_sizes(layer: Layer, reads: Shape) -> bool:
    """Whether a program reshapes here, to sizes that stand in it."""
    return layer.type in ("flatten", "reshape") or (layer.type == "dense" and len(reads) > 1)


def reconciled(
    analysis: Analysis, convention: Convention, code: CodeStyle = AS_MODULES, ledger: Ledger | None = None
) -> Reconciled:
    """One convention beside a network, whose code is as `code` says.

    >>> import cnncalc
    >>> from cnncalc.analyses.conventions import convention
    >>> found = reconciled(cnncalc.analyze(cnncalc.load("resnet18")), convention("torchinfo"))
    >>> found.figure, [(term.label, term.amount) for term in found.terms]
    (1814083944, [('batch norm', 9600), ('dense bias', 1000)])
    """
    assert analysis.graph is not None
    own = "multiplies" if convention.quantity == "multiplies" else "params"
    amounts: dict[tuple[str, str], list[int]] = {}
    left_out: dict[str, int] = {}
    unknown: dict[str, list[str]] = {}
    ledger = ledger or Ledger()
    for row, line in zip(analysis.rows, _lines(analysis.graph), strict=True):
        ours = getattr(row.counts, own)
        parts = ledger.parts(line, convention, code)
        if parts is None:
            unknown.setdefault(row.type, []).append(row.name)
            parts = [Part(row.type.replace("_", " "), NOT_KNOWN, -ours)] if ours else []
        elif not parts and not ours:
            left_out[row.type] = left_out.get(row.type, 0) + 1
        for term, rate, amount in parts:
            amounts.setdefault((term, rate), []).append(amount)
    terms = [Term(label, rate, len(found), sum(found)) for (label, rate), found in amounts.items()]
    terms.sort(key=lambda term: (term.label != "products", -abs(term.amount)))
    return Reconciled(
        convention,
        getattr(analysis.totals, own),
        tuple(terms),
        left_out,
        tuple(Open(type, tuple(names)) for type, names in unknown.items()),
    )


def reconcile(
    analysis: Analysis,
    conventions: Iterable[Convention] | None = None,
    code: CodeStyle = AS_MODULES,
    ledger: Ledger | None = None,
) -> list[Reconciled]:
    """All conventions beside a network, the smallest figure first; those of params last."""
    ledger = ledger or Ledger()
    found = [reconciled(analysis, one, code, ledger) for one in conventions or all_conventions()]
    return sorted(found, key=lambda one: (one.convention.quantity != "multiplies", one.figure, one.convention.name))


def counted_by(name: str) -> Measure:
    """The measure of what a convention counts, for tables, budgets and comparisons; raises KeyError for no convention.

    It stands among the others by name, and nowhere by itself. A layer of which nobody knows has no value.

    >>> import cnncalc
    >>> measure = counted_by("thop")
    >>> measure.name, measure.value(cnncalc.analyze(cnncalc.load("resnet18")))
    ('macs_by_thop', 1824033792)
    """
    from cnncalc.analyses.conventions import convention

    found = convention(name)
    tool = found.name.removesuffix(f"-{found.word.lower()}")
    word = f"{found.word}_by_{tool}".replace("-", "_").lower()
    if word not in MEASURES:
        help = f"{found.word} as {found.tool} {found.version} counts them"
        Measure(
            name=word,
            help=help,
            once=lambda graph: _by_layer(graph, found),
            uses=0,
            rests_on=(found.quantity,),
            partial=True,
        )
    return MEASURES[word]


def _by_layer(graph: Graph, convention: Convention) -> list[int | None]:
    ledger = Ledger()
    values: list[int | None] = []
    for line in _lines(graph):
        parts = ledger.parts(line, convention, AS_MODULES)
        work = line.work
        own = work.multiplies if convention.quantity == "multiplies" else line.owns * (work.weights + work.biases)
        values.append(None if parts is None else own + sum(part.amount for part in parts))
    return values


# ------------------------------------------------------------------------------------------------ from a figure


MOST_CHANGES = 2
_WORDED = re.compile(r"(?ai)([~<]?[\d.,\s]*\d)\s*([kmgbt]?)[\s-]*(flops?|macs?|maccs?|mult-adds?|params?|parameters)?")


class Whose(Record):
    """A figure that somebody prints: who, its word, what of the network is another, and the terms, if they are others'.

    `ours` is what we print for that network.
    """

    name: str
    word: str
    figure: int
    ours: int
    changes: tuple[str, ...]
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Search:
    """A figure that somebody saw, and what gives it; else the `nearest`, as the network is."""

    figure: str
    matches: tuple[Whose, ...]
    nearest: tuple[Whose, ...]


@dataclass(frozen=True)
class Reconciliation(Tabular):
    """A network beside conventions, or the `search` for a figure; `code` is how it is written."""

    file: str
    analysis: Analysis
    conventions: tuple[Reconciled, ...] = ()
    code: CodeStyle = AS_MODULES
    search: Search | None = None

    def __repr__(self) -> str:
        return f"<Reconciliation of {self.file}{f', {self.search.figure}' if self.search else ''}>"


def figure_of(text: str) -> Figure | None:
    """The figure that a text means, with a unit's letter if it is rounded: `4.11G`, `4.1 GMac`, `4,111,512,576`.

    >>> figure_of("4.1 GFLOPs").fits(4_111_512_576), figure_of("4.11") is None
    (True, True)
    """
    worded = _WORDED.fullmatch(text.strip())
    if worded is None:
        return None
    digits, suffix, _ = worded.groups()
    suffix = suffix.upper() if suffix in "mgbt" else suffix
    return read_figure(re.sub(r"[,\s]", "", digits) + suffix)


def search(analysis: Analysis, text: str, figure: Figure, conventions: Iterable[Convention] | None = None) -> Search:
    """The conventions that give a figure for a network, with as few changes of it as need be."""
    assert analysis.graph is not None
    chosen = list(conventions or all_conventions())
    ledger, known = Ledger(), WorkDone()
    as_it_is = {(name, word): number for name, word, number, _ in _printed(Variant(analysis.graph, ()), chosen, ledger)}
    found: list[Whose] = []
    for most in range(MOST_CHANGES + 1):
        for variant in variants(analysis.graph, most, known):
            for name, word, number, convention in _printed(variant, chosen, ledger):
                if figure.fits(number) and (not most or number != as_it_is[name, word]):
                    found.append(_match(variant, name, word, number, convention, ledger))
        if found:
            break
    found.sort(key=lambda match: (match.figure, match.name != "cnncalc", match.name))
    wanted = figure.value()
    nearest = sorted(as_it_is.items(), key=lambda printed: abs(printed[1] - wanted))[:3]
    return Search(text, tuple(found), tuple(Whose(*who, number, number, ()) for who, number in nearest))


Printed = tuple[str, str, int, Convention | None]


def _printed(variant: Variant, conventions: list[Convention], ledger: Ledger) -> Iterator[Printed]:
    """What everybody prints; what is a lower bound could be any figure."""
    lines = Counter(_lines(variant.graph))
    open = {quantity for line in lines for quantity in line.layer.left_open}
    multiplies = sum(many * line.work.multiplies for line, many in lines.items())
    params = sum(many * (line.work.weights + line.work.biases) for line, many in lines.items() if line.owns)
    if "multiplies" not in open:
        yield "cnncalc", "multiplies", multiplies, None
        yield "cnncalc", "FLOPs", 2 * multiplies, None
    if "params" not in open:
        yield "cnncalc", "params", params, None
    for one in conventions:
        ours = multiplies if one.quantity == "multiplies" else params
        number = ledger.figure(lines, one, ours, variant.code)
        if number is not None:
            yield one.name, one.word, number, one


def _match(variant: Variant, name: str, word: str, number: int, convention: Convention | None, ledger: Ledger) -> Whose:
    said = tuple(change.said for change in variant.changes)
    if convention is None:
        return Whose(name, word, number, number, said)
    found = reconciled(analyze(variant.graph), convention, variant.code, ledger)
    return Whose(name, word, number, found.ours, said, found.terms)
