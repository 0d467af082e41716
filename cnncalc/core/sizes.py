"""Which input sizes fit: how every side of a network follows the side of its input, by the formulas themselves.

A window of stride 2 over 32 pixels more has 16 places more, whatever the padding and the rounding. So each side is
*steady*: it grows by a fixed gain for each period of the input. Where all are, and the sides that are joined have one
growth, a size fits if and only if the size one period larger does: a few checked sizes stand for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm, prod
from typing import Any

from cnncalc.core.formula import Tree, evaluate, names, parse, whole_name
from cnncalc.core.graph import Graph, Ref
from cnncalc.core.layers.base import Formula, Layer
from cnncalc.core.record import Record
from cnncalc.core.shape import AXES, Shape, TensorShape
from cnncalc.core.work import Impossible, Work, check_alike, scope_of, work


class Steady(Record):
    """A value, now, that grows by `gain` where the input's side grows by `period`, from whatever size.

    >>> Steady(224).grown(2), Steady(112, 2, 1).rate
    (Steady(value=224, period=2, gain=0), Fraction(1, 2))
    """

    value: Any
    period: int = 1
    gain: Any = 0

    @property
    def constant(self) -> bool:
        """Whether it is the same at all sizes."""
        return self.period == 1 and self.gain == 0

    @property
    def rate(self) -> Fraction:
        """The growth for each pixel of the input."""
        return Fraction(self.gain) / self.period

    def grown(self, period: int) -> Steady:
        """The same, said of a multiple of its period."""
        return Steady(self.value, period, self.gain * (period // self.period))

    def divided(self, by: Any) -> Steady:
        """A period over which a division by `by` gains a whole number, and that gain; the value stays."""
        share = Fraction(self.gain) / by
        return Steady(self.value, self.period * share.denominator, share.numerator)


class NotSteady(ValueError):
    """No such rule: why, with the layer."""


class Resized:
    """The same layers at other sizes of the one input; equal work is done once."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        ((self.input, shape),) = graph.inputs.items()
        self.channels = shape[0]
        self.done: dict[tuple[Layer, tuple[Shape, ...]], Work | None] = {}

    def at(self, sides: Shape) -> Graph | None:
        """The network at these sides; None where it does not fit."""
        shapes: list[Shape] = []
        nodes = []
        first = (self.channels, *sides)
        for node in self.graph.nodes:
            read = tuple([shapes[ref] if ref >= 0 else first for ref in node.inputs])
            found = self._work(node.layer, read)
            if found is None:
                return None
            shapes.append(found.output)
            nodes.append(node._replace(work=found))
        return replace(self.graph, inputs={self.input: TensorShape(first)}, nodes=tuple(nodes), changed=True)

    def _work(self, layer: Layer, read: tuple[Shape, ...]) -> Work | None:
        if (layer, read) not in self.done:
            try:
                self.done[layer, read] = work(layer, read) if check_alike(layer, read) else None
            except Impossible:
                self.done[layer, read] = None
        return self.done[layer, read]


LARGEST = 512  # size from which on none is looked for

Sides = list[Steady | None]  # of one tensor; None: a product of sides, which is not steady


class Scaling(Record):
    """The periods of the sides of the only input; `joined` are tensors and axes at which sides of one growth meet.

    Where a growing side is 1, a merge spreads it over any other: only from sides of 2 on do merges say what fits.
    """

    periods: tuple[int, ...]
    joined: tuple[tuple[Ref, int], ...]
    channels: bool  # whether all tensors have the same number of them at all sizes

    def is_solid(self, graph: Graph, axes: Sequence[int]) -> bool:
        """Whether no growing side on these axes that is joined is 1."""
        return all(graph.shape(ref)[1 + axis] > 1 for ref, axis in self.joined if axis in axes)


