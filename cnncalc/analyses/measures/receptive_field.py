"""The receptive field of every layer: the positions of the input that one of its output positions depends on.

Each axis by itself, over branches and skips, from what layers say that they see. An axis is a set of positions for
each place of a period, for an output of upsampling sees as much at each place, but not as far on from the one before.
Padding counts as positions, as in published tables: 483 of ResNet-50 on 224×224.
Source: Araujo, Norris, Sim 2019, *Computing receptive fields of convolutional neural networks*.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from cnncalc.analyses.measures.base import MEASURES, Measure, Use, Worked
from cnncalc.core.record import Record

if TYPE_CHECKING:
    from fractions import Fraction

    from cnncalc.core.analysis import Analysis, GroupRow, Row
    from cnncalc.core.graph import Graph, Node
    from cnncalc.core.shape import Shape
    from cnncalc.core.work import Reach, Taps

LONGEST_PERIOD = 4096  # of places that see unlike sets
MOST_WORK = 10**8  # bits, for the union of sets with gaps

Span = tuple[int, int]  # the lowest position, and a bit for each from there on; no bit where nothing is seen


class Sight(Record):
    """The part seen on one axis of an input: a span for each place of a period, and how far on the next ones lie."""

    spans: tuple[Span, ...]
    shift: int

    @property
    def size(self) -> int:
        """The positions from the first that is seen to the last, at the place that sees most."""
        return max(bits.bit_length() for _, bits in self.spans)

    @property
    def start(self) -> int:
        """The first position that the first place sees; below 0 it is padding."""
        return self.spans[0][0]

    @property
    def jump(self) -> Fraction:
        """The positions from what one place sees to what the next one does."""
        from fractions import Fraction

        return Fraction(self.shift, len(self.spans))

    @property
    def full(self) -> bool:
        """Whether no place leaves gaps."""
        return all(bits & (bits + 1) == 0 for _, bits in self.spans)

    def at(self, place: int) -> Span:
        """The span that one place sees."""
        periods, phase = divmod(place, len(self.spans))
        low, bits = self.spans[phase]
        return low + periods * self.shift, bits


class Field(Record):
    """The receptive field of an output position on one input: its axes, and whether all of the box is surely seen.

    A union of boxes, as of a 1×7 and a 7×1 convolution, is a cross, and what is said of it is the hull.
    """

    axes: tuple[Sight, ...]
    filled: bool

    @property
    def exact(self) -> bool:
        """Whether every position of the box is seen."""
        return self.filled and all(axis.full for axis in self.axes)

    @property
    def moves(self) -> bool:
        """Whether places see different parts of the input."""
        return any(axis.shift for axis in self.axes)


Fields = dict[int, Field]  # by the number of the input


def fields(graph: Graph) -> list[Fields]:
    """The receptive field of each layer on each input that has sides.

    >>> import cnncalc
    >>> graph = cnncalc.load("vgg16")
    >>> pool = next(place for place, node in enumerate(graph.nodes) if node.name == "pool5")
    >>> height, width = fields(graph)[pool][0].axes
    >>> height.size, str(height.jump), height.start
    (212, '32', -90)
    """
    own = Sight(((0, 1),), 1)
    inputs: list[Fields] = [
        {place: Field((own,) * (len(shape) - 1), True)} if len(shape) > 1 else {}
        for place, shape in enumerate(graph.inputs.values())
    ]
    found: list[Fields] = []
    known: dict[Any, Fields] = {}
    for node in graph.nodes:
        refs = node.inputs[:1] if node.layer.second_input else node.inputs
        read = [found[ref] if ref >= 0 else inputs[-1 - ref] for ref in refs]
        shapes = tuple([graph.shape(ref) for ref in node.inputs])
        same_rank = all(len(shape) == len(node.work.output) for shape in shapes)
        if len(read) == 1 and not node.layer.sees and same_rank:
            found.append(read[0])
            continue
        key = (id(node.layer), shapes, *map(id, read))
        if key not in known:
            known[key] = _joined(node, shapes, read)
        found.append(known[key])
    return found


def _joined(node: Node, shapes: tuple[Shape, ...], read: Sequence[Fields]) -> Fields:
    """What one layer sees, from what those see that it reads."""
    by_input: dict[int, list[Field]] = {}
    for shape, seen in zip(shapes, read, strict=False):  # a second input is read for its sides alone
        for place, field in seen.items():
            by_input.setdefault(place, []).append(_through(node, shapes, shape, field))
    return {place: _union(found, node.work.output) for place, found in sorted(by_input.items())}


def _through(node: Node, shapes: tuple[Shape, ...], shape: Shape, field: Field) -> Field:
    """What a layer sees through one of the tensors that it reads, of that `shape`."""
    layer, output = node.layer, node.work.output
    if not field.moves:
        return field if not _unsure(node) else field._replace(filled=False)
    sides = shape[1:]
    if len(shapes) > 1 and layer.tensors:
        return _all_of(field, sides)
    if layer.alike == "spread":
        axes = [
            axis if side > 1 or whole == 1 else _seen_by(axis, range(1))
            for axis, side, whole in zip(field.axes, sides, output[1:], strict=True)
        ]
        return field._replace(axes=tuple(axes))
    if layer.along and layer.values[layer.along] != "channels":
        return _all_of(field, sides)._replace(filled=False)
    if layer.sees:
        from cnncalc.core.work import reach

        reached = reach(layer, shapes, output)
        if len(reached) != len(field.axes):  # an operator may read tensors of other sides than the first
            return _all_of(field, sides)._replace(filled=False)
        composed = [_composed(axis, one) for axis, one in zip(field.axes, reached, strict=True)]
        known = all(taps.every for one in reached for taps in one.taps)
        found = tuple([axis for axis in composed if axis])
        if len(found) == len(composed):
            return Field(found, field.filled and known)
        return _all_of(field, sides)._replace(filled=False)
    return field if len(shape) == len(output) else _all_of(field, sides)


def _unsure(node: Node) -> bool:
    return node.layer.sees.get("every") == "0"


def _all_of(field: Field, sides: Shape) -> Field:
    """What all places together see."""
    return field._replace(
        axes=tuple([_seen_by(axis, range(side)) for axis, side in zip(field.axes, sides, strict=True)])
    )


def _seen_by(axis: Sight, places: range) -> Sight:
    return Sight((_together(axis, places),), 0)


def _composed(axis: Sight, reached: Reach) -> Sight | None:
    """What the places of an output see on an axis if they read these of a tensor; None: the period is too long."""
    taps, shift = reached
    times = len(axis.spans) // gcd(shift, len(axis.spans)) if shift else 1
    if len(taps) * times > LONGEST_PERIOD:
        return None
    spans = [_together(axis, _places(one, turn * shift)) for turn in range(times) for one in taps]
    return Sight(tuple(spans), axis.shift * (shift * times) // len(axis.spans))


def _places(taps: Taps, moved: int) -> range:
    return range(taps.first + moved, taps.last + moved + 1, taps.every or 1)


def _together(axis: Sight, places: range) -> Span:
    """The union of what some places see."""
    if not places:
        return 0, 0
    first = axis.at(places[0])
    if len(places) == 1 or not axis.shift:
        return first
    if axis.full and len(axis.spans) == 1 and axis.shift * places.step <= first[1].bit_length():
        last = axis.at(places[-1])
        return first[0], (1 << (last[0] + last[1].bit_length() - first[0])) - 1
    return _union_of([axis.at(place) for place in places])


def _union_of(spans: Iterable[Span]) -> Span:
    """The union of several spans; the lowest position of all that are seen has the first bit."""
    seen = [span for span in spans if span[1]]
    if not seen:
        return 0, 0
    low = min(low for low, _ in seen)
    high = max(low + bits.bit_length() for low, bits in seen)
    if len(seen) * (high - low) > MOST_WORK:
        return low, (1 << (high - low)) - 2 | 1  # with a gap, so that nobody takes it for exact
    found = 0
    for start, bits in seen:
        found |= bits << (start - low)
    return low, found


def _union(found: list[Field], output: Shape) -> Field:
    """What several branches see together."""
    first = found[0]
    if all(one == first for one in found[1:]):
        return first
    axes = []
    for place, parts in enumerate(zip(*(one.axes for one in found), strict=True)):
        several = set(parts)
        if len({_pace(axis) for axis in several}) > 1:
            several = {_seen_by(axis, range(output[1 + place])) if axis.shift else axis for axis in several}
        period = lcm(*(len(axis.spans) for axis in several))
        if period > LONGEST_PERIOD:
            several = {_seen_by(axis, range(output[1 + place])) for axis in several}
            period = 1
        spans = tuple([_union_of([axis.at(at) for axis in several]) for at in range(period)])
        one = next(iter(several))
        axes.append(Sight(spans, one.shift * (period // len(one.spans))))
    whole = Field(tuple(axes), True)
    unlike = sum(len(set(parts)) > 1 for parts in zip(*(one.axes for one in found), strict=True))
    filled = all(one.filled for one in found) and unlike == 1
    return whole._replace(filled=filled or any(one.filled and one.axes == whole.axes for one in found))


def _pace(axis: Sight) -> tuple[int, int]:
    """The jump as a ratio in its lowest terms."""
    part = gcd(axis.shift, len(axis.spans))
    return axis.shift // part, len(axis.spans) // part


# ------------------------------------------------------------------------------------------------------ the measure


def _sizes(graph: Graph) -> list[int | None]:
    """The longest side of what each layer sees; None where the input has no sides."""
    return [max((axis.size for field in seen.values() for axis in field.axes), default=None) for seen in fields(graph)]


def of_layer(analysis: Analysis, row: Row) -> Fields:
    """The receptive field of one layer on each input."""
    found: list[Fields] | None = analysis.worked_out.get("fields")
    if found is None:
        assert analysis.graph is not None
        found = analysis.worked_out["fields"] = fields(analysis.graph)
    return found[analysis.place(row)]


def told(field: Field, sides: Shape) -> list[str]:
    """The part seen of an input of these sides, axis by axis, equal axes once: for people."""
    from cnncalc.core.formula import written
    from cnncalc.core.shape import AXES

    def of_axis(axis: Sight, side: int) -> str:
        moves = f"every {written(axis.jump)}, from {axis.start}" if axis.shift else f"from {axis.start}, all the same"
        covers = not axis.shift and axis.start <= 0 and axis.start + axis.size >= side
        return f"{axis.size} positions, {moves}{', the whole input' if covers else ''}".replace("-", "−")

    texts = [of_axis(axis, side) for axis, side in zip(field.axes, sides, strict=True)]
    if len(set(texts)) == 1:
        return texts[:1]
    return [f"{name}: {text}" for name, text in zip(AXES[len(sides)], texts, strict=True)]


def worked(analysis: Analysis, entry: Row | GroupRow | None) -> list[Worked]:
    """The working of a layer's receptive field: r + (F − 1)·j, j·S and s − P·j where it slides a window."""
    from cnncalc.core.analysis import GroupRow

    if entry is None or isinstance(entry, GroupRow):
        value = MEASURES["receptive_field"].value(analysis, entry)
        return [Worked.said("sees", f"{value:,} positions, of the layer that sees most")] if value else []
    seen = of_layer(analysis, entry)
    if not seen:
        return [Worked.said("sees", "none: what it reads comes from no input with sides")]
    lines: list[Worked] = []
    graph = analysis.graph
    assert graph is not None
    node = graph.nodes[analysis.place(entry)]
    inputs = list(analysis.inputs.items())
    if len(node.inputs) == 1 and len(seen) == 1 and node.layer.sees:
        lines += _steps(analysis, entry, next(iter(seen)))
    for place, field in seen.items():
        name, shape = inputs[place]
        of = f" of {name}" if len(inputs) > 1 else ""
        status = "exact" if field.exact else "the hull: not all of it is seen, or that is not known"
        for line in told(field, shape[1:]):
            lines.append(Worked.said("sees", f"{line}{of} ({status})"))
    return lines


