"""Where the numbers of a network come from: its layers step by step, and its blocks as sums. What `explain` draws.

A `Step` (see work.py) is one number: its formula as declared, what each name in it stands for, and its value.
`step.symbols` and `step.numbers` are the formula as text; a renderer may read `step.formula` in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from cnncalc.analyses.measures import MEASURES, Worked
from cnncalc.analyses.outline import describe, describe_layer, parts
from cnncalc.core.analysis import Analysis, Counts, GroupRow, NoEntry, Row, analyze
from cnncalc.core.figures import exact, ratio
from cnncalc.core.formula import names, shown, written
from cnncalc.core.graph import Failed, Graph, Understood
from cnncalc.core.layers.base import COUNTS, Layer
from cnncalc.core.problem import Origin, Problem, ProblemsFound, fail
from cnncalc.core.record import Record
from cnncalc.core.result import Mathematics, Result
from cnncalc.core.shape import AXES, Shape, TensorShape
from cnncalc.core.work import Named, Step, attempt, borders, spread_over, steps, symbol_of

MOST_EXPLAINED = 2_000  # each takes 50 kB, and a page of text
COUNTED = ("weights", "biases", "params", "buffers", "multiplies", "activations")  # in the order of an explanation


class Meaning(Record):
    """A line of the legend: symbols, and what they stand for."""

    symbols: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class LayerWorking(Mathematics):
    """One layer, number by number.

    `steps` are in the order in which one reads them: the output's sides (labelled height, width, or `size` where all
    are alike) and channels (`values` of a vector), weights, biases, buffers, multiplies, params, activations. Where
    several steps make one quantity, a step labelled `sum` follows. `unchanged`: the output has the input's shape, and
    there are no steps for it. `remainders` says on which axis a stride leaves positions over, and how many. `maps` is
    the global average pool that a dense layer reads: its weights can weigh the maps themselves. `asked` is the working
    of quantities that are not counted, by name.

    >>> import cnncalc
    >>> working = working_of(cnncalc.analyze(cnncalc.load("alexnet")).find("conv1"))
    >>> [(step.quantity, step.label, step.numbers, step.value) for step in working.steps][0]
    ('output', 'size', '(227 − 11 + 2·0) // 4 + 1', 55)
    """

    row: Row
    description: str
    unchanged: bool
    steps: tuple[Step, ...]
    remainders: dict[str, int]
    maps: str = ""
    asked: dict[str, Sequence[Worked]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Working of {self.name}: {self.description}>"

    @property
    def name(self) -> str:
        """The layer's whole path."""
        return self.row.name

    @property
    def spread(self) -> list[tuple[str, list[str]]]:
        """The inputs that are 1 on some axes, and spread over them."""
        row = self.row
        if row.layer.alike != "spread":
            return []
        found = [
            (name, spread_over(shape, row.output_shape))
            for name, shape in zip(row.inputs, row.input_shapes, strict=True)
        ]
        return [(name, axes) for name, axes in found if axes]

    @property
    def computes(self) -> str:
        """The layer's values, as a formula with its constants; empty where the declaration says nothing.

        >>> import cnncalc
        >>> analysis = cnncalc.analyze(cnncalc.load("fragments/gap"))
        >>> working_of(analysis.rows[0]).computes
        'y_c = 1/(7·7)·Σ_h Σ_w x_c(h, w)'
        """
        given = {name: written(value) for name, value in self.row.layer.values.items() if type(value) in (int, float)}
        sides = "·".join(map(str, self.row.input_shapes[0][1:])) or "1"
        return self.row.layer.computes.format(**given, sides=sides)

    @property
    def padding(self) -> list[tuple[str, int, int, int]]:
        """The axes of `padding: same`, each with its window's extent and the zeros before and behind; ends alike once.

        >>> import cnncalc
        >>> working_of(cnncalc.analyze(cnncalc.load("alexnet")).find("conv2")).padding
        [('size', 5, 2, 2)]
        """
        values, (first, *_) = self.row.layer.values, self.row.input_shapes
        if values.get("padding") != "same" or "output_padding" in values:
            return []
        ends = borders(self.row.layer, first, self.row.output_shape)
        dilation = values.get("dilation", (1,) * len(ends))
        extents = [spread * (kernel - 1) + 1 for spread, kernel in zip(dilation, values["kernel"], strict=True)]
        found = [(name, extent, *both) for name, extent, both in zip(AXES[len(ends)], extents, ends, strict=True)]
        return [("size", *found[0][1:])] if len({one[1:] for one in found}) == 1 else found

    @property
    def by_group(self) -> tuple[str, str]:
        """The weights as so many equal parts: symbols, and the numbers, `5·5·48·128·2`; empty without groups.

        >>> import cnncalc
        >>> working_of(cnncalc.analyze(cnncalc.load("alexnet")).find("conv2")).by_group[1]
        '5·5·48·128·2'
        """
        values = self.row.layer.values
        groups = values.get("groups", 1)
        if groups == 1 or "filters" not in values or "kernel" not in values or not self.row.counts.weights:
            return "", ""
        parts = [*values["kernel"], self.row.input_shapes[0][0] // groups, values["filters"] // groups, groups]
        letters = [f"F_{axis[0]}" for axis in AXES[len(values["kernel"])]] if len(values["kernel"]) > 1 else ["F"]
        return "·".join([*letters, "C_in/groups", "filters/groups", "groups"]), "·".join(map(str, parts))

    @property
    def idle(self) -> bool:
        """Whether there is nothing to say: the output is as the input, and nothing is learned or multiplied."""
        counts = self.row.counts
        learns = any(step.quantity in COUNTS for step in self.steps)
        known = not self.row.layer.left_open
        return self.unchanged and known and not learns and not counts.multiplies and len(self.row.inputs) == 1


@dataclass(frozen=True)
class SumWorking:
    """A block, a branch or the whole network (`entry` is None): its parts, and what they add up to.

    Each part is its name below this entry, and its row, whose counts are the addends of `counts`.
    """

    name: str
    entry: GroupRow | None
    description: str
    layers: int
    outputs: dict[str, TensorShape]
    parts: tuple[tuple[str, Row | GroupRow], ...]
    counts: Counts
    left_open: tuple[tuple[str, ...], ...] = ()  # of each part, and of all: the quantities that are not known
    asked: dict[str, Sequence[Worked]] = field(default_factory=dict)  # the working of quantities that are not counted


@dataclass(frozen=True)
class FailedWorking:
    """A layer that cannot be: the steps up to the one that fails, if it is a formula that does.

    Of the last step the `value` is then less than 1, a fraction, or false; `why` says which.
    """

    name: str
    layer: Layer
    description: str
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    steps: tuple[Step, ...]
    why: str
    origin: Origin


@dataclass(frozen=True)
class Broken:
    """A network that does not fit: what did, blocks that are complete as one entry, and the layers that fail."""

    fits: tuple[Row | GroupRow, ...]
    failed: tuple[FailedWorking, ...]


@dataclass(frozen=True)
class Explanation(Result):
    """The working of some entries of a network.

    `idle` names the layers that were passed over, for they change and count nothing. `broken` says where the network
    does not fit, `problems` why; `analysis` then holds the layers that do, and has no outputs.
    `file` is as it was named.
    """

    analysis: Analysis
    entries: tuple[LayerWorking | SumWorking, ...]
    idle: tuple[str, ...] = ()
    broken: Broken | None = None
    problems: Sequence[Problem] = ()
    file: str = ""
    asked: Sequence[str] = ()

    def __repr__(self) -> str:
        shown = ", ".join(entry.name for entry in self.entries) or "where it breaks"
        return f"<Explanation of {self.file or self.analysis.file}: {shown}>"

    @property
    def layers(self) -> tuple[LayerWorking, ...]:
        """The layers among the entries."""
        return tuple(entry for entry in self.entries if isinstance(entry, LayerWorking))

    @property
    def multiplies(self) -> int:
        """The network's multiplies; 0 where it has no total, for it is broken."""
        return self.analysis.totals.multiplies if self.analysis.outputs else 0

    @cached_property
    def legend(self) -> tuple[Meaning, ...]:
        """Meanings of the symbols in the working."""
        layers = [(entry.row.layer, entry.steps) for entry in self.entries if isinstance(entry, LayerWorking)]
        failed = self.broken.failed if self.broken else ()
        return legend([*layers, *((one.layer, one.steps) for one in failed)])


def explain(
    analysis: Analysis,
    entries: list[Row | GroupRow | None] | None = None,
    depth: int | None = 0,
    asked: Sequence[str] = (),
    against: Sequence[Row | GroupRow | None] = (),
) -> Explanation:
    """The working of some entries, or of the network; None stands for its total.

    A block is unfolded to a depth: 0 its sum alone, 1 also the entries directly below, None every layer. Entries that
    come up by unfolding are passed over where they are idle. `asked` names quantities whose working is told, too;
    `against` holds an entry to which the figures are put in ratio. Raises ProblemsFound where that is more than is
    shown.

    >>> import cnncalc
    >>> analysis = cnncalc.analyze(cnncalc.load("lenet5"))
    >>> [entry.name for entry in explain(analysis, [analysis.find("F6")]).entries]
    ['F6']
    """
    below = parts(analysis)
    found: list[LayerWorking | SumWorking] = []
    idle: list[str] = []

    def of(entry: Row | GroupRow | None) -> dict[str, Sequence[Worked]]:
        found = {name: one.worked(analysis, entry) for name in asked if (one := MEASURES[name]).worked}
        return {**found, "ratio": ratios(analysis, entry, against[0], asked)} if against else found

    def add(entry: Row | GroupRow | None, depth: int | None, asked: bool) -> None:
        if len(found) >= MOST_EXPLAINED:
            message = f"more than {MOST_EXPLAINED:,} entries to explain (limit: explained {MOST_EXPLAINED:,})"
            raise fail("limit", message, help="name a LAYER or a block, or unfold less: `--depth 0`")
        if isinstance(entry, Row):
            working = replace(working_of(entry), maps=_maps(analysis, entry))
            if working.idle and not asked:
                idle.append(entry.name)
            else:
                found.append(replace(working, asked=of(entry)))
            return
        if depth != 0:
            for child in below.get(entry.name if entry else "", []):
                add(child, None if depth is None else depth - 1, asked=False)
        found.append(replace(sum_of(analysis, entry, below), asked=of(entry)))

    for entry in [None] if entries is None else entries:
        add(entry, depth, asked=True)
    return Explanation(analysis, tuple(found), tuple(idle), asked=asked)


def ratios(
    analysis: Analysis, entry: Row | GroupRow | None, other: Row | GroupRow | None, asked: Sequence[str] = ()
) -> list[Worked]:
    """The factors between the figures of two entries, of each quantity of which both have some.

    >>> import cnncalc
    >>> alexnet = cnncalc.analyze(cnncalc.load("alexnet"))
    >>> for line in ratios(alexnet, alexnet["conv2"], alexnet["conv1"])[:2]:
    ...     print(line.label, line.symbols, line.numbers, line.value)
    weights conv2 / conv1 307,200 / 34,848 ×8.82
    params conv2 / conv1 307,200 / 34,848 ×8.82
    """
    symbols = " / ".join(one.name if one else "total" for one in (entry, other))
    found = []
    for measure in (MEASURES[quantity] for quantity in (*COUNTED, *asked)):
        (ours, open_here), (theirs, open_there) = (
            (measure.value(analysis, one), measure.sign_of(analysis, (one,) if one else None)) for one in (entry, other)
        )
        if ours and theirs:
            times = "not known" if open_here or open_there else "×1" if ours == theirs else ratio(theirs, ours)
            numbers = f"{open_here}{exact(ours)} / {open_there}{exact(theirs)}"
            found.append(Worked(measure.label, symbols, numbers, times))
    return found


def named(
    analysis: Analysis, names: Iterable[str], file: str = "", hint: str | None = None
) -> list[Row | GroupRow | None]:
    """The entries that names mean, None for `total`; raises ProblemsFound with all that are wrong.

    `file` is what messages call the network's file; `hint` is the cure where no name comes near.
    """
    known = ["total", *(row.name for row in analysis.rows), *analysis.groups]
    entries: list[Row | GroupRow | None] = []
    problems = []
    for name in names:
        try:
            entries.append(None if name == "total" else analysis.entry(name, known=known, file=file))
        except NoEntry as error:
            problems.append(error.problem if error.problem.help else error.problem._replace(help=hint))
    if problems:
        raise ProblemsFound(problems)
    return entries


def _maps(analysis: Analysis, row: Row) -> str:
    """The global average pool that a dense layer reads, whose maps it can weigh; empty where it reads none."""
    if row.type != "dense" or analysis.graph is None:
        return ""
    (read,) = analysis.graph.nodes[analysis.place(row)].inputs
    return analysis.rows[read].name if read >= 0 and analysis.rows[read].type == "global_avg_pool" else ""


def why_not(understood: Understood) -> Explanation:
    """The working of a network that breaks: what fits, and the layers that fail.

    >>> from cnncalc import ProblemsFound, loads
    >>> try:
    ...     loads("{input: {channels: 1, size: 6}, layers: [conv: [2, 5], max_pool: 3]}")
    ... except ProblemsFound as error:
    ...     broken = why_not(error.understood()).broken
    >>> [tuple(row.output_shape) for row in broken.fits], broken.failed[0].steps[-1].numbers, broken.failed[0].why
    ([(2, 2, 2)], '(2 − 3 + 2·0) // 3 + 1', 'less than 1')
    """
    analysis = analyze(understood.graph)
    failed = tuple(_failed(failure, understood.graph) for failure in understood.failed)
    return Explanation(analysis, (), broken=Broken(_whole_entries(analysis), failed))


def explained(
    analysis: Analysis,
    names: Sequence[str] = (),
    depth: int | str | None = "auto",
    file: str = "",
    asked: Sequence[str] = (),
    against: str | None = None,
) -> Explanation:
    """The working of the entries of these names, without one of the network; raises ProblemsFound for unknown ones.

    The `depth` is as of `explain`; `auto` is 0, and without names 1.
    """
    hint = f"`cnncalc summary {file or analysis.file} --depth all` shows every name"
    entries = named(analysis, names or ("total",), file, hint)
    other = named(analysis, (against,), file, hint) if against else []
    return explain(analysis, entries, (0 if names else 1) if isinstance(depth, str) else depth, asked, other)


def where_it_breaks(understood: Understood, names: Sequence[str] = (), file: str = "") -> Explanation:
    """The working up to where a network breaks; with names of those entries that fit, and the break if it is named.

    Raises ProblemsFound for names of what is not known.
    """
    broken = why_not(understood)
    failed = {one.name for one in understood.failed}
    wanted = [name for name in names if name not in failed and name != "total"]
    entries = named(broken.analysis, wanted, file, "only what stands before the break can be explained")
    shown = explain(broken.analysis, entries)
    return replace(shown, broken=broken.broken) if len(wanted) < len(names) or not names else shown


def _failed(failure: Failed, graph: Graph) -> FailedWorking:
    layer = failure.layer
    shapes = tuple(graph.shape(ref) for ref in failure.inputs)
    found, impossible = attempt(layer, shapes)
    step = found[-1] if found and impossible and impossible.term else None
    why = ""
    if step is not None:
        sides = [one._replace(label=one.axis or "size") for one in found if one.quantity == "output"][1:]
        found = sides if sides and step.quantity == "output" else [step]
        why = _why_not(step.value)
    return FailedWorking(
        failure.name,
        layer,
        describe_layer(layer, shapes[0][0]),
        tuple(graph.name_of(ref) for ref in failure.inputs),
        shapes,
        tuple(found) if step is not None else (),
        why,
        failure.origin,
    )


def _why_not(value: Any) -> str:
    if value is False:
        return "does not hold"
    if value != int(value):
        return "not a whole number"
    return "less than 1" if value < 1 else "beyond 10^15"


def _whole_entries(analysis: Analysis) -> tuple[Row | GroupRow, ...]:
    """Every layer once: as the largest block that holds it, or by itself."""
    largest: dict[int, GroupRow] = {}
    for group in analysis.groups.values():
        if group.stop > group.start and (group.start not in largest or group.stop > largest[group.start].stop):
            largest[group.start] = group
    found: list[Row | GroupRow] = []
    place = 0
    while place < len(analysis.rows):
        entry = largest.get(place, analysis.rows[place])
        found.append(entry)
        place = entry.stop if isinstance(entry, GroupRow) else place + 1
    return tuple(found)


def sum_of(
    analysis: Analysis, entry: GroupRow | None, below: dict[str, list[Row | GroupRow]] | None = None
) -> SumWorking:
    """The sum that a block, or with None the network, adds up to, and its parts."""
    children = (below if below is not None else parts(analysis)).get(entry.name if entry else "", [])
    prefix = f"{entry.name}/" if entry else ""
    named = tuple((child.name.removeprefix(prefix), child) for child in children)
    left_open = tuple(analysis.left_open(one) for one in (*children, entry))
    if entry is None:
        name = " ".join(analysis.name.split())  # it may be written on several lines
        return SumWorking("total", None, name, len(analysis.rows), analysis.outputs, named, analysis.totals, left_open)
    outputs = {"": entry.output_shape}
    layers = entry.stop - entry.start
    return SumWorking(entry.name, entry, describe(entry), layers, outputs, named, entry.counts, left_open)


def working_of(row: Row) -> LayerWorking:
    """The working of one layer."""
    declared = steps(row.layer, row.input_shapes)
    sizes = [step for step in declared if step.quantity == "output"]
    unchanged = row.output_shape == row.input_shapes[0] and all(step.formula in ("c", "side") for step in sizes)
    found = [] if unchanged else output_steps(sizes)
    for quantity in COUNTS:
        own = [step for step in declared if step.quantity == quantity]
        found += own
        if len(own) > 1:
            found.append(_sum(quantity, "sum", {step.label: step.value for step in own}))
    weights, biases = (
        sum(step.value for step in declared if step.quantity == which) for which in ("weights", "biases")
    )
    if weights and biases:
        found.append(_sum("params", "params", {"weights": weights, "biases": biases}))
    found.append(_activations(row))
    left = {step.axis or "length": step.remainder for step in sizes if step.remainder}
    return LayerWorking(row, describe(row), unchanged, tuple(found), left)


def output_steps(sizes: list[Step]) -> list[Step]:
    """The steps of an output, sides before channels; sides that are worked out alike are one step, `size`."""
    channels, sides = sizes[:1], [step._replace(label=step.axis or "size") for step in sizes[1:]]
    if len(sides) > 1 and len({(step.symbols, step.numbers) for step in sides}) == 1:
        sides = [sides[0]._replace(label="size", axis=None)]
    return [*sides, *(step if sides else step._replace(label="values") for step in channels)]


def _sum(quantity: str, label: str, addends: dict[str, int]) -> Step:
    """`a + b`: the words are what is added."""
    names = {f"x{place}": Named(name, f"{value:,}") for place, (name, value) in enumerate(addends.items())}
    return Step(quantity, label, None, " + ".join(names), names, sum(addends.values()))


def _activations(row: Row) -> Step:
    channels, *sides = row.output_shape
    names = {"out_channels": Named("C_out", str(channels))}
    if sides:
        letters = tuple(f"{name[0].upper()}_out" for name in AXES[len(sides)])
        names["out"] = Named("W_out", str(sides[0]), letters, tuple(map(str, sides)))
    formula = "prod(out) * out_channels" if sides else "out_channels"
    return Step("activations", "activations", None, formula, names, row.counts.activations)


_MEANINGS = {
    "c": "channels of the input",
    "channels": "channels of each input",
    "out_channels": "channels of the output",
    "like": "size of the second input",
    "before": "zeros before the first value",
    "after": "zeros behind the last value",
}


def legend(used: Iterable[tuple[Layer, Iterable[Step]]]) -> tuple[Meaning, ...]:
    """Meanings of the symbols in these steps: those that a layer declares in its own words.

    >>> import cnncalc
    >>> working = working_of(cnncalc.analyze(cnncalc.load("lenet5")).find("C1"))
    >>> for meaning in legend([(working.row.layer, working.steps)])[:3]:
    ...     print(*meaning.symbols, "=", meaning.text)
    W = size of the input along a side
    F F_h F_w = size of the window
    P = zeros added at each end
    """
    symbols: dict[str, dict[str, None]] = {}  # key → symbols, in order
    texts: dict[str, dict[str, None]] = {}
    for layer, working in used:
        for step in working:
            for name, stands_for in step.names.items():
                whole = bool(names(step.formula)[name])
                text = _meaning(layer, name, whole, len(stands_for.symbols))
                if text:
                    key = f"{name} whole" if name == "side" and whole else name
                    symbols.setdefault(key, {}).update(
                        dict.fromkeys(stands_for.symbols if whole else (stands_for.symbol,))
                    )
                    texts.setdefault(key, {}).setdefault(text)
    told = {key: found for key, found in symbols.items() if found}  # an input without sides has none of them
    return tuple(Meaning(tuple(found), "; ".join(texts[key])) for key, found in told.items())


def _where(layer: Layer, name: str) -> str:
    """What a name stands for that a layer works out for its formulas."""
    formula = layer.where[name]
    texts = [formula] if isinstance(formula, str) else list(formula.values())
    return " or ".join(shown(text, partial(symbol_of, layer), lambda name: [symbol_of(layer, name)]) for text in texts)


def _meaning(layer: Layer, name: str, whole: bool, sides: int) -> str:
    if name in ("side", "out"):
        if name == "side" and not whole:
            return "size of the input along a side"
        axes = " and ".join(AXES[sides]) if sides < 3 else "sides"
        return f"{axes} of the {'input' if name == 'side' else 'output'}"
    tensor, _, what = name.rpartition("_")
    if tensor in layer.tensors and what in ("channels", "positions"):
        return f"{what} of the {tensor}{'' if tensor in ('query', 'key', 'value') else ' input'}"
    if name == "joined":
        return f"{layer.values[layer.along or '']} of each input"
    if name in layer.where and name not in layer.attributes:
        return _where(layer, name)
    declared = layer.attributes.get(name)
    if layer.unknown:  # its figures are as the file says
        return ""
    return _MEANINGS.get(name) or (declared.help.partition(";")[0] if declared else "")
