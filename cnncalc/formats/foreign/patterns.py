"""What an exporter writes out with small operators, found again as the one operator that it is.

A pattern is an operator and what it reads: another such, a tensor by its name (`x`; `W` and `B` are stored vectors), a
number, or `ε`, any single number. `Add` and `Mul` read in any order. `mean` is a ReduceMean over the last axis, and
parts that are written in several ways stand below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnncalc.core.record import Record
from cnncalc.formats.foreign.model import Foreign, Operation

CLOSE = 1e-3  # how far a number may be from the one of a formula
TURNED = ("Add", "Mul")
GIVES_WHAT_IT_READS = ("Cast", "CastLike", "Identity")

Part = Any  # ("Mul", "x", 0.5), or "x", or 0.5, or a list of such: one of them


class Pattern(Record):
    """One operator, and how it may be written out; `reads` of it are tensors of the pattern, in their order."""

    type: str
    parts: Part
    reads: tuple[str, ...] = ("x",)
    attributes: Mapping[str, Any] = {}


_ERF = ("Add", ("Erf", [("Div", "x", 2**0.5), ("Mul", "x", 0.5**0.5)]), 1)
_CUBE = [("Pow", "x", 3), ("Mul", ("Mul", "x", "x"), "x")]
_TANH = ("Add", ("Tanh", ("Mul", ("Add", "x", ("Mul", _CUBE, 0.044715)), 0.7978846)), 1)
_SIX = ("Clip", ("Add", "x", 3), 0, 6)
_OFF = ("Sub", "x", ("mean", "x"))  # from the mean
_DEVIATION = ("Sqrt", ("Add", ("mean", [("Pow", _OFF, 2), ("Mul", _OFF, _OFF)]), "ε"))
_NORMAL = [("Div", _OFF, _DEVIATION), ("Mul", _OFF, ("Reciprocal", _DEVIATION)), ("Mul", _OFF, ("Div", 1, _DEVIATION))]
_ROOT = ("Sqrt", ("Add", ("mean", [("Pow", "x", 2), ("Mul", "x", "x")]), "ε"))
_EVEN = [("Div", "x", _ROOT), ("Mul", "x", ("Reciprocal", _ROOT)), ("Mul", "x", ("Div", 1, _ROOT))]

PATTERNS = (
    *(
        Pattern("Gelu", parts)
        for one in (_ERF, _TANH)
        for parts in (
            ("Mul", ("Mul", "x", one), 0.5), ("Mul", ("Mul", "x", 0.5), one), ("Mul", "x", ("Mul", one, 0.5)),
        )
    ),
    Pattern("Swish", ("Mul", "x", ("Sigmoid", "x"))),
    Pattern("HardSwish", ("Mul", "x", [("Div", _SIX, 6), ("Mul", _SIX, 1 / 6)])),
    Pattern("HardSwish", [("Div", ("Mul", "x", _SIX), 6), ("Mul", ("Mul", "x", _SIX), 1 / 6)]),
    Pattern("HardSwish", ("Mul", "x", ("HardSigmoid", "x"))),
    Pattern("HardSigmoid", [("Div", _SIX, 6), ("Mul", _SIX, 1 / 6)]),
    Pattern("Mish", ("Mul", "x", ("Tanh", ("Softplus", "x")))),
    Pattern("LayerNormalization", ("Add", ("Mul", _NORMAL, "W"), "B"), ("x", "W", "B")),
    Pattern("LayerNormalization", ("Mul", _NORMAL, "W"), ("x", "W")),
    Pattern("LayerNormalization", _NORMAL),
    Pattern("RMSNormalization", ("Mul", _EVEN, "W"), ("x", "W")),
)  # fmt: skip


def _close(number: Any, wanted: float) -> bool:
    return isinstance(number, int | float) and abs(number - wanted) <= CLOSE * abs(wanted)


def _heads(parts: Part) -> set[str]:
    """The operators that a pattern may begin with."""
    return {head for one in parts for head in _heads(one)} if isinstance(parts, list) else {parts[0]}


def _needs(parts: Part) -> set[str]:
    """The operators without which there is no such pattern."""
    if isinstance(parts, list):
        return set.intersection(*map(_needs, parts))
    if not isinstance(parts, tuple):
        return set()
    head = "ReduceMean" if parts[0] == "mean" else parts[0]
    return {head}.union(*map(_needs, parts[1:]))


class _Found:
    """The operators of a network by what they give."""

    def __init__(self, net: Foreign) -> None:
        self.net = net
        self.makers = {given: one for one in net.operations for given in one.gives[:1]}

    def number(self, name: str) -> float | None:
        """The single number that a tensor is, where it is one."""
        for _ in range(4):
            stored = self.net.stored.get(name)
            if stored is not None:
                single = stored.values is not None and len(stored.values) == 1
                return stored.values[0] if single and stored.values else None
            maker = self.makers.get(name)
            if maker is None or maker.type not in GIVES_WHAT_IT_READS or not maker.reads:
                return None
            name = maker.reads[0]
        return None

    def fits(self, part: Part, name: str, bound: dict[str, str]) -> dict[str, str] | None:
        """Which tensors those of a pattern are where it gives the tensor `name`; None where it does not."""
        if isinstance(part, list):
            return next((found for one in part if (found := self.fits(one, name, bound)) is not None), None)
        if part == "ε":
            return bound if self.number(name) is not None else None
        if isinstance(part, str):
            stored = self.net.stored.get(name)
            if part.isupper() != (stored is not None and len(stored.dims) == 1):
                return None
            return {**bound, part: name} if bound.get(part, name) == name else None
        if not isinstance(part, tuple):
            return bound if _close(self.number(name), part) else None
        maker = self.makers.get(name)
        return self.made(part, maker, bound) if maker is not None else None

    def made(self, part: tuple[Any, ...], maker: Operation, bound: dict[str, str]) -> dict[str, str] | None:
        """The same where it is what an operator does."""
        head, *parts = part
        reads: Sequence[Any] = maker.reads
        if head == "mean":
            if maker.type != "ReduceMean" or not reads or not self.over_last(maker):
                return None
            return self.fits(parts[0], reads[0], bound)
        if maker.type != head:
            return None
        if head == "Clip" and len(reads) == 1:  # before version 11 its ends were attributes
            ends = (maker.attributes.get("min_value"), maker.attributes.get("max_value"))
            return self.fits(parts[0], reads[0], bound) if ends == tuple(parts[1:]) else None
        if head == "HardSigmoid" and not _close(maker.attributes.get("alpha", 0.2), 1 / 6):
            return None
        if len(reads) != len(parts):
            return None
        for order in (reads, reads[::-1]) if head in TURNED else (reads,):
            found: dict[str, str] | None = bound
            for one, read in zip(parts, order, strict=True):
                found = found if found is None else self.fits(one, read, found)
            if found is not None:
                return found
        return None

    def over_last(self, maker: Operation) -> bool:
        """Whether a mean is over the last axis, and leaves it there with one value."""
        axes = maker.attributes.get("axes")
        if axes is None and len(maker.reads) > 1:
            stored = self.net.stored.get(maker.reads[1])
            axes = stored.values if stored is not None else None
        last = [-1]
        for name in (*maker.reads[:1], *maker.gives[:1]):
            dims = self.net.declared.get(name) or self.net.inputs.get(name)
            last += [len(dims) - 1] if dims else []
        return (
            isinstance(axes, tuple) and len(axes) == 1 and axes[0] in last and maker.attributes.get("keepdims", 1) == 1
        )


def with_patterns(net: Foreign) -> None:
    """One operator in the place of the last of those that a pattern is made of; the others then lead nowhere."""
    types = {one.type for one in net.operations}
    by_head: dict[str, list[Pattern]] = {}
    for pattern in PATTERNS:
        if _needs(pattern.parts) <= types:
            for head in _heads(pattern.parts):
                by_head.setdefault(head, []).append(pattern)
    if not by_head:
        return
    found = _Found(net)
    operations = []
    for one in net.operations:
        for pattern in by_head.get(one.type, ()):
            bound = found.fits(pattern.parts, one.gives[0], {}) if one.gives else None
            if bound is not None:
                reads = tuple(bound[name] for name in pattern.reads)
                one = one._replace(type=pattern.type, attributes=dict(pattern.attributes), reads=reads)
                break
        operations.append(one)
    net.operations = operations
