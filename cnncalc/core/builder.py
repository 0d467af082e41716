"""Builder: the one door into a graph. Readers of every format, and Python programs, add layer after layer.

>>> net = Builder({"input": (1, 32, 32)}, name="two layers")
>>> c1 = net.add("conv", {"filters": 6, "kernel": 5})
>>> pooled = net.add("max_pool", {"kernel": 2}, reads=c1, name="pool")
>>> graph = net.graph()
>>> [(node.name, node.work.output.sides, node.work.weights) for node in graph.nodes]
[('conv1', (28, 28), 150), ('pool', (14, 14), 0)]
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import Any, Protocol, TypeVar

from cnncalc.core.arguments import fitted, is_beyond, is_whole, mistyped, read_sizes
from cnncalc.core.figures import many
from cnncalc.core.graph import BYTES, Failed, Graph, Group, Node, Ref, Understood, whole_path
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import BadValue, Layer
from cnncalc.core.names import A_NAME, TAKEN_NAMES, wrong_name
from cnncalc.core.problem import Cure, HasOrigin, Label, Origin, Problems, ProblemsFound, clean, in_order, misspelt
from cnncalc.core.record import Record
from cnncalc.core.shape import MOST_SIDES, Shape, TensorShape, written_shape
from cnncalc.core.work import Impossible, Work, check_alike, learned, work

MOST_LAYERS = 200_000
SIZES = "sizes"  # why tensors do not fit each other: their sides alone
MOST_LETTERS = 20_000_000  # of the paths of all layers and groups together
PREVIOUS: Any = object()  # what was added last; the input where nothing was


class Reporter(Protocol):
    """Whoever is told what is wrong: by default the builder's own `problems`."""

    def __call__(
        self,
        code: str,
        message: str,
        at: HasOrigin | Origin | None,
        help: Cure = None,
        notes: tuple[str, ...] = (),
        path: str = "",
        reason: str = "",
    ) -> None: ...


class Stretch(Record):
    """Layers that were built below a path, and may be built once more: `nodes[start:stop]`, and their groups.

    `letters` is how long all their paths are.
    """

    path: str
    start: int
    stop: int
    groups: tuple[Group, ...]
    reads: tuple[Ref, ...]
    outputs: tuple[Ref, ...]
    letters: int

    def letters_below(self, path: str) -> int:
        """The length of all their paths below another one."""
        return self.letters + (self.stop - self.start + len(self.groups)) * (len(path) - len(self.path))