def scaling(graph: Graph) -> Scaling:
    """The growth of all sides of a network with one input; raises NotSteady.

    >>> import cnncalc
    >>> scaling(cnncalc.load("resnet18")).periods
    (32, 32)
    """
    (shape,) = graph.inputs.values()
    return _SteadyWalk(graph, shape).all()


class _SteadyWalk:
    """The walk through the layers, each tensor's sides as steady values."""

    def __init__(self, graph: Graph, shape: Shape) -> None:
        self.graph = graph
        self.periods = [1] * (len(shape) - 1)
        self.sides: dict[Ref, Sides] = {-1: [Steady(side, 1, 1) for side in shape[1:]]}
        self.channels: dict[Ref, bool] = {-1: True}  # whether they are the same at all sizes
        self.joined: list[tuple[Ref, int]] = []
        self.layer: Layer
        self.scope: dict[str, Any] = {}
        self.inputs: tuple[Ref, ...] = ()

    def all(self) -> Scaling:
        """Of all layers, in order."""
        for place, node in enumerate(self.graph.nodes):
            self.layer, self.inputs = node.layer, node.inputs
            read = tuple(self.graph.shape(ref) for ref in node.inputs)
            self.scope = scope_of(node.layer, read, node.work.output)
            try:
                self._merge()
                self._requirements()
                self.sides[place] = self._output(node.work.output)
                self.channels[place] = self._is_constant(node.layer.out_channels, None)
            except NotSteady as error:
                raise NotSteady(f"{node.name}: {error}") from None
            for axis, side in enumerate(self.sides[place]):
                if side is not None and not side.constant:
                    self._take(side, axis)
        return Scaling(tuple(self.periods), tuple(self.joined), all(self.channels.values()))

    def _take(self, value: Steady, axis: int | None) -> None:
        """The period of a value, as one of the input's side on that axis; where none is known, of all."""
        for one in range(len(self.periods)) if axis is None else (axis,):
            self.periods[one] = lcm(self.periods[one], value.period)

    def _merge(self) -> None:
        """Sides that must be equal grow alike; a side of 1 at all sizes is spread."""
        if len(self.inputs) < 2 or not self.layer.alike:
            return
        rank = max(len(self.sides[ref]) for ref in self.inputs)
        along = self.layer.values[self.layer.along] if self.layer.along else ""
        for axis in range(rank):
            if AXES[rank][axis] == along:
                continue
            there = {ref: self.sides[ref][axis] for ref in self.inputs if self.sides[ref]}
            growing = {ref: side for ref, side in there.items() if side is None or not side.constant}
            if not growing:
                continue
            found = list(growing.values())
            if any(side is None for side in found):
                raise NotSteady("joins products of sides")
            if len({side.rate for side in found if side}) > 1:
                raise NotSteady("joins sides that grow differently")
            fixed = [side.value for side in there.values() if side and side.constant]
            if any(value != 1 for value in fixed) or (fixed and self.layer.alike != "spread"):
                raise NotSteady("joins a side that grows with one that does not")
            if self.layer.alike == "spread":
                self.joined += [(ref, axis) for ref in growing]
        if along != "channels" and not all(self.channels[ref] for ref in self.inputs):
            raise NotSteady("joins channels that depend on the size")

    def _requirements(self) -> None:
        for requirement in self.layer.requires:
            when = self._value(parse(requirement.when), 0)
            if not when.constant:
                raise NotSteady("what it asks for depends on the size")
            if when.value:
                by_axis = not self.layer.per_axis.isdisjoint(
                    name for name, function in names(requirement.holds).items() if not function
                )
                for axis in range(len(self.sides[self.inputs[0]])) if by_axis else (None,):
                    self._take(self._value(parse(requirement.holds), axis), axis)

    def _output(self, output: Shape) -> Sides:
        layer, read = self.layer, self.sides[self.inputs[0]]
        if len(output) == 1:
            return []
        if layer.out_shape and self.scope.get(layer.out_shape) is not None:
            return [Steady(side) for side in output[1:]]
        if layer.out_tokens and (text := self._pick(layer.out_tokens, None)):
            return [self._side(text, None)]
        assert layer.out_side is not None
        rank = max(len(self.sides[ref]) for ref in self.inputs)
        if rank != len(output) - 1:
            raise NotSteady("gives sides of its own")
        del read
        return [self._side(self._pick(layer.out_side, axis), axis) for axis in range(rank)]

    def _side(self, text: str, axis: int | None) -> Steady | None:
        """A side of the output; None where it is a product that grows, or follows one."""
        if text in ("prod(side)", "side", "side + 1"):
            sides = self._read("side")
            which = sides if axis is None else [sides[axis]]
            if len(which) > 1 and any(side is None or not side.constant for side in which):
                return None
            if any(side is None for side in which):
                return None
        found = self._value(parse(text), axis)
        if found.gain < 0:
            raise NotSteady("gives less for larger inputs")
        return found

    def _read(self, name: str) -> Sides:
        """The sides that a name stands for; of several inputs those of the one that is not spread."""
        if name == "side":
            found = [self.sides[ref] for ref in self.inputs if self.sides[ref]] or [[]]
            growing = [
                next((sides[axis] for sides in found if sides[axis] is None or not sides[axis].constant), sides0)  # type: ignore[union-attr]
                for axis, sides0 in enumerate(found[0])
            ]
            return growing if self.layer.alike == "spread" else found[0]
        return self.sides[self.inputs[1]]

    # ---------------------------------------------------------------------------------------- formulas, steadily

    def _is_constant(self, formula: Formula, axis: int | None) -> bool:
        try:
            return self._value(parse(self._pick(formula, axis)), axis).constant
        except NotSteady:
            return False

    def _pick(self, formula: Formula, axis: int | None) -> str:
        """The case that holds, at this size and so at all."""
        if isinstance(formula, str):
            return formula
        for condition, text in formula.items():
            holds = self._value(parse(condition), axis)
            if not holds.constant:
                raise NotSteady("its formula depends on the size")
            if holds.value:
                return text
        return ""

    def _value(self, tree: Tree, axis: int | None) -> Steady:
        kind = tree[0]
        if kind == "number":
            return Steady(tree[1])
        if kind == "name":
            return self._named(tree[1], axis)
        if name := whole_name(tree):
            return self._whole(tree[1], name)
        if kind == "chain":
            value = self._value(tree[1], axis)
            for operator, operand in tree[2]:
                value = _applied(operator, value, self._value(operand, axis))
            return value
        if kind == "if":
            condition = self._value(tree[1], axis)
            if not condition.constant:
                raise NotSteady("its formula depends on the size")
            return self._value(tree[2] if condition.value else tree[3], axis)
        if kind == "call":
            return _called(tree[1], [self._value(part, axis) for part in tree[2]])
        operands = [self._value(part, axis) for part in (tree[2:] if kind == "compare" else tree[1:])]
        if all(one.constant for one in operands):
            return Steady(_now(tree, operands))
        if kind == "compare" and operands[0].rate == operands[1].rate:
            return Steady(_now(tree, operands), lcm(operands[0].period, operands[1].period))
        if kind in ("and", "or", "not") and all(one.gain == 0 for one in operands):
            return Steady(_now(tree, operands), lcm(*(one.period for one in operands)))
        raise NotSteady("what it asks for changes with the size")

    def _named(self, name: str, axis: int | None) -> Steady:
        if name == "side" or name == self.layer.second_input:
            sides = self._read(name)
            found = sides[axis or 0] if sides else None
            if found is None:
                raise NotSteady("reads a product of sides")
            return found
        if name in ("c", "channels") and not self.channels[self.inputs[0]]:
            raise NotSteady("its channels depend on the size")
        for place, tensor in enumerate(self.layer.tensors):
            ref = self.inputs[min(place, len(self.inputs) - 1)]
            if name == f"{tensor}_channels" and not self.channels[ref]:
                raise NotSteady("its channels depend on the size")
            if name == f"{tensor}_positions":
                return self._product(self.sides[ref])
        if name in self.layer.where and self.layer.names.get(name) is None:
            return self._value(parse(self._pick(self.layer.where[name], axis)), axis)
        value = self.scope.get(name)
        if isinstance(value, tuple) and axis is not None and name in self.layer.per_axis:
            value = value[axis]
        return Steady(value)

    def _whole(self, function: str, name: str) -> Steady:
        """The product or sum of all sides or inputs."""
        if name == "side":
            return self._product(self._read("side"))
        if name == "joined" or name == "channels":
            along = self.layer.values[self.layer.along] if self.layer.along else "channels"
            if along == "channels":
                if not all(self.channels[ref] for ref in self.inputs):
                    raise NotSteady("its channels depend on the size")
                return Steady(sum(self.scope[name]))
            axis = AXES[len(self.scope["side"])].index(along)
            found = [self.sides[ref][axis] for ref in self.inputs]
            total = Steady(0)
            for side in found:
                if side is None:
                    raise NotSteady("joins products of sides")
                total = _applied("+", total, side)
            return total
        if name in self.layer.where and self.layer.names.get(name) is None:
            raise NotSteady("what it works out depends on the size")
        return Steady(prod(self.scope[name]) if function == "prod" else sum(self.scope[name]))

    def _product(self, sides: Sides) -> Steady:
        if len(sides) == 1 and sides[0] is not None:
            return sides[0]
        value = 1
        for side in sides:
            if side is None or not side.constant:
                raise NotSteady("reads a product of sides")
            value *= side.value
        return Steady(value)


