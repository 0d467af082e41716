"""Random layers and random whole networks, from a seed: always the same ones.

`random_layer` gives a network of one layer with every attribute at random, `random_graph` a file with blocks, params,
vars, defaults, branches, repeats, shared weights, several inputs and outputs. Both are valid unless asked to be wild:
then something may be wrong with them, and every reader must refuse them alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.oracles.attributes import (
    ATTRIBUTES,
    MERGES,
    REAL,
    SEVERAL_INPUTS,
    TYPED_MERGES,
    MalformedError,
    Shape,
    Values,
)
from tests.oracles.counting import DoesNotFitError, count_positions
from tests.oracles.written_out import Block, Entry, Expander, Net

ACTIVATIONS = ("relu", "relu6", "leaky_relu", "prelu", "sigmoid", "tanh", "elu", "selu", "gelu", "silu", "hard_swish",
               "hard_sigmoid", "softmax")  # fmt: skip
NEEDS_SIDES = ("conv", "transposed_conv", "subsample", "max_pool", "avg_pool", "global_avg_pool", "global_max_pool",
               "adaptive_avg_pool", "adaptive_max_pool", "flatten", "pixel_shuffle", "upsample", "resize", "pad",
               "crop", "to_sequence", "instance_norm", "space_to_depth", "channel_avg_pool", "channel_max_pool",
               "attention")  # fmt: skip
NEEDS_TOKENS = ("class_token", "position_embedding", "take_token", "transpose", "lstm", "gru", "rnn", "matmul")
NEEDS_VECTOR = ("rbf",)
LAYER_TYPES = tuple(name for name in ATTRIBUTES if name != "operator")
OFTEN = ("conv",) * 20 + ("transposed_conv",) * 12 + ("max_pool", "avg_pool", "dense") * 4


@dataclass(frozen=True)
class Limits:
    """How large a random layer may become; `sides` is for 1-D, 2-D and 3-D."""

    channels: int
    filters: int
    sides: tuple[int, int, int]
    kernel: int


SMALL = Limits(channels=6, filters=6, sides=(12, 8, 4), kernel=3)  # to be counted one by one
LARGE = Limits(channels=256, filters=512, sides=(2000, 120, 24), kernel=9)


# --------------------------------------------------------------------------------------------------- attributes


def _per_axis(rng: Random, rank: int, least: int, most: int) -> Any:
    """One number for all axes, or one for each."""
    if rng.random() < 0.6:
        return rng.randint(least, most)
    return [rng.randint(least, most) for _ in range(rank)]


def _stride(rng: Random, rank: int) -> Any:
    return rng.choice([1, 1, 2, 2, 3, _per_axis(rng, rank, 1, 4)])


def _padding(rng: Random, rank: int, most: int, uneven: bool = True, causal: bool = False) -> Any:
    kind = rng.choice(["number", "number", "same", "valid", "list", "pairs", *(["causal"] if causal else [])])
    if kind == "number":
        return rng.randint(0, most)
    if kind in ("same", "valid", "causal"):
        return kind
    if kind == "pairs" and uneven:
        return [rng.choice([rng.randint(0, most), [rng.randint(0, most), rng.randint(0, most)]]) for _ in range(rank)]
    return [rng.randint(0, most) for _ in range(rank)]


def _some(rng: Random, given: Values, *needed: str) -> Values:
    """All of `needed`, and about half of the rest: the others keep their defaults."""
    return {name: value for name, value in given.items() if name in needed or rng.random() < 0.5}


def _divisor(rng: Random, number: int) -> int:
    return rng.choice([part for part in range(1, number + 1) if number % part == 0])


def _groups(rng: Random, channels: int) -> int:
    return rng.choice([1, 1, channels, _divisor(rng, channels)])


def _filters(rng: Random, groups: int, limits: Limits) -> int:
    return groups * rng.randint(1, max(1, limits.filters // groups))


def _conv(rng: Random, shape: Shape, limits: Limits) -> Values:
    channels, rank = shape[0], len(shape) - 1
    kernel = _per_axis(rng, rank, 1, limits.kernel)
    given = {
        "kernel": kernel,
        "stride": _stride(rng, rank),
        "padding": _padding(rng, rank, limits.kernel, causal=rank == 1),
        "dilation": rng.choice([1, 1, _per_axis(rng, rank, 1, 3)]),
        "bias": rng.random() < 0.5,
    }
    if rng.random() < 0.1:
        given["shared"] = False
    if rng.random() < 0.08:
        maps = min(channels, 12)
        table = [rng.sample(range(maps), rng.randint(1, maps)) for _ in range(rng.randint(1, 6))]
        return {"filters": len(table), **_some(rng, given, "kernel"), "connections": table}
    groups = _groups(rng, channels)
    filters = _filters(rng, groups, limits)
    return {"filters": filters, **_some(rng, given, "kernel"), **({"groups": groups} if groups > 1 else {})}


def _transposed_conv(rng: Random, shape: Shape, limits: Limits) -> Values:
    channels, rank = shape[0], len(shape) - 1
    groups = _groups(rng, channels)
    given = {
        "filters": _filters(rng, groups, limits),
        "kernel": _per_axis(rng, rank, 1, limits.kernel),
        "stride": _stride(rng, rank),
        "padding": _padding(rng, rank, 3),
        "output_padding": rng.choice([0, 0, _per_axis(rng, rank, 0, 2)]),
        "dilation": rng.choice([1, 1, _per_axis(rng, rank, 1, 3)]),
        "groups": groups,
        "bias": rng.random() < 0.5,
    }
    return _some(rng, given, "filters", "kernel", "groups")


def _pool(rng: Random, shape: Shape, limits: Limits, dilated: bool) -> Values:
    """Rounding up is mostly asked for as PyTorch can do it: padded evenly, at most by half the window."""
    rank = len(shape) - 1
    kernel = _per_axis(rng, rank, 1, limits.kernel)
    ceil = rng.random() < 0.3
    odd = ceil and rng.random() < 0.15  # as PyTorch cannot; the counting oracle can
    half = min(kernel if isinstance(kernel, list) else [kernel]) // 2
    given = {
        "kernel": kernel,
        "stride": _stride(rng, rank),
        "padding": _padding(rng, rank, half, uneven=odd) if ceil else _padding(rng, rank, limits.kernel),
        "ceil": ceil,
    }
    if odd:
        given["clip"] = rng.choice(["torch", "caffe"])
    if dilated:
        given["dilation"] = rng.choice([1, 1, _per_axis(rng, rank, 1, 3)])
    return _some(rng, given, "kernel", "ceil", *(["padding"] if ceil else []), *(["clip"] if odd else []))


def _subsample(rng: Random, shape: Shape, limits: Limits) -> Values:
    rank = len(shape) - 1
    return _some(rng, {"kernel": _per_axis(rng, rank, 1, limits.kernel), "stride": _stride(rng, rank)}, "kernel")


def _adaptive(rng: Random, shape: Shape, limits: Limits) -> Values:
    if rng.random() < 0.2:
        return {"size": [rng.choice(["keep", rng.randint(1, 9)]) for _ in shape[1:]]}
    return {"size": _per_axis(rng, len(shape) - 1, 1, 9)}


def _units(rng: Random, shape: Shape, limits: Limits) -> Values:
    return {"units": rng.randint(1, limits.filters)}


def _dense(rng: Random, shape: Shape, limits: Limits) -> Values:
    given = {"units": rng.randint(1, limits.filters), "bias": rng.random() < 0.5}
    return {**_some(rng, given, "units"), **({"per": "position"} if len(shape) > 1 or rng.random() < 0.2 else {})}


def _reshape(rng: Random, shape: Shape, limits: Limits) -> Values:
    values = 1
    for side in shape:
        values *= side
    sides = []
    for _ in range(rng.randint(0, 3)):
        sides.append(_divisor(rng, values) if values < 5000 else rng.choice([1, shape[0]]))
        values //= sides[-1]
    return {"shape": "x".join(map(str, [*sides, values]))}


def _slice(rng: Random, shape: Shape, limits: Limits) -> Values:
    if rng.random() < 0.4:
        first = rng.randint(1, shape[0])
        return {"first": first, "last": rng.randint(first, shape[0])}
    of = _divisor(rng, shape[0])
    return {"part": rng.randint(1, of), "of": of}


def _pixel_shuffle(rng: Random, shape: Shape, limits: Limits) -> Values:
    factors = [2, 1, 3, [rng.randint(1, 2) for _ in shape[1:]]]
    return {"factor": rng.choice([factor for factor in factors if shape[0] % _product(factor, len(shape) - 1) == 0])}


def _space_to_depth(rng: Random, shape: Shape, limits: Limits) -> Values:
    factors = [_divisor(rng, side) if side < 40 else rng.choice([1, *(2,) * (side % 2 == 0)]) for side in shape[1:]]
    return {"factor": factors[0] if len(set(factors)) == 1 and rng.random() < 0.5 else factors}


def _attention(rng: Random, shape: Shape, limits: Limits) -> Values:
    channels, *sides = shape
    heads = _divisor(rng, channels) if rng.random() < 0.6 else rng.randint(1, 4)
    wide = limits.channels // 4 + 1
    given: Values = {"heads": heads}
    if channels % heads or rng.random() < 0.3:
        given["inner"] = heads * rng.randint(1, wide)
    offered = {
        "value_width": heads * rng.randint(1, wide),
        "output_width": rng.randint(1, limits.filters),
        "kv_heads": _divisor(rng, heads),
    }
    given |= {name: value for name, value in offered.items() if rng.random() < 0.25}
    if rng.random() < 0.35:
        given["window"] = _per_axis(rng, len(sides), 1, 7)
        given |= _some(rng, {"position_table": rng.random() < 0.7})
        given |= _some(rng, {"shift": _per_axis(rng, len(sides), 0, 3)})
    return {**given, **_some(rng, {"bias": rng.random() < 0.5})}


def _recurrent(rng: Random, shape: Shape, limits: Limits) -> Values:
    given = {
        "units": rng.randint(1, limits.filters),
        "bidirectional": rng.random() < 0.5,
        "biases": rng.randint(0, 2),
        "gives": rng.choice(["all", "all", "last"]),
    }
    return _some(rng, given, "units")


def _learned(rng: Random, *names: str) -> Values:
    return _some(rng, {name: rng.random() < 0.5 for name in names})


def _over(rng: Random) -> Values:
    return _some(rng, {"over": rng.choice(["channels", "all"])}) if rng.random() < 0.5 else {}


def _product(factor: Any, rank: int) -> int:
    product = 1
    for part in factor if isinstance(factor, list) else [factor] * rank:
        product *= part
    return product


_ATTRIBUTES: dict[str, Callable[[Random, Shape, Limits], Values]] = {
    "conv": _conv,
    "transposed_conv": _transposed_conv,
    "subsample": _subsample,
    "max_pool": lambda rng, shape, limits: _pool(rng, shape, limits, dilated=True),
    "avg_pool": lambda rng, shape, limits: _pool(rng, shape, limits, dilated=False),
    "adaptive_avg_pool": _adaptive,
    "adaptive_max_pool": _adaptive,
    "dense": _dense,
    "rbf": _units,
    "batch_norm": lambda rng, shape, limits: _learned(rng, "scale", "shift"),
    "layer_norm": lambda rng, shape, limits: {**_learned(rng, "scale", "shift"), **_over(rng)},
    "rms_norm": lambda rng, shape, limits: {**_learned(rng, "scale"), **_over(rng)},
    "group_norm": lambda rng, shape, limits: {"groups": _divisor(rng, shape[0]), **_learned(rng, "scale", "shift")},
    "instance_norm": lambda rng, shape, limits: _learned(rng, "scale", "shift"),
    "scale": lambda rng, shape, limits: _some(
        rng, {"bias": rng.random() < 0.5, "per": rng.choice(["channel", "value", "all"])}
    ),
    "space_to_depth": _space_to_depth,
    "embedding": lambda rng, shape, limits: {"words": rng.randint(1, 9), "width": rng.randint(1, limits.filters)},
    "attention": _attention,
    "lstm": _recurrent,
    "gru": _recurrent,
    "rnn": _recurrent,
    "lrn": lambda rng, shape, limits: _some(rng, {"size": rng.randint(1, 6), "alpha": 0.001, "beta": 0.5, "k": 1}),
    "dropout": lambda rng, shape, limits: _some(rng, {"rate": rng.choice([0, 0.1, 0.5, 1])}),
    "stochastic_depth": lambda rng, shape, limits: _some(rng, {"rate": rng.choice([0, 0.2, 1])}),
    "reshape": _reshape,
    "slice": _slice,
    "pad_channels": lambda rng, shape, limits: {"to": shape[0] + rng.randint(0, limits.channels)},
    "channel_shuffle": lambda rng, shape, limits: {"groups": _divisor(rng, shape[0])},
    "pixel_shuffle": _pixel_shuffle,
    "upsample": lambda rng, shape, limits: {
        "factor": rng.choice([
            _per_axis(rng, len(shape) - 1, 1, 4),
            _per_axis(rng, len(shape) - 1, 1, 4),
            [rng.choice(["1.5", "5 / 2", "0.5", 2]) for _ in shape[1:]],
        ])
    },
    "resize": lambda rng, shape, limits: {"size": _per_axis(rng, len(shape) - 1, 1, 20)},
    "pad": lambda rng, shape, limits: {
        "padding": rng.choice([rng.randint(0, 4), [[rng.randint(0, 3), rng.randint(0, 3)] for _ in shape[1:]]])
    },
    "take_token": lambda rng, shape, limits: _some(rng, {"index": rng.randint(0, shape[1] - 1)}),
    "leaky_relu": lambda rng, shape, limits: _some(rng, {"slope": 0.2}),
    "prelu": lambda rng, shape, limits: _some(rng, {"per": rng.choice(["channel", "value", "all"])}),
}  # fmt: skip


def readers_of(shape: Shape) -> list[str]:
    """The layer types that can read one input of this shape."""
    rank = len(shape) - 1
    unfit = (
        SEVERAL_INPUTS + ("crop",) + (NEEDS_SIDES if rank == 0 else NEEDS_VECTOR) + (NEEDS_TOKENS if rank != 1 else ())
    )
    unfit += ("embedding",) if rank and shape[0] > 1 else ()
    unfit += RECURRENT if rank == 1 and shape[1] > 12 else ()
    return [name for name in (*LAYER_TYPES, *OFTEN) if name not in unfit]


def random_entry(rng: Random, layer_type: str, shape: Shape, limits: Limits) -> Entry:
    """A layer with random attributes for an input of this shape; it need not fit."""
    given = _ATTRIBUTES[layer_type](rng, shape, limits) if layer_type in _ATTRIBUTES else {}
    return Entry(layer_type, _written(rng, given, shape), by_position=_from_the_first(layer_type, given, rng))


def _from_the_first(layer_type: str, given: Values, rng: Random) -> bool:
    """Whether the attributes may be, and shall be, written by position."""
    declared = list(ATTRIBUTES[layer_type])[: len(given)]
    if declared[-1:] == ["scale"] and "shift" in ATTRIBUTES[layer_type]:  # refused: it was for both once
        return False
    return bool(given) and list(given) == declared and rng.random() < 0.4


def _written(rng: Random, given: Values, shape: Shape) -> Values:
    """Now and then a number as an expression."""
    return {
        name: _expression(rng, value, shape) if type(value) is int and name not in REAL else value
        for name, value in given.items()
    }


def _expression(rng: Random, number: int, shape: Shape) -> Any:
    channels = shape[0]
    if rng.random() < 0.85:
        return number
    sizes = dict(zip(AXES[len(shape)], shape, strict=True))
    if rng.random() < 0.5:
        name, size = rng.choice(list(sizes.items()))
        return f"{name} + {number - size}" if number >= size else f"{name} - {size - number}"
    if rng.random() < 0.2:
        return f"-2 ** 2 + {number + 4}"
    if number == channels:
        return "channels"
    if number and channels % number == 0:
        return f"channels {rng.choice(['/', '//'])} {channels // number}"
    return rng.choice([f"{number} + 0", f"max({number}, 0)", f"{2 * number} / 2", f"{number} if channels > 0 else 7"])


# -------------------------------------------------------------------------------------------------- one layer


def random_layer(rng: Random, limits: Limits, layer_type: str | None = None, wild: bool = False) -> Net:
    """A network of one layer; with `wild` something may be wrong with it."""
    while True:
        chosen = layer_type or rng.choice((*LAYER_TYPES, *OFTEN))
        net = _one_layer(rng, chosen, limits)
        if wild:
            _spoil(rng, net)
            return net
        try:
            net.steps()
        except (DoesNotFitError, MalformedError):
            continue  # the window was larger than the input, say
        return net


def _one_layer(rng: Random, layer_type: str, limits: Limits) -> Net:
    rank = _rank_for(rng, layer_type)
    shape = random_shape(rng, rank, limits)
    if layer_type in SEVERAL_INPUTS:
        shapes = [shape] * (2 if layer_type == "distance" else rng.randint(2, 4))
        given: Values = {}
        if layer_type == "concat":
            axis = rng.randrange(len(shape)) if rng.random() < 0.4 else 0
            shapes = [(*shape[:axis], rng.randint(1, limits.channels), *shape[axis + 1 :]) for _ in shapes]
            given = {"axis": AXES[len(shape)][axis]} if axis or rng.random() < 0.3 else {}
        if layer_type in SPREADING and rng.random() < 0.6:
            place = rng.randrange(len(shapes))
            shapes[place] = shape[:1] if rng.random() < 0.4 else tuple(rng.choice([1, side]) for side in shape)
        if layer_type == "elementwise":
            given = {"type": rng.choice(["maximum", "minimum", "subtract", "divide", "power"])}
            shapes = shapes if given["type"] in ("maximum", "minimum") else shapes[:2]
        if layer_type == "matmul":
            given = _some(rng, {"transpose": rng.choice(["none", "first", "second"])})
            shapes = _matrices(rng, shape, given.get("transpose", "none"), limits)
        names = [f"in{place}" for place in range(len(shapes))]
        return Net(dict(zip(names, shapes, strict=True)), [Entry(layer_type, given, reads=names)])
    if layer_type in RECURRENT:  # PyTorch takes them step by step
        shape = (shape[0], min(shape[1], 12))
    if layer_type == "embedding":
        shape = (1, *shape[1:]) if len(shape) > 1 else shape
    if layer_type == "attention" and rng.random() < 0.4:
        memory = (rng.randint(1, limits.channels), *random_shape(rng, rng.randint(1, 3), limits)[1:])
        inputs = {"query": shape, "memory": memory}
        if rng.random() < 0.4:
            inputs["values"] = (rng.randint(1, limits.channels), *memory[1:])
        entry = random_entry(rng, layer_type, shape, limits)
        entry.given = {
            name: value for name, value in entry.given.items() if name not in ("window", "shift", "position_table")
        }
        return Net(inputs, [Entry(layer_type, entry.given, reads=list(inputs))])
    if layer_type == "crop" and rng.random() < 0.3:
        most = min(shape[1:]) // 3
        return Net({"input": shape}, [Entry("crop", {"by": _padding(rng, len(shape) - 1, most, uneven=True)})])
    if layer_type == "crop" or (layer_type == "resize" and rng.random() < 0.5):
        other = tuple(rng.randint(1, side) for side in (limits.channels, *shape[1:]))
        inputs = {"main": shape, "other": other}
        if rng.random() < 0.5:
            return Net(inputs, [Entry(layer_type, {"like": "other"}, reads=["main"])])
        return Net(inputs, [Entry(layer_type, reads=["main", "other"])])
    return Net({"input": shape}, [random_entry(rng, layer_type, shape, limits)])


AXES = {
    1: ("channels",), 2: ("channels", "length"), 3: ("channels", "height", "width"),
    4: ("channels", "depth", "height", "width"),
}  # fmt: skip
RECURRENT = ("lstm", "gru", "rnn")
SPREADING = ("add", "multiply", "elementwise")


def _matrices(rng: Random, shape: Shape, transpose: str, limits: Limits) -> list[Shape]:
    """Two that can be multiplied, channels first."""
    channels, positions = shape
    other = rng.randint(1, limits.channels)
    fits = {"none": (other, channels), "first": (other, positions), "second": (channels, other)}
    return [shape, fits[transpose]]


def _rank_for(rng: Random, layer_type: str) -> int:
    if layer_type in NEEDS_TOKENS:
        return 1
    if layer_type in NEEDS_VECTOR:
        return 0
    return rng.choice([1, 2, 2, 2, 3] if layer_type in NEEDS_SIDES else [0, 1, 2, 2, 3])


def random_shape(rng: Random, rank: int, limits: Limits) -> Shape:
    """Channels first; every second one with equal sides."""
    channels = rng.choice([rng.randint(1, limits.channels), rng.choice([1, 3, 4, 6])])
    most = limits.sides[rank - 1] if rank else 0
    most = rng.choice([most, min(most, 12)])
    if rng.random() < 0.5:
        return (channels, *[rng.randint(1, most)] * rank) if rank else (channels,)
    return (channels, *(rng.randint(1, most) for _ in range(rank)))


def _spoil(rng: Random, net: Net) -> None:
    """Change one thing: an attribute, or the shape of an input."""
    (entry,) = net.entries
    numbers = [name for name, value in entry.given.items()
               if type(value) in (int, list) and name not in ("connections", *REAL)]  # fmt: skip
    if numbers and rng.random() < 0.7:
        name = rng.choice(numbers)
        axes = rng.randint(1, 4)
        least = 0 if name in ("padding", "output_padding", "index", "by", "biases") else 1
        entry.given[name] = rng.choice([rng.randint(1, 14), [rng.randint(least, 5) for _ in range(axes)]])
        if name not in ("kernel", "stride", "padding", "dilation", "output_padding", "size", "factor", "window", "by"):
            entry.given[name] = rng.randint(least, 14)
    elif "connections" in entry.given and rng.random() < 0.5:
        entry.given["connections"][0] = [rng.randint(0, 8)]
        entry.given["filters"] = rng.randint(1, 6)
    else:
        name = rng.choice(list(net.inputs))
        net.inputs[name] = random_shape(rng, rng.randint(0, 3), Limits(8, 8, (10, 6, 4), 3))


# ------------------------------------------------------------------------------------------- a network of many


def random_graph(rng: Random, wild: bool = False) -> Net:
    """A whole file with every feature of the format; with `wild` an entry may not fit."""
    return _Author(rng).net(wild)


MOST_VALUES = 200_000  # in one tensor of a random graph
_GRAPH = Limits(channels=16, filters=24, sides=(64, 24, 8), kernel=5)


class _Author:
    """Writes one random file."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.names = 0

    def net(self, wild: bool) -> Net:
        net = Net(self.inputs())
        net.vars, net.overrides = self.vars()
        net.defaults = self.defaults()
        net.blocks = self.blocks(list(net.vars))
        expander = Expander(net)
        wanted = self.rng.randint(2, 10)
        for _ in range(40):
            if len(net.entries) >= wanted:
                break
            before = expander.snapshot()
            entry = self.proposal(net, expander)
            try:
                expander.add(entry)
                if count_positions(expander.shapes[-1] if expander.shapes else ()) > MOST_VALUES:
                    expander.back_to(before)
                    continue
                net.entries.append(entry)
            except (DoesNotFitError, MalformedError):
                if wild and len(net.entries) > 1:
                    net.entries.append(entry)
                    return net
                expander.back_to(before)
        if not net.entries or not expander.steps:
            return self.net(wild)
        return self.finished(net, expander, wild)

    def finished(self, net: Net, expander: Expander, wild: bool) -> Net:
        """Name the outputs where not everything leads to the last entry, and now and then anyway."""
        if expander.unread() or self.rng.random() < 0.15:
            names = [name for name, (port, _, _) in expander.scope.names.items() if port >= 0]
            if not names:
                return self.net(wild)
            net.outputs = self.rng.sample(names, min(len(names), self.rng.randint(1, 3)))
        return net

    def chance(self, of: float) -> bool:
        return self.rng.random() < of

    def new_name(self, stem: str = "n") -> str:
        self.names += 1
        return f"{stem}{self.names}" if self.chance(0.8) else f"{self.names}{stem}"

    # --------------------------------------------------------------------------------------------- the file's head

    def inputs(self) -> dict[str, Shape]:
        shape = random_shape(self.rng, self.rng.choice([1, 2, 2, 2, 2, 3]), _GRAPH)
        if self.chance(0.75):
            return {"input": shape}
        other = self.rng.choice([shape, shape, (self.rng.randint(1, 9), *shape[1:]), shape[:1]])
        return {"left": shape, "right": other}

    def vars(self) -> tuple[dict[str, str], dict[str, str]]:
        """Some vars, one of them worked out from the others and written before them; now and then one overridden."""
        if self.chance(0.4):
            return {}, {}
        vars = {
            "twice": "2 * width",
            "scaled": "round_to(width * factor, 4)",
            "width": str(self.rng.randint(2, 8)),
            "factor": self.rng.choice(["1.0", "0.75", "1.4", "3 / 2"]),
            "deep": self.rng.choice(["true", "false", "width > 4", "factor != 1 and width < 7"]),
        }
        return vars, {"width": str(self.rng.randint(2, 8))} if self.chance(0.2) else {}

    def defaults(self) -> dict[str, Values]:
        rng = self.rng
        offered: dict[str, Values] = {
            "conv": _some(rng, {"bias": rng.random() < 0.3, "padding": "same", "stride": rng.choice([1, 1, 2])}),
            "max_pool": {"kernel": rng.randint(2, 3), "stride": 2, "ceil": True},
            "dense": {"bias": False},
            "batch_norm": {"scale": rng.random() < 0.5},
        }
        return {name: given for name, given in offered.items() if given and rng.random() < 0.25}

    def blocks(self, vars: list[str]) -> dict[str, Block]:
        width = "width" if vars else "4"
        deep = "deep" if vars else "true"
        offered = {
            "cb": Block(
                {"n": None, "k": "1", "s": "1", "g": "1", "$act": self.rng.choice(["relu", "silu", "gelu"])},
                [
                    Entry("conv", {"filters": "n", "kernel": "k", "stride": "s", "padding": "k // 2", "groups": "g"}),
                    Entry("batch_norm", when=self.rng.choice([None, deep, "n > 4"])),
                    Entry("$act"),
                ],
            ),
            "unit": Block(
                {"n": None, "s": self.rng.choice(["1", "2"])},
                [
                    Entry("add", branches=[
                        ("main", [Entry("cb", {"n": "n", "k": 3, "s": "s"}), self.safe()]),
                        ("short", [Entry("cb", {"n": "n", "k": 1, "s": "s"}, when="s > 1 or channels != n")]),
                    ]),
                    Entry("relu"),
                ],
            ),
            "inner": Block(
                {"t": "2"},
                [
                    Entry("conv", {"filters": "hidden", "kernel": 1}, name="up"),
                    Entry("conv", {"filters": "hidden", "kernel": 3, "padding": "same", "groups": "hidden"}),
                    Entry("concat", reads=["up", "previous"]),
                    Entry("conv", {"filters": "back + 0 * up.channels", "kernel": 1, "bias": False}),
                ],
                {"hidden": "t * back", "back": "channels"},
            ),
            "squeeze": Block(
                {"r": "4"},
                [Entry("multiply", branches=[
                    (None, []),
                    (None, [
                        Entry("global_avg_pool"),
                        Entry("dense", {"units": "max(1, input.channels // r)"}),
                        Entry("relu"),
                        Entry("dense", {"units": self.rng.choice(["all", "input.channels"])}),
                        Entry("sigmoid"),
                    ]),
                ])],
                {"all": self.rng.choice(["channels", "input.channels"])},
            ),
            "grow": Block(
                {"k": width},
                [Entry("concat", branches=[
                    ("old", []),
                    ("new", [Entry("batch_norm"), Entry("conv", {"filters": "k", "kernel": 3, "padding": 1})]),
                ])],
            ),
            "meet": Block(
                {},
                [
                    Entry("resize", {"like": "skip"}, reads=["x"], when="true"),
                    Entry("concat", reads=["previous", "skip"]),
                    self.safe(),
                ],
                inputs=["x", "skip"],
            ),
            "tower": Block({"n": width}, [
                *(self.safe() for _ in range(self.rng.randint(1, 3))),
                Entry("cb", {"n": "n", "k": 3}, repeat=self.rng.choice([None, 1, 2])),
                *(self.safe() for _ in range(self.rng.randint(0, 2))),
            ]),
            "elu": Block({}, [Entry("tanh"), Entry("scale")]),  # wins over the layer type of that name
        }  # fmt: skip
        kept = [name for name in offered if name == "cb" or self.chance(0.6)]
        return {name: offered[name] for name in self.rng.sample(kept, len(kept))}

    # ------------------------------------------------------------------------------------------------- the entries

    def safe(self) -> Entry:
        """An entry that fits any maps and keeps them as large, with as many channels."""
        rng = self.rng
        same = {"filters": "channels", "kernel": rng.randint(1, 3), "padding": "same", "stride": 1}
        offered = [
            Entry("conv", {**same, "groups": rng.choice([1, "channels"])}),
            Entry("batch_norm", {"shift": rng.random() < 0.5} if rng.random() < 0.3 else {}),
            Entry(rng.choice([name for name in ACTIVATIONS if name != "elu"])),
            Entry("dropout", {"rate": 0.2}),
            Entry("avg_pool", {"kernel": 3, "stride": 1, "padding": "same"}),
            Entry("layer_norm"),
            Entry("group_norm", {"groups": 1}),
            Entry("conv", {**same, "bias": False}, repeat=rng.choice([0, 1, 2, 3])),
            Entry("conv", {**same, "dilation": rng.choice(["copy", "2 ** (copy - 1)"])}, repeat=rng.choice([1, 3])),
            Entry("conv", {**same, "filters": rng.choice(["input.channels", "channels"])}, when="input.channels < 9"),
            Entry(
                "dense", {"units": "channels", "per": "position"}, when=rng.choice(["channels > 3", "true", "false"])
            ),
            Entry("add", branches=[(None, []), (None, [Entry("conv", same)])]),
        ]
        return rng.choice(offered)

    def proposal(self, net: Net, expander: Expander) -> Entry:
        """A next entry of the file; whether it fits is found out by writing it out."""
        names = list(expander.scope.names)
        sources = [*names, *(net.inputs if len(net.inputs) > 1 else [])]
        start = [self.rng.choice(list(net.inputs))] if expander.current is None else None
        reads = start or ([self.rng.choice(sources)] if sources and self.chance(0.12) else None)
        known = [*sources, *(["previous"] if expander.current is not None else [])]
        if len(known) > 1 and self.chance(0.25):
            entry = self.meeting(net, known)
        elif names and self.chance(0.25):
            entry = self.again(net, expander, self.rng.choice(names), known)
        else:
            port = expander.scope.find(reads[0])[0] if reads else expander.current
            assert port is not None
            entry = self.follower(net, expander.shape(port))
            entry.reads = reads
        if entry.name is None and self.chance(0.45):
            entry.name = self.new_name()
        return entry

    def meeting(self, net: Net, known: list[str]) -> Entry:
        """Something that reads two entries or more."""
        reads = self.rng.sample(known, 2)
        if "meet" in net.blocks and self.chance(0.3):
            return Entry("meet", reads=reads)
        layer_type = self.rng.choice([*MERGES, *MERGES, *TYPED_MERGES, "distance", "matmul", "resize", "crop"])
        if layer_type in TYPED_MERGES:
            return Entry(layer_type, {"type": self.rng.choice(["maximum", "divide"])}, reads=reads)
        if layer_type in ("resize", "crop") and reads[1] != "previous" and self.chance(0.5):
            return Entry(layer_type, {"like": reads[1]}, reads=reads[:1])
        if layer_type in MERGES and len(known) > 2 and self.chance(0.2):
            reads = self.rng.sample(known, 3)
        return Entry(layer_type, reads=reads)

    def again(self, net: Net, expander: Expander, name: str, known: list[str]) -> Entry:
        """An entry of the file once more, with the same weights, on another input."""
        model = next(entry for entry in net.entries if entry.name == name)
        several = len(model.reads or []) > 1
        _, start, stop = expander.scope.find(name)
        if start < stop:
            read = expander.shape(expander.steps[start].inputs[0])
            known = [other for other in known if self.gives(expander, other)[:1] == read[:1]] or known
        return Entry(
            model.type,
            model.given,
            name=self.new_name() if model.branches else None,  # else the branches' names would stand twice
            reads=model.reads if several else [self.rng.choice(known)],
            repeat=model.repeat if several or model.repeat else self.rng.choice([None, 2]),
            when=model.when,
            share=name,
            branches=model.branches,
            by_position=model.by_position,
        )

    def gives(self, expander: Expander, name: str) -> Shape:
        port = expander.current if name == "previous" else expander.scope.find(name)[0]
        assert port is not None
        return expander.shape(port)

    def follower(self, net: Net, shape: Shape) -> Entry:
        """A layer, a block or branches that read one entry."""
        rng = self.rng
        calls = [name for name in net.blocks if name != "meet"]
        kind = rng.choice(["layer"] * 4 + ["call"] * 4 + ["safe", "branches", "branches"])
        if kind == "layer":
            types = [name for name in readers_of(shape) if name not in net.blocks]
            entry = random_entry(rng, rng.choice(types), shape, _GRAPH)
        elif kind == "call":
            entry = self.call(net, rng.choice(calls))
        elif kind == "safe":
            entry = self.safe()
        else:
            entry = self.branches(net)
        if entry.repeat is None and self.chance(0.2):
            entry.repeat = rng.choice([0, 1, 2, 3, "channels // channels", "2 * 1"])
        if entry.when is None and self.chance(0.1):
            entry.when = rng.choice(["true", "false", "channels > 4", "channels % 2 == 0 or channels == 3"])
        return entry

    def call(self, net: Net, block: str) -> Entry:
        rng = self.rng
        offered: Values = {
            "n": rng.choice([rng.randint(1, 12), "channels", *(["twice", "scaled"] if net.vars else [])]),
            "k": rng.choice([1, 2, 3, 5]),
            "s": rng.choice([1, 1, 2]),
            "g": 1,
            "t": rng.randint(1, 3),
            "width": rng.randint(9, 12),
            "r": rng.choice([1, 2, 16]),
            "act": rng.choice(["relu6", "hard_swish", "prelu"]),
        }
        params = net.blocks[block].params
        needed = [name for name, default in params.items() if default is None]
        given = {name.lstrip("$"): offered[name.lstrip("$")] for name in params if name in needed or self.chance(0.4)}
        by_position = list(given) == [name.lstrip("$") for name in params][: len(given)] and self.chance(0.7)
        return Entry(block, given, by_position=by_position and bool(given))

    def branches(self, net: Net) -> Entry:
        """Branches that keep the sides; in an add or multiply the channels too."""
        rng = self.rng
        merge = rng.choice(MERGES)
        named = self.chance(0.6)
        found = []
        for _ in range(rng.randint(2, 3)):
            entries = [self.safe() for _ in range(rng.randint(0, 2))]
            if merge == "concat" and self.chance(0.5):
                entries.append(
                    Entry("conv", {"filters": rng.randint(1, 9), "kernel": 3, "padding": "same", "stride": 1})
                )
            if self.chance(0.15):
                entries.append(self.branches(net))
            found.append((self.new_name("b") if named else None, entries))
        name = self.new_name("m") if self.chance(0.5) else None
        return Entry(merge, branches=found, name=name)
