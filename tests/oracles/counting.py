"""A layer counted one by one: no formula, only walks over positions, taps and channels.

Windows are placed one after another until none fits. Every multiplication is met on its own, and carries the index
of the weight that it uses: the weights of a layer are the different indices that were met. Slow, and meant to be:
for small layers only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from itertools import product
from operator import ge
from typing import Any

from tests.oracles.attributes import Shape, Values


class DoesNotFitError(Exception):
    """The layer cannot read such an input."""


@dataclass
class Tally:
    """What was met on the walk: weights, biases and buffers by their index, multiplications by their number."""

    output: Shape
    weights: set[Hashable] = field(default_factory=set)
    biases: set[Hashable] = field(default_factory=set)
    buffers: set[Hashable] = field(default_factory=set)
    multiplies: int = 0

    def multiply(self, weight: Hashable) -> None:
        """One multiplication of a value with a learned number."""
        self.multiplies += 1
        self.weights.add(weight)


ShapeOf = Callable[[Values, list[Shape]], Shape]
Walk = Callable[[Tally, Values, list[Shape]], None]
SHAPES: dict[str, ShapeOf] = {}
WALKS: dict[str, Walk] = {}


def _shape_of(*layer_types: str) -> Callable[[ShapeOf], ShapeOf]:
    def enter(function: ShapeOf) -> ShapeOf:
        SHAPES.update(dict.fromkeys(layer_types, function))
        return function

    return enter


def _walk_of(*layer_types: str) -> Callable[[Walk], Walk]:
    def enter(function: Walk) -> Walk:
        WALKS.update(dict.fromkeys(layer_types, function))
        return function

    return enter


def output_shape(layer_type: str, values: Values, shapes: list[Shape]) -> Shape:
    """The shape that comes out; raises DoesNotFitError."""
    shape = SHAPES[layer_type](values, shapes)
    if any(side < 1 for side in shape):
        raise DoesNotFitError(f"{layer_type} leaves nothing")
    return shape


def count(layer_type: str, values: Values, shapes: list[Shape]) -> Tally:
    """Everything that is in the layer; raises DoesNotFitError."""
    tally = Tally(output_shape(layer_type, values, shapes))
    if layer_type in WALKS:
        WALKS[layer_type](tally, values, shapes)
    return tally


def count_positions(shape: Shape) -> int:
    """How many values a tensor has: rows of rows, added up one after another."""
    total = 1
    for side in shape:
        total = sum(total for _ in range(side))
    return total


# ------------------------------------------------------------------------------------------------------- helpers


def _positions(sides: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return product(*(range(side) for side in sides))


def _one(shapes: list[Shape], *, sides: bool = False) -> Shape:
    if len(shapes) != 1:
        raise DoesNotFitError("one input is read")
    if sides and len(shapes[0]) == 1:
        raise DoesNotFitError("a vector has no sides")
    return shapes[0]


def _vector(shapes: list[Shape]) -> int:
    shape = _one(shapes)
    if len(shape) > 1:
        raise DoesNotFitError("a vector is read")
    return shape[0]


def _tokens(shapes: list[Shape]) -> Shape:
    shape = _one(shapes)
    if len(shape) != 2:
        raise DoesNotFitError("tokens are read")
    return shape


def _parts(items: int, parts: int) -> list[list[int]]:
    """`items` things dealt out into equal runs, one after another."""
    length = 0
    while length * parts < items:
        length += 1
    if length * parts != items:
        raise DoesNotFitError(f"{items} does not split evenly into {parts}")
    return [list(range(start, start + length)) for start in range(0, items, length)]


def window_starts(
    size: int, kernel: int, stride: int, dilation: int, padding: Any, ceil: bool = False, dropping: bool = True
) -> list[int]:
    """Where the windows on one axis begin, the first value of the input being 0.

    `padding` is `same` or (before, after). With `ceil` a last window may hang over the end, unless nothing is left
    for it; with `dropping` no window begins behind the input.
    """
    taps = [tap * dilation for tap in range(kernel)]
    if padding == "same":  # one window for each stride begun; what hangs over is shared, the odd one at the end
        begun = list(range(0, size, stride))
        hanging = 0
        while begun[-1] + taps[-1] - hanging > size - 1:
            hanging += 1
        return [start - hanging // 2 for start in begun]
    before, after = padding
    starts: list[int] = []
    start = -before
    while start + taps[-1] < size + after:
        starts.append(start)
        start += stride
    if ceil:
        while start - stride + taps[-1] < size + after - 1:  # the window before this one leaves values over
            starts.append(start)
            start += stride
        if dropping:
            starts = [start for start in starts if start < size]
    if not starts:
        raise DoesNotFitError("the window is larger than its input")
    return starts


def _windows(values: Values, sides: tuple[int, ...]) -> list[list[int]]:
    """Where the windows of a layer begin, for each axis."""
    none = ((0, 0),) * len(sides)
    padding = values.get("padding", none)
    if padding == "causal":  # nothing behind, and as many in front as a window reaches back
        padding = tuple(
            (len([*range(0, (kernel - 1) * step, 1)]), 0)
            for kernel, step in zip(values["kernel"], values["dilation"], strict=True)
        )
    padded = padding != "same" and any(pad for pads in padding for pad in pads)
    dropping = values.get("clip") != "caffe" or padded
    return [
        window_starts(side, kernel, stride, dilation, pads, values.get("ceil", False), dropping)
        for side, kernel, stride, dilation, pads in zip(
            sides,
            values["kernel"],
            values["stride"],
            values.get("dilation", (1,) * len(sides)),
            ("same",) * len(sides) if padding == "same" else padding,
            strict=True,
        )
    ]


# ---------------------------------------------------------------------------------------------- sliding windows


@_shape_of("conv")
def _conv_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, *sides = _one(shapes, sides=True)
    _maps_read(values, channels)
    return (values["filters"], *(len(starts) for starts in _windows(values, tuple(sides))))


def _maps_read(values: Values, channels: int) -> list[list[int]]:
    """For each filter the input maps that it reads."""
    table = values["connections"]
    if table is None:
        shares = _parts(channels, values["groups"])
        return [maps for maps, filters in zip(shares, _parts(values["filters"], values["groups"]), strict=True)
                for _ in filters]  # fmt: skip
    if values["groups"] != 1 or len(table) != values["filters"]:
        raise DoesNotFitError("a connection table has one row for each filter, and no groups")
    if any(number not in range(channels) for row in table for number in row):
        raise DoesNotFitError("the table names a map that is not there")
    return [list(row) for row in table]


@_walk_of("conv")
def _conv(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    channels, *sides = shapes[0]
    maps_read = _maps_read(values, channels)
    taps = list(_positions(values["kernel"]))
    for place in product(*_windows(values, tuple(sides))):
        own = None if values["shared"] else place  # locally connected: weights of its own
        for number, maps in enumerate(maps_read):
            for part in maps:
                for tap in taps:
                    tally.multiply((own, number, part, tap))
            if values["bias"]:
                tally.biases.add((own, number))


@_shape_of("max_pool", "avg_pool", "subsample")
def _pool_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, *sides = _one(shapes, sides=True)
    return (channels, *(len(starts) for starts in _windows(values, tuple(sides))))


@_walk_of("subsample")
def _subsample(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    for part, *_ in _positions(tally.output):  # the sum of the window, times one learned number, plus another
        tally.multiply(part)
        tally.biases.add(part)


@_shape_of("transposed_conv")
def _transposed_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, *sides = _one(shapes, sides=True)
    _parts(channels, values["groups"])
    _parts(values["filters"], values["groups"])
    same, added = values["padding"] == "same", values["output_padding"]
    for extra, stride, dilation in zip(added or (), values["stride"], values["dilation"], strict=bool(added)):
        if extra >= stride and (same or extra >= dilation):
            raise DoesNotFitError("output padding smaller than stride, or without `same` than dilation")
    if same and added is None:
        return (values["filters"], *(sum(stride for _ in range(side))
                                     for side, stride in zip(sides, values["stride"], strict=True)))  # fmt: skip
    found = []
    for axis, side in enumerate(sides):
        starts, taps = _landing(values, axis, side)
        half = [tap for tap in range(taps[-1] + 1) if 2 * tap + 2 <= taps[-1] + 1]  # Keras cuts half a window
        before, after = (len(half), len(half)) if same else values["padding"][axis]
        hit = (start + tap for start, tap in product(starts, taps))
        found.append(max(hit) + 1 - before - after + (added[axis] if added else 0))
    return (values["filters"], *found)


def _landing(values: Values, axis: int, side: int) -> tuple[list[int], list[int]]:
    """Where the window of each input position begins in the output, and its taps."""
    starts = [position * values["stride"][axis] for position in range(side)]
    return starts, [tap * values["dilation"][axis] for tap in range(values["kernel"][axis])]


@_walk_of("transposed_conv")
def _transposed(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    channels, *sides = shapes[0]
    groups = list(zip(_parts(channels, values["groups"]), _parts(values["filters"], values["groups"]), strict=True))
    taps = list(_positions(values["kernel"]))
    for _ in _positions(tuple(sides)):  # each input value is spread over a window of every filter of its group
        for maps, filters in groups:
            for part, number in product(maps, filters):
                for tap in taps:
                    tally.multiply((part, number, tap))
    if values["bias"]:
        tally.biases.update(range(values["filters"]))


# ------------------------------------------------------------------------------------------------- whole channels


@_shape_of("global_avg_pool", "global_max_pool")
def _global_shape(values: Values, shapes: list[Shape]) -> Shape:
    return _one(shapes, sides=True)[:1]


@_shape_of("adaptive_avg_pool", "adaptive_max_pool")
def _adaptive_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, *sides = _one(shapes, sides=True)
    wanted = zip(sides, values["size"], strict=True)
    return (channels, *(side if size == "keep" else size for side, size in wanted))


@_shape_of("dense")
def _dense_shape(values: Values, shapes: list[Shape]) -> Shape:
    if values["per"] != "position":
        _vector(shapes)
    return (values["units"], *_one(shapes)[1:])


@_walk_of("dense")
def _dense(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    channels, *sides = shapes[0]
    for _ in _positions(tuple(sides)):  # of a vector: once
        for unit in range(values["units"]):
            for part in range(channels):
                tally.multiply((unit, part))
            if values["bias"]:
                tally.biases.add(unit)


@_shape_of("rbf")
def _rbf_shape(values: Values, shapes: list[Shape]) -> Shape:
    _vector(shapes)
    return (values["units"],)


@_walk_of("rbf")
def _rbf(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    for unit, part in product(range(values["units"]), range(shapes[0][0])):
        tally.multiplies += 1  # the square of a difference to a stored number
        tally.buffers.add((unit, part))


# ---------------------------------------------------------------------------------------- value by value, joins


@_shape_of(
    *("relu", "relu6", "leaky_relu", "prelu", "sigmoid", "tanh", "elu", "selu", "gelu", "silu", "hard_swish"),
    *("hard_sigmoid", "softmax", "dropout", "stochastic_depth", "lrn", "batch_norm", "layer_norm", "rms_norm"),
    *("scale", "identity"),
)
def _unchanged(values: Values, shapes: list[Shape]) -> Shape:
    return _one(shapes)


@_shape_of("instance_norm")
def _unchanged_maps(values: Values, shapes: list[Shape]) -> Shape:
    return _one(shapes, sides=True)


@_walk_of("prelu")
def _prelu(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    for place in _positions(shapes[0]):
        tally.weights.add(_whose(values["per"], place))


def _whose(per: str, place: tuple[int, ...]) -> Hashable:
    """Whose learned number a value takes: that of all, of its channel, or its own."""
    return {"all": "all", "channel": place[0], "channels": place[0], "value": place}[per]


@_walk_of("batch_norm")
def _batch_norm(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    for part, *_ in _positions(shapes[0]):
        tally.buffers |= {("mean", part), ("variance", part)}
    _norm(tally, values, shapes)


@_walk_of("layer_norm", "rms_norm", "group_norm", "instance_norm")
def _norm(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    per = "value" if values.get("over") == "all" else "channel"
    for place in _positions(shapes[0]):
        if values["scale"]:
            tally.weights.add(_whose(per, place))
        if values.get("shift"):
            tally.biases.add(_whose(per, place))


@_walk_of("scale")
def _scale(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    for place in _positions(shapes[0]):
        tally.weights.add(_whose(values["per"], place))
        if values["bias"]:
            tally.biases.add(_whose(values["per"], place))


@_shape_of("distance")
def _alike(values: Values, shapes: list[Shape]) -> Shape:
    if any(shape != shapes[0] for shape in shapes):
        raise DoesNotFitError("shapes differ")
    return shapes[0]


@_shape_of("add", "multiply", "elementwise")
def _spread(values: Values, shapes: list[Shape]) -> Shape:
    """What is 1 on an axis is there once for each place; a vector has sides of 1."""
    if values.get("type") in ("subtract", "divide", "power") and len(shapes) != 2:
        raise DoesNotFitError("exactly two inputs")
    rank = max(map(len, shapes))
    if any(len(shape) not in (1, rank) for shape in shapes):
        raise DoesNotFitError("other numbers of sides")
    found = []
    for sizes in zip(*((*shape, *(1,) * (rank - len(shape))) for shape in shapes), strict=True):
        larger = [size for size in sizes if size > 1]
        if any(size != larger[0] for size in larger):
            raise DoesNotFitError("sizes differ")
        found.append(larger[0] if larger else 1)
    return tuple(found)


@_shape_of("concat")
def _concat_shape(values: Values, shapes: list[Shape]) -> Shape:
    names = (
        "channels",
        *{1: (), 2: ("length",), 3: ("height", "width"), 4: ("depth", "height", "width")}[len(shapes[0])],
    )
    if values["axis"] not in names or any(len(shape) != len(shapes[0]) for shape in shapes):
        raise DoesNotFitError("no such axis")
    found = []
    for name, sizes in zip(names, zip(*shapes, strict=True), strict=True):
        if name == values["axis"]:
            found.append(len([part for size in sizes for part in range(size)]))
        elif any(size != sizes[0] for size in sizes):
            raise DoesNotFitError("sizes differ")
        else:
            found.append(sizes[0])
    return tuple(found)


@_shape_of("matmul")
def _matmul_shape(values: Values, shapes: list[Shape]) -> Shape:
    (rows, inner), (other, columns) = _matrices(values, shapes)
    if inner != other:
        raise DoesNotFitError("inner sizes differ")
    return (columns, rows)


def _matrices(values: Values, shapes: list[Shape]) -> list[tuple[int, int]]:
    """Rows and columns of the two, as they are multiplied."""
    if any(len(shape) != 2 for shape in shapes):
        raise DoesNotFitError("matrices are read")
    found = [(positions, channels) for channels, positions in shapes]
    return [
        (columns, rows) if values["transpose"] == which else (rows, columns)
        for which, (rows, columns) in zip(("first", "second"), found, strict=True)
    ]


@_walk_of("matmul")
def _matmul(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    (rows, inner), (_, columns) = _matrices(values, shapes)
    for _ in product(range(rows), range(inner), range(columns)):
        tally.multiplies += 1


# ------------------------------------------------------------------------------------------------- rearrangements


@_shape_of("flatten")
def _flatten_shape(values: Values, shapes: list[Shape]) -> Shape:
    return (count_positions(_one(shapes, sides=True)),)


@_shape_of("to_sequence")
def _sequence_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, *sides = _one(shapes, sides=True)
    return (channels, count_positions(tuple(sides)))


@_shape_of("reshape")
def _reshape_shape(values: Values, shapes: list[Shape]) -> Shape:
    if count_positions(values["shape"]) != count_positions(_one(shapes)):
        raise DoesNotFitError("a reshape keeps the values")
    return tuple(values["shape"])


@_shape_of("slice")
def _slice_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, *sides = _one(shapes)
    given = [name for name in ("part", "of", "first", "last") if values[name] is not None]
    if given == ["first", "last"]:
        kept = [part for part in range(1, values["last"] + 1) if part >= values["first"]]
        if not kept or kept[-1] > channels:
            raise DoesNotFitError("no such channels")
        return (len(kept), *sides)
    if given != ["part", "of"]:
        raise DoesNotFitError("either parts or channels")
    parts = _parts(channels, values["of"])
    if values["part"] > len(parts):
        raise DoesNotFitError("no such part")
    return (len(parts[values["part"] - 1]), *sides)


@_shape_of("space_to_depth")
def _space_to_depth_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, *sides = _one(shapes, sides=True)
    blocks = [len(_parts(side, factor)[0]) for side, factor in zip(sides, values["factor"], strict=True)]
    for side, factor in zip(sides, values["factor"], strict=True):
        _parts(side, factor)
    return (count_positions((channels, *values["factor"])), *blocks)


@_shape_of("transpose")
def _transpose_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, tokens = _tokens(shapes)
    return (tokens, channels)


@_shape_of("channel_avg_pool", "channel_max_pool")
def _channel_pool_shape(values: Values, shapes: list[Shape]) -> Shape:
    return (1, *_one(shapes, sides=True)[1:])


@_shape_of("pad_channels")
def _pad_channels_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, *sides = _one(shapes)
    if values["to"] < channels:
        raise DoesNotFitError("padding never removes")
    return (values["to"], *sides)


@_shape_of("channel_shuffle", "group_norm")
def _grouped_shape(values: Values, shapes: list[Shape]) -> Shape:
    _parts(_one(shapes)[0], values["groups"])
    return shapes[0]


@_shape_of("pixel_shuffle")
def _pixel_shuffle_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, *sides = _one(shapes, sides=True)
    new_places = count_positions(values["factor"])
    return (len(_parts(channels, new_places)[0]), *_longer(values, tuple(sides)))


@_shape_of("upsample")
def _upsample_shape(values: Values, shapes: list[Shape]) -> Shape:
    return (_one(shapes, sides=True)[0], *_longer(values, shapes[0][1:]))


def _longer(values: Values, sides: tuple[int, ...]) -> list[int]:
    found = []
    for side, factor in zip(sides, values["factor"], strict=True):
        length = 0
        while length + 1 <= side * factor:  # as many as begin and end within
            length += 1
        found.append(length)
    return found


@_shape_of("resize")
def _resize_shape(values: Values, shapes: list[Shape]) -> Shape:
    return (shapes[0][0], *_wanted_sides(values, shapes))


@_shape_of("crop")
def _crop_shape(values: Values, shapes: list[Shape]) -> Shape:
    if values["by"] is not None:
        channels, *sides = _one(shapes, sides=True)
        if values["by"] == "same":
            raise DoesNotFitError("numbers are needed")
        ends = zip(sides, values["by"], strict=True)
        return (channels, *(len(range(before, side - after)) for side, (before, after) in ends))
    wanted = _wanted_sides(values, shapes)
    if any(new > old for new, old in zip(wanted, shapes[0][1:], strict=True)):
        raise DoesNotFitError("a crop never enlarges")
    return (shapes[0][0], *wanted)


def _wanted_sides(values: Values, shapes: list[Shape]) -> tuple[int, ...]:
    if len(shapes[0]) == 1 or len({len(shape) for shape in shapes}) > 1:
        raise DoesNotFitError("as many sides in both")
    if (values.get("size") is not None) == (len(shapes) == 2):
        raise DoesNotFitError("either a size or a second input")
    return shapes[1][1:] if len(shapes) == 2 else values["size"]


@_shape_of("pad")
def _pad_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, *sides = _one(shapes, sides=True)
    if values["padding"] == "same":
        raise DoesNotFitError("numbers are needed")
    return (channels, *(len(range(-before, side + after))
                        for side, (before, after) in zip(sides, values["padding"], strict=True)))  # fmt: skip


# --------------------------------------------------------------------------------------------------------- tokens


@_shape_of("class_token")
def _class_token_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, tokens = _tokens(shapes)
    return (channels, len(["class token", *range(tokens)]))


@_walk_of("class_token")
def _class_token(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    tally.weights.update(range(shapes[0][0]))


@_shape_of("position_embedding")
def _embedding_shape(values: Values, shapes: list[Shape]) -> Shape:
    return _tokens(shapes)


@_walk_of("position_embedding")
def _embedding(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    tally.weights.update(_positions(shapes[0]))


@_shape_of("take_token")
def _take_token_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, tokens = _tokens(shapes)
    if values["index"] not in range(tokens):
        raise DoesNotFitError("no such token")
    return (channels,)


@_shape_of("embedding")
def _words_shape(values: Values, shapes: list[Shape]) -> Shape:
    channels, *sides = _one(shapes)
    if not sides:
        return (values["width"], channels)
    if channels != 1:
        raise DoesNotFitError("one word at each position")
    return (values["width"], *sides)


@_walk_of("embedding")
def _words(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    tally.weights.update(product(range(values["words"]), range(values["width"])))


@_shape_of("attention")
def _attention_shape(values: Values, shapes: list[Shape]) -> Shape:
    if any(len(shape) == 1 for shape in shapes):
        raise DoesNotFitError("positions are read")
    *_, output = _widths(values, shapes)
    if values["position_table"] and values["window"] is None:
        raise DoesNotFitError("a table is of a window")
    if values["window"] is None and any(values["shift"]):
        raise DoesNotFitError("a shift is of a window")
    if values["window"] is not None and any(map(ge, values["shift"], values["window"])):
        raise DoesNotFitError("a shift is less than its window")
    if values["window"] is not None and len(shapes) > 1:
        raise DoesNotFitError("windows are for one input")
    if len({count_positions(shape[1:]) for shape in _three(shapes)[1:]}) > 1:
        raise DoesNotFitError("as many keys as values")
    return (len(output), *shapes[0][1:])


def _three(shapes: list[Shape]) -> list[Shape]:
    """What queries, keys and values are made of: a missing one is the one before it."""
    return [*shapes, *shapes[-1:] * 2][:3]


def _widths(values: Values, shapes: list[Shape]) -> tuple[list[Any], list[Any], list[Any], list[int]]:
    """The units of queries, keys and values, each with its head; and those of the output."""
    channels = shapes[0][0]
    width = values["inner"] or channels
    query = _parts(width, values["heads"])
    value = _parts(values["value_width"] or width, values["heads"])
    shared = _parts(values["heads"], values["kv_heads"])  # the heads that read each key and value

    def units(heads: list[list[int]]) -> list[tuple[int, int]]:
        return [(head, place) for head, parts in enumerate(heads) for place in range(len(parts))]

    kept = units(query[: len(shared)]), units(value[: len(shared)])
    return units(query), *kept, list(range(values["output_width"] or channels))


@_walk_of("attention")
def _attention(tally: Tally, values: Values, shapes: list[Shape]) -> None:
    query, key, value, output = _widths(values, shapes)
    heads = range(values["heads"])
    sources = _three(shapes)
    positions = [list(_positions(shape[1:])) for shape in sources]
    windows: list[tuple[list[Any], list[Any]]] = [(positions[0], positions[1])]
    if values["window"] is not None:  # sides grow until whole windows cover them
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
    attended = [(head, place) for head in heads for place in range(len([u for u in value if u[0] == 0]))]
    for name, places, units, reads in (
        ("query", positions[0], query, range(sources[0][0])),
        ("key", positions[1], key, range(sources[1][0])),
        ("value", positions[2], value, range(sources[2][0])),
        ("output", positions[0], output, attended),
    ):
        for _ in places:
            for unit in units:
                for part in reads:
                    tally.multiply((name, unit, part))
                if values["bias"]:
                    tally.biases.add((name, unit))
    for queries, keys in windows:
        for one, other in product(queries, keys):
            tally.multiplies += len(query)  # the terms of the scores of a query and a key, of all heads
            tally.multiplies += len(attended)  # the terms of the sums of the values, weighted by the scores
            if values["position_table"]:
                offset = tuple(a - b for a, b in zip(one, other, strict=True))
                tally.weights.update(("table", head, offset) for head in heads)


@_shape_of("lstm", "gru", "rnn")
def _recurrent_shape(values: Values, shapes: list[Shape]) -> Shape:
    _, steps = _tokens(shapes)
    if values["biases"] > 2:
        raise DoesNotFitError("at most two biases")
    units = [unit for _ in _directions(values) for unit in range(values["units"])]
    return (len(units),) if values["gives"] == "last" else (len(units), steps)


def _directions(values: Values) -> tuple[str, ...]:
    return ("forward", "backward") if values["bidirectional"] else ("forward",)


def _recurrent(gates: tuple[str, ...]) -> Walk:
    def walk(tally: Tally, values: Values, shapes: list[Shape]) -> None:
        channels, steps = shapes[0]
        units = range(values["units"])
        for direction, _, gate, unit in product(_directions(values), range(steps), gates, units):
            for part in range(channels):
                tally.multiply((direction, gate, unit, "input", part))
            for part in units:
                tally.multiply((direction, gate, unit, "state", part))
            for number in range(values["biases"]):
                tally.biases.add((direction, gate, unit, number))

    return walk


WALKS["lstm"] = _recurrent(("input", "forget", "output", "candidate"))
WALKS["gru"] = _recurrent(("reset", "update", "candidate"))
WALKS["rnn"] = _recurrent(("state",))