def _now(tree: Tree, operands: Sequence[Steady]) -> Any:
    """The value at this size of an operator whose operands are worked out."""
    scope = {f"x{place}": one.value for place, one in enumerate(operands)}
    given = [("name", name) for name in scope]
    return evaluate((*tree[:2], *given) if tree[0] == "compare" else (tree[0], *given), scope)


def _applied(operator: str, a: Steady, b: Steady) -> Steady:
    """One step of arithmetic."""
    value = evaluate(("chain", ("name", "a"), [(operator, ("name", "b"))]), {"a": a.value, "b": b.value})
    if a.constant and b.constant:
        return Steady(value)
    if operator in "+-":
        period = lcm(a.period, b.period)
        gain = b.grown(period).gain
        return Steady(value, period, a.grown(period).gain + (gain if operator == "+" else -gain))
    if operator == "*" and (a.constant or b.constant):
        growing, fixed = (b, a) if a.constant else (a, b)
        return Steady(value, growing.period, growing.gain * fixed.value)
    if not b.constant:
        raise NotSteady("divides by what depends on the size")
    if operator == "/":
        return Steady(value, a.period, Fraction(a.gain) / b.value)
    divided = a.divided(b.value)
    return Steady(value, divided.period, divided.gain if operator == "//" else 0)


