"""The network as a graph of layers, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from cnncalc.core.arguments import SIZE, Size, is_whole, known_names, mistyped, size_text, var_texts
from cnncalc.core.layers.base import Layer
from cnncalc.core.problem import Origin, clean, fail
from cnncalc.core.record import Record
from cnncalc.core.shape import TensorShape
from cnncalc.core.work import Work

Ref = int  # a node's place in Graph.nodes; the inputs are -1, -2, …


class Node(Record):
    """One layer: its whole path as `name`, what it reads, its work for one image, and where it was written.

    `shares` is the first node that holds the same weights; its own place where it shares none. `named` says whether
    the last part of the path was given, and not counted like `conv2`. Where it is not `trainable`, its params are
    frozen. `dtype` is the type of its numbers, where it has one of its own.
    """

    name: str
    layer: Layer
    inputs: tuple[Ref, ...]
    work: Work
    origin: Origin
    shares: int
    named: bool = False
    trainable: bool = True
    dtype: str = ""


class Group(Record):
    """A name that stands for more than one layer: a block, a branch, a repeated entry, a named merge.

    Its layers are `nodes[start:stop]`; `output` is the last one's, or what it passes on where it is empty. `kind` is
    the name of a block, `branch`, or the type of a merge; of a repeated entry, `copies` of that. `named` is as for a
    node. `outputs` are the names, inside it, of all that a block with several outputs gives; `output` is the first.
    """

    name: str
    kind: str
    start: int
    stop: int
    output: Ref
    origin: Origin
    copies: int = 0
    named: bool = False
    outputs: tuple[str, ...] = ()


BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}  # of a number
OPTIMIZERS = {"sgd": 0, "momentum": 1, "adam": 2}  # numbers that each keeps for a param, beside its gradient
LARGEST_BATCH = 10**9


class Storage(Record):
    """The way in which numbers are kept: type, images at once, whether activations overwrite; and the optimizer."""

    dtype: str = "float32"
    batch: int = 1
    in_place: bool = False
    optimizer: str = "sgd"


FLOAT32 = Storage()


class _Several(Protocol):
    """A group, or its row: what may give several tensors."""

    @property
    def copies(self) -> int: ...
    @property
    def outputs(self) -> tuple[str, ...]: ...


def whole_path(name: str, groups: Mapping[str, _Several]) -> str:
    """The path that a name stands for: `stack.skip` is the entry `skip` inside the last copy of `stack`.

    >>> from cnncalc.core.problem import Label
    >>> stack = Group("stack", "layer", 0, 4, 2, Label("net", ""), copies=2, outputs=("next", "skip"))
    >>> whole_path("stack.skip", {"stack": stack}), whole_path("conv2.1", {"stack": stack})
    ('stack/2/skip', 'conv2.1')
    """
    head, _, output = name.rpartition(".")
    group = groups.get(head)
    if group is None or name in groups or output not in group.outputs:
        return name
    return f"{head}/{group.copies}/{output}" if group.copies else f"{head}/{output}"


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """A network that fits together: every name resolved, every shape worked out.

    `nodes` leads from the inputs to the outputs; `notes` says what was left out because it leads to none.
    `document` is what it was read from, which only those know who know its format. `file_bytes` are those of the
    tensors that a file of another program has, by their type, where it says so.
    """

    name: str
    file: str
    inputs: dict[str, TensorShape]
    nodes: tuple[Node, ...]
    groups: dict[str, Group]
    outputs: tuple[str, ...]
    source: str | None = None
    note: str | None = None
    notes: tuple[str, ...] = ()
    document: Any = None
    changed: bool = False  # by --set or --input-size: published figures no longer apply
    reread: Callable[[dict[str, str], str | None], Graph] | None = None  # with these vars, at this input size
    file_bytes: Mapping[str, int] = field(default_factory=dict)
    storage: Storage = FLOAT32  # which memory is worked out for

    def __repr__(self) -> str:
        """Short: pytest prints it beside an assertion that fails."""
        name = f"{clean(self.name)}, " if self.name != clean(self.file) else ""
        return f"<Graph of {clean(self.file)}: {name}{len(self.nodes):,} layers>"

    def with_memory(
        self,
        *,
        dtype: str | None = None,
        batch: int | None = None,
        in_place: bool | None = None,
        optimizer: str | None = None,
    ) -> Graph:
        """The same network, its memory worked out for numbers of a type, so many images, an optimizer.

        What is None stays as it is. Raises ValueError for a type, a batch or an optimizer that is none.

        >>> import cnncalc
        >>> int8 = cnncalc.load("lenet5").with_memory(dtype="int8", batch=8)
        >>> cnncalc.analyze(int8).to_dict()["totals"]["params"], int8.storage.batch
        (61706, 8)
        """
        given: dict[str, Any] = {"dtype": dtype, "batch": batch, "in_place": in_place, "optimizer": optimizer}
        given = {name: value for name, value in given.items() if value is not None}
        for name, known in (("dtype", BYTES), ("optimizer", OPTIMIZERS)):
            if not isinstance(given.get(name, ""), str):
                raise mistyped(f"with_memory: {name}", "a text", given[name])
            if name in given:
                known_names([given[name]], known, name)
        if batch is not None and not is_whole(batch):
            raise mistyped("with_memory: batch", "a whole number", batch)
        if batch is not None and not 1 <= batch <= LARGEST_BATCH:
            raise ValueError(f"with_memory: batch must be 1 to 10^9, is {batch}")
        if in_place is not None and not isinstance(in_place, bool):
            raise mistyped("with_memory: in_place", "True or False", in_place)
        return self.stored(given)

    def stored(self, given: Mapping[str, Any]) -> Graph:
        """The same network, its numbers kept as these fields of a Storage say, and as before where they do not."""
        storage = self.storage._replace(**given)
        return self if storage == self.storage else replace(self, storage=storage)

    def with_input(self, size: Size) -> Graph:
        """The same network with an input of another size; raises ProblemsFound where it does not fit.

        `size` is 256, (height, width), `"256x320"`, or for one of several inputs `{"left": 256}`.

        >>> import cnncalc
        >>> cnncalc.load("alexnet").with_input(259).inputs["input"]
        TensorShape(channels=3, height=259, width=259)
        """
        text = size_text(size, "with_input: size")
        if text is None:
            raise mistyped("with_input: size", SIZE, size)
        if self.reread is None:
            from cnncalc.core.builder import with_sizes

            return with_sizes(self, text)
        return replace(self.reread({}, text), storage=self.storage)

    def with_vars(self, vars: Mapping[str, object]) -> Graph:
        """The same network with other values of its file's vars; raises ProblemsFound where it has no such var.

        >>> import cnncalc
        >>> cnncalc.load("alexnet").with_vars({"classes": 10}).nodes[-2].work.output
        TensorShape(channels=10)
        """
        texts = var_texts(vars, "with_vars: vars")
        if self.reread is None:
            raise fail("bad-value", "with_vars: a network that was built layer after layer has no vars")
        return replace(self.reread(texts, None), storage=self.storage)

    @property
    def output_refs(self) -> tuple[Ref, ...]:
        """The nodes, or inputs, that give the outputs."""
        known = {name: -1 - at for at, name in enumerate(self.inputs)}
        known |= {name: group.output for name, group in self.groups.items()}
        known |= {node.name: place for place, node in enumerate(self.nodes)}
        return tuple([known[name if name in known else whole_path(name, self.groups)] for name in self.outputs])

    def shape(self, ref: Ref) -> TensorShape:
        """The shape of what a node or an input gives."""
        return self.nodes[ref].work.output if ref >= 0 else list(self.inputs.values())[-1 - ref]

    def name_of(self, ref: Ref) -> str:
        """The name of a node or an input."""
        return self.nodes[ref].name if ref >= 0 else list(self.inputs)[-1 - ref]


class Failed(Record):
    """A layer that cannot read what it is given; it would be node number `place`."""

    name: str
    layer: Layer
    inputs: tuple[Ref, ...]
    place: int
    origin: Origin


class Understood(Record):
    """The part of a file that cannot be used which is worked out: a graph without outputs, and the layers that fail."""

    graph: Graph
    failed: tuple[Failed, ...]
