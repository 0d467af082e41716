"""Foreign → Graph, once for all formats: constants folded, what leads nowhere dropped, each layer's books kept.

Dims are those of the file, with the images in front; shapes are ours, channels first. A `Value` is a tensor while the
network is built: it knows which of its axes has the channels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any

from cnncalc.core.builder import MOST_LAYERS, Builder, left_out_note
from cnncalc.core.formula import FormulaError
from cnncalc.core.graph import Graph, Ref
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import Layer
from cnncalc.core.problem import Label, ProblemsFound, clean, fail
from cnncalc.core.shape import Shape, written_shape
from cnncalc.core.work import Impossible, Work, check_alike, work
from cnncalc.formats.foreign.axes import Axes, axis_by, sized, takes_one, turned
from cnncalc.formats.foreign.books import QUANTITIES, Books, is_filled, listed, several
from cnncalc.formats.foreign.einsum import einsum
from cnncalc.formats.foreign.holders import Holders
from cnncalc.formats.foreign.inputs import check_size, read_inputs
from cnncalc.formats.foreign.model import NUMBERS, PACKED, Foreign, Operation
from cnncalc.formats.foreign.moved_layers import layer_of_move
from cnncalc.formats.foreign.moves import (
    BY_VALUE,
    MOST_VALUES,
    MOVES,
    Known,
    Misfit,
    Unclear,
    by_value,
    for_one_image,
    moved,
    spread,
)
from cnncalc.formats.foreign.paths import name_nodes
from cnncalc.formats.foreign.products import operands, product_of, turned_sides
from cnncalc.formats.foreign.symbols import OpenSizes
from cnncalc.formats.foreign.table import EINSUM, NOTHING, PRODUCT, SAME, WORDS, Match, Matches
from cnncalc.formats.foreign.value import Value, axis_in, dims_like, shape_of

MOST_KEPT = 2**20  # numbers of constants that are worked out in all: tensors beyond are known by their dims
MOST_MADE = 10**6
NO_COSTS = {"weights": 0, "multiplies": 0}
FEW_VALUES = 32  # of a constant that is worked out all the same: sizes are few
JOINS: dict[str, tuple[str, dict[str, Any]]] = {  # what is done to several tensors, value by value
    **dict.fromkeys(("Add", "Sum", "Eltwise/SUM"), ("add", {})),
    **dict.fromkeys(("Mul", "Multiply", "Eltwise/PROD"), ("multiply", {})),
    **dict.fromkeys(("Max", "Maximum", "Eltwise/MAX"), ("elementwise", {"type": "maximum"})),
    **dict.fromkeys(("Min", "Minimum"), ("elementwise", {"type": "minimum"})),
    **dict.fromkeys(("Sub", "Subtract"), ("elementwise", {"type": "subtract"})),
    "Div": ("elementwise", {"type": "divide"}),
    "Pow": ("elementwise", {"type": "power"}),
}


class Lowering:
    """One network on its way into a Builder."""

    def __init__(
        self,
        net: Foreign,
        table: Matches,
        input_size: str | None,
        whole: bool = False,
        rest: Mapping[str, int] | None = None,
        idle: Mapping[str, Value] | None = None,
    ) -> None:
        self.net = net
        self.table = table
        self.books = Books(net, rest)
        self.input_size = input_size
        self.idle = dict(idle or {})  # tensors that lead to no output, for of them only the sizes are read
        self.values: dict[str, Value] = {}
        self.readers: dict[str, list[tuple[Operation, int]]] = {}
        self.operations = self._needed()
        for operator in self.operations:
            for at, name in enumerate(operator.reads):
                self.readers.setdefault(name, []).append((operator, at))
        branches = (one for operator in self.operations for names in operator.branches for one in names)
        self.read = {*self.readers, *net.outputs, *branches}
        self.notes = list(net.notes)
        self.disagree: list[str] = []
        self.unknown: dict[str, list[str]] = {}
        self.makers: dict[str, Operation] | None = None  # of tensors in branches
        self.unsure: dict[str, Operation] = {}  # those that make constants, by the tensors that they give
        self.hidden: dict[str, list[str]] = {}  # those whose params are not known, either
        self.made: set[str] = set()  # tensors of operators that are part of a layer before them
        self.paths: list[tuple[tuple[str, ...], str, str]] = []  # scope, name and type of each node
        self.works: dict[tuple[Layer, tuple[Shape, ...]], Work] = {}  # of layers on shapes that come again
        self.changed = input_size is not None
        self.whole = whole  # whether all images are counted together
        self.kept = MOST_KEPT  # numbers of constants that may still be worked out
        self.made_of = 0  # stored tensors, and products, that constants are made of which operators read
        self.axes = Axes(net, table, self.readers)
        inputs = read_inputs(net, self.axes, input_size, whole)
        self.notes += inputs.notes
        self.images = inputs.images
        self.sizes = OpenSizes()
        for name, (found, _) in inputs.dims.items():
            for said, size in zip(net.inputs[name], found, strict=True):
                self.sizes.learn(said, size)
        self.values |= {name: Value(dims, values=()) for name, dims in inputs.empty.items()}
        self.outdated = inputs.outdated  # tensors whose declared dims are those of another input size
        for operator in self.operations if self.outdated else ():
            if not self.outdated.isdisjoint((*operator.reads, *(one for some in operator.branches for one in some))):
                self.outdated.update(operator.gives)
        self.builder = Builder(
            {clean(name): shape_of(*found) for name, found in inputs.dims.items()},
            name=clean(net.name),
            file=net.file,
            origin=Label(net.file, "inputs"),  # whose names are as the file has them
        )
        self.builder.problems.stop_if_any()
        self.holders = Holders(self.builder, self.books)
        for at, (name, (sides, channel)) in enumerate(inputs.dims.items()):
            self.values[name] = Value(sides, -1 - at, channel)

    # -------------------------------------------------------------------------------------- what is there

    def _needed(self) -> list[Operation]:
        """The operators that lead to an output, in their order."""
        wanted = set(self.net.outputs)
        kept = []
        for operator in reversed(self.net.operations):
            if not wanted.isdisjoint(operator.gives):
                kept.append(operator)
                if chosen := self._chosen(operator):
                    wanted.update(chosen)
                else:
                    wanted.update(operator.reads, *operator.branches)
        return kept[::-1]

    def _value(self, name: str, operator: Operation) -> Value | None:
        if not name:
            return None
        found = self.values.get(name)
        if found is None:
            stored = self.net.stored.get(name)
            if stored is None:
                raise fail("unknown-name", f"nothing gives the tensor `{clean(name)}`", operator.place)
            found = self.values[name] = Value(stored.dims, None, 0, (stored,), stored.values)
        return found

    # -------------------------------------------------------------------------------------- operator by operator

    def graph(self) -> Graph:
        """The network, or ProblemsFound with all that is wrong."""
        silent: set[str] = set()  # what depends on a tensor that nobody knows
        for said in self.operations:
            attributes = self.sizes.attributes(said.attributes)
            operator = said if attributes is said.attributes else said._replace(attributes=attributes)
            if not self.made.isdisjoint(operator.gives) or not self._runs(operator):
                continue
            if not any(map(self._used, operator.gives)):
                self.values |= {name: self.idle[name] for name in operator.gives if name in self.idle}
                continue
            chosen = self._chosen(operator)
            if not silent.isdisjoint((*operator.reads, *chosen)):
                silent.update(operator.gives)
                if operator.type not in self.table.by_operator and not operator.branches:
                    problem = f"`{clean(operator.type)}`: it is not known"
                    self.builder.problems.add("unknown-layer", problem, operator.place)
                continue
            if chosen:
                for name, branch in zip(operator.gives, chosen, strict=False):
                    if found := self._value(branch, operator):
                        self.values[name] = found
                continue
            reads = [self._value(name, operator) for name in operator.reads]
            if self.outdated.isdisjoint(operator.reads):
                self.outdated.difference_update(operator.gives)
            try:
                reads = self._with_unknown(reads)
                given = self._given(operator, reads)
                given += self._besides(operator, given, reads)
            except Unclear as error:
                known = operator.type in self.table.by_operator
                self.builder.problems.add(
                    "bad-value" if known else "unknown-layer", f"`{clean(operator.type)}`: {error}", operator.place
                )
                silent.update(operator.gives)
                continue
            for name, value in zip(operator.gives, given, strict=False):
                check_size(value.dims, operator.place)
                if name:
                    self.values[name] = value
                if name in self.outdated and value.ref is not None and self._said_at_first(name) == value.dims:
                    self.outdated.discard(name)  # of one size whatever the input's, as behind a global pool
        self.builder.problems.stop_if_any()
        outputs = {}
        for name in self.net.outputs:
            found = self.values.get(name)
            if found is None or found.ref is None:
                self.notes.append(f"the output `{clean(name)}` depends on no input: it is left out")
            else:
                outputs[name] = found.ref
        if not self.builder.nodes or not outputs:
            raise fail("not-an-architecture", "no layer leads from an input to an output", Label(self.net.file, ""))
        name_nodes(self.builder, self.paths, self.net.kinds)
        inputs = list(self.builder.inputs)
        named = {(self.builder.nodes[ref].name if ref >= 0 else inputs[-1 - ref]): ref for ref in outputs.values()}
        self._say()
        return self.builder.graph(named, notes=self.notes, changed=self.changed, file_bytes=self.books.bytes())

    def _used(self, name: str) -> bool:
        """Whether an output depends on a tensor, as far as is known; of several that one gives not all need be."""
        return name in self.read and name not in self.idle

    def left_out(self) -> tuple[dict[str, Value], list[str]]:
        """The tensors of a finished graph that lead to no output, and the names of layers that give nothing else."""
        kept = [*self.builder.needed, *[True] * len(self.builder.inputs)]  # inputs have the numbers from −1 down
        idle: dict[str, Value] = {}
        names = []
        for operator in self.operations:
            given = {name: self.values[name] for name in operator.gives if name in self.values}
            lost = {name: one for name, one in given.items() if one.ref is not None and not kept[one.ref]}
            if lost and all(one.ref is None or name in lost for name, one in given.items()):
                names += [self.builder.nodes[one.ref].name for one in lost.values() if one.ref is not None]
            idle |= {name: one._replace(ref=None) for name, one in lost.items()}
        return idle, list(dict.fromkeys(names))

    def _truth(self, name: str) -> bool | None:
        """What a tensor is that decides something; None where that is not known before the network runs."""
        value = self.values.get(name) or self.net.stored.get(name)
        return bool(value.values[0]) if value is not None and value.values else None

    def _runs(self, operator: Operation) -> bool:
        """Whether an operator is in a branch that is taken."""
        return all(self._truth(name) is wanted for name, wanted in operator.when)

    def _chosen(self, operator: Operation) -> tuple[str, ...]:
        """The tensors of the branch that is taken, where an operator chooses, and what is known."""
        truth = self._truth(operator.reads[0]) if operator.branches and operator.reads else None
        return operator.branches[0 if truth else 1] if truth is not None else ()

    def _given(self, operator: Operation, reads: list[Value | None]) -> list[Value]:
        """What an operator gives; raises Unclear, also where its attributes are of another kind than they should be."""
        try:
            return self._lowered(operator, reads)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise error if isinstance(error, Unclear) else Unclear("its attributes do not fit what it reads") from None

    def _lowered(self, operator: Operation, reads: list[Value | None]) -> list[Value]:
        tensors = [read for read in reads if read is not None and read.ref is not None]
        self.made_of += sum([len(read.sources) + len(read.works) for read in reads if read])
        if self.made_of > MOST_MADE:
            message = f"constants are made of more than {MOST_MADE:,} others (limit: constants {MOST_MADE:,})"
            raise fail("limit", message, operator.place)
        if not tensors:
            if operator.branches:
                raise Unclear("which of its branches runs is not known")
            return self._folded(operator, reads)
        operator = sized(operator, reads)
        for row in self.table.by_operator.get(operator.type, ()):
            row = turned(row, operator)
            scope = self._scope(operator, row, reads)
            if scope is not None and row.holds(scope):
                return self._by_row(operator, row, scope, reads)
        return self._uncounted(operator, reads)

    def _folded(self, operator: Operation, reads: list[Value | None]) -> list[Value]:
        """Constants of constants: their values, where they are small, and of which stored tensors they are made."""
        rows = self.table.by_operator.get(operator.type, ())
        row = next((row for row in rows if row.type in MOVES or row.type == SAME), None)
        values = row.of_values(reads) if row else reads
        stored = {source.name: source for read in values if read for source in read.sources}
        sources = tuple([one for one in stored.values() if one.learned or one.size > 1])  # a number fills: it is none
        known = [read.known if read else None for read in reads]
        move = row.type if row else operator.type
        most = MOST_VALUES if self.kept > 0 else FEW_VALUES
        declared = [self._declared(name) for name in operator.gives]
        try:
            if move == SAME:
                found = [known[0] or Known(())]
            elif move in MOVES:
                found = moved(move, _attributes(operator) | self._said(operator, row), known, most)
            elif (dims := product_of(operator, rows, known)) is not None:
                found = [Known(dims)]
            elif None not in declared and operator.type not in BY_VALUE:
                found = [Known(one) for one in declared if one is not None]
            elif row := next((row for row in rows if row.type == EINSUM), None):
                found = [Known(einsum(_equation(operator), [read.dims for read in reads if read])[0])]
            elif alone := self._alone(operator, reads):
                found = [Known(alone[0])]
            elif any(
                row.type == PRODUCT or (row.type in LAYERS and LAYERS[row.type].family != "activation") for row in rows
            ):
                raise Unclear("it is not read in this form, and the file says not what it gives")
            else:
                found = by_value(operator.type, known, most)
        except Unclear as error:
            if None in declared:
                raise
            if isinstance(error, Misfit):
                self._differs(operator, str(error))
            found = [Known(one) for one in declared if one is not None]
        self.kept -= sum(len(one.values) for one in found if one.values)
        works = dict(one for read in reads if read for one in read.works)
        if (multiplies := self._constant_work(operator, reads, found[0].dims)) != 0:
            works[operator.gives[0]] = multiplies
            if multiplies is None:
                self.unsure[operator.gives[0]] = operator
                self.unknown.setdefault(operator.type, []).append(operator.name)
        return [Value(one.dims, None, 0, sources, one.values, tuple(works.items())) for one in found]

    def _constant_work(self, operator: Operation, reads: list[Value | None], dims: tuple[int, ...]) -> int | None:
        """The multiplies of a layer that reads no image, such as what makes a table of positions; None: not known."""
        rows = self.table.by_operator.get(operator.type, ())
        for row in rows:
            if row.type == EINSUM:
                return einsum(_equation(operator), [read.dims for read in reads if read])[1]
            if row.type not in ("dense", "conv", PRODUCT):
                continue
            given = [read for role, read in row.by_role(reads)
                     if read and role.kind in ("", "weights")]  # fmt: skip
            if len(given) != 2:
                continue
            left, right = given
            told = self.net.tells_buffers or row.type == PRODUCT
            if not told and len(left.sources) == 1 and left.sources[0].learned:
                self.books.in_front[left.sources[0].name] = left.sources[0].size
            if row.type == "conv":
                return prod(dims) * prod(right.dims[1:])
            shared = -2 if operator.attributes.get("transA") == 1 and len(left.dims) > 1 else -1
            return prod(dims) * left.dims[shared] if left.dims else 0
        if rows and all(row.type not in LAYERS or not LAYERS[row.type].multiplies for row in rows):
            return 0
        sources = (one for read in reads if read for one in read.sources)
        if operator.type in BY_VALUE or not any(one.learned and one.dtype.startswith(NUMBERS) for one in sources):
            return 0
        alone = self._alone(operator, reads)
        return alone and alone[1]

    def _with_unknown(self, reads: list[Value | None]) -> list[Value | None]:
        """What is read, behind operators of which nobody knows what they multiply, to make the constants among it."""
        main = next((at for at, read in enumerate(reads) if read is not None and read.ref is not None), None)
        if main is None:
            return reads
        works = [name for read in reads if read and read.ref is None for name, times in read.works if times is None]
        for name in dict.fromkeys(works):
            if name not in self.books.worked and (read := reads[main]):
                self.books.worked.add(name)
                reads[main] = self._operator(self.unsure[name], [read], read.dims, read.channel, {"weights": 0})
        return reads

    def _alone(self, operator: Operation, reads: list[Value | None]) -> tuple[tuple[int, ...], int] | None:
        """The dims and the multiplies of a layer that reads constants alone; None where it is none, or not known."""
        for row in self.table.by_operator.get(operator.type, ()):
            row = turned(row, operator)
            main = next((read for role, read in row.by_role(reads) if not role.kind and read), None)
            if row.type not in LAYERS or row.axis == "steps" or main is None:
                continue
            seen = [
                read._replace(ref=0, channel=axis_by(row, read, main)) if read and not role.kind else read
                for role, read in row.by_role(reads)
            ]
            scope = self._scope(operator, row, seen)
            if scope is None or not row.holds(scope):
                continue
            tensors = [read for role, read in row.by_role(seen) if not role.kind and read]
            times = main.dims[0] if row.window and len(main.dims) > 2 else 1
            if times != 1:
                tensors = [read._replace(dims=(1, *read.dims[1:])) for read in tensors]
            layer, done, _ = self._tried(row.type, row.layer_values(scope), tuple(read.shape for read in tensors))
            if layer is None or done is None or "multiplies" in layer.left_open:
                return None
            dims = dims_like(done.output, tensors[0])
            return (times, *dims[1:]) if times > 1 else dims, times * done.multiplies
        return None

    def _scope(self, operator: Operation, row: Match, reads: list[Value | None]) -> dict[str, Any] | None:
        """What the formulas of a row may name; None where a stored tensor that it asks for is worked out instead."""
        scope: dict[str, Any] = {**WORDS, **row.defaults, **operator.attributes, "kind": clean(operator.type)}
        for role in row.roles(0):
            if role.kind:
                scope[f"{role.name}_given"] = False
        first, filled = True, is_filled(row, reads)
        for role, read in row.by_role(reads):
            if role.aside or read is None:
                continue
            if role.name:
                scope |= _of_dims(role.name, read.dims)
            if role.kind:
                if read.ref is not None:
                    return None
                scope[f"{role.name}_given"] = bool(read.sources) or filled
                scope[f"{role.name}_measures"] = all(source.measures for source in read.sources)
                if read.values is not None and len(read.values) == 1:
                    scope[f"{role.name}_value"] = read.values[0]
            elif first and read.ref is not None:
                first = False
                at = axis_by(row, read)
                scope["c"] = read.dims[at] if read.dims else 1
                scope["dims_rank"] = len(read.dims)
                scope["rank"] = len(shape_of(read.dims, at)) - 1
                for place, side in enumerate(reversed(read.dims)):
                    scope[f"dim_{place}"] = side  # counted from the last
        return scope

    def _by_row(self, operator: Operation, row: Match, scope: dict[str, Any], reads: list[Value | None]) -> list[Value]:
        if row.type == SAME:
            return [next(read for read in reads if read is not None)]
        if row.type == NOTHING:
            return self._by_value(operator, reads)
        if row.type == PRODUCT:
            return self._product(operator, row, reads)
        if row.type == EINSUM:
            return self._einsum(operator, reads)
        if row.type in MOVES:
            return self._moved(operator, row, scope, reads)
        if row.axis == "steps":
            return self._recurrent(operator, row, scope, reads)
        return self._layer(operator, row, scope, reads)

    # -------------------------------------------------------------------------------------- layers

    def _layer(
        self,
        operator: Operation,
        row: Match,
        scope: dict[str, Any],
        reads: list[Value | None],
        front: tuple[int, ...] = (),
    ) -> list[Value]:
        """A layer of ours, or what the file says of it; `front` is an axis of images that the file leaves out."""
        tensors = [read for role, read in row.by_role(reads) if not role.kind and read is not None]
        if any(read.ref is None for read in tensors):
            return self._by_value(operator, reads) if row.reads == "x*" else self._uncounted(operator, reads)
        main = tensors[0]
        if row.window and not front and takes_one(operator, len(main.dims)):
            alone = self._with_axis(main, 0, operator)
            seen = [alone._replace(dims=(1, *main.dims), channel=1) if read is main else read for read in reads]
            found = self._layer(operator, row, self._scope(operator, row, seen) or scope, seen, (1,))
            return [one._replace(dims=one.dims[1:], channel=one.channel - 1) for one in found]
        tensors = [self._with_axis(read, axis_by(row, read, main), operator) for read in tensors]
        main = tensors[0]
        stored = self.books.entry(row, reads)
        try:
            values = row.layer_values(scope)
        except FormulaError as error:
            raise fail("bad-value", f"`{clean(operator.type)}`: {error.what}", operator.place) from None
        times = 1
        if row.window and len(main.dims) > 2 and main.dims[0] != 1:  # images in front, each by itself
            times = main.dims[0]
            tensors = [read._replace(dims=(1, *read.dims[1:])) for read in tensors]
        shapes = tuple(read.shape for read in tensors)
        like = tensors[0]
        if row.type == "operator" and (said := self._declared(operator.gives[0])) and said != like.dims:
            shape = shape_of(said, axis_in(len(said), like))  # which no formula tells
            values["output"] = (*shape[1:], shape[0])
        layer, done, why = self._tried(row.type, values, shapes)
        dims = done and dims_like(done.output, like)
        declared = self._declared(operator.gives[0], dims[len(front) :] if dims and times == 1 else None)
        declared = declared and (*front, *declared)
        if done and layer and dims:
            wrong = self._wrong(done, dims if times == 1 else None, stored, declared, like)
            more, besides = self.books.works(reads), _besides(row, reads)
            plain = times == 1 and not more and not besides
            holder, others = (None, {}) if wrong else self.holders.holder(layer, done, row, reads, plain)
            if operator.blobs and not wrong:
                holder, others = self.holders.held(operator, layer, done, plain)
            if not wrong and plain and not others:
                ref = self._put(operator, layer, done, tensors, shapes)
                self.holders.hold(ref, holder, row, reads)
                if operator.owner:
                    self.holders.own(ref, operator)
                return [Value(dims, ref, axis_in(len(dims), like))]
            if not wrong:
                figures = self.holders.figures(row, reads, done, others, times * done.multiplies + more)
                dims = (times, *dims[1:]) if times > 1 else dims
                return [self._operator(operator, [*tensors, *besides], dims, axis_in(len(dims), like), figures)]
            why = wrong
        if operator.gives[0] in self.outdated:  # no network at this size
            raise Unclear(why)
        if declared is None and dims is None:
            raise Unclear(f"{why}, and the file says no shape" if why else "the file says no shape")
        self._differs(operator, why)
        figures = self.books.taken(row, reads) if stored and not is_filled(row, reads) else dict(stored)
        learns = LAYERS[row.type].weights or LAYERS[row.type].biases
        sides = [one[axis_in(len(one), like)] for one in (declared, dims) if one]
        alike = done is not None and len(set(sides)) == 1  # as many channels as the file says
        if not self.net.keeps_books and (alike or not learns):
            figures = {name: getattr(done, name, 0) for name in QUANTITIES}
        fits = done and declared in (None, dims) and stored.get("weights", 0) == done.weights
        if fits or not LAYERS[row.type].multiplies:
            figures["multiplies"] = getattr(done, "multiplies", 0)
        dims = declared or dims
        assert dims is not None
        tensors += _besides(row, reads)
        return [self._operator(operator, tensors, dims, axis_in(len(dims), like), figures)]

    def _recurrent(
        self, operator: Operation, row: Match, scope: dict[str, Any], reads: list[Value | None]
    ) -> list[Value]:
        """A layer over the steps of a sequence that gives all steps, and the last ones, each with its directions."""
        main = reads[0]
        images = 0 if operator.attributes.get("batch_first") else 1
        if main is None or main.ref is None or len(main.dims) != 3 or main.dims[images] != 1:
            return self._uncounted(operator, reads)
        steps, width = main.dims[1 - images], main.dims[2]
        seen = main._replace(dims=(1, steps, width), channel=2)
        if seen.shape != main.shape:
            seen = self._view(f"{operator.name}_steps", operator, [main], seen.dims, 2)
        values = {**row.layer_values(scope), "gives": "all"}
        layer, done, why = self._tried(row.type, values, (seen.shape,))
        stored = self.books.entry(row, reads)
        wrong = self._wrong(done, None, stored, None, seen) if done else why
        if layer is None or done is None or wrong:
            self._differs(operator, wrong)
            return self._uncounted(operator, reads)
        more, besides = self.books.works(reads), _besides(row, reads)
        holder, others = self.holders.holder(layer, done, row, reads, not more)
        whole = Value((1, steps, done.output[0]), None, 2)
        if more or others:
            figures = self.holders.figures(row, reads, done, others, done.multiplies + more)
            whole = self._operator(operator, [seen], whole.dims, 2, figures)
        else:
            whole = whole._replace(ref=self._put(operator, layer, done, [seen], (seen.shape,)))
            self.holders.hold(whole.ref or 0, holder, row, reads)
        ways = 2 if values["bidirectional"] else 1
        units = done.output[0] // ways
        given = []
        for at, name in enumerate(operator.gives):
            one = (1, steps) if images == 0 else (steps, 1)
            dims: tuple[int, ...] = (*one, ways * units)
            if not scope["joined"] and images == 0:
                dims = (1, steps, ways, units) if at == 0 else (1, ways, units)
            elif at or not scope["joined"]:
                dims = (steps, ways, 1, units) if at == 0 else (ways, 1, units)
            if not self._used(name):
                given.append(Value(dims))
            elif dims == whole.dims and at == 0 and not besides:
                given.append(whole)
            else:
                called = f"{operator.name}_{('steps', 'last', 'cell')[min(at, 2)]}_given"
                given.append(self._view(called, operator, [whole, *besides], dims, len(dims) - 1))
        return given

    def _besides(self, operator: Operation, given: list[Value], reads: list[Value | None]) -> list[Value]:
        """What a layer gives besides its first output, such as the places of what is largest: it follows from that."""
        others = []
        for at, name in enumerate(operator.gives[len(given) :], len(given)):
            dims, kind = self._declared(name), self._kind(operator)
            if not self._used(name) or kind == SAME:
                others.append(Value(dims or ()))
                continue
            if dims is None and (LAYERS.get(kind) and not LAYERS[kind].weights):  # places, or what was dropped
                dims = given[0].dims
            if dims is None:
                raise Unclear(self._unsaid(operator, "the file says not what it gives besides"))
            if given[0].ref is None:
                others.append(Value(dims, sources=given[0].sources))
                continue
            called = operator._replace(name=f"{operator.name}_{at + 1}")
            channel = given[0].channel if len(dims) == len(given[0].dims) else self.axes.channel(name, len(dims))
            others.append(self._operator(called, given[:1], dims, channel, NO_COSTS))
        return others

    def _tried(
        self, type: str, values: Mapping[str, Any], shapes: tuple[Shape, ...]
    ) -> tuple[Layer | None, Work | None, str]:
        """A layer and its work on shapes, or why it cannot be."""
        layer_type = LAYERS[type]
        wrong: list[str] = []
        given = [_as_tuple(values.get(name)) for name in layer_type.attributes]
        if not all(map(_is_plain, given)):
            return None, None, "an attribute is of another kind"
        if unknown := values.keys() - layer_type.attributes:
            raise KeyError(unknown)
        rank = max(len(shape) - 1 for shape in shapes)
        if missing := [
            name for name, one in layer_type.attributes.items() if one.required and values.get(name) is None
        ]:
            return None, None, f"`{type}` needs `{missing[0]}`"
        if not layer_type.takes(len(shapes)):
            return None, None, f"`{type}` does not read {len(shapes)} tensors"
        layer = self.builder.layer(layer_type, given, rank, lambda name, error: wrong.append(f"`{name}` {error}"))
        if layer is None:
            return None, None, "; ".join(wrong)
        done = self.works.get((layer, shapes))
        if done is None:
            if not check_alike(layer, shapes):
                return None, None, f"`{type}` {layer.verb} {', '.join(map(written_shape, shapes))}"
            try:
                done = self.works[layer, shapes] = work(layer, shapes)
            except Impossible as error:
                return None, None, error.what
        return layer, done, ""

    def _fitting(
        self,
        operator: Operation,
        type: str,
        values: Mapping[str, Any],
        tensors: Sequence[Value],
        dims: tuple[int, ...],
        channel: int,
        **figures: int,
    ) -> Value | None:
        """What a layer of ours gives, where it has these dims and figures; None where it has others."""
        shapes = tuple(read.shape for read in tensors)
        layer, done, _ = self._tried(type, values, shapes)
        if layer is None or done is None or done.output != shape_of(dims, channel):
            return None
        if any(getattr(done, name) != figure for name, figure in figures.items()):
            return None
        return Value(dims, self._put(operator, layer, done, tensors, shapes), channel)

    def _wrong(
        self,
        done: Work,
        dims: tuple[int, ...] | None,
        stored: Mapping[str, int],
        declared: tuple[int, ...] | None,
        like: Value,
    ) -> str:
        """What the file says otherwise than our formulas; empty where both agree."""
        for quantity, figure in stored.items():
            ours = getattr(done, quantity)
            if ours != figure:
                return f"{figure:,} {quantity} are stored, and {ours:,} are its formula"
        if declared is not None and dims is not None and declared != dims:
            return f"declared is {_dims(declared)}, and {_dims(dims)} follows"
        return ""

    # -------------------------------------------------------------------------------------- what moves

    def _moved(self, operator: Operation, row: Match, scope: dict[str, Any], reads: list[Value | None]) -> list[Value]:
        attributes = {**_attributes(operator), **row.layer_values(scope)}
        if row.type == "Concat":
            reads = [read for read in reads if read is None or 0 not in read.dims]
            if (
                len(reads) == 1
                and (only := reads[0])
                and self._declared(operator.gives[0], only.dims) in (None, only.dims)
            ):
                return [only]
        known = [read.known if read else None for read in reads]
        many = prod(known[0].dims) if row.type == "Reshape" and known[0] else 0
        declared = [self._declared(name, many=many) for name in operator.gives]
        try:
            given_ = moved(row.type, attributes, known)
            found, values = [one.dims for one in given_], [one.values for one in given_]
            declared = [self._declared(name, one) for name, one in zip(operator.gives, found, strict=False)]
        except Unclear as error:
            retried = for_one_image(row.type, attributes, known)
            if retried is None and (not declared or None in declared):
                raise error if isinstance(error, Misfit) else Unclear(self._unsaid(operator, str(error))) from None
            if retried is None and isinstance(error, Misfit):
                self._differs(operator, str(error))
            found = retried or [dims for dims in declared if dims is not None]
            values = [None] * len(found)
        if row.type == "Reshape" and self._shuffles(reads, found[0], operator):
            return [Value(found[0])]
        if values[0] is not None:  # small whole numbers: the shape of something
            return [Value(dims, None, 0, (), one) for dims, one in zip(found, values, strict=True)]
        for at, dims in enumerate(found[: len(declared)]):
            if declared[at] not in (None, dims):
                self._differs(operator, f"declared is {_dims(declared[at] or ())}, and {_dims(dims)} follows")
        given = []
        figures: dict[str, int] = self.books.loose(row.of_values(reads))
        for at, name in enumerate(operator.gives):
            if at >= len(found):
                break
            if not self._used(name):
                given.append(Value(found[at]))
                continue
            given.append(self._one_moved(operator, row, attributes, reads, found, at, name, figures))
            figures = {}
        return given

    def _shuffles(self, reads: list[Value | None], dims: tuple[int, ...], operator: Operation) -> bool:
        """Whether channels are cut into groups, these turned, and put together again: then that is one layer."""
        main = reads[0]
        if main is None or main.ref is None or len(dims) != len(main.dims) + 1 or len(main.dims) < 3:
            return False
        at = main.channel
        groups, each = dims[at : at + 2]
        if (*dims[:at], groups * each, *dims[at + 2 :]) != main.dims or 1 in (groups, each):
            return False
        between: list[str] = []
        turn = self._only_reader(operator, between)
        last = turn and self._only_reader(turn, between)
        if turn is None or last is None or [self._kind(one) for one in (turn, last)] != ["Transpose", "Reshape"]:
            return False
        order = list(range(len(dims)))
        order[at : at + 2] = at + 1, at
        turned = tuple(dims[axis] for axis in order)
        if list(self._said(turn).get("perm") or ()) != order or self._dims_of(last, turned) != main.dims:
            return False
        if self._declared(last.gives[0], main.dims) not in (None, main.dims):
            return False
        found = self._fitting(last, "channel_shuffle", {"groups": groups}, [main], main.dims, main.channel)
        if found is None:
            return False
        self.values[last.gives[0]] = found
        self.made.update((*between, *turn.gives, *last.gives))
        return True

    def _only_reader(self, operator: Operation, between: list[str]) -> Operation | None:
        """The only one that reads what an operator gives, also where that goes through others as it is."""
        for _ in range(4):
            readers = self.readers.get(operator.gives[0], ())
            if len(readers) != 1 or readers[0][1] != 0 or operator.gives[0] in self.net.outputs:
                return None
            operator = readers[0][0]
            if self._kind(operator) != SAME:
                return operator
            between += operator.gives
        return None

    def _kind(self, operator: Operation) -> str:
        """What the first row of an operator says that it is."""
        rows = self.table.by_operator.get(operator.type)
        return rows[0].type if rows else ""

    def _said(self, operator: Operation, row: Match | None = None) -> dict[str, Any]:
        """The attributes of a move, by ONNX's names."""
        row = row or self.table.by_operator[operator.type][0]
        return {**operator.attributes, **row.layer_values({**WORDS, **row.defaults, **operator.attributes})}

    def _dims_of(self, operator: Operation, dims: tuple[int, ...]) -> tuple[int, ...] | None:
        """The dims that an operator gives which stands further on, where they are known already."""
        known = [self.values.get(name) or self.net.stored.get(name) for name in operator.reads[1:]]
        reads = [Known(dims), *(one and Known(one.dims, one.values) for one in known)]
        try:
            return moved("Reshape", self._said(operator), reads)[0].dims
        except Unclear:
            return self._declared(operator.gives[0])

    def _one_moved(
        self,
        operator: Operation,
        row: Match,
        attributes: dict[str, Any],
        reads: list[Value | None],
        all_dims: list[tuple[int, ...]],
        at: int,
        name: str,
        figures: dict[str, int],
    ) -> Value:
        dims = all_dims[at]
        tensors = [read for read in reads if read is not None and read.ref is not None]
        main = tensors[0]
        channel = self._channel_after(row.type, attributes, main, dims, name)
        shape = shape_of(dims, channel)
        view = row.type in ("Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten")
        if view and (shape == main.shape or (dims == main.dims and row.type != "Transpose")):
            return Value(dims, main.ref, channel if shape == main.shape else main.channel)
        if not any(figures.values()):
            parts = [one[channel] for one in all_dims if channel < len(one)]
            layer = layer_of_move(row.type, attributes, main, tensors, shape, dims, channel, at, parts)
            if layer and (found := self._fitting(operator, *layer, tensors, dims, channel)):
                return found
        return self._operator(operator, tensors, dims, channel, NO_COSTS | figures)

    def _channel_after(
        self, move: str, attributes: dict[str, Any], main: Value, dims: tuple[int, ...], name: str
    ) -> int:
        if move == "Transpose":
            order = tuple(attributes.get("perm") or reversed(range(len(dims))))
            return order.index(main.channel)
        if len(dims) == len(main.dims) and move != "Reshape":
            return main.channel
        return self.axes.channel(name, len(dims)) if dims else 0

    # -------------------------------------------------------------------------------------- values by themselves

    def _by_value(self, operator: Operation, reads: list[Value | None]) -> list[Value]:
        """What is done value by value, or to tensors spread over each other: `add`, `multiply`, or an operator."""
        tensors = [read for read in reads if read is not None and read.ref is not None]
        parts = [read for read in reads if read is not None]
        try:
            dims = spread([read.dims for read in parts])
            declared = self._declared(operator.gives[0], dims)
        except Misfit as error:
            declared = self._declared(operator.gives[0])
            if declared is None:
                raise
            self._differs(operator, str(error))
            dims = declared
        if declared is not None and declared != dims:
            self._differs(operator, f"declared is {_dims(declared)}, and {_dims(dims)} follows")
            dims = declared
        main = max(tensors, key=lambda read: (len(read.dims), prod(read.dims)))
        channel = max(0, main.channel + len(dims) - len(main.dims))
        joined = JOINS.get(operator.type)
        if joined and len(tensors) == len(parts) and len(tensors) > 1:
            ordered = [self._with_axis(read, channel - len(dims) + len(read.dims), operator) for read in tensors]
            if found := self._fitting(operator, *joined, ordered, dims, channel):
                return [found]
        figures = self.books.loose(reads)
        scales = figures["weights"] and not figures["buffers"] and not figures.get("multiplies")
        alone = len(tensors) == 1 and dims == main.dims and _along(dims, channel, parts)
        if operator.type == "Mul" and scales and alone:
            found = self._fitting(operator, "scale", {}, tensors, dims, channel, weights=figures["weights"])
            if found:
                return [found]
        if operator.type in ("Add", "Sub", "Sum"):
            figures["weights"], figures["biases"] = 0, figures["weights"]
        return [self._operator(operator, tensors, dims, channel, {"multiplies": 0} | figures)]

    def _product(self, operator: Operation, row: Match, reads: list[Value | None]) -> list[Value]:
        """Each value of a product of matrices is a sum of as many products as they have in common."""
        values = row.of_values(reads)
        left, right = operands(row, reads)
        a, b = turned_sides(operator, (left, right))
        transposed = (a, b) != (left.dims, right.dims)
        a, b = (a if len(a) > 1 else (1, *a)), (b if len(b) > 1 else (*b, 1))
        if a[-1] != b[-2]:
            raise Unclear(f"{_dims(a)} times {_dims(b)} is no product of matrices")
        dims = (*spread([a[:-2], b[:-2]]), a[-2], b[-1])
        tensors = [left, right, *(read for read in values if read not in (left, right)), *_besides(row, reads)]
        tensors = [read for read in tensors if read is not None and read.ref is not None]
        loose = self.books.loose(values)
        figures = loose | {"multiplies": prod(dims) * a[-1] + loose.get("multiplies", 0)}
        if (
            tensors == [left, right]
            and not any(loose.values())
            and len(dims) == 3
            and dims[0] == left.dims[0] == right.dims[0] == 1
            and not transposed
        ):
            ordered = [self._with_axis(read, 2, operator) for read in (left, right)]
            if found := self._fitting(operator, "matmul", {}, ordered, dims, 2, multiplies=figures["multiplies"]):
                return [found]
        if len(left.dims) == 1:
            dims = (*dims[:-2], dims[-1])
        if len(right.dims) == 1:
            dims = dims[:-1]
        return [self._operator(operator, tensors, dims, max(0, len(dims) - 1), figures)]

    def _einsum(self, operator: Operation, reads: list[Value | None]) -> list[Value]:
        parts = [read for read in reads if read is not None]
        dims, multiplies = einsum(_equation(operator), [read.dims for read in parts])
        if multiplies is None:
            return self._uncounted(operator, reads)
        declared = self._declared(operator.gives[0], dims)
        if declared not in (None, dims):
            raise Unclear(f"declared is {_dims(declared or ())}, and {_dims(dims)} follows")
        loose = self.books.loose(reads)
        figures = loose | {"multiplies": multiplies + loose.get("multiplies", 0)}
        tensors = [read for read in parts if read.ref is not None]
        return [self._operator(operator, tensors, dims, max(0, len(dims) - 1), figures)]

    def _uncounted(self, operator: Operation, reads: list[Value | None]) -> list[Value]:
        """An operator without a row: its multiplies are not known, and its shape only where the file says it."""
        tensors = [read for read in reads if read is not None and read.ref is not None]
        declared = [self._declared(name) for name in operator.gives]
        self.unknown.setdefault(operator.type, []).append(operator.name)
        given = []
        values = self._in_branches(operator) if operator.branches else _values(self.table, operator, reads)
        figures = self.books.loose(values) if self.net.keeps_books else {}
        figures.pop("multiplies", None)  # those of the operator are not known
        if self.net.keeps_books and self._may_hide(operator, values):  # what is counted would be taken for all
            self.hidden.setdefault(operator.type, []).append(operator.name)
            figures = {"buffers": figures["buffers"]}
        for name, dims in zip(operator.gives, declared, strict=True):
            if not self._used(name):
                given.append(Value(dims or ()))
                continue
            if dims is None:
                known = operator.type in self.table.by_operator
                why = "it is not read in this form" if known else "it is not known"
                raise Unclear(f"{why}, and {self._unsaid(operator, 'the file says not what it gives')}")
            channel = tensors[0].channel if len(dims) == len(tensors[0].dims) else self.axes.channel(name, len(dims))
            given.append(self._operator(operator, tensors, dims, channel, figures))
            figures = dict(NO_COSTS)
        return given

    def _in_branches(self, operator: Operation) -> list[Value | None]:
        """What is constant and read in the branches of an operator that chooses while the network runs."""
        if self.makers is None:
            self.makers = {name: one for one in self.operations if one.when for name in one.gives}
        waiting = [name for branch in operator.branches for name in branch]
        found = {name: None for name in waiting if name in self.net.stored}
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            one = self.makers.get(name)
            if one is None or one.gives[0] in seen or operator.reads[0] not in [reads for reads, _ in one.when]:
                continue
            seen.add(one.gives[0])
            waiting += [*one.reads, *(name for branch in one.branches for name in branch)]
            found |= dict.fromkeys(() if one.branches else _values(self.table, one, one.reads))
        known = [name for name in found if name in self.values or name in self.net.stored]
        values = [self._value(name, operator) for name in known]
        return [value for value in values if value is not None and value.ref is None]

    def _may_hide(self, operator: Operation, values: Sequence[Value | None]) -> bool:
        """Whether what an operator stores may be learned numbers in another form: packed, or among its attributes."""
        if operator.type in self.table.by_operator:
            return False
        sources = [one for read in values if read is not None for one in read.sources]
        numbers = [value for value in operator.attributes.values() if isinstance(value, tuple) and len(value) > 1]
        return any(one.size > 1 and one.dtype.startswith(PACKED) for one in sources) or any(
            all(isinstance(one, float) for one in value) for value in numbers
        )

    # -------------------------------------------------------------------------------------- nodes

    def _with_axis(self, read: Value, channel: int, operator: Operation) -> Value:
        """A tensor whose channels are on that axis."""
        if read.channel == channel or channel < 0 or channel >= len(read.dims):
            return read
        seen = read._replace(channel=channel)
        if seen.shape == read.shape:
            return seen
        return self._view(f"{operator.name}_view", operator, [read], read.dims, channel)

    def _view(
        self, name: str, operator: Operation, tensors: Sequence[Value], dims: tuple[int, ...], channel: int
    ) -> Value:
        """Tensors seen in another form beside an operator, which costs nothing."""
        view = Operation(name, "view", {}, (), (), operator.place, operator.scope)
        return self._operator(view, tensors, dims, channel, NO_COSTS)

    def _operator(
        self,
        operator: Operation,
        tensors: Sequence[Value],
        dims: tuple[int, ...],
        channel: int,
        figures: Mapping[str, int],
    ) -> Value:
        shape = shape_of(dims, channel)
        if 0 in shape:
            if any(figures.values()):
                raise Unclear(f"it gives {_dims(dims)}, which is nothing")
            return Value(dims)  # no layer: what joins it with others is these
        known = {name: figure for name, figure in figures.items() if figure or name in ("weights", "multiplies")}
        values: dict[str, Any] = {"type": clean(operator.type) or "?", **known}
        if shape != tensors[0].shape:
            values["output"] = (*shape[1:], shape[0])
        shapes = tuple(read.shape for read in tensors)
        layer, done, why = self._tried("operator", values, shapes)
        if layer is None or done is None:
            raise Unclear(why)
        return Value(dims, self._put(operator, layer, done, tensors, shapes), channel)

    def _put(
        self, operator: Operation, layer: Layer, done: Work, tensors: Sequence[Value], shapes: tuple[Shape, ...]
    ) -> Ref:
        reads = tuple(read.ref for read in tensors if read.ref is not None)
        ref = self.builder.put(layer, reads, shapes, clean(operator.name), operator.place, named=True)
        if ref is None:
            raise ProblemsFound(self.builder.problems.found)
        self.paths.append((operator.scope, operator.name, layer.type))
        return ref

    def _declared(self, name: str, follows: tuple[int, ...] | None = None, many: int = 0) -> tuple[int, ...] | None:
        """The dims that the file says of a tensor, for one image; None where it leaves some open, or for this size.

        What is open in front is as in `follows`, which our formulas say, or as so `many` values want.
        """
        return None if name in self.outdated else self._said_at_first(name, follows, many)

    def _said_at_first(
        self, name: str, follows: tuple[int, ...] | None = None, many: int = 0
    ) -> tuple[int, ...] | None:
        """The same at the input size that the file has."""
        dims = self.net.declared.get(name)
        if dims is None:
            return None
        if len(dims) > 1 and dims[0] in self.images:
            dims = (1, *dims[1:])
        return self.sizes.dims(dims, follows, many)

    def _unsaid(self, operator: Operation, why: str) -> str:
        """Why nobody knows what an operator gives."""
        if any(name in self.outdated and self._said_at_first(name) is not None for name in operator.gives):
            return "the file says what it gives at its own input size alone"
        return why

    # -------------------------------------------------------------------------------------- what is said besides

    def _differs(self, operator: Operation, why: str) -> None:
        """A note that an operator is taken as the file says, for what follows is another thing."""
        self.disagree.append(f"`{clean(operator.name)}` ({clean(operator.type)}): {why}")

    def _say(self) -> None:
        for type, names in self.unknown.items():
            self.notes.append(f"`{clean(type)}` is not understood, its multiplies are not known: {listed(names)}")
        for type, names in self.hidden.items():
            why = "may learn numbers that are packed, or among its attributes"
            self.notes.append(f"`{clean(type)}` {why}, its params are not known: {listed(names)}")
        if self.disagree:
            self.notes.append(f"as the file says, for our formulas say otherwise: {several(self.disagree, '; ')}")
        read = {name for operator in self.operations for name in operator.reads}
        self.notes += self.books.notes(read)


