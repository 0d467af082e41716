"""Memory, in bytes, for numbers of one type and so many images: of weights, buffers and activations, and at the peak.

The peak is what is alive while a layer runs, in the order of the file: its inputs, its output, and whatever is read
later, the network's inputs until they have been read and its outputs to the end. Weights are not in it, nor what a
kernel needs for itself. What only renames values is no tensor of its own. In place, an activation or a batch norm
overwrites what it reads, if nobody reads that afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cnncalc.analyses.measures.base import MEASURES, Measure, Use, Worked
from cnncalc.core.figures import many
from cnncalc.core.graph import BYTES
from cnncalc.core.record import Record

if TYPE_CHECKING:
    from cnncalc.core.analysis import Analysis, GroupRow, Row
    from cnncalc.core.graph import Graph, Node, Ref

VIEWS = ("flatten", "reshape", "identity", "dropout", "stochastic_depth")  # at inference, the same values again
OVERWRITES = ("relu", "relu6", "leaky_relu", "elu", "selu", "silu", "hard_swish", "hard_sigmoid", "sigmoid", "tanh",
              "batch_norm")  # fmt: skip


class Alive(Record):
    """The memory while each layer of an order runs: `order` are places of the graph's nodes, `bytes` go with them.

    `held` are the tensors that are alive at the peak, as refs of nodes and inputs, the largest first.
    """

    order: tuple[int, ...]
    bytes: tuple[int, ...]
    held: tuple[int, ...]

    @property
    def peak(self) -> int:
        """The most that is alive at once."""
        return max(self.bytes, default=0)


def number_of(graph: Graph, ref: Ref) -> int:
    """The bytes of one number of a layer, its weights or its output; or of an input."""
    return BYTES[(graph.nodes[ref].dtype if ref >= 0 else "") or graph.storage.dtype]


def bytes_of(graph: Graph, ref: Ref) -> int:
    """The bytes of the output of a layer, or of an input, for the whole batch."""
    size = number_of(graph, ref) * graph.storage.batch
    for side in graph.shape(ref):
        size *= side
    return size


def alive(graph: Graph, order: Sequence[int] | None = None) -> Alive:
    """The memory while each layer runs, in an order, by default that of the file.

    >>> import cnncalc
    >>> found = alive(cnncalc.load("lenet5"))  # the image and C1's 28×28×6 maps; then those, and tanh of them
    >>> found.bytes[:2], found.peak
    ((22912, 37632), 37632)
    """
    order = tuple(range(len(graph.nodes))) if order is None else tuple(order)
    step = {place: at for at, place in enumerate(order)}
    read = _last_read(graph, step)
    owner = _owners(graph, step, read)
    last: dict[int, int] = {}
    for ref, until in read.items():
        last[owner[ref]] = max(last.get(owner[ref], 0), until)
    change = [0] * (len(order) + 1)
    for ref, until in last.items():
        size = bytes_of(graph, ref)
        change[step[ref] if ref >= 0 else 0] += size
        change[min(until, len(order) - 1) + 1] -= size
    found, now = [], 0
    for difference in change[:-1]:
        now += difference
        found.append(now)
    at = found.index(max(found)) if found else 0
    held = [ref for ref, until in last.items() if (step[ref] if ref >= 0 else 0) <= at <= until]
    held.sort(key=lambda ref: (-bytes_of(graph, ref), ref))
    return Alive(order, tuple(found), tuple(held))


def _last_read(graph: Graph, step: dict[int, int]) -> dict[int, int]:
    """The step that reads each tensor last; of an output one behind the end, of what nobody reads its own."""
    read = {place: step[place] for place in range(len(graph.nodes))} | {-1 - at: 0 for at in range(len(graph.inputs))}
    for place, node in enumerate(graph.nodes):
        for ref in node.inputs:
            read[ref] = max(read[ref], step[place])
    for ref in graph.output_refs:
        read[ref] = len(step)
    return read


def _owners(graph: Graph, step: dict[int, int], read: dict[int, int]) -> dict[int, int]:
    """The tensor in whose memory each one lies: its own, or that of what it renames or overwrites."""
    owner = {-1 - at: -1 - at for at in range(len(graph.inputs))}
    free = dict(read)
    for place in sorted(step, key=step.__getitem__):
        node = graph.nodes[place]
        owner[place] = place
        if len(node.inputs) != 1:
            continue
        (ref,) = node.inputs
        if node.layer.type in VIEWS:
            owner[place] = owner[ref]
            free[owner[ref]] = max(free[owner[ref]], free[place])
        elif (
            graph.storage.in_place
            and node.layer.type in OVERWRITES
            and ref >= 0
            and free[owner[ref]] == step[place]
            and number_of(graph, ref) == number_of(graph, place)
        ):
            owner[place] = owner[ref]
            free[owner[ref]] = free[place]
    return owner


def best_order(graph: Graph) -> tuple[int, ...]:
    """The order with the lowest peak that is found: the file's, or one that takes next what leaves least alive."""
    greedy = _greedy(graph)
    return min((tuple(range(len(graph.nodes))), greedy), key=lambda order: alive(graph, order).peak)