class Builder:
    """A network under construction, from its inputs (shapes channels first) on.

    One shape alone is that of the one input, `input`. What is added is worked out at once. A problem is kept until
    `graph`, which raises all of them; a layer that has one gives None, and what reads None stays silent. `file` is what
    messages call the network. A reader of a format gives each layer an `origin`, and its own `problems` and `report`
    where these know more.
    """

    def __init__(
        self,
        inputs: Mapping[str, Sequence[int] | None] | Sequence[int],
        *,
        name: str = "network",
        file: str = "<builder>",
        origin: Origin | None = None,
        problems: Problems | None = None,
        report: Reporter | None = None,
    ) -> None:
        if isinstance(inputs, tuple | list):
            inputs = {"input": inputs}
        if not isinstance(inputs, Mapping) or not all(isinstance(one, str) for one in inputs):
            raise mistyped("Builder: inputs", "shapes by name, channels first: {'input': (3, 224, 224)}", inputs)
        for what, text in (("name", name), ("file", file)):
            if not isinstance(text, str):
                raise mistyped(f"Builder: {what}", "a text", text)
        self.inputs: dict[str, Shape | None] = {one: _plain(shape) for one, shape in inputs.items()}
        self.name = name
        self.file = file
        self.origin: Origin = origin or Label(file, "inputs")
        self.problems: Problems = problems or Problems()
        self.report: Reporter = report or self._report
        self.nodes: list[Node] = []
        self.groups: list[Group] = []
        self.failed: list[Failed] = []
        self.letters: int = 0  # of all their paths together
        self.needed: list[bool] = []  # for each of `nodes`, once `graph` was called, whether the graph holds it
        self.last: Ref | None = -1 if len(self.inputs) == 1 else None  # what was added last
        self._names: dict[str, Ref] = {}
        self._blocks: dict[str, Ref] = {}
        self._inside: dict[str, Origin] = {}  # layers that were added by a path, which is to be that of a block
        self._numbers: dict[str, int] = {}
        self._prefix = ""  # of the block that is open
        self._layers: dict[tuple[Any, ...], Layer] = {}
        self._works: dict[tuple[Layer, tuple[Shape, ...]], Work] = {}
        for input_name, shape in self.inputs.items():
            self._check_input(input_name, shape)
            if origin is None and input_name not in TAKEN_NAMES:
                self._check_name(input_name, Label(file, f"input `{clean(input_name)}`"))
        self._shapes = list(self.inputs.values())

    # -------------------------------------------------------------------------------------------- adding by type

    def input(self, name: str) -> Ref:
        """The input of that name, to be read; KeyError where there is none.

        >>> net = Builder({"left": (3, 8, 8), "right": (3, 8, 8)})
        >>> net.add("add", reads=[net.input("left"), net.input("right")])
        0
        """
        if name not in self.inputs:
            raise KeyError(name)
        return -1 - list(self.inputs).index(name)

    def add(
        self,
        type: str,
        values: Mapping[str, Any] | None = None,
        reads: Ref | str | Sequence[Ref | str | None] | None = PREVIOUS,
        name: str = "",
        origin: Origin | None = None,
        trainable: bool = True,
        dtype: str = "",
    ) -> Ref | None:
        """A layer of a type with the values of its attributes; what it gives, to be read by others.

        `reads` is one or several of what was given before, or their names, by default what was added last. Without a
        `name` it is the type and a number. Weights that are not `trainable` are frozen; a `dtype` (`int8`) is the type
        of its numbers, for memory. None where there is a problem.

        >>> net = Builder({"input": (3, 8, 8)})
        >>> net.add("conv", {"filters": 4, "kernel": 9}) is None
        True
        >>> net.problems.found[0].message
        '`conv` leaves nothing: height = (8 − 9 + 2·0) // 1 + 1 = 0'
        """
        for what, text in (("type", type), ("name", name), ("dtype", dtype)):
            if not isinstance(text, str):
                raise mistyped(f"add: {what}", "a text", text)
        if not isinstance(values, Mapping | None):
            raise mistyped("add: values", "a mapping of attributes: {'filters': 16, 'kernel': 3}", values)
        named = bool(name)
        stem = f"{self._prefix}{type}_" if type[-1:].isdigit() else f"{self._prefix}{type}"
        self._numbers[stem] = self._numbers.get(stem, 0) + 1
        path = f"{self._prefix}{name}" if name else self._free(stem)
        at = origin or Label(self.file, f"layer `{clean(path)}`")
        *blocks, own = name.split("/")  # copies of a block are called by numbers
        parts = [own, *(part for part in blocks if not part.isdecimal())]
        if name and not all(self._check_name(part, at) for part in parts):
            return None
        if "/" in name:
            self._inside[path] = at
        for attribute, value in (values or {}).items():
            if is_beyond(value):
                self.report("limit", f"`{attribute}` is beyond ±10^15 (limit: numbers 10^15)", at)
                return None
        if dtype and dtype not in BYTES:
            said = f"`dtype` must be one of {', '.join(BYTES)}, is `{clean(dtype)}`"
            self.report("bad-value", said, at, misspelt(dtype, BYTES))
            return None
        read = self._read(reads, at)
        self.last = self._add(type, values or {}, read, path, at, named, trainable, dtype) if read is not None else None
        return self.last

    @contextmanager
    def block(self, name: str, kind: str = "block") -> Iterator[None]:
        """All layers that are added inside, under the name of a block; it gives what its last layer gives.

        >>> net = Builder({"input": (3, 8, 8)})
        >>> with net.block("stem"):
        ...     ref = net.add("conv", {"filters": 4, "kernel": 3})
        >>> [node.name for node in net.graph().nodes]
        ['stem/conv1']
        """
        for what, text in (("name", name), ("kind", kind)):
            if not isinstance(text, str):
                raise mistyped(f"block: {what}", "a text", text)
        outside, start = self._prefix, len(self.nodes)
        path = f"{outside}{name}"
        at = Label(self.file, f"block `{clean(path)}`")
        if path in self._names or path in self.inputs or path in self._blocks:
            self.report("duplicate-name", f"two entries are called `{path}`", at, "give one another name")
        self._check_name(name, at)
        self._prefix = f"{path}/"
        try:
            yield
        finally:
            self._prefix = outside
        if self.last is not None:
            self.group(path, kind, start, self.last, at, named=True)
            self._blocks[path] = self.last

    def _check_name(self, name: str, at: Origin) -> bool:
        wrong = wrong_name(name)
        if wrong:
            code, message, cure = wrong
            self.report(code, clean(message), at, cure or A_NAME)
        return not wrong

    def _add(
        self,
        type: str,
        values: Mapping[str, Any],
        reads: list[Ref | None],
        path: str,
        at: Origin,
        named: bool,
        trainable: bool,
        dtype: str,
    ) -> Ref | None:
        if path in self._names or path in self.inputs or path in self._blocks:
            self.report("duplicate-name", f"two layers are called `{path}`", at, "give one another name")
        layer_type = LAYERS.get(type)
        if layer_type is None:
            self.report("unknown-layer", f"no layer `{type}`", at, or_operator(type, misspelt(type, LAYERS)))
            return None
        if wrong := wrong_number(layer_type, len(reads)):
            self.report("wrong-input", wrong[0], at, wrong[1])
            return None
        shapes = self.shapes(reads)
        layer = self._layer(layer_type, values, shapes, at)
        if layer is None or None in shapes:
            return None
        how = {"named": named, "trainable": trainable, "dtype": dtype}
        ref = self.put(layer, tuple(reads), shapes, path, at, **how)  # type: ignore[arg-type]
        if ref is not None:
            self._names[path] = ref
        return ref

    def _layer(
        self, layer_type: type[Layer], values: Mapping[str, Any], shapes: tuple[Shape | None, ...], at: Origin
    ) -> Layer | None:
        """The layer with these values; None after reporting what is wrong with them."""
        known = layer_type.attributes
        fine = True
        for unknown in values.keys() - known:
            message = f"unknown attribute of `{layer_type.type}`: `{unknown}`"
            self.report("unknown-attribute", message, at, misspelt(str(unknown), known))
            fine = False
        for name, attribute in known.items():
            if attribute.required and values.get(name) is None:
                message = f"`{layer_type.type}` needs `{name}`"
                self.report("missing-attribute", message, at, f"{name}: {attribute.help}")
                fine = False
        rank = rank_of(shapes)
        if not fine or rank < 0:
            return None
        given = [_plain(values.get(name)) for name in known]
        for name, value in zip(known, given, strict=True):
            if not isinstance(value, Hashable):
                self.report("bad-value", f"`{name}` cannot be a {type(value).__name__}", at)
                return None
        wrong: list[tuple[str, BadValue]] = []
        layer = self.layer(layer_type, given, rank, lambda name, error: wrong.append((name, error)))
        if wrong:
            self.report(wrong[0][1].code, "; ".join(f"`{name}` {error}" for name, error in wrong), at)
        return layer

    def _read(self, reads: Ref | str | Sequence[Ref | str | None] | None, at: Origin) -> list[Ref | None] | None:
        if reads is not PREVIOUS:
            several = list(reads) if isinstance(reads, tuple | list) else [reads]
            return [self._ref(one, at) for one in several]
        if not self.nodes and not self.problems.found and self.last is None:
            inputs = ", ".join(f"`{name}`" for name in self.inputs)
            self.report("wrong-input", f"with several inputs ({inputs}) the first layer says what it reads", at)
            return None
        return [self.last]

    def _ref(self, read: object, at: Origin) -> Ref | None:
        """A number or a name as what it stands for; None, and a problem, where there is no such layer."""
        if read is None:
            return None
        if isinstance(read, str):
            for path in (f"{self._prefix}{read}", read):
                for places in (self._names, self._blocks):
                    if path in places:
                        return places[path]
            if read in self.inputs:
                return self.input(read)
            known = (*self.inputs, *self._names, *self._blocks)
            self.report("unknown-name", f"no layer `{clean(read)}`", at, partial(misspelt, read, known))
            return None
        if not is_whole(read):
            raise mistyped("add: reads", "what add gave, a name, or a list of these", read)
        place = int(read)  # type: ignore[call-overload]
        if not -len(self.inputs) <= place < len(self.nodes):
            self.report("unknown-name", f"no layer number {place}", at)
            return None
        return Ref(place)

    def _free(self, stem: str) -> str:
        """A counted name that is not taken: `conv2` for the second convolution, also where the first has a name."""
        while f"{stem}{self._numbers[stem]}" in self._names:
            self._numbers[stem] += 1
        return f"{stem}{self._numbers[stem]}"

    def _check_input(self, name: str, shape: Any) -> None:
        if shape is None:  # the reader has said why
            return
        if is_beyond(shape):
            message = f"input `{name}` has a side beyond 10^15 (limit: numbers 10^15)"
            self.report("limit", message, Label(self.file, f"input `{name}`"))
            self.inputs[name] = None
            return
        fine = isinstance(shape, tuple) and all(type(side) is int and side >= 1 for side in shape)
        if not fine or not 1 <= len(shape) <= MOST_SIDES + 1:
            message = f"input `{name}` must be a shape, channels first, like (3, 224, 224), is {shape!r}"
            self.report("bad-value", message, Label(self.file, f"input `{name}`"))

    def _report(
        self,
        code: str,
        message: str,
        at: HasOrigin | Origin | None,
        help: Cure = None,
        notes: tuple[str, ...] = (),
        path: str = "",
        reason: str = "",
    ) -> None:
        self.problems.add(code, message, at, help, notes, reason=reason)

    # -------------------------------------------------------------------------------------- adding what is worked out

    def layer(
        self, layer_type: type[Layer], given: list[Any], rank: int, refuse: Callable[[str, BadValue], None]
    ) -> Layer | None:
        """The layer with these values, in the order of its attributes (None: the default); equal ones are one object.

        `rank` is the number of sides of what it reads. `refuse` is told of each value that an attribute cannot take.
        """
        key = (layer_type, rank, *given, *map(type, given))  # the types, too: 1 is equal to true
        layer = self._layers.get(key)
        if layer is None and (values := layer_type.resolved(given, rank, refuse)) is not None:
            layer = self._layers[key] = layer_type(values)
        return layer

    def put(
        self,
        layer: Layer,
        reads: tuple[Ref, ...],
        shapes: tuple[Shape, ...],
        name: str,
        origin: Origin,
        *,
        named: bool = False,
        trainable: bool = True,
        dtype: str = "",
        labels: Callable[[], list[str]] | None = None,
    ) -> Ref | None:
        """A layer under its whole path, which nobody has yet; `labels` are what messages call what it reads."""
        done = self._works.get((layer, shapes))
        if done is None:
            failed = Failed(name, layer, reads, len(self.nodes), origin)
            if not check_alike(layer, shapes):
                self.failed.append(failed)
                self._report_mismatch(failed, shapes, labels() if labels else list(map(self._name_of, reads)))
                return None
            try:
                done = self._works[layer, shapes] = work(layer, shapes)
            except Impossible as error:
                self.failed.append(failed)
                self.report(error.code, error.what, origin, error.cure, (), name, error.reason)
                return None
        place = len(self.nodes)
        if place >= MOST_LAYERS:
            self.report("limit", f"more than {MOST_LAYERS:,} layers (limit: layers {MOST_LAYERS:,})", origin)
            raise ProblemsFound(self.problems.found)
        self.nodes.append(Node(name, layer, reads, done, origin, place, named, trainable, dtype))
        self._count_letters(len(name), origin)
        return place

    def _count_letters(self, more: int, origin: Origin) -> None:
        self.letters += more
        if self.letters > MOST_LETTERS:
            message = f"the paths of all layers, blocks and branches have more than {MOST_LETTERS:,} letters"
            self.report("limit", f"{message} (limit: letters {MOST_LETTERS:,})", origin, "give them shorter names")
            raise ProblemsFound(self.problems.found)

    def group(
        self,
        name: str,
        kind: str,
        start: int,
        output: Ref,
        origin: Origin,
        *,
        copies: int = 0,
        named: bool = False,
        outputs: tuple[str, ...] = (),
    ) -> None:
        """A name for all layers from number `start` on together: a block, a branch, so many copies.

        Where it gives several tensors, `outputs` are the names of what gives them, inside it; `output` is the first.
        """
        self.groups.append(Group(name, kind, start, len(self.nodes), output, origin, copies, named, outputs))
        self._count_letters(len(name), origin)

    def prune(self, start: int, groups: int, ends: Iterable[Ref | None]) -> tuple[list[bool], list[Ref | None]]:
        """The layers from number `start` on without those that lead to none of `ends`; groups from `groups` on.

        Returns which of the layers stay, and the ends as they are numbered now.
        """
        ends = list(ends)
        needed = self._leading_to(ends, start)
        if all(needed):
            return needed, ends
        kept, kept_groups, place = self._kept(needed, start, self.groups[groups:])
        self.nodes[start:] = kept
        self.groups[groups:] = kept_groups
        return needed, [end if end is None else _moved(end, place, start) for end in ends]

    def share(self, ref: Ref, first: Ref, origin: HasOrigin | Origin | None = None) -> bool:
        """The weights of an earlier layer for a later one; False, and a problem, where the two are not equal.

        They are trainable as where they stand first; a later layer cannot freeze them.
        """
        node, other = self.nodes[ref], self.nodes[first]
        if node.layer is not other.layer or not self._of_one_shape(node, other):
            reason = f"`{node.name}` and `{other.name}` differ in type, attributes or input channels"
            self.report("bad-share", f"{reason}: they cannot share weights", origin or node.origin)
            return False
        if other.trainable and not node.trainable:
            message = f"`{node.name}` is frozen and `{other.name}` is not: shared weights are the one or the other"
            help = f"write `trainable: false` at `{other.name}`, where they stand first"
            self.report("bad-share", message, origin or node.origin, help)
            return False
        self.nodes[ref] = node._replace(shares=other.shares, trainable=other.trainable)
        return True

    def _of_one_shape(self, node: Node, other: Node) -> bool:
        """Whether two nodes of one layer have weights of one shape; an embedding is as long as its tokens.

        The channels of a vector of words are its tokens.
        """
        shapes, others = (tuple([self.shape(ref) or () for ref in one.inputs]) for one in (node, other))
        if shapes == others:
            return True
        words = node.layer.out_tokens is not None and len(shapes[0]) == len(others[0]) == 1
        alike = words or shapes[0][0] == others[0][0]
        return alike and learned(node.layer, shapes) == learned(node.layer, others)

    def again(self, stretch: Stretch, path: str, reads: tuple[Ref, ...]) -> tuple[Ref, ...]:
        """The outputs of a stretch of layers that is built once more below another path, on equal shapes."""
        self.letters += stretch.letters_below(path)
        nodes, start, cut = self.nodes, stretch.start, len(stretch.path)
        delta = len(nodes) - start
        moved = dict(zip(stretch.reads, reads, strict=True))
        new = tuple.__new__  # what Node() calls, by way of keywords: there may be a hundred thousand
        for name, layer, inputs, done, origin, shares, named, trainable, dtype in nodes[start : stretch.stop]:
            if len(inputs) == 1:  # as most layers do
                ref = inputs[0]
                read: tuple[Ref, ...] = (ref + delta if ref >= start else moved[ref],)
            else:
                read = tuple([ref + delta if ref >= start else moved[ref] for ref in inputs])
            own = (path + name[cut:], layer, read, done, origin, shares + delta, named, trainable, dtype)
            nodes.append(new(Node, own))
        for name, kind, first, stop, output, origin, copies, named, several in stretch.groups:
            gives = output + delta if output >= start else moved[output]
            group = (path + name[cut:], kind, first + delta, stop + delta, gives, origin, copies, named, several)
            self.groups.append(new(Group, group))
        return tuple([output + delta if output >= start else moved[output] for output in stretch.outputs])

    def insert(
        self,
        graph: Graph,
        path: str,
        reads: Sequence[Ref],
        origin: Origin,
        trainable: bool = True,
        dtype: str = "",
    ) -> dict[str, Ref]:
        """All layers of a whole network below a path, `a/`, reading these, of equal shapes; what each name of it gives.

        All of it is frozen where it is not `trainable`; a `dtype` is that of layers without one of their own.

        >>> net = Builder({"input": (3, 8, 8)})
        >>> net.add("relu")
        0
        >>> inner = Builder({"image": (3, 8, 8)})
        >>> inner.add("conv", {"filters": 4, "kernel": 3}, name="c")
        0
        >>> net.insert(inner.graph(), "stem/", [0], Label("net", "stem")), net.nodes[1].name
        ({'c': 1}, 'stem/c')
        """
        start = len(self.nodes)
        if start + len(graph.nodes) > MOST_LAYERS:
            self.report("limit", f"more than {MOST_LAYERS:,} layers (limit: layers {MOST_LAYERS:,})", origin)
            raise ProblemsFound(self.problems.found)
        self._count_letters(sum(len(path) + len(name) for name in (*graph.groups, *map(_named, graph.nodes))), origin)

        def moved(ref: Ref) -> Ref:
            return start + ref if ref >= 0 else reads[-1 - ref]

        for node in graph.nodes:
            inputs = tuple(map(moved, node.inputs))
            name, shares, learns = path + node.name, start + node.shares, node.trainable and trainable
            kept = node.dtype or dtype
            self.nodes.append(node._replace(name=name, inputs=inputs, shares=shares, trainable=learns, dtype=kept))
        for group in graph.groups.values():
            first, stop, output = start + group.start, start + group.stop, moved(group.output)
            self.groups.append(group._replace(name=path + group.name, start=first, stop=stop, output=output))
        found = {name: moved(group.output) for name, group in graph.groups.items()}
        return found | {node.name: start + at for at, node in enumerate(graph.nodes)}

    def shape(self, ref: Ref | None) -> Shape | None:
        """The shape of what a layer or an input gives; None where that is not known."""
        if ref is None:
            return None
        return self.nodes[ref].work.output if ref >= 0 else self._shapes[-1 - ref]

    def shapes(self, reads: Sequence[Ref | None]) -> tuple[Shape | None, ...]:
        """The shapes of all that is read."""
        return (self.shape(reads[0]),) if len(reads) == 1 else tuple([self.shape(ref) for ref in reads])

    def _report_mismatch(self, failed: Failed, shapes: tuple[Shape, ...], labels: list[str]) -> None:
        """Say which shapes a merge was to join, and where they come from."""
        layer, name = failed.layer, failed.name
        listed = ", ".join(f"{label} {written_shape(shape)}" for label, shape in zip(labels, shapes, strict=True))
        sizes = "sizes" if _by_channels(layer) else "shapes"
        message = f"`{name.rpartition('/')[2]}` {layer.verb} tensors of different {sizes}: {listed}"
        notes = tuple(
            f"`{label}` comes from {self._where_from(ref)}" for label, ref in zip(labels, failed.inputs, strict=True)
        )
        cure, reason = _projection(layer, shapes), ""
        if cure is None and _alike_but_for_sides(layer, shapes):
            cure, reason = "bring them to one size: `resize: {like: …}` or `crop: {like: …}`", SIZES
        self.report("shape-mismatch", message, failed.origin, cure, notes, name, reason)

    def _name_of(self, ref: Ref) -> str:
        return self.nodes[ref].name if ref >= 0 else list(self.inputs)[-1 - ref]

    def _where_from(self, ref: Ref) -> str:
        return f"`{self.nodes[ref].name}` ({self.nodes[ref].origin})" if ref >= 0 else "the input"

    # ------------------------------------------------------------------------------------------------ the whole

    def graph(
        self,
        outputs: Mapping[str, Ref | None] | Sequence[str] | None = None,
        *,
        source: str | None = None,
        note: str | None = None,
        notes: Iterable[str] = (),
        changed: bool = False,
        file_bytes: Mapping[str, int] | None = None,
        unread: Callable[[Ref], str | None] = lambda _: None,
    ) -> Graph:
        """The network that leads to the outputs; raises ProblemsFound with all that is wrong.

        `outputs` are names of layers or groups, by default what was added last. Without them every layer must be
        read; with them, what leads to none of them is left out, and a note says so. `unread` may know why a layer or
        an input is read by nobody.
        """
        named = self._outputs(outputs)
        blocks = {group.name for group in self.groups} if self._inside else ()
        for path, at in self._inside.items():
            if (block := path.rpartition("/")[0]) not in blocks:
                help = f"add it inside of `with net.block({block!r}):`"
                self.report("bad-name", f"`{path}` is in no block `{block}`", at, help)
        self._stop_if_any()
        notes = list(notes)
        if outputs is None:
            notes += self._refuse_unread(unread)
            self._stop_if_any()
            self.needed = [True] * len(self.nodes)  # for all are read, up to the last
        else:
            self.needed = self._leading_to(named.values())
        nodes, groups = tuple(self.nodes), self.groups
        if not all(self.needed):
            kept, groups, _ = self._kept(self.needed, 0, groups)
            nodes = tuple(kept)
        if left_out := [node.name for node, keep in zip(self.nodes, self.needed, strict=True) if not keep]:
            notes.append(left_out_note(left_out))
        return Graph(
            name=self.name,
            file=self.file,
            inputs={name: TensorShape(shape) for name, shape in self.inputs.items() if shape},
            nodes=nodes,
            groups={group.name: group for group in groups},
            outputs=tuple(named),
            source=source,
            note=note,
            notes=tuple(notes),
            changed=changed,
            file_bytes=file_bytes or {},
        )

    def _stop_if_any(self) -> None:
        if self.problems.found:
            raise ProblemsFound(in_order(self.problems.found, self.file), self.understood)

    def understood(self) -> Understood | None:
        """The part that is worked out all the same; None without inputs. Names, which may be wrong, are cleaned."""
        inputs = {clean(name): TensorShape(shape) for name, shape in self.inputs.items() if shape}
        if len(inputs) < len(self.inputs):
            return None
        nodes = tuple(map(_cleaned, self.nodes))
        groups = {group.name: group for group in map(_cleaned, self.groups)}
        failed = tuple(one._replace(name=clean(one.name)) for one in self.failed)
        return Understood(Graph(clean(self.file), self.file, inputs, nodes, groups, ()), failed)

    def _outputs(self, outputs: Mapping[str, Ref | None] | Sequence[str] | None) -> dict[str, Ref | None]:
        if isinstance(outputs, Mapping):
            return dict(outputs)
        if outputs is None:
            last = self.last
            return {self.nodes[last].name: last} if last is not None and last >= 0 else {}
        known = {group.name: group.output for group in self.groups} | self._names
        found = {}
        for name in outputs:
            if name not in known:
                at = Label(self.file, "outputs")
                self.report("unknown-name", f"no layer `{name}`", at, partial(misspelt, name, known))
            found[name] = known.get(name)
        return found

    def _leading_to(self, outputs: Iterable[Ref | None], start: int = 0) -> list[bool]:
        """For each node from `start` on whether an output can be reached from it."""
        needed = [False] * (len(self.nodes) - start)
        stack = [ref for ref in outputs if ref is not None and ref >= start]
        while stack:
            ref = stack.pop()
            if not needed[ref - start]:
                needed[ref - start] = True
                stack += [read for read in self.nodes[ref].inputs if read >= start]
        return needed

    def _kept(self, needed: list[bool], start: int, of: Sequence[Group]) -> tuple[list[Node], list[Group], list[int]]:
        """The nodes from `start` on that are needed, renumbered, and their groups; and the new number of each node."""
        place = list(accumulate(needed, initial=start))  # old → new: how many needed nodes stand before
        owners: dict[int, int] = {}  # the first kept node of those that share weights now holds them
        kept = []
        for node, keep, new in zip(self.nodes[start:], needed, place, strict=False):
            if keep:
                owner = owners.setdefault(node.shares, new if node.shares >= start else node.shares)
                inputs = tuple(_moved(read, place, start) for read in node.inputs)
                kept.append(node._replace(inputs=inputs, shares=owner))
        groups = [
            group._replace(
                start=place[group.start - start],
                stop=place[group.stop - start],
                output=_moved(group.output, place, start),
            )
            for group in self._left(of, start, lambda ref: ref < start or needed[ref - start])
        ]
        return kept, groups, place

    def _left(self, groups: Sequence[Group], start: int, stays: Callable[[Ref], bool]) -> Iterator[Group]:
        """The groups that still give something; one with several outputs gives those that stay."""
        refs = self._refs(groups, start)
        for group in groups:
            if not group.outputs:
                if stays(group.output):
                    yield group
            elif left := {name: ref for name, ref in _outputs_of(group, refs).items() if stays(ref)}:
                yield group._replace(output=next(iter(left.values())), outputs=tuple(left))

    def _refs(self, groups: Sequence[Group], start: int = 0) -> dict[str, Ref]:
        """What each path from `start` on gives, where a group has several outputs."""
        if not any(group.outputs for group in groups):
            return {}
        refs = {node.name: start + index for index, node in enumerate(self.nodes[start:])}
        return refs | {group.name: group.output for group in groups}

    def _refuse_unread(self, why: Callable[[Ref], str | None]) -> list[str]:
        """Without `outputs`, every layer but the last is read by another; of a block with several outputs one is."""
        read = {ref for node in self.nodes for ref in node.inputs}
        if self.last is not None:
            read.add(self.last)
        spare = self._spare(read)
        for index, node in enumerate(self.nodes):
            if index not in read and index not in spare:
                help = "name every output in `outputs: [...]`, or remove the entry"
                message = f"no entry reads `{node.name}`, and it is not the last"
                self.report("unread", message, node.origin, help, tuple(filter(None, [why(index)])))
        for index, name in enumerate(self.inputs):
            if -1 - index not in read:
                notes = tuple(filter(None, [why(-1 - index)]))
                self.report("unread", f"no entry reads the input `{name}`", self.origin, None, notes)
        return [f"`{name}` is read by nobody; its layers are counted" for name in spare.values()]

    def _spare(self, read: set[Ref]) -> dict[Ref, str]:
        """The outputs of groups with several that nobody reads, where another one is read, each with its name."""
        refs = self._refs(self.groups)
        found: dict[Ref, str] = {}
        for group in self.groups if refs else ():  # from the inside out: the outer name is the one that can be read
            outputs = _outputs_of(group, refs)
            if not read.isdisjoint(outputs.values()):
                found |= {ref: f"{group.name}.{name}" for name, ref in outputs.items() if ref >= 0 and ref not in read}
        return found


