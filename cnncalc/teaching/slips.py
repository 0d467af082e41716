"""The usual slips, as data: what a student forgot is forgotten in the layer, and the engine works out the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cnncalc.analysis import Analysis, Row
from cnncalc.layers.base import Layer
from cnncalc.shape import Shape
from cnncalc.teaching.question import Answer, Question, Target
from cnncalc.teaching.rework import Rewritten, changed, quantity_of, reworked
from cnncalc.teaching.select import called, hidden

COUNTS = ("weights", "biases", "multiplies")
COUNTED = ("params", "multiplies")
ALL = ("shape", *COUNTED)


class Slip(NamedTuple):
    """A slip: its name, a sentence for the student, where it can happen, and what it does to a layer.

    `asked` are the quantities that it makes wrong in the layer itself. `attributes` are other values; `formulas` other
    formulas; `reads` and `answers` say that a shape is read or written in another order.
    """

    name: str
    sentence: str
    asked: tuple[str, ...]
    attributes: Mapping[str, Any] = {}
    formulas: tuple[Rewritten, ...] = ()
    reads: str = ""
    answers: str = ""


class Likely(NamedTuple):
    """A slip that gives a certain wrong answer: at one `layer`, or with none in every layer of a table."""

    slip: Slip
    layer: str

    def __str__(self) -> str:
        return f"{self.slip.name} (in {self.layer})" if self.layer else self.slip.name


def _everywhere(fields: tuple[str, ...], pattern: str, by: str) -> tuple[Rewritten, ...]:
    return tuple(Rewritten(field, pattern, by) for field in fields)


SLIPS = (
    Slip(
        "forgot the bias",
        "each filter, each unit has one bias: add them to the weights",
        ("params",),
        attributes={"bias": False},
    ),
    Slip(
        "forgot the groups",
        "with groups a filter reads only C/groups of the channels",
        COUNTED,
        attributes={"groups": 1},
    ),
    Slip(
        "rounded up instead of down",
        "a window that does not fit in whole is dropped: floor, not ceil",
        ALL,
        attributes={"ceil": True},
        formulas=(Rewritten("out_side", r"^(.+) // stride \+ 1$", r"ceil((\1) / stride) + 1"),),
    ),
    Slip(
        "rounded down instead of up",
        "here the number of windows is rounded up: ceil, not floor",
        ALL,
        attributes={"ceil": False},
        formulas=(Rewritten("out_side", r"^ceil\(side / stride\)$", "side // stride"),),
    ),
    Slip(
        "forgot the padding (2P)",
        "padding makes the input larger on both sides: W + 2P",
        ALL,
        attributes={"padding": 0},
    ),
    Slip(
        "counted the padding once",
        "padding stands at both ends: 2P, not P",
        ALL,
        formulas=(Rewritten("out_side", r"2\*padding", "padding"), Rewritten("out_side", r"before \+ after", "before")),
    ),
    Slip(
        "forgot the stride",
        "the window moves S positions at a time: divide by S",
        ALL,
        attributes={"stride": 1},
    ),
    Slip(
        "forgot the dilation",
        "a dilated window reaches dilation·(F − 1) + 1 positions",
        ALL,
        attributes={"dilation": 1},
    ),
    Slip(
        "F − 1 for F",
        "the window itself takes F positions: W − F",
        ALL,
        formulas=(
            Rewritten("out_side", r"side - kernel\b", "side - (kernel - 1)"),
            Rewritten("out_side", r"dilation\*\(kernel - 1\) \+ 1\)", "dilation*(kernel - 1))"),
            Rewritten("out_side", r"\+ kernel\b", "+ kernel - 1"),
        ),
    ),
    Slip(
        "F for F − 1 (forgot the + 1)",
        "the first window counts too: (W − F + 2P)/S + 1",
        ALL,
        formulas=(
            Rewritten("out_side", r" \+ 1(?=$|, )", ""),
            Rewritten("out_side", r"dilation\*\(kernel - 1\) \+ 1(?= -)", "dilation*kernel + 1"),
        ),
    ),
    Slip(
        "F − 1 for F in the weights",
        "a kernel has F_h·F_w weights for each channel",
        COUNTED,
        formulas=(
            Rewritten("weights", r"prod\(kernel\)", "one_less"),
            Rewritten("multiplies", r"prod\(kernel\)", "one_less"),
        ),
    ),
    Slip(
        "counted one side of the kernel",
        "a kernel is F_h·F_w numbers, not F",
        COUNTED,
        formulas=_everywhere(COUNTS, r"prod\(kernel\)", "one_side"),
    ),
    Slip(
        "H and W swapped with C",
        "look at the order of the three numbers",
        ("shape",),
        answers="swapped",
    ),
    Slip(
        "H and W swapped with C",
        "the number of channels is another number of the shape",
        COUNTED,
        reads="height for channels",
    ),
    Slip(
        "kept the channels of the input",
        "a convolution has as many output channels as filters",
        ("shape",),
        formulas=(Rewritten("out_channels", r"^filters$", "c"),),
    ),
    Slip(
        "multiplied by the output once too often",
        "weights are shared by all output positions, and each multiply is counted once",
        COUNTED,
        formulas=_everywhere(COUNTS, r"^(.+)$", r"(\1) * prod(out)"),
    ),
    Slip(
        "multiplied the weights by the output, then added the biases",
        "weights are shared by all output positions",
        ("params",),
        formulas=(Rewritten("weights", r"^(.+)$", r"(\1) * prod(out)"),),
    ),
    Slip(
        "forgot the output positions",
        "every output position costs the multiplies of one window",
        ("multiplies",),
        formulas=(Rewritten("multiplies", r" \* prod\(out\)", ""),),
    ),
    Slip(
        "took the input's size for the output's",
        "count the positions of the output",
        ("multiplies",),
        formulas=(Rewritten("multiplies", r"prod\(out\)", "prod(side)"),),
    ),
    Slip(
        "forgot the number of filters",
        "that is one filter: there are more",
        COUNTED,
        formulas=_everywhere(("weights", "multiplies"), r" \* (filters|units)", ""),
    ),
    Slip(
        "forgot the input channels",
        "a filter reaches through all channels of its input",
        COUNTED,
        formulas=_everywhere(("weights", "multiplies"), r"(?<=prod\(kernel\)) \* c( / groups)?(?= |$)", ""),
    ),
    Slip(
        "counted the bias additions as multiplies",
        "a bias is added, not multiplied",
        ("multiplies",),
        formulas=(
            Rewritten("multiplies", r"^(prod\(kernel\).+)$", r"\1 + filters * prod(out)"),
            Rewritten("multiplies", r"^(c \* units.*)$", r"\1 + units"),
        ),
    ),
    Slip(
        "counted additions too (FLOPs)",
        "multiplies are asked for: FLOPs are twice as many",
        ("multiplies",),
        formulas=(Rewritten("multiplies", r"^(.+)$", r"2 * (\1)"),),
    ),
    Slip(
        "counted the running statistics",
        "running mean and variance are stored, not learned: 2C params, not 4C",
        ("params",),
        formulas=(Rewritten("weights", r"^c$", "3 * c"),),
    ),
    Slip(
        "forgot the shift of the normalisation",
        "each channel has a scale and a shift",
        ("params",),
        formulas=(Rewritten("biases", r"^c$", "0"),),
    ),
    Slip(
        "added what is concatenated",
        "concat puts the channels one behind the other: add up their numbers",
        ALL,
        formulas=(Rewritten("out_channels", r"^sum\(channels\)$", "c"),),
    ),
    Slip(
        "forgot to flatten the sides",
        "flatten makes one vector of all H·W·C values",
        ALL,
        formulas=(Rewritten("out_channels", r"^c \* prod\(side\)$", "c"),),
    ),
)


def likely(analysis: Analysis, question: Question, layout: str = "hwc") -> dict[Answer, tuple[Likely, ...]]:
    """Wrong answers to a question, each with the slips that give it; what is right is no slip's."""
    target = question.target
    if target is None:
        return {}
    found: dict[Answer, list[Likely]] = {}
    slips = _inverse(analysis, target) if target.attribute else _direct(analysis, question, target, layout)
    for answer, slip in slips:
        known = found.setdefault(answer, [])
        if answer not in question.accepted and slip.slip.name not in [one.slip.name for one in known]:
            known.append(slip)
    return {answer: tuple(slips) for answer, slips in found.items() if slips}