def _called(function: str, values: list[Steady]) -> Steady:
    scope = {f"x{place}": one.value for place, one in enumerate(values)}
    value = evaluate(("call", function, [("name", name) for name in scope]), scope)
    if all(one.constant for one in values):
        return Steady(value)
    if function in ("ceil", "floor", "round"):
        divided = values[0].divided(1)
        return Steady(value, divided.period, divided.gain)
    if function in ("min", "max") and len({one.rate for one in values}) == 1:
        period = lcm(*(one.period for one in values))
        return Steady(value, period, values[0].grown(period).gain)
    raise NotSteady(f"takes the `{function}` of sides that grow differently")


# ------------------------------------------------------------------------------------------------ what is said of it


class Fitting(Record):
    """The sizes that fit: from `start` on those with one of the `remainders` when divided by `period`; `also` these.

    >>> Fitting(64, 32, (0,)).said, Fitting(1, 1, (0,)).said, Fitting(188, 16, (12,), (156,)).said
    ('multiples of 32 from 64', 'every size', '188, 204, 220, … (16·k + 12); also 156')
    """

    start: int
    period: int
    remainders: tuple[int, ...]
    also: tuple[int, ...] = ()

    def __contains__(self, size: object) -> bool:
        if not isinstance(size, int):
            return False
        return size in self.also or (size >= self.start and size % self.period in self.remainders)

    @property
    def said(self) -> str:
        """In words."""
        period, remainders = self.period, self.remainders
        if not remainders:
            found = "none" if not self.also else ""
        elif period == 1:
            found = "every size" if self.start == 1 else f"every size from {self.start:,}"
        elif remainders == (0,):
            found = f"multiples of {period:,}" + (f" from {self.start:,}" if self.start > period else "")
        elif len(remainders) == 1:
            first = [f"{self.start + step * period:,}" for step in range(3)]
            found = f"{', '.join(first)}, … ({period:,}·k + {remainders[0]})"
        elif len(remainders) <= 8 and len(remainders) <= period // 2:
            found = f"from {self.start:,} on those that leave {_or(remainders)} when divided by {period:,}"
        else:
            others = tuple(one for one in range(period) if one not in remainders)
            left = f"those that leave {_or(others)}" if len(others) <= 8 else f"{len(others)} of {period:,}"
            found = f"from {self.start:,} on all but {left} when divided by {period:,}"
        also = ", ".join(f"{size:,}" for size in self.also[:5])
        if len(self.also) > 5:
            also += f" and {len(self.also) - 5} more"
        return "; also ".join(filter(None, (found, also))) if found else f"{also} alone"