def with_sizes(graph: Graph, size: str) -> Graph:
    """The layers of a graph on inputs of another size, `256x320`; raises ProblemsFound where they do not fit."""
    problems = Problems()
    sizes = read_sizes(size, list(graph.inputs), problems)
    problems.stop_if_any()
    inputs: dict[str, Shape] = {}
    for name, shape in graph.inputs.items():
        sides = fitted(sizes[name], len(shape) - 1, problems) if name in sizes else shape[1:]
        inputs[name] = (shape[0], *(sides or ()))
    problems.stop_if_any()
    net = Builder(inputs, name=graph.name, file=graph.file)
    places: list[Ref | None] = []
    for index, node in enumerate(graph.nodes):
        reads = tuple(ref if ref < 0 else places[ref] for ref in node.inputs)
        known = tuple(ref for ref in reads if ref is not None)
        if len(known) < len(reads):
            places.append(None)
            continue
        shapes = tuple(shape for shape in net.shapes(known) if shape)
        how = {"named": node.named, "trainable": node.trainable, "dtype": node.dtype}
        place = net.put(node.layer, known, shapes, node.name, node.origin, **how)  # type: ignore[arg-type]
        first = places[node.shares] if node.shares < index else None
        if place is not None and first is not None:
            net.share(place, first, node)
        places.append(place)
    net._stop_if_any()
    shown = {name: TensorShape(shape) for name, shape in inputs.items()}
    return replace(graph, inputs=shown, nodes=tuple(net.nodes), changed=True)