def _greedy(graph: Graph) -> tuple[int, ...]:
    readers: dict[int, set[int]] = {}
    for place, node in enumerate(graph.nodes):
        for ref in node.inputs:
            readers.setdefault(ref, set()).add(place)
    size = {ref: bytes_of(graph, ref) for ref in [*range(len(graph.nodes)), *readers]}
    kept = set(graph.output_refs)
    missing = {place: sum(ref >= 0 for ref in set(node.inputs)) for place, node in enumerate(graph.nodes)}
    ready = {place for place, many in missing.items() if not many}
    order: list[int] = []

    def cost(place: int) -> tuple[int, int, int]:
        freed = sum(size[ref] for ref in set(graph.nodes[place].inputs) if readers[ref] == {place} and ref not in kept)
        return size[place] - freed, size[place], place

    while ready:
        place = min(ready, key=cost)
        ready.remove(place)
        order.append(place)
        for ref in set(graph.nodes[place].inputs):
            readers[ref].discard(place)
        for reader in list(readers.get(place, ())):
            missing[reader] -= 1
            if not missing[reader]:
                ready.add(reader)
    return tuple(order)


# ------------------------------------------------------------------------------------------------------ the measures


def _by_layer(count: Callable[[int, Node], int]) -> Callable[[Graph], list[int]]:
    def values(graph: Graph) -> list[int]:
        return [number_of(graph, place) * count(place, node) for place, node in enumerate(graph.nodes)]

    return values


def _params(place: int, node: Node) -> int:
    return node.work.weights + node.work.biases if node.shares == place else 0


def _buffers(place: int, node: Node) -> int:
    return node.work.buffers if node.shares == place else 0


def _activations(graph: Graph) -> list[int]:
    return [bytes_of(graph, place) for place in range(len(graph.nodes))]


def _at_best(graph: Graph) -> list[int]:
    found = alive(graph, best_order(graph))
    by_place = dict(zip(found.order, found.bytes, strict=True))
    return [by_place[place] for place in range(len(graph.nodes))]


def assumed(graph: Graph) -> str:
    """The assumptions behind the figures, in one line.

    >>> import cnncalc
    >>> assumed(cnncalc.load("lenet5").stored({"dtype": "int8", "batch": 8}))
    'int8, 8 images, activations not in place, sgd'
    """
    dtype, batch, in_place, optimizer = graph.storage
    others = Counter(node.dtype for node in graph.nodes if node.dtype and node.dtype != dtype)
    types = "".join(f", {other} in {many(layers, 'layer')}" for other, layers in others.items())
    place = "in place" if in_place else "not in place"
    return f"{dtype}{types}, {many(batch, 'image')}, activations {place}, {optimizer}"


