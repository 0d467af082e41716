"""Additions and comparisons of a layer, met one by one: what it adds up is walked through, term by term.

No formula stands here. The first term of a sum is no addition, the first of what is compared no comparison. What cannot
be said of a layer type is None: how it interpolates, how it works out an error function, what it does for some values.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from itertools import chain, product
from typing import Any

from tests.oracles.attributes import Shape, Values
from tests.oracles.counting import (
    _landing,
    _maps_read,
    _parts,
    _positions,
    _three,
    _widths,
    _windows,
    output_shape,
)


@dataclass
class Operations:
    """What was met; None where nobody knows."""

    additions: int | None = 0
    comparisons: int | None = 0
    begun: set[Hashable] = field(default_factory=set)

    def add_up(self, terms: Iterable[Any]) -> None:
        """A sum, from its first term on."""
        self._each(terms, self.add)

    def largest(self, terms: Iterable[Any]) -> None:
        """The largest of some values."""
        self._each(terms, self.compare)

    def _each(self, terms: Iterable[Any], step: Callable[[], None]) -> None:
        begun = False
        for _ in terms:
            if begun:
                step()
            begun = True

    def onto(self, place: Hashable) -> None:
        """A term more at a place, where the first one begins the sum."""
        if place in self.begun:
            self.add()
        self.begun.add(place)

    def add(self) -> None:
        assert self.additions is not None
        self.additions += 1

    def compare(self) -> None:
        assert self.comparisons is not None
        self.comparisons += 1


Walk = Callable[[Operations, Values, list[Shape]], None]
WALKS: dict[str, Walk] = {}


def operate(layer_type: str, values: Values, shapes: list[Shape]) -> tuple[int | None, int | None]:
    """The additions and the comparisons of a layer."""
    met = Operations()
    if layer_type in WALKS:
        WALKS[layer_type](met, values, shapes)
    if layer_type in ("elu", "selu", "gelu", "upsample", "resize", "lstm", "gru", "rnn", "operator"):
        met.additions = None
    if layer_type == "operator":
        met.comparisons = None
    return met.additions, met.comparisons


def _walk_of(*layer_types: str) -> Callable[[Walk], Walk]:
    def enter(function: Walk) -> Walk:
        WALKS.update(dict.fromkeys(layer_types, function))
        return function

    return enter


@_walk_of("conv")
def _conv(met: Operations, values: Values, shapes: list[Shape]) -> None:
    channels, *sides = shapes[0]
    for _ in product(*_windows(values, tuple(sides))):
        for maps in _maps_read(values, channels):
            products = product(maps, _positions(values["kernel"]))
            met.add_up([*products, "bias"] if values["bias"] else products)


@_walk_of("transposed_conv")
def _transposed(met: Operations, values: Values, shapes: list[Shape]) -> None:
    channels, *sides = shapes[0]
    if any(step > 1 for step in values["dilation"]) and any(step > 1 for step in values["stride"]):
        met.additions = None
        return
    landing = [_landing(values, axis, side) for axis, side in enumerate(sides)]
    hits = [[start + tap for start, tap in product(*one)] for one in landing]  # of each axis, with what falls together
    groups = zip(_parts(channels, values["groups"]), _parts(values["filters"], values["groups"]), strict=True)
    for maps, filters in groups:
        for _, number, place in product(maps, filters, product(*hits)):
            met.onto((number, place))
    if values["bias"]:
        for _ in _positions(output_shape("transposed_conv", values, shapes)):
            met.add()


@_walk_of("dense")
def _dense(met: Operations, values: Values, shapes: list[Shape]) -> None:
    channels, *sides = shapes[0]
    for _ in product(_positions(tuple(sides)), range(values["units"])):
        met.add_up([*range(channels), "bias"] if values["bias"] else range(channels))


@_walk_of("rbf")
def _rbf(met: Operations, values: Values, shapes: list[Shape]) -> None:
    for _ in range(values["units"]):
        for _ in range(shapes[0][0]):
            met.add()  # a difference
        met.add_up(range(shapes[0][0]))


def _pool(step: str, bias: bool = False) -> Walk:
    def walk(met: Operations, values: Values, shapes: list[Shape]) -> None:
        channels, *sides = shapes[0]
        for _ in product(range(channels), *_windows(values, tuple(sides))):
            taps = _positions(values["kernel"])
            getattr(met, step)(chain(taps, ["bias"]) if bias else taps)

    return walk


WALKS |= {"avg_pool": _pool("add_up"), "max_pool": _pool("largest"), "subsample": _pool("add_up", bias=True)}


def _global(step: str) -> Walk:
    def walk(met: Operations, values: Values, shapes: list[Shape]) -> None:
        channels, *sides = shapes[0]
        for _ in range(channels):
            getattr(met, step)(_positions(tuple(sides)))

    return walk


WALKS |= {"global_avg_pool": _global("add_up"), "global_max_pool": _global("largest")}


def _adaptive(step: str, quantity: str) -> Walk:
    def walk(met: Operations, values: Values, shapes: list[Shape]) -> None:
        channels, *sides = shapes[0]
        runs = []
        for side, size in zip(sides, values["size"], strict=True):
            many = side if size == "keep" else size
            if side % many:  # windows of two lengths
                setattr(met, quantity, None)
                return
            runs.append(_parts(side, many))
        for _ in range(channels):
            for window in product(*runs):
                getattr(met, step)(product(*window))

    return walk


WALKS["adaptive_avg_pool"] = _adaptive("add_up", "additions")
WALKS["adaptive_max_pool"] = _adaptive("largest", "comparisons")


def _over_channels(step: str) -> Walk:
    def walk(met: Operations, values: Values, shapes: list[Shape]) -> None:
        channels, *sides = shapes[0]
        for _ in _positions(tuple(sides)):
            getattr(met, step)(range(channels))

    return walk


WALKS |= dict.fromkeys(("channel_avg_pool", "softmax"), _over_channels("add_up"))
WALKS["channel_max_pool"] = _over_channels("largest")


def _each_value(additions: int, comparisons: int) -> Walk:
    def walk(met: Operations, values: Values, shapes: list[Shape]) -> None:
        for _ in _positions(shapes[0]):
            for _ in range(additions):
                met.add()
            for _ in range(comparisons):
                met.compare()

    return walk


WALKS |= dict.fromkeys(("relu", "leaky_relu", "prelu", "elu", "selu"), _each_value(0, 1))
WALKS |= dict.fromkeys(("sigmoid", "silu", "batch_norm", "position_embedding", "distance"), _each_value(1, 0))
WALKS |= dict.fromkeys(("hard_swish", "hard_sigmoid"), _each_value(1, 2))  # x + 3, then twice the smaller or larger
WALKS |= {"relu6": _each_value(0, 2), "tanh": _each_value(2, 0)}


@_walk_of("lrn")
def _lrn(met: Operations, values: Values, shapes: list[Shape]) -> None:
    for _ in _positions(shapes[0]):
        met.add_up([*range(values["size"]), "k"])


@_walk_of("scale")
def _scale(met: Operations, values: Values, shapes: list[Shape]) -> None:
    for _ in _positions(shapes[0]) if values["bias"] else ():
        met.add()


@_walk_of("layer_norm", "rms_norm", "group_norm", "instance_norm")
def _norm(met: Operations, values: Values, shapes: list[Shape]) -> None:
    channels = shapes[0][0]
    groups: dict[Hashable, list[Any]] = {}
    for channel, *place in _positions(shapes[0]):
        if values.get("over") is not None:
            whose: Hashable = "all" if values["over"] == "all" else tuple(place)
        elif values.get("groups"):
            whose = next(at for at, part in enumerate(_parts(channels, values["groups"])) if channel in part)
        else:
            whose = channel
        groups.setdefault(whose, []).append((channel, place))
    for group in groups.values():
        if "shift" in values:  # all but the root mean square
            met.add_up(group)
            for _ in group:
                met.add()
        met.add_up([*group, "epsilon"])
        for _ in group if values.get("shift") else ():
            met.add()


def _joined(step: str) -> Walk:
    def walk(met: Operations, values: Values, shapes: list[Shape]) -> None:
        kind = {"maximum": "largest", "minimum": "largest", "subtract": "add_up"}.get(values.get("type", ""), step)
        for _ in _positions(output_shape("add", {}, shapes)) if kind else ():
            getattr(met, kind)(shapes)

    return walk


WALKS |= {"add": _joined("add_up"), "elementwise": _joined("")}


@_walk_of("matmul")
def _matmul(met: Operations, values: Values, shapes: list[Shape]) -> None:
    (channels, positions), *_ = shapes
    common = positions if values["transpose"] == "first" else channels
    for _ in _positions(output_shape("matmul", values, shapes)):
        met.add_up(range(common))


@_walk_of("attention")
def _attention(met: Operations, values: Values, shapes: list[Shape]) -> None:
    query, key, value, output = _widths(values, shapes)
    heads = range(values["heads"])
    sources = _three(shapes)
    positions = [list(_positions(shape[1:])) for shape in sources]
    windows: list[tuple[list[Any], list[Any]]] = [(positions[0], positions[1])]
    if values["window"] is not None:
        sides = []
        for side, size in zip(shapes[0][1:], values["window"], strict=True):
            while side % size:
                side += 1
            sides.append(side)
        positions = [list(_positions(tuple(sides)))] * 3
        blocks: dict[Any, list[Any]] = {}
        for place in positions[0]:
            block = tuple(part // size for part, size in zip(place, values["window"], strict=True))
            blocks.setdefault(block, []).append(place)
        windows = [(block, block) for block in blocks.values()]
    width = len([unit for unit in query if unit[0] == 0])
    wide = [unit for unit in value if unit[0] == 0]
    attended = [*product(heads, wide)]
    for places, units, reads in (
        (positions[0], query, range(sources[0][0])),
        (positions[1], key, range(sources[1][0])),
        (positions[2], value, range(sources[2][0])),
        (positions[0], output, attended),
    ):
        for _ in product(places, units):
            met.add_up([*reads, "bias"] if values["bias"] else reads)
    for queries, keys in windows:
        for _ in product(queries, heads):
            for _ in keys:  # a score, with what the table has for it
                met.add_up([*range(width), "table"] if values["position_table"] else range(width))
            met.add_up(keys)  # what softmax divides by
            for _ in wide:
                met.add_up(keys)
