"""A layer counted one by one: no formula, only walks over positions, taps and channels.

Windows are placed one after another until none fits. Every multiplication is met on its own, and carries the index
of the weight that it uses: the weights of a layer are the different indices that were met. Slow, and meant to be:
for small layers only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from tests.oracles.attributes import Shape, Values


class DoesNotFit(Exception):
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
    """The shape that comes out; raises DoesNotFit."""
    shape = SHAPES[layer_type](values, shapes)
    if any(side < 1 for side in shape):
        raise DoesNotFit(f"{layer_type} leaves nothing")
    return shape


def count(layer_type: str, values: Values, shapes: list[Shape]) -> Tally:
    """Everything that is in the layer; raises DoesNotFit."""
    tally = Tally(output_shape(layer_type, values, shapes))
    if layer_type in WALKS:
        WALKS[layer_type](tally, values, shapes)
    return tally


def count_positions(shape: Shape) -> int:
    """How many values a tensor has."""
    return sum(1 for _ in _positions(shape))


# ------------------------------------------------------------------------------------------------------- helpers


def _positions(sides: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return product(*(range(side) for side in sides))


def _one(shapes: list[Shape], *, sides: bool = False) -> Shape:
    if len(shapes) != 1:
        raise DoesNotFit("one input is read")
    if sides and len(shapes[0]) == 1:
        raise DoesNotFit("a vector has no sides")
    return shapes[0]


def _vector(shapes: list[Shape]) -> int:
    shape = _one(shapes)
    if len(shape) > 1:
        raise DoesNotFit("a vector is read")
    return shape[0]


def _tokens(shapes: list[Shape]) -> Shape:
    shape = _one(shapes)
    if len(shape) != 2:
        raise DoesNotFit("tokens are read")
    return shape


def _parts(items: int, parts: int) -> list[list[int]]:
    """`items` things dealt out into equal runs, one after another."""
    for length in range(1, items + 1):
        runs = [list(range(start, start + length)) for start in range(0, items, length)]
        if len(runs) == parts and runs[-1][-1] == items - 1:
            return runs
    raise DoesNotFit(f"{items} does not split evenly into {parts}")


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
        raise DoesNotFit("the window is larger than its input")
    return starts


def _windows(values: Values, sides: tuple[int, ...], dropping: bool = True) -> list[list[int]]:
    ones = (1,) * len(sides)
    padding = values.get("padding", ((0, 0),) * len(sides))
    return [
        window_starts(
            side, kernel, stride, dilation, padding if padding == "same" else pads, values.get("ceil", False), dropping
        )
        for side, kernel, stride, dilation, pads in zip(
            sides, values["kernel"], values["stride"], values.get("dilation", ones), padding, strict=False
        )
    ] if padding != "same" else [
        window_starts(side, kernel, stride, dilation, "same")
        for side, kernel, stride, dilation in zip(
            sides, values["kernel"], values["stride"], values.get("dilation", ones), strict=True
        )
    ]
