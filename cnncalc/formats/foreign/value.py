"""A tensor while a network is built: its dims are those of the file, its shape is ours."""

from __future__ import annotations

from math import prod
from typing import Any

from cnncalc.core.graph import Ref
from cnncalc.core.record import Record
from cnncalc.core.shape import MOST_SIDES, Shape
from cnncalc.formats.foreign.model import Stored
from cnncalc.formats.foreign.moves import Known


class Value(Record):
    """A tensor: its dims, who gives it, and on which axis the channels are; a constant has no `ref`.

    A constant's `sources` are the stored tensors that it is made of, its `values` are known where they are few, and
    `works` are the tensors on the way to it that are made by so many multiplies, for each image anew; None where nobody
    knows how many.
    """

    dims: tuple[int, ...]
    ref: Ref | None = None
    channel: int = 0
    sources: tuple[Stored, ...] = ()
    values: tuple[Any, ...] | None = None
    works: tuple[tuple[str, int | None], ...] = ()

    @property
    def known(self) -> Known:
        """The dims and values that are known of it."""
        return Known(self.dims, self.values)

    @property
    def shape(self) -> Shape:
        """The shape of one image, channels first."""
        return shape_of(self.dims, self.channel)


def shape_of(dims: tuple[int, ...], channel: int) -> Shape:
    """Our shape of a tensor: one image, channels first; of more sides than three the first are one.

    >>> shape_of((1, 64, 56, 28), 1), shape_of((1, 197, 768), 2), shape_of((64, 49, 3, 8, 96), 4)
    ((64, 56, 28), (768, 197), (96, 3136, 3, 8))
    """
    if not dims:
        return (1,)
    sides = [side for at, side in enumerate(dims) if at != channel and not (at == 0 and side == 1)]
    if len(sides) > MOST_SIDES:
        cut = len(sides) - MOST_SIDES + 1
        sides = [prod(sides[:cut]), *sides[cut:]]
    return (dims[channel], *sides)


def dims_like(shape: Shape, like: Value) -> tuple[int, ...]:
    """The dims of a tensor of our shape whose axes are as those of another one.

    >>> dims_like((8, 28, 28), Value((1, 64, 56, 56), 0, 1)), dims_like((5, 10), Value((1, 10, 6), 0, 2))
    ((1, 8, 28, 28), (1, 10, 5))
    """
    if shape == like.shape:
        return like.dims
    channels, *sides = shape
    dims = [1, *sides] if like.channel > 0 and like.dims[0] == 1 else sides
    dims.insert(axis_in(len(dims) + 1, like), channels)
    return tuple(dims)


def axis_in(rank: int, like: Value) -> int:
    """The axis of the channels of what a layer gives, as it is in what it reads."""
    if rank == len(like.dims):
        return like.channel
    first = like.channel == 1 and like.dims[0] == 1 and len(like.dims) > 2 and rank > 1
    return 1 if first else rank - 1
