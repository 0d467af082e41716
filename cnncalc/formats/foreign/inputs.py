"""The inputs of a network of another program: for one image, and at the size that was asked for."""

from __future__ import annotations

import re
from math import prod
from typing import Any

from cnncalc.core.problem import Label, Origin, clean, fail
from cnncalc.core.record import Record
from cnncalc.formats.foreign.axes import Axes
from cnncalc.formats.foreign.model import Dims, Foreign

LARGEST_SIZE = 10**15


class Inputs(Record):
    """The inputs that are read: the dims of each, and the axis of its channels.

    `empty` have no numbers. `images` are numbers of images that stand where one is counted. Of the `outdated` the file
    says dims of another size. `notes` are what was counted otherwise than the file says.
    """

    dims: dict[str, tuple[tuple[int, ...], int]]
    empty: dict[str, tuple[int, ...]]
    images: set[int]
    outdated: set[str]
    notes: list[str]


def read_inputs(net: Foreign, axes: Axes, input_size: str | None, whole: bool) -> Inputs:
    """The inputs of a network, all images together where it is `whole`; raises ProblemsFound where sizes stay open."""
    found = Inputs({}, {}, set(), set(), [])
    for name in sorted(net.unsized & axes.readers.keys()):
        message = f"the input `{clean(name)}` is no tensor, or has no number of axes"
        raise fail("missing-key", message, _place(net, name))
    sizes = _sizes(input_size)
    for name, declared in net.inputs.items():
        if name not in axes.readers and name not in net.outputs:
            continue
        dims = list(declared)
        if 0 in dims and all(isinstance(side, int) for side in dims):  # no numbers: what they are is known
            found.empty[name] = tuple(dims)
            continue
        if len(dims) > 1 and not axes.is_one_image(name, len(dims)):
            at = 1 if axes.counts_steps(name) else 0
            images = dims[at] if isinstance(dims[at], int) and dims[at] > 0 else 1
            if images > 1:
                counted = "counted are all, for one alone does not fit" if whole else "counted is one"
                found.notes.append(f"the input `{clean(name)}` has {images:,} images: {counted}")
            if images > 1 and not whole:
                found.images.add(images)
                images = 1
            dims[at] = images
        channel = axes.channel(name, len(dims))
        if sizes and len(dims) >= 4:
            _resize(name, dims, channel, sizes)
        open_ = [str(side or "?") for side in dims if not isinstance(side, int) or side < 1]
        if open_:
            raise fail(
                "missing-key",
                f"the input `{clean(name)}` leaves sizes open: {clean(', '.join(open_))}",
                _place(net, name),
                f"say them: `--input-size {'224' if isinstance(dims[channel], int) else '3x224x224'}`",
            )
        check_size(tuple(dims), _place(net, name))
        if any(isinstance(said, int) and 0 < said != now for said, now in zip(declared[1:], dims[1:], strict=True)):
            found.outdated.add(name)
        found.dims[name] = (tuple(dims), channel)
    if not found.dims:
        raise fail("not-an-architecture", "no output depends on an input", Label(net.file, ""))
    return found


def _place(net: Foreign, name: str) -> Label:
    return Label(net.file, f"input `{clean(name)}`")


def _resize(name: str, dims: list[Any], channel: int, sizes: list[int]) -> None:
    """Put sizes in the place of an input's sides, and of its channels where there is one more."""
    sides = [at for at in range(1, len(dims)) if at != channel]
    given = sizes * len(sides) if len(sizes) == 1 else sizes
    if len(given) == len(sides) + 1:
        dims[channel], *given = given
    if len(given) != len(sides):
        raise fail("bad-value", f"--input-size: the input `{clean(name)}` has {len(sides)} sides", None)
    for at, side in zip(sides, given, strict=True):
        dims[at] = side


def _sizes(input_size: str | None) -> list[int]:
    if input_size is None:
        return []
    sizes = re.fullmatch(r"[1-9]\d{0,4}(?:[x×][1-9]\d{0,4}){0,3}", input_size, re.ASCII)
    if not sizes:
        raise fail("bad-value", f"--input-size: `{clean(input_size)}` is no size", None, "write 256 or 256x320")
    return [int(side) for side in re.split("[x×]", input_size)]


def check_size(dims: Dims, place: Origin) -> None:
    """The check that a tensor is within the limit; raises ProblemsFound."""
    if (values := prod(dims)) > LARGEST_SIZE:
        raise fail("limit", f"a tensor of {values:,} values (limit: values {LARGEST_SIZE:,})", place)