def _besides(row: Match, reads: Sequence[Value | None]) -> list[Value]:
    """The tensors that a layer reads and its formulas leave out, such as a mask, or the state that one begins with."""
    ignored = [read for role, read in row.by_role(reads) if role.aside]
    return [read for read in ignored if read is not None and read.ref is not None]


def _of_dims(name: str, dims: tuple[int, ...]) -> dict[str, Any]:
    """What formulas call the dims of a tensor."""
    found: dict[str, Any] = {f"{name}_size": prod(dims), f"{name}_rank": len(dims), f"{name}_sides": dims[2:]}
    if dims:
        found |= {f"{name}_first": dims[0], f"{name}_last": dims[-1]}
    if len(dims) > 1:
        found |= {f"{name}_second": dims[1], f"{name}_before": dims[-2]}
    return found


def _values(table: Matches, operator: Operation, reads: Sequence[Any]) -> list[Any]:
    """What an operator reads without its settings, where a row names these."""
    rows = table.by_operator.get(operator.type)
    return rows[0].of_values(reads) if rows else list(reads)


def _attributes(operator: Operation) -> dict[str, Any]:
    return {**operator.attributes, "outputs": len(operator.gives), operator.type: True}


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_tuple, value)) if isinstance(value, list | tuple) else value


def _equation(operator: Operation) -> str:
    return str(operator.attributes.get("equation", ""))


