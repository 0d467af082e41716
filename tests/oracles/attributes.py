"""The attributes of every layer type, their order and defaults, as the file format promises them.

Written down a second time on purpose: the engine's own declarations are what is under test.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

Shape = tuple[int, ...]
Values = dict[str, Any]

REQUIRED: Any = object()

ATTRIBUTES: dict[str, Values] = {
    "conv": {
        "filters": REQUIRED, "kernel": REQUIRED, "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True,
        "connections": None, "shared": True,
    },
    "transposed_conv": {
        "filters": REQUIRED, "kernel": REQUIRED, "stride": 1, "padding": 0, "output_padding": None, "dilation": 1,
        "groups": 1, "bias": True,
    },
    "subsample": {"kernel": REQUIRED, "stride": "kernel"},
    "max_pool": {
        "kernel": REQUIRED, "stride": "kernel", "padding": 0, "ceil": False, "clip": "torch", "dilation": 1,
    },
    "avg_pool": {"kernel": REQUIRED, "stride": "kernel", "padding": 0, "ceil": False, "clip": "torch"},
    "global_avg_pool": {},
    "global_max_pool": {},
    "adaptive_avg_pool": {"size": REQUIRED},
    "adaptive_max_pool": {"size": REQUIRED},
    "dense": {"units": REQUIRED, "bias": True, "per": "none"},
    "rbf": {"units": REQUIRED},
    "add": {},
    "multiply": {},
    "concat": {"axis": "channels"},
    "elementwise": {"type": REQUIRED},
    "distance": {},
    "matmul": {"transpose": "none"},
    "batch_norm": {"scale": True, "shift": True},
    "layer_norm": {"scale": True, "shift": True, "over": "channels"},
    "rms_norm": {"scale": True, "over": "channels"},
    "group_norm": {"groups": REQUIRED, "scale": True, "shift": True},
    "instance_norm": {"scale": False, "shift": False},
    "lrn": {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 2},
    "scale": {"bias": False, "per": "channel"},
    "dropout": {"rate": 0.5},
    "stochastic_depth": {"rate": 0.5},
    "flatten": {},
    "reshape": {"shape": REQUIRED},
    "slice": {"part": None, "of": None, "first": None, "last": None},
    "pad_channels": {"to": REQUIRED},
    "channel_shuffle": {"groups": REQUIRED},
    "pixel_shuffle": {"factor": REQUIRED},
    "space_to_depth": {"factor": REQUIRED},
    "transpose": {},
    "identity": {},
    "channel_avg_pool": {},
    "channel_max_pool": {},
    "upsample": {"factor": REQUIRED},
    "resize": {"size": None, "like": None},
    "pad": {"padding": REQUIRED},
    "crop": {"like": None, "by": None},
    "to_sequence": {},
    "class_token": {},
    "position_embedding": {},
    "take_token": {"index": 0},
    "embedding": {"words": REQUIRED, "width": REQUIRED},
    "attention": {
        "heads": REQUIRED, "inner": None, "value_width": None, "output_width": None, "kv_heads": "heads",
        "window": None, "shift": 0, "position_table": False, "bias": True,
    },
    **{
        name: {"units": REQUIRED, "bidirectional": False, "biases": 1, "gives": "all"}
        for name in ("lstm", "gru", "rnn")
    },
    "operator": {
        "type": REQUIRED, "output": None, "weights": None, "biases": None, "buffers": None, "multiplies": None,
    },
    "relu": {},
    "relu6": {},
    "leaky_relu": {"slope": 0.01},
    "prelu": {"per": "channel"},
    "sigmoid": {},
    "tanh": {},
    "elu": {},
    "selu": {},
    "gelu": {},
    "silu": {},
    "hard_swish": {},
    "hard_sigmoid": {},
    "softmax": {},
}  # fmt: skip

MERGES = ("add", "multiply", "concat")
TYPED_MERGES = ("elementwise",)  # whose first attribute is a word
PAIRS = ("distance", "matmul")
SEVERAL_INPUTS = (*MERGES, *TYPED_MERGES, *PAIRS)
LIKE = ("resize", "crop")  # may read a second input, for its sides
# Attributes whose text is the value itself
WORDS = ("per", "clip", "like", "type", "axis", "over", "gives", "transpose")
FROM_ZERO = ("padding", "output_padding", "index", "connections", "by", "biases", "shift")
REAL = ("rate", "alpha", "beta", "k", "slope")  # need not be whole
PER_AXIS = ("kernel", "stride", "dilation", "output_padding", "factor", "size", "window", "shift")


class MalformedError(Exception):
    """An attribute that no layer of this kind can have, whatever it reads."""


def resolve(layer_type: str, given: Values, rank: int) -> Values:
    """All attributes with their values for an input with `rank` sides: one number per axis, pads as pairs."""
    values: Values = {}
    for name, default in ATTRIBUTES[layer_type].items():
        value = given.get(name, default)
        if value is REQUIRED:
            raise MalformedError(f"{layer_type} needs {name}")
        _check(name, value, real=name == "factor" and layer_type == "upsample")
        if value in ("kernel", "heads"):
            values[name] = values[value]
        elif name == "padding" or (name == "by" and value is not None):
            values[name] = _pads(value, rank)
        elif name in PER_AXIS and layer_type != "lrn" and value is not None and not isinstance(value, bool):
            values[name] = _on_each_axis(value, rank)
        elif isinstance(value, (list, tuple)) and name != "connections":
            raise MalformedError(f"{name} is one number")
        elif name == "connections" and value is not None:
            values[name] = tuple(tuple(row) for row in value)
        elif name == "shape" and value is not None:
            *sides, channels = (int(part) for part in value.split("x"))
            values[name] = (channels, *sides)
        else:
            values[name] = value
    return values


def _check(name: str, value: Any, real: bool) -> None:
    """Sizes, counts and steps are whole and at least 1; pads and indices at least 0."""
    if name in REAL:
        return
    if real:
        if any(part <= 0 for part in (value if isinstance(value, (list, tuple)) else [value])):
            raise MalformedError(f"{name} must be above 0")
        return
    least = 0 if name in FROM_ZERO else 1
    for part in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(part, Fraction) or (type(part) is int and part < least):
            raise MalformedError(f"{name} must be whole and at least {least}")


def _on_each_axis(value: Any, rank: int) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        return (value,) * rank
    if len(value) != rank:
        raise MalformedError(f"{len(value)} values for {rank} sides")
    return tuple(value)


def _pads(value: Any, rank: int) -> Any:
    if value == "same":
        return "same"
    if value == "causal":
        if rank > 1:
            raise MalformedError("causal is for one axis")
        return "causal"
    entries = _on_each_axis(0 if value == "valid" else value, rank)
    return tuple((entry, entry) if isinstance(entry, int) else (entry[0], entry[1]) for entry in entries)
