"""Shapes of tensors (feature maps): tuples of integers, channels first, one image, no batch.

The spatial dimensions that follow the channels are called sides. A vector has one number, `(4096,)`.
"""

from __future__ import annotations

import re

Shape = tuple[int, ...]

AXES = {0: (), 1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
MOST_SIDES = 3


class TensorShape(tuple[int, ...]):
    """The shape of a tensor for one image, channels first: a tuple that says so.

    >>> TensorShape((96, 55, 27))
    TensorShape(channels=96, height=55, width=27)
    >>> TensorShape((96, 55, 27)) == (96, 55, 27), TensorShape((4096,)).sides
    (True, ())
    """

    __slots__ = ()

    @property
    def channels(self) -> int:
        """Number of channels; of a vector its length."""
        return self[0]

    @property
    def sides(self) -> tuple[int, ...]:
        """Spatial dimensions: `(height, width)`, `(length,)`, `(depth, height, width)`; empty for a vector."""
        return self[1:]

    def __repr__(self) -> str:
        names = ("channels", *AXES.get(len(self) - 1, ()))
        if len(names) != len(self):  # more sides than have names
            return f"TensorShape({tuple(self)})"
        return f"TensorShape({', '.join(f'{name}={side}' for name, side in zip(names, self, strict=True))})"


def written_shape(shape: Shape, layout: str = "hwc", times: str = "×") -> str:
    """A shape for reading, channels last unless `layout` is `chw`.

    >>> written_shape((96, 55, 55)), written_shape((4096,)), written_shape((96, 55, 55), "chw", "x")
    ('55×55×96', '4096', '96x55x55')
    """
    ordered = shape if layout == "chw" else (*shape[1:], shape[0])
    return times.join(map(str, ordered))


def read_shape(text: str) -> Shape | None:
    """The shape that a text like `28x28x256` (channels last) means, None where it is no shape.

    >>> read_shape("28x28x256"), read_shape("4096"), read_shape("28x")
    ((256, 28, 28), (4096,), None)
    """
    if not re.fullmatch(r"\d{1,15}([x×]\d{1,15})*", text, re.ASCII):
        return None
    *sides, channels = (int(part) for part in re.split("[x×]", text))
    return (channels, *sides)