def _is_plain(value: Any) -> bool:
    return (
        value is None
        or isinstance(value, int | float | str | Fraction)
        or (isinstance(value, tuple) and all(map(_is_plain, value)))
    )


def _along(dims: tuple[int, ...], channel: int, parts: Sequence[Value]) -> bool:
    """Whether what is constant among some tensors has one number for each channel."""
    wanted = tuple(side if at == channel else 1 for at, side in enumerate(dims))
    return all((1,) * (len(dims) - len(one.dims)) + one.dims == wanted for one in parts if one.ref is None)


def _dims(dims: Sequence[int]) -> str:
    return "×".join(map(str, dims)) or "one number"


def lower(net: Foreign, table: Matches, input_size: str | None = None) -> Graph:
    """The graph of a foreign network; raises ProblemsFound with all that is wrong."""
    if len(net.operations) > MOST_LAYERS:
        raise fail("limit", f"more than {MOST_LAYERS:,} operators (limit: layers {MOST_LAYERS:,})", None)
    if not _is_whole(net):
        raise fail("unreadable", f"`{net.file}` has names that are no texts, or sizes that are no numbers", None)
    known = net.inputs.keys() | net.stored.keys() | {name for one in net.operations for name in one.gives}
    for name in net.outputs:
        if name not in known:
            raise fail("unknown-name", f"nothing gives the output `{clean(name)}`", Label(net.file, ""))
    lowering = Lowering(net, table, input_size)
    found: Graph | ProblemsFound
    try:
        found = _graph(lowering)
    except ProblemsFound as error:
        found = error
    refused = isinstance(found, ProblemsFound)
    if lowering.images and (refused or lowering.disagree):  # several that are no images, or that only fit together
        with suppress(ProblemsFound):
            whole = Lowering(net, table, input_size, whole=True)
            together = _graph(whole)
            if refused or len(whole.disagree) < len(lowering.disagree):
                return together
    if isinstance(found, ProblemsFound):
        raise found
    return found