def _outputs_of(group: Group, refs: Mapping[str, Ref]) -> dict[str, Ref]:
    """What a group with several outputs gives, by their names."""
    paths = {name: whole_path(f"{group.name}.{name}", {group.name: group}) for name in group.outputs}
    return {name: refs[path] for name, path in paths.items() if path in refs}


def or_operator(word: str, cure: str | None) -> str:
    """The cure for an unknown layer type, and how that is written for which there is none.

    >>> or_operator("convv", "did you mean `conv`?")
    'did you mean `conv`? What has no layer type is an `operator: {type: convv, …}`'
    """
    other = f"an `operator: {{type: {word}, …}}`"
    if cure is None:
        return f"what has no layer type is {other}"
    return (
        f"{cure} What has no layer type is {other}" if cure[-1] == "?" else f"{cure}; what has no layer type is {other}"
    )


def wrong_number(layer_type: type[Layer], many: int) -> tuple[str, str | None] | None:
    """The fault of a layer that reads so many inputs, and a cure; None where it can.

    >>> wrong_number(LAYERS["add"], 1)
    ('`add` reads two or more inputs, not 1', 'write branches, or `add: {from: [A, B]}`')
    """
    if layer_type.takes(many):
        return None
    least, most = inputs if isinstance(inputs := layer_type.inputs, tuple) else (inputs, inputs)
    needs = "one input" if least == most == 1 else f"{least} inputs"
    if layer_type.second_input:
        needs = "one or two inputs"
    elif most != least:
        needs = f"{least} to {most} inputs" if most else "two or more inputs"
    help = f"`{layer_type.type}: {{from: [A, B]}}`" if most != 1 else None
    branches = "branches, or " if layer_type.branches else ""
    return f"`{layer_type.type}` reads {needs}, not {many}", help and f"write {branches}{help}"