def _steps(analysis: Analysis, row: Row, place: int) -> list[Worked]:
    """The formulas of a layer that slides a window over what sees one span for every place."""
    from cnncalc.core.shape import AXES
    from cnncalc.core.work import reach

    graph = analysis.graph
    assert graph is not None
    node = graph.nodes[analysis.place(row)]
    (ref,) = node.inputs
    rank = len(row.input_shapes[0]) - 1
    own = Field((Sight(((0, 1),), 1),) * rank, True)
    before = of_layer(analysis, analysis.rows[ref]).get(place) if ref >= 0 else own
    if before is None or not before.moves or len(row.output_shape) != rank + 1:
        return []
    by_axis: list[list[Worked]] = []
    for axis, one in zip(before.axes, reach(row.layer, row.input_shapes, row.output_shape), strict=True):
        if len(axis.spans) > 1 or len(one.taps) > 1 or not one.taps[0].every:
            return []
        tap, jump = one.taps[0], axis.shift
        extent, border = tap.last - tap.first + 1, -tap.first
        size = axis.size + (extent - 1) * jump
        less = f"{axis.start} − {border}·{jump}" if border >= 0 else f"{axis.start} + {-border}·{jump}"
        by_axis.append(
            [
                Worked("seen", "r + (F − 1)·j", f"{axis.size} + ({extent} − 1)·{jump}", f"{size:,}"),
                Worked("jump", "j·S", f"{jump}·{one.shift}", f"{jump * one.shift:,}"),
                Worked("start", "s − P·j", less.replace("-", "−"), f"{axis.start - border * jump:,}".replace("-", "−")),
            ]
        )
    if all(lines == by_axis[0] for lines in by_axis):
        return by_axis[0]
    return [line._replace(note=name) for name, lines in zip(AXES[rank], by_axis, strict=True) for line in lines]


Measure(
    name="receptive_field",
    also=("rf", "field", "field_of_view"),
    help="positions of the input that one output sees, along the longest side",
    once=_sizes,
    total=max,
    uses=Use.COLUMNS | Use.FIGURES | Use.LIMITS | Use.COMPARED | Use.ASKED,
    rests_on=(),
    limit="512",
    worked=worked,
)
