"""What rearranges, cuts out or works out small numbers: dims of the result, and its values where all are known.

A move reads `Known` tensors and attributes by ONNX's names; readers of other formats write them so, too. Values are
flat, in the order of rows. A move says how they are worked out, and `moved` does so of small tensors.
"""

from __future__ import annotations

import operator as python
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, prod
from typing import Any

from cnncalc.core.record import Record

MOST_VALUES = 4_096  # of a tensor whose values are worked out
MOST_AXES = 32
LARGEST_DIM = 2**40


class Unclear(ValueError):
    """The dims of a result cannot be worked out: why."""


class Misfit(Unclear):
    """A contradiction among attributes and dims, that no size at run time could mend."""


class Known(Record):
    """A tensor's dims, and its values where they are known; among moves, how they are worked out."""

    dims: tuple[int, ...]
    values: Any = None  # tuple[Any, ...] | None, or Callable[[], tuple[Any, ...] | None]


Attributes = dict[str, Any]
Reads = Sequence[Known | None]
Move = Callable[[Attributes, Reads], list[Known]]
MOVES: dict[str, Move] = {}


def moved(name: str, attributes: Attributes, reads: Reads, most: int = MOST_VALUES) -> list[Known]:
    """The outputs of a move, with the values of those that have at most so many.

    Raises Unclear, also where its attributes are not what they should be.
    """
    try:
        found = MOVES[name](attributes, reads)
        if any(type(side) is not int or side < 0 for one in found for side in one.dims):
            raise Misfit("it gives a size below 0")
        if any(len(one.dims) > MOST_AXES for one in found):
            raise Misfit(f"it gives more than {MOST_AXES} axes")
        return [_worked_out(one, most) for one in found]
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise error if isinstance(error, Unclear) else Unclear("its attributes do not fit what it reads") from None


def for_one_image(name: str, attributes: Attributes, known: Reads) -> list[tuple[int, ...]] | None:
    """A reshape that is written for so many images, read for one."""
    shape = attributes.get("shape") or (known[1].values if len(known) > 1 and known[1] else None)
    read = known[0]
    if name != "Reshape" or not shape or read is None or shape[0] in (0, -1):
        return None
    try:
        return [moved("Reshape", {"shape": (1, *shape[1:])}, [read])[0].dims]
    except Unclear:
        return None


def _worked_out(one: Known, most: int) -> Known:
    if not callable(one.values):
        return one
    size = prod(one.dims)
    return one._replace(values=(one.values() if size else ()) if size <= most else None)


def move(*names: str) -> Callable[[Move], Move]:
    """Enter a move under its names."""

    def enter(function: Move) -> Move:
        MOVES.update(dict.fromkeys(names, function))
        return function

    return enter


def given(attributes: Attributes, reads: Reads, name: str, place: int) -> tuple[Any, ...] | None:
    """Whole numbers that are an attribute, or in later versions an input; raises Unclear where that is not known."""
    if name in attributes:
        value = attributes[name]
        return tuple(value) if isinstance(value, list | tuple) else (value,)
    read = reads[place] if place < len(reads) else None
    if read is None:
        return None
    if read.values is None:
        raise Unclear(f"its `{name}` are worked out while it runs")
    return tuple(read.values)


def axis_of(axis: int, rank: int) -> int:
    """An axis counted from the front; raises Unclear where there is none."""
    found = axis + rank if axis < 0 else axis
    if not 0 <= found < max(rank, 1):
        raise Misfit(f"there is no axis {axis} among {rank}")
    return found


def first(reads: Reads) -> Known:
    """The value read first; raises Unclear where it is left out."""
    if not reads or reads[0] is None:
        raise Unclear("it reads nothing")
    return reads[0]