def rank_of(shapes: Sequence[Shape | None]) -> int:
    """The number of sides of what a layer reads, -1 where that is not known."""
    if len(shapes) == 1:
        return len(shapes[0]) - 1 if shapes[0] else -1
    return max([len(shape) - 1 for shape in shapes if shape], default=-1)


def _plain(value: Any) -> Any:
    """A value of a Python program as one of the format: lists are tuples."""
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    return int(value) if is_whole(value) else value


def _by_channels(layer: Layer) -> bool:
    """Whether a layer puts channels one behind the other: their number may differ."""
    return layer.alike == "along" and bool(layer.values[layer.along or ""] == "channels")


def _named(node: Node) -> str:
    return node.name


_Of = TypeVar("_Of", Node, Group)


def _cleaned(one: _Of) -> _Of:
    """A layer or a group under a name that may be shown; nearly every one as it is."""
    return one if one.name.isprintable() else one._replace(name=clean(one.name))


def _moved(ref: Ref, place: list[int], start: int) -> Ref:
    """A node's new place; what stands before `start` stays, and inputs do."""
    return place[ref - start] if ref >= start else ref


def left_out_note(left_out: list[str]) -> str:
    """A note on layers that lead to no output."""
    roots = list(dict.fromkeys(name.partition("/")[0] for name in left_out))
    listed = ", ".join(roots[:5]) + (f" and {len(roots) - 5} more" if len(roots) > 5 else "")
    return f"left out, for it leads to no output: {listed} ({many(len(left_out), 'layer')})"


def _alike_but_for_sides(layer: Layer, shapes: tuple[Shape, ...]) -> bool:
    """Whether tensors would fit each other if their sides were equal."""
    one_rank = len({len(shape) for shape in shapes}) == 1 and len(shapes[0]) > 1
    return one_rank and (_by_channels(layer) or len({shape[0] for shape in shapes}) == 1)


def _projection(layer: Layer, shapes: tuple[Shape, ...]) -> str | None:
    """The cure for a shortcut that does not fit: a 1×1 convolution."""
    if layer.type != "add" or len(shapes) != 2 or {len(shape) for shape in shapes} != {3}:
        return None
    main, shortcut = shapes
    stride = -(-shortcut[1] // main[1])
    if any(-(-large // stride) != small for large, small in zip(shortcut[1:], main[1:], strict=True)):
        return None
    of_stride = f" of stride {stride}" if stride > 1 else ""
    return f"project the shortcut with a 1×1 conv{of_stride} and {main[0]} filters"