def _direct(analysis: Analysis, question: Question, target: Target, layout: str) -> Iterator[tuple[Answer, Likely]]:
    """In the asked layer itself, in each one before it, and in all of the table."""
    rows = range(target.start, target.stop if target.row is None else target.row + 1)
    for slip in SLIPS:
        if slip.answers and target.quantity in slip.asked:
            (right, *_) = question.accepted
            if isinstance(right, tuple) and len(right) > 1:
                yield _swapped(right, layout), Likely(slip, "")
            continue
        places: list[tuple[str, frozenset[int]]] = []
        if target.quantity in slip.asked and target.row is not None:
            places.append(("", frozenset([target.row])))
        if target.row is None or "shape" in slip.asked:
            places += [
                (called(analysis, target.start, target.stop, index), frozenset([index]))
                for index in rows
                if not hidden(analysis.rows[index]) and not (slip.reads and target.row is not None)
            ]
        if target.quantity in slip.asked:
            places.append(("", frozenset(rows)))
        for layer, at in places:
            value = _value_with(analysis, target, slip, at)
            if value:
                yield value, Likely(slip, layer)


def _value_with(analysis: Analysis, target: Target, slip: Slip, at: frozenset[int]) -> Answer | None:
    """The answer of somebody who makes a slip at these rows; None where it changes no layer."""
    touched = False

    def change(index: int, row: Row, reads: tuple[Shape, ...]) -> tuple[Layer, tuple[Shape, ...]]:
        nonlocal touched
        if index not in at:
            return row.layer, reads
        layer = changed(row.layer, len(reads[0]) - 1, slip.attributes, slip.formulas)
        given = tuple(map(_height_for_channels, reads)) if slip.reads else reads
        touched = touched or layer is not row.layer or given != reads
        return layer, given

    found = reworked(analysis, target, change)
    return quantity_of(analysis, target, found) if found is not None and touched else None


def _inverse(analysis: Analysis, target: Target) -> Iterator[tuple[Answer, Likely]]:
    """Values of an attribute that would be right if the slip were none."""
    from cnncalc.teaching.inverse import MOST_ANSWERS, tried

    assert target.row is not None
    assert target.wanted is not None
    row = analysis.rows[target.row]
    for slip in SLIPS:
        if slip.answers or slip.reads or target.quantity not in slip.asked or target.attribute in slip.attributes:
            continue
        layer = changed(row.layer, len(row.input_shapes[0]) - 1, slip.attributes, slip.formulas)
        if layer is not row.layer:
            values = tried(row, layer, target, target.wanted)
            if len(values) <= MOST_ANSWERS:
                yield from ((value, Likely(slip, "")) for value in values)


def _swapped(shape: Shape, layout: str) -> Shape:
    """What is read from a shape that was written in the order that is not `layout`."""
    return (*shape[-1:], *shape[:-1]) if layout == "hwc" else (*shape[1:], shape[0])


def _height_for_channels(shape: Shape) -> Shape:
    return (shape[1], *shape[1:]) if len(shape) > 1 else shape