def spread(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The dims of tensors that are combined value by value; raises Unclear where they do not fit.

    >>> spread([(1, 64, 56, 56), (64, 1, 1)])
    (1, 64, 56, 56)
    """
    rank = max(map(len, shapes), default=0)
    dims = []
    for column in zip(*[(1,) * (rank - len(shape)) + shape for shape in shapes], strict=True):
        sides = {side for side in column if side != 1}
        if len(sides) > 1:
            raise Misfit(f"dims {', '.join(map(str, shapes))} do not fit together")
        dims.append(sides.pop() if sides else 1)
    return tuple(dims)


def _steps(dims: tuple[int, ...]) -> list[int]:
    """How far apart values are along each axis."""
    steps = [1]
    for side in reversed(dims[1:]):
        steps.append(steps[-1] * side)
    return steps[::-1] if dims else []


def _picked(read: Known, dims: tuple[int, ...], places: Callable[[list[int]], list[Sequence[int]]]) -> Known:
    """A tensor whose values are some of those of `read`: `places` are for each axis how far its values are away.

    It is told how far apart the values of `read` are along each of its axes.
    """
    values = read.values
    if values is None:
        return Known(dims)

    def work_out() -> tuple[Any, ...]:
        found = [0]
        for axis in places(_steps(read.dims)):
            found = [before + at for before in found for at in axis]
        return tuple([values[place] for place in found])

    return Known(dims, work_out)


def _spread_to(read: Known, dims: tuple[int, ...]) -> Known:
    """A tensor that is repeated along the axes on which it has one value."""

    def places(steps: list[int]) -> list[Sequence[int]]:
        new = len(dims) - len(read.dims)
        along = [0] * new + [0 if side == 1 else step for side, step in zip(read.dims, steps, strict=True)]
        return [[step * at for at in range(side)] for step, side in zip(along, dims, strict=True)]

    return _picked(read, dims, places)


# ------------------------------------------------------------------------------------------------ views


@move("Reshape")
def _reshape(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    wanted = given(attributes, reads, "shape", 1)
    if wanted is None:
        raise Unclear("it says no shape")
    keeps_zero = not attributes.get("allowzero")
    dims = [
        read.dims[at] if side == 0 and keeps_zero and at < len(read.dims) else side for at, side in enumerate(wanted)
    ]
    if dims.count(-1) > 1:
        raise Misfit(f"two sizes of {tuple(wanted)} are open")
    size, known = prod(read.dims), prod(side for side in dims if side != -1)
    if -1 in dims and known and size % known == 0:
        dims[dims.index(-1)] = size // known
    if prod(dims) != size:
        raise Misfit(f"{size:,} values do not fit into {tuple(dims)}")
    return [Known(tuple(dims), read.values)]


@move("Flatten")
def _flatten(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    axis = attributes.get("axis", 1)
    axis += len(read.dims) if axis < 0 else 0
    return [Known((prod(read.dims[:axis]), prod(read.dims[axis:])), read.values)]


@move("Squeeze")
def _squeeze(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    axes = given(attributes, reads, "axes", 1)
    gone = {axis_of(axis, len(read.dims)) for axis in axes} if axes is not None else None
    dims = tuple(
        side for at, side in enumerate(read.dims) if not (side == 1 if gone is None else at in gone and side == 1)
    )
    return [Known(dims, read.values)]


@move("Unsqueeze")
def _unsqueeze(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    axes = given(attributes, reads, "axes", 1) or ()
    rank = len(read.dims) + len(axes)
    new = {axis_of(axis, rank) for axis in axes}
    sides = iter(read.dims)
    return [Known(tuple(1 if at in new else next(sides) for at in range(rank)), read.values)]


@move("Transpose")
def _transpose(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    order = tuple(attributes.get("perm") or reversed(range(len(read.dims))))
    if sorted(order) != list(range(len(read.dims))):
        raise Misfit(f"`perm` {order} is no order of {len(read.dims)} axes")
    dims = tuple(read.dims[axis] for axis in order)
    return [_picked(read, dims, lambda steps: [[steps[axis] * at for at in range(read.dims[axis])] for axis in order])]


# ------------------------------------------------------------------------------------------------ parts


@move("Slice")
def _slice(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    starts, stops = (given(attributes, reads, name, at) for name, at in (("starts", 1), ("ends", 2)))
    if starts is None or stops is None:
        raise Unclear("it says no `starts` and `ends`")
    axes = given(attributes, reads, "axes", 3) or tuple(range(len(starts)))
    steps = given(attributes, reads, "steps", 4) or (1,) * len(starts)
    ranges = [range(side) for side in read.dims]
    for start, stop, axis, step in zip(starts, stops, axes, steps, strict=True):
        at = axis_of(axis, len(read.dims))
        if step == 0:
            raise Misfit("a step is 0")
        ranges[at] = ranges[at][slice(start, None if step < 0 and stop < -read.dims[at] else stop, step)]
    dims = tuple(map(len, ranges))
    return [_cut_out(read, dims, ranges)]


def _cut_out(read: Known, dims: tuple[int, ...], ranges: Sequence[Sequence[int]]) -> Known:
    """A tensor of what stands at these places of each axis."""
    return _picked(
        read, dims, lambda steps: [[step * at for at in one] for step, one in zip(steps, ranges, strict=True)]
    )


@move("Split")
def _split(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    axis = axis_of(attributes.get("axis", 0), len(read.dims))
    parts = given(attributes, reads, "split", 1)
    side = read.dims[axis]
    if parts is None and "points" in attributes:  # Caffe says where parts begin
        ends = (0, *attributes["points"], side)
        parts = tuple(after - before for before, after in pairwise(ends))
    if parts is None:
        many = attributes["outputs"]
        size = ceil(side / many)
        parts = tuple(max(0, min(size, side - size * at)) for at in range(many))
    if sum(parts) != side:
        raise Misfit(f"parts of {parts} are not the {side} that there are")
    found = []
    begin = 0
    for part in parts:
        dims = (*read.dims[:axis], part, *read.dims[axis + 1 :])
        ranges = [range(begin, begin + part) if at == axis else range(side) for at, side in enumerate(read.dims)]
        found.append(_cut_out(read, dims, ranges))
        begin += part
    return found


@move("Gather")
def _gather(attributes: Attributes, reads: Reads) -> list[Known]:
    read, chosen = first(reads), reads[1]
    if chosen is None:
        raise Unclear("it says no indices")
    axis = axis_of(attributes.get("axis", 0), len(read.dims))
    dims = (*read.dims[:axis], *chosen.dims, *read.dims[axis + 1 :])
    side, places = read.dims[axis], chosen.values
    if places is None or read.values is None:
        return [Known(dims)]
    if wrong := [at for at in places if not -side <= at < side]:
        raise Misfit(f"there is no number {wrong[0]} among {side}")
    ranges = [[at % side for at in places] if at == axis else range(one) for at, one in enumerate(read.dims)]
    return [_cut_out(read, dims, ranges)]


@move("GatherElements")
def _gather_elements(attributes: Attributes, reads: Reads) -> list[Known]:
    return [Known(first(reads[1:]).dims)]


@move("GatherND")
def _gather_nd(attributes: Attributes, reads: Reads) -> list[Known]:
    read, chosen = first(reads), first(reads[1:])
    batch = attributes.get("batch_dims", 0)
    if not batch < len(chosen.dims) or batch + chosen.dims[-1] > len(read.dims):
        raise Misfit(f"its indices {chosen.dims} are none of {len(read.dims)} axes")
    return [Known((*chosen.dims[:-1], *read.dims[batch + chosen.dims[-1] :]))]


@move("OneHot")
def _one_hot(attributes: Attributes, reads: Reads) -> list[Known]:
    chosen, depth = first(reads), given({}, reads, "depth", 1)
    if not depth:
        raise Unclear("it says no `depth`")
    axis = axis_of(attributes.get("axis", -1), len(chosen.dims) + 1)
    return [Known((*chosen.dims[:axis], int(depth[0]), *chosen.dims[axis:]))]


@move("Pad")
def _pad(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    ends = given(attributes, reads, "pads", 1)
    if ends is None:
        raise Unclear("it says no `pads`")
    axes = given({}, reads, "axes", 3) or tuple(range(len(read.dims)))
    dims = list(read.dims)
    for at, axis in enumerate(axes):
        dims[axis_of(axis, len(dims))] += ends[at] + ends[at + len(axes)]
    return [Known(tuple(dims))]


@move("ScatterND", "ScatterElements", "CumSum", "CumProd", "Trilu", "ReverseSequence", "Onto")
def _as_first(attributes: Attributes, reads: Reads) -> list[Known]:
    return [Known(first(reads).dims)]


@move("CropTo")
def _crop_to(attributes: Attributes, reads: Reads) -> list[Known]:
    read, sides = first(reads), attributes["size"]
    if len(read.dims) != 4 or any(not 0 < new <= old for new, old in zip(sides, read.dims[2:], strict=True)):
        raise Misfit(f"{sides} are no sides of a part of {read.dims}")
    return [Known((*read.dims[:2], *sides))]


@move("ToChannels")
def _to_channels(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    return [Known((*read.dims[:1], attributes["channels"], *read.dims[2:]))]


@move("PriorBox")
def _prior_box(attributes: Attributes, reads: Reads) -> list[Known]:
    """The corners of so many boxes at each place, and the variances of these."""
    return [Known((1, 2, prod(first(reads).dims[2:]) * attributes["boxes"] * 4))]


@move("DetectionOutput")
def _detections(attributes: Attributes, reads: Reads) -> list[Known]:
    """Of each object that is kept the image, the class, how sure it is, and four corners."""
    if attributes.get("keep_top_k", -1) < 1:
        raise Unclear("it keeps as many objects as there are")
    return [Known((1, 1, attributes["keep_top_k"], 7))]


@move("Declared")
def _declared(attributes: Attributes, reads: Reads) -> list[Known]:
    raise Unclear("the file says not what it gives")


# ------------------------------------------------------------------------------------------------ more of the same


@move("Concat")
def _concat(attributes: Attributes, reads: Reads) -> list[Known]:
    parts = [read for read in reads if read is not None]
    axis = axis_of(attributes["axis"], len(first(parts).dims))
    others = {(*part.dims[:axis], *part.dims[axis + 1 :]) for part in parts}
    if len(others) > 1:
        raise Misfit(f"dims {', '.join(str(part.dims) for part in parts)} do not fit together")
    dims = (*parts[0].dims[:axis], sum(part.dims[axis] for part in parts), *parts[0].dims[axis + 1 :])
    if axis == 0 and all(part.values is not None for part in parts):
        return [Known(dims, lambda: tuple([value for part in parts for value in part.values]))]
    return [Known(dims)]


@move("Expand")
def _expand(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    wanted = given(attributes, reads, "shape", 1)
    if wanted is None:
        raise Unclear("it says no shape")
    dims = spread([read.dims, tuple(wanted)])
    return [_spread_to(read, dims)]


@move("Tile")
def _tile(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    times = given(attributes, reads, "repeats", 1)
    if times is None or len(times) != len(read.dims):
        raise Misfit("its `repeats` are not one for each axis")
    dims = tuple(side * many for side, many in zip(read.dims, times, strict=True))

    def places(steps: list[int]) -> list[Sequence[int]]:
        return [
            [step * (at % side) for at in range(new)] for step, side, new in zip(steps, read.dims, dims, strict=True)
        ]

    return [_picked(read, dims, places)]


@move("Resize", "Upsample")
def _resize(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    new = len(reads) > 2 or "sizes" in attributes
    sizes = given(attributes, reads, "sizes", 3) if new else None
    factors = given(attributes, reads, "scales", 2 if new else 1)
    axes = attributes.get("axes") or range(len(read.dims))
    dims = list(read.dims)
    cut = attributes.get("coordinate_transformation_mode") == "tf_crop_and_resize"
    parts = given(attributes, reads, "roi", 1) if cut and factors else None
    kept = {"not_larger": min, "not_smaller": max}.get(attributes.get("keep_aspect_ratio_policy", ""))
    if sizes and kept:
        one = kept(Fraction(size, dims[axis]) for size, axis in zip(sizes, axes, strict=True))
        sizes = tuple(floor(one * dims[axis] + Fraction(1, 2)) for axis in axes)
    for at, axis in enumerate(axes):
        if sizes:
            dims[axis] = sizes[at]
        elif factors:
            part = parts[at + len(parts) // 2] - parts[at] if parts else 1
            dims[axis] = floor(dims[axis] * part * factors[at])
    if not sizes and not factors:
        raise Unclear("it says no sizes")
    return [Known(tuple(dims))]


@move("AveragePool")
def _dilated_pool(attributes: Attributes, reads: Reads) -> list[Known]:
    """Means of windows with holes, which no layer of ours has."""
    read = first(reads)
    kernel = attributes["kernel_shape"]
    many = len(kernel)
    ones = (1,) * many
    padding = attributes.get("padding", ((0, 0),) * many)
    dims = list(read.dims)
    for axis, window, step, apart, at in zip(
        range(len(dims) - many, len(dims)),
        kernel,
        attributes.get("strides") or ones,
        attributes.get("dilations") or ones,
        range(many),
        strict=True,
    ):
        side = dims[axis]
        if padding == "same":
            dims[axis] = -(-side // step)
            continue
        before, after = padding[at]
        left = side + before + after - (window - 1) * apart - 1
        if left < 0:
            raise Misfit(f"its window of {(window - 1) * apart + 1} does not fit into {side}")
        dims[axis] = (-(-left // step) if attributes.get("ceil_mode") else left // step) + 1
        if attributes.get("ceil_mode") and (dims[axis] - 1) * step >= side + before:
            dims[axis] -= 1
    return [Known(tuple(dims))]


REDUCTIONS = ("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
              "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp")  # fmt: skip


@move(*REDUCTIONS)
def _reduce(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    axes = given(attributes, reads, "axes", 1)
    if not axes and attributes.get("noop_with_empty_axes"):
        return [read]
    gone = {axis_of(axis, len(read.dims)) for axis in axes} if axes else set(range(len(read.dims)))
    if attributes.get("keepdims", 1):
        return [Known(tuple(1 if at in gone else side for at, side in enumerate(read.dims)))]
    dims = tuple(side for at, side in enumerate(read.dims) if at not in gone)
    return [Known(dims, (prod(read.values),) if read.values and not dims and "Prod" in attributes else None)]


@move("ArgMax", "ArgMin")
def _arg(attributes: Attributes, reads: Reads) -> list[Known]:
    return _reduce({"axes": [attributes.get("axis", 0)], "keepdims": attributes.get("keepdims", 1)}, reads[:1])


@move("TopK")
def _top(attributes: Attributes, reads: Reads) -> list[Known]:
    read = first(reads)
    many = given(attributes, reads, "k", 1)
    if many is None:
        raise Unclear("it says no `k`")
    axis = axis_of(attributes.get("axis", -1), len(read.dims))
    return [Known((*read.dims[:axis], many[0], *read.dims[axis + 1 :]))] * 2


# ------------------------------------------------------------------------------------------------ numbers


@move("Shape")
def _shape(attributes: Attributes, reads: Reads) -> list[Known]:
    found = first(reads).dims[attributes.get("start", 0) : attributes.get("end")]
    return [Known((len(found),), found)]


@move("Size")
def _size(attributes: Attributes, reads: Reads) -> list[Known]:
    return [Known((), (prod(first(reads).dims),))]


@move("ConstantOfShape")
def _filled(attributes: Attributes, reads: Reads) -> list[Known]:
    dims = given({}, reads, "shape", 0) or ()
    value = attributes.get("value")
    fill = value.values[0] if value is not None and value.values else 0
    return [Known(tuple(dims), lambda: (fill,) * prod(dims))]


@move("Range")
def _range(attributes: Attributes, reads: Reads) -> list[Known]:
    start, stop, step = (given({}, reads, name, at) for at, name in enumerate(("start", "limit", "delta")))
    if not (start and stop and step and step[0]):
        raise Unclear("its limits are not known")
    many = max(0, ceil((stop[0] - start[0]) / step[0]))
    return [Known((many,), lambda: tuple([start[0] + step[0] * at for at in range(many)]))]


def _whole_division(a: Any, b: Any) -> Any:
    if not (isinstance(a, int) and isinstance(b, int)):
        return a / b
    return a // b if (a < 0) == (b < 0) else -(-a // b)  # towards 0


BY_VALUE: dict[str, Callable[..., Any]] = {
    "Add": python.add, "Sub": python.sub, "Mul": python.mul, "Div": _whole_division, "Mod": python.mod,
    "Equal": python.eq, "Less": python.lt, "Greater": python.gt, "LessOrEqual": python.le,
    "GreaterOrEqual": python.ge, "And": lambda a, b: bool(a and b), "Or": lambda a, b: bool(a or b),
    "Xor": lambda a, b: bool(a) != bool(b), "Min": min, "Max": max, "Where": lambda c, a, b: a if c else b,
    "Not": python.not_, "Neg": python.neg, "Abs": abs, "Floor": floor, "Ceil": ceil,
}  # fmt: skip


def by_value(type: str, reads: Reads, most: int = MOST_VALUES) -> list[Known]:
    """A result worked out value by value, of tensors that are spread over each other, where it has at most so many."""
    parts = [read for read in reads if read is not None]
    dims = spread([part.dims for part in parts])
    function = BY_VALUE.get(type)
    if function is None or prod(dims) > most or any(part.values is None for part in parts):
        return [Known(dims)]
    try:
        spread_ = [part if part.dims == dims else _worked_out(_spread_to(part, dims), most) for part in parts]
        values = tuple(map(function, *[part.values for part in spread_]))
    except (ArithmeticError, TypeError, ValueError):
        return [Known(dims)]
    return [Known(dims, values if all(abs(value) <= LARGEST_DIM for value in values) else None)]