def _or(numbers: Sequence[int]) -> str:
    *first, last = map(str, numbers)
    return f"{', '.join(first)} or {last}" if first else last


def fitting(fits: Callable[[int], bool], solid: int, period: int) -> Fitting:
    """The rule for all sizes, in the fewest words: those below `solid + period` are tried, from `solid` on it repeats.

    >>> fitting(lambda size: size % 4 == 0 or size == 3, 9, 8)
    Fitting(start=4, period=4, remainders=(0,), also=(3,))
    """
    there = {size: fits(size) for size in range(1, solid + period)}
    seen = {size % period for size in range(solid, solid + period) if there[size]}
    shortest = next(
        one for one in range(1, period + 1) if period % one == 0 and seen == {(found + one) % period for found in seen}
    )
    remainders = tuple(sorted({found % shortest for found in seen}))
    if not remainders:
        return Fitting(0, 1, (), tuple(size for size, fit in there.items() if fit))
    start = solid
    while start > 1 and there[start - 1] == ((start - 1) % shortest in remainders):
        start -= 1
    also = tuple(size for size in range(1, start) if there[size])
    first = next(size for size in range(start, start + shortest) if size % shortest in remainders)
    return Fitting(first, shortest, remainders, also)


def squares(graph: Graph, found: Scaling) -> Fitting | None:
    """The sizes of equal sides that fit; None where none up to LARGEST does."""
    resized, rank = Resized(graph), len(found.periods)
    looked = along(lambda size: resized.at((size,) * rank), found, range(rank), lcm(*found.periods))
    return looked[0] if looked else None


def along(
    at: Callable[[int], Graph | None], found: Scaling, axes: Sequence[int], period: int
) -> tuple[Fitting, int] | None:
    """The sizes that fit on some axes, and the one from which on they repeat; None where none up to LARGEST does."""
    seen: dict[int, bool] = {}
    for solid in range(1, LARGEST):
        graph = at(solid)
        seen[solid] = graph is not None
        if graph is not None and found.is_solid(graph, axes):
            return fitting(lambda size: seen[size] if size in seen else at(size) is not None, solid, period), solid
    return None