def _worked(best: bool) -> Callable[[Analysis, Row | GroupRow | None], list[Worked]]:
    def worked(analysis: Analysis, entry: Row | GroupRow | None) -> list[Worked]:
        """The layer at which most is alive, and the tensors that then are; of an entry its figure alone."""
        graph = analysis.graph
        assert graph is not None
        name = "best_peak_memory" if best else "peak_memory"
        label = "best peak" if best else "peak"
        if entry is not None:
            value = MEASURES[name].value(analysis, entry)
            return [Worked.said(label, f"{value:,} bytes while it runs: {assumed(graph)}; without weights")]
        found = alive(graph, best_order(graph) if best else None)
        if not found.bytes:
            return []
        sizes = [(graph.name_of(ref), bytes_of(graph, ref)) for ref in found.held]
        at = graph.name_of(found.order[found.bytes.index(found.peak)])
        numbers = " + ".join(f"{size:,}" for _, size in sizes)
        order = "the best order found" if best else "the order of the file"
        return [
            Worked(label, " + ".join(one for one, _ in sizes), numbers, f"{found.peak:,}"),
            Worked.said("", f"bytes while {at} runs, in {order}: {assumed(graph)}; without weights"),
        ]

    return worked


def places_of(analysis: Analysis, entry: Row | GroupRow | None) -> list[int]:
    """The places of the layers of an entry; without one of all."""
    from cnncalc.core.analysis import Row

    if isinstance(entry, Row):
        return [analysis.place(entry)]
    return list(range(entry.start, entry.stop) if entry else range(len(analysis.rows)))


def bytes_of_one(analysis: Analysis, entry: Row | GroupRow | None) -> int | None:
    """The bytes of one number of an entry; None where its layers have numbers of several types."""
    assert analysis.graph is not None
    found = {number_of(analysis.graph, place) for place in places_of(analysis, entry)}
    return found.pop() if len(found) == 1 else None


def _worked_product(
    quantity: str, counted: str, label: str
) -> Callable[[Analysis, Row | GroupRow | None], list[Worked]]:
    def worked(analysis: Analysis, entry: Row | GroupRow | None) -> list[Worked]:
        """Numbers times the bytes of one, of activations for all images; a sum where there are several types."""
        graph = analysis.graph
        assert graph is not None
        value, size = MEASURES[quantity].value(analysis, entry), bytes_of_one(analysis, entry)
        value = int(value or 0)
        if size is None:
            return [Worked.said(label, f"{value:,} bytes, of numbers of several types: {assumed(graph)}")]
        times = {"images": graph.storage.batch} if counted == "activations" else {}
        count = value // (size * graph.storage.batch if times else size)
        numbers = "·".join(f"{one:,}" for one in (count, *times.values(), size))
        return [
            Worked(label, "·".join([counted, *times, "bytes"]), numbers, f"{value:,}"),
            Worked.said("", assumed(graph)),
        ]

    return worked


_MEMORY = Use.COLUMNS | Use.FIGURES | Use.LIMITS | Use.ASKED

Measure(
    name="weight_memory",
    help="bytes of params",
    once=_by_layer(_params),
    uses=_MEMORY,
    in_bytes=True,
    assumed=assumed,
    rests_on=("params",),
    limit="20MiB",
    worked=_worked_product("weight_memory", "params", "weight mem."),
)
Measure(
    name="buffer_memory",
    help="bytes of buffers",
    once=_by_layer(_buffers),
    uses=_MEMORY,
    in_bytes=True,
    assumed=assumed,
    rests_on=("params",),
    limit="1MiB",
    worked=_worked_product("buffer_memory", "buffers", "buffer mem."),
)
Measure(
    name="activation_memory",
    help="bytes of outputs",
    once=_activations,
    uses=_MEMORY,
    in_bytes=True,
    assumed=assumed,
    rests_on=(),
    limit="100MiB",
    worked=_worked_product("activation_memory", "activations", "output mem."),
)
Measure(
    name="peak_memory",
    also=("memory", "ram", "arena"),
    help="bytes of tensors alive at once",
    once=lambda graph: alive(graph).bytes,
    total=max,
    uses=_MEMORY | Use.OPTION | Use.COMPARED,
    in_bytes=True,
    assumed=assumed,
    rests_on=(),
    limit="256KiB",
    worked=_worked(best=False),
)
Measure(
    name="best_peak_memory",
    help="the same in the best order found",
    once=_at_best,
    total=max,
    uses=_MEMORY,
    in_bytes=True,
    assumed=assumed,
    rests_on=(),
    limit="256KiB",
    worked=_worked(best=True),
)
