"""The inputs of a network of another program: for one image, and at the size that was asked for."""

from __future__ import annotations

import re
from collections.abc import Collection
from math import prod
from typing import Any

from cnncalc.core.figures import many
from cnncalc.core.names import composed
from cnncalc.core.problem import Label, Origin, clean, fail, misspelt
from cnncalc.core.record import Record
from cnncalc.formats.foreign.axes import Axes
from cnncalc.formats.foreign.books import listed
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


class InputAxes(Record):
    """The axes of an input: which has the channels, which are sides, and which counts images, if any."""

    channel: int
    sides: tuple[int, ...]
    images: int | None


def read_inputs(net: Foreign, axes: Axes, input_size: str | None, whole: bool) -> Inputs:
    """The inputs of a network, all images together where it is `whole`; raises ProblemsFound where sizes stay open."""
    found = Inputs({}, {}, set(), set(), [])
    for name in sorted(net.unsized & axes.readers.keys()):
        message = f"the input `{clean(name)}` is no tensor, or has no number of axes"
        raise fail("missing-key", message, _place(net, name))
    read: dict[str, list[Any]] = {}
    for name, declared in net.inputs.items():
        if name not in axes.readers and name not in net.outputs:
            continue
        if 0 in declared and all(isinstance(side, int) for side in declared):  # no numbers: what they are is known
            found.empty[name] = tuple(declared)
        else:
            read[name] = list(declared)
    kinds = {name: _axes(axes, name, len(dims)) for name, dims in read.items()}
    counts = {net.inputs[name][one.images] for name, one in kinds.items() if one.images is not None}
    for name, dims in read.items():
        at = kinds[name].images
        if at is None:
            if len(dims) == 1 and isinstance(dims[0], str) and dims[0] in counts:  # one number for each image
                dims[0] = 1
            continue
        images = dims[at] if isinstance(dims[at], int) and dims[at] > 0 else 1
        if images > 1:
            counted = "counted are all, for one alone does not fit" if whole else "counted is one"
            found.notes.append(f"the input `{clean(name)}` has {images:,} images: {counted}")
        if images > 1 and not whole:
            found.images.add(images)
            images = 1
        dims[at] = images
    sizes = _sizes(net, input_size, read, _sized(read, kinds))
    for name, size in sizes.items():
        _resize(name, read[name], kinds[name], size)
    for name, dims in read.items():
        open_ = [str(side or "?") for side in dims if not isinstance(side, int) or side < 1]
        if open_:
            raise fail(
                "missing-key",
                f"the input `{clean(name)}` leaves sizes open: {clean(', '.join(open_))}",
                _place(net, name),
                f"say them: `--input-size {_example(name, read, kinds, input_size)}`",
            )
        check_size(tuple(dims), _place(net, name))
        changed = (at for at, (said, now) in enumerate(zip(net.inputs[name], dims, strict=True))
                   if at != kinds[name].images and isinstance(said, int) and 0 < said != now)  # fmt: skip
        if any(True for _ in changed):
            found.outdated.add(name)
        found.dims[name] = (tuple(dims), kinds[name].channel)
    if not found.dims:
        raise fail("not-an-architecture", "no output depends on an input", Label(net.file, ""))
    return found


def _axes(axes: Axes, name: str, rank: int) -> InputAxes:
    """The axes of an input, as its readers say."""
    images = None if rank < 2 or axes.is_one_image(name, rank) else 1 if axes.counts_steps(name) else 0
    channel = axes.channel(name, rank)
    return InputAxes(channel, tuple(at for at in range(rank) if at not in (channel, images)), images)


def _sized(read: dict[str, list[Any]], kinds: dict[str, InputAxes]) -> list[str]:
    """The inputs that a size without a name is for: those with the most sides; of those without any the open ones."""
    most = max((len(one.sides) for one in kinds.values()), default=0)
    names = [name for name in read if len(kinds[name].sides) == most and read[name]]
    return names if most else [name for name in names if not all(isinstance(side, int) for side in read[name])] or names


def _place(net: Foreign, name: str) -> Label:
    return Label(net.file, f"input `{clean(name)}`")


def _resize(name: str, dims: list[Any], axes: InputAxes, sizes: list[int]) -> None:
    """Put sizes in the place of an input's sides, and of its channels where there is one more."""
    sides = axes.sides
    given = sizes * len(sides) if len(sizes) == 1 and sides else sizes
    if len(given) == len(sides) + 1:
        dims[axes.channel], *given = given
    if len(given) != len(sides):
        has = many(len(sides), "side") if sides else "no sides: say one number"
        raise fail("bad-value", f"--input-size: the input `{clean(name)}` has {has}", None)
    for at, side in zip(sides, given, strict=True):
        dims[at] = side


def _sizes(net: Foreign, input_size: str | None, read: Collection[str], unnamed: list[str]) -> dict[str, list[int]]:
    """The sizes of inputs that are said by name, and without one; raises ProblemsFound."""
    found: dict[str, list[int]] = {}
    for part in (input_size or "").split(",") if input_size is not None else ():
        name, equals, size = composed(part.strip()).rpartition("=")
        if not re.fullmatch(r"[1-9]\d{0,8}(?:[x×][1-9]\d{0,8}){0,3}", size, re.ASCII):
            cure = "write `256`, `256x320` (height × width), `3x256x320` or `NAME=256`"
            raise fail("bad-value", f"--input-size: `{clean(size)}` is no size", None, cure)
        if equals and name not in read:
            message = f"--input-size: {'no layer reads the' if name in net.inputs else 'no'} input `{clean(name)}`"
            raise fail("unknown-name", message, None, misspelt(name, read) or f"there is {listed(list(read))}")
        if not equals and any(one in found for one in unnamed):
            raise fail("bad-value", f"--input-size: `{size}` is for no other input", None, f"write `NAME={size}`")
        sides = [int(side) for side in re.split("[x×]", size)]
        found |= dict.fromkeys([name] if equals else unnamed, sides)
    return found


def _example(name: str, read: dict[str, list[Any]], kinds: dict[str, InputAxes], said: str | None) -> str:
    """A size that an input may be told whose sides are open, behind those that are said."""
    sides = kinds[name].sides
    numbers = {0: ["128"], 1: ["128"], 2: ["224", "224"]}.get(len(sides), ["16"] + ["224"] * (len(sides) - 1))
    is_open = not isinstance(read[name][kinds[name].channel], int)
    size = "x".join((["16" if len(sides) == 1 else "3"] if is_open and sides else []) + numbers)
    if size == "224x224":
        size = "224"
    reached = _sized(read, kinds)
    by_name = said is not None or name not in reached or len({len(kinds[one].sides) for one in read}) > 1
    return f"{said},{name}={size}" if said else f"{name}={size}" if by_name else size


def check_size(dims: Dims, place: Origin) -> None:
    """The check that a tensor is within the limit; raises ProblemsFound."""
    if (values := prod(dims)) > LARGEST_SIZE:
        raise fail("limit", f"a tensor of {values:,} values (limit: values {LARGEST_SIZE:,})", place)