def _graph(lowering: Lowering) -> Graph:
    """The graph of a network, in which only what leads to an output counts.

    What no layer reads of a table counts with what is read of it.
    """
    graph = lowering.graph()
    idle, names = lowering.left_out()
    again = partial(Lowering, lowering.net, lowering.table, lowering.input_size, lowering.whole)
    if idle:
        lowering = again(idle=idle)
        if names:
            lowering.notes.append(left_out_note(names))
        graph = lowering.graph()
    if rest := lowering.books.rest():
        lowering = again(rest, idle)
        graph = lowering.graph()
    return graph


def _is_whole(net: Foreign) -> bool:
    """Whether names are texts, and sizes numbers or open: a file of JSON may have anything in their place."""
    names = [
        *net.outputs,
        *net.inputs,
        *(name for one in net.operations for name in (*one.reads, *one.gives, one.name)),
    ]
    stored = [side for one in net.stored.values() for side in one.dims]
    open_ = [side for dims in (*net.inputs.values(), *net.declared.values()) for side in dims]
    return (
        all(isinstance(name, str) for name in names)
        and all(type(side) is int and side >= 0 for side in stored)
        and all(side is None or isinstance(side, str) or (type(side) is int and side >= 0) for side in open_)
        and all(one.gives for one in net.operations)
    )
