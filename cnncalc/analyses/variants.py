"""A network as others have it under the same name: another input size, another head, folded norms, another stride."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from cnncalc.analyses.conventions.base import AS_MODULES, ATTENTION, CodeStyle
from cnncalc.core.graph import Graph, Node
from cnncalc.core.layers.base import LAYERS, Layer
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape, TensorShape
from cnncalc.core.work import Impossible, Work, check_alike, work

SIZES = (
    32, 64, 96, 112, 128, 160, 192, 224, 227, 240, 256, 260, 288, 299, 300, 320, 331, 380, 384, 416, 448, 480, 512, 528,
    600, 608, 640,
)  # fmt: skip
CLASSES = (10, 100, 1000, 1001)
_POOLING = ("global_avg_pool", "adaptive_avg_pool", "global_max_pool", "adaptive_max_pool")
_BETWEEN = ("norm", "activation")


class Departure(Record):
    """A change of a network: its `kind`, the words for it, other layers by their place, and other input shapes.

    `code` says how the code writes its layers.
    """

    kind: str
    said: str
    layers: dict[int, Layer] = {}
    inputs: dict[str, Shape] = {}
    code: CodeStyle = AS_MODULES


class Variant(Record):
    """A network with some changes."""

    graph: Graph
    changes: tuple[Departure, ...]

    @property
    def code(self) -> CodeStyle:
        """Style in which the code writes its layers; of one kind of change there is one."""
        return next((change.code for change in self.changes if change.kind == "code"), AS_MODULES)


class WorkDone(dict[tuple[Layer, tuple[Shape, ...]], Work]):
    """Work of layers on inputs, done once: most layers of a variant are those of the network."""


def changed(
    graph: Graph, layers: dict[int, Layer], inputs: dict[str, Shape] | None = None, known: WorkDone | None = None
) -> Graph | None:
    """The graph with other layers at these places, or on other inputs; None where it does not fit together.

    >>> import cnncalc
    >>> changed(cnncalc.load("alexnet"), {}, {"input": (3, 8, 8)}) is None
    True
    """
    shapes = {name: TensorShape(shape) for name, shape in {**graph.inputs, **(inputs or {})}.items()}
    starts = list(shapes.values())
    known = WorkDone() if known is None else known
    nodes: list[Node] = []
    for place, node in enumerate(graph.nodes):
        layer = layers.get(place, node.layer)
        reads = tuple([nodes[ref].work.output if ref >= 0 else starts[-1 - ref] for ref in node.inputs])
        key = (layer, reads)
        if key not in known:
            try:
                if len(reads) > 1 and not check_alike(layer, reads):
                    return None
                known[key] = work(layer, reads)
            except Impossible:
                return None
        nodes.append(node._replace(layer=layer, work=known[key]))
    return replace(graph, nodes=tuple(nodes), inputs=shapes, document=None, changed=True, reread=None)


def variants(graph: Graph, most: int, known: WorkDone) -> Iterator[Variant]:
    """The network with so many changes, each of another kind; those that fit together."""
    if not most:
        yield Variant(graph, ())
        return
    found = list(changes(graph))
    for chosen in combinations(found, most):
        if len({change.kind for change in chosen}) < most:
            continue
        layers: dict[int, Layer] = {}
        inputs: dict[str, Shape] = {}
        for change in chosen:
            layers |= change.layers
            inputs |= change.inputs
        made = changed(graph, layers, inputs, known) if layers or inputs else graph
        if made:
            yield Variant(made, chosen)


def changes(graph: Graph) -> Iterator[Departure]:
    """The changes that could be, the likeliest first."""
    yield from _called(graph)
    yield from _ends(graph)
    yield from _norms(graph)
    yield from _strides(graph)
    yield from _sizes(graph)


def _called(graph: Graph) -> Iterator[Departure]:
    types = {node.layer.type for node in graph.nodes}
    pools = tuple(type for type in _POOLING if type in types)
    activations = tuple(sorted(type for type in types if LAYERS[type].family == "activation"))
    for said, functional in (("pooling", pools), ("activations", activations)):
        if functional:
            yield Departure("code", f"{said} called as functions, not modules", code=CodeStyle(functional))
    if "attention" in types:
        for way in list(ATTENTION)[1:]:
            yield Departure("code", f"attention as {ATTENTION[way]}", code=CodeStyle(attention=way))


def _ends(graph: Graph) -> Iterator[Departure]:
    """Without what stands at the end, or with another number of classes."""
    places = _of_type(graph, "softmax")
    if places and places[-1] == len(graph.nodes) - 1:
        yield Departure("softmax", "without the softmax", _without(places[-1:]))
    dense = _of_type(graph, "dense")
    if not dense:
        return
    last = graph.nodes[dense[-1]].layer
    yield Departure("head", "without the last dense layer", _without(dense[-1:]))
    if len(dense) > 1:
        yield Departure("head", "without the dense layers", _without(dense))
    for units in CLASSES:
        if units != last.values["units"]:
            yield Departure("head", f"with {units:,} classes", {dense[-1]: _with(last, units=units)})


def _norms(graph: Graph) -> Iterator[Departure]:
    """Batch norms folded into what they follow, which then has a bias; biases where a norm follows."""
    readers = _readers(graph)
    folded: dict[int, Layer] = {}
    biased: dict[int, Layer] = {}
    for place in _of_type(graph, "batch_norm"):
        (before,) = graph.nodes[place].inputs
        if before < 0 or readers[before] != [place]:
            continue
        layer = graph.nodes[before].layer
        if "bias" in layer.values:
            folded |= {place: LAYERS["identity"]({}), before: _with(layer, bias=True)}
            if not layer.values["bias"]:
                biased[before] = _with(layer, bias=True)
    if folded:
        yield Departure("norms", "batch norms folded into the convolutions", folded)
    if biased:
        yield Departure("norms", "a bias in each convolution before a batch norm", biased)


def _strides(graph: Graph) -> Iterator[Departure]:
    """The stride of bottlenecks on the 1×1 convolution (ResNet v1) or on the 3×3 (v1.5)."""
    readers = _readers(graph)
    to_first: dict[int, Layer] = {}
    to_second: dict[int, Layer] = {}
    for place in _of_type(graph, "conv"):
        first = graph.nodes[place].layer
        if set(first.values["kernel"]) != {1}:
            continue
        behind = place
        while len(readers[behind]) == 1:
            (behind,) = readers[behind]
            if graph.nodes[behind].layer.family not in _BETWEEN:
                break
        second = graph.nodes[behind].layer
        if (
            second.type != "conv"
            or set(second.values["kernel"]) == {1}
            or second.values["groups"] == graph.nodes[place].work.output[0]
        ):
            continue
        strides = first.values["stride"], second.values["stride"]
        once = [set(stride) == {1} for stride in strides]
        if once[0] != once[1]:
            target = to_second if once[1] else to_first
            target |= {place: _with(first, stride=strides[1]), behind: _with(second, stride=strides[0])}
    if to_first:
        yield Departure("strides", "stride on the 1×1 convolutions", to_first)
    if to_second:
        yield Departure("strides", "stride on the 3×3 convolutions", to_second)


def _sizes(graph: Graph) -> Iterator[Departure]:
    if len(graph.inputs) != 1:
        return
    ((name, (channels, *sides)),) = graph.inputs.items()
    if len(sides) != 2:
        return
    for size in SIZES:
        if sides != [size, size]:
            yield Departure("input", f"input {size}×{size}", inputs={name: (channels, size, size)})


def _of_type(graph: Graph, type: str) -> list[int]:
    return [place for place, node in enumerate(graph.nodes) if node.layer.type == type]


def _readers(graph: Graph) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in graph.nodes]
    for place, node in enumerate(graph.nodes):
        for ref in node.inputs:
            if ref >= 0:
                found[ref].append(place)
    return found


def _with(layer: Layer, **values: object) -> Layer:
    return type(layer)({**layer.values, **values})


def _without(places: list[int]) -> dict[int, Layer]:
    same = LAYERS["identity"]({})
    return dict.fromkeys(places, same)
