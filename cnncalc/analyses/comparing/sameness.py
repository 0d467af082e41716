"""Whether two networks are the same one, written by other hands: what they differ in is counted, and nothing else.

A network is read from its inputs on; each layer is known by what it does and by what it reads. Passed over is what
exporters leave out or write otherwise: batch norms behind a layer that takes them in, biases, dropouts, a softmax at
the end, and views of the same values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any

from cnncalc.core.analysis import Analysis
from cnncalc.core.figures import many
from cnncalc.core.graph import Graph, Node, Ref
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape
from cnncalc.core.work import borders

_TAKE_NORMS = ("conv", "transposed_conv", "dense")  # into their weights and bias
_DROPPED = ("dropout", "stochastic_depth")
_VIEWS = ("identity", "flatten", "reshape")
_IN_ANY_ORDER = ("add", "multiply")


class Sameness(Record):
    """Counts of layers that the same network has in one version and not in the other."""

    folded_batch_norms: int = 0
    batch_norms: int = 0  # that are gone and left no bias
    biases: int = 0
    dropouts: int = 0
    softmax: int = 0  # at an end

    @property
    def text(self) -> str:
        """A sentence without its full stop: `the same network, but for 53 folded batch norms`."""
        named = (
            (self.folded_batch_norms, "folded batch norm"),
            (self.batch_norms, "batch norm"),
            (self.biases, "bias"),
            (self.dropouts, "dropout"),
        )
        found = [many(number, name) for number, name in named if number]
        found += ["the softmax at the end"] if self.softmax else []
        listed = " and ".join(part for part in (", ".join(found[:-1]), *found[-1:]) if part)
        return f"the same network, but for {listed}" if listed else "the same network"


class _Reduced(Record):
    """A network as its layers are known: what each layer with weights has beside them, what is left out, the ends."""

    layers: Counter[Hashable]
    beside: dict[Hashable, tuple[bool, bool]]  # a bias, a batch norm behind
    passed: Counter[str]
    ends: tuple[Hashable, ...]


def sameness(one: Analysis, other: Analysis) -> Sameness | None:
    """In what two networks differ that are the same; None where they are not, or where something is not known.

    >>> import cnncalc
    >>> nets = ["{input: {channels: 3, size: 8}, layers: [conv: [4, 3, bias: false], batch_norm, relu]}",
    ...         "{input: {channels: 3, size: 8}, layers: [conv: [4, 3], relu]}"]
    >>> sameness(*(cnncalc.analyze(cnncalc.loads(text)) for text in nets)).text
    'the same network, but for 1 folded batch norm'
    """
    if one.graph is None or other.graph is None or one.status != "exact" or other.status != "exact":
        return None
    if [*one.inputs.values()] != [*other.inputs.values()]:
        return None
    ids: dict[Hashable, int] = {}
    known, now = (_known(graph, ids) for graph in (one.graph, other.graph))
    if known.layers != now.layers or known.ends != now.ends:
        return None
    found: Counter[str] = Counter()
    for key, (bias, norm) in known.beside.items():
        bias_now, norm_now = now.beside[key]
        if norm != norm_now:
            kept = bias if norm_now else bias_now  # of the version without the norm
            found["folded_batch_norms" if kept else "batch_norms"] += known.layers[key]
        elif bias != bias_now:
            found["biases"] += known.layers[key]
    for name in ("dropouts", "softmax"):
        found[name] = abs(known.passed[name] - now.passed[name])
    return Sameness(**found)


def _known(graph: Graph, ids: dict[Hashable, int]) -> _Reduced:
    keys: list[Hashable] = []  # of what each node gives
    layers: Counter[Hashable] = Counter()
    beside: dict[Hashable, tuple[bool, bool]] = {}
    passed: Counter[str] = Counter()
    ends = set(_ends(graph))
    readers: Counter[Ref] = Counter(ref for node in graph.nodes for ref in node.inputs)

    def key_of(ref: Ref) -> Hashable:
        return keys[ref] if ref >= 0 else ("input", ref)

    for at, node in enumerate(graph.nodes):
        type, source = node.layer.type, node.inputs[0]
        given = key_of(source)
        if type in _DROPPED or (type == "softmax" and at in ends):
            passed["softmax" if type == "softmax" else "dropouts"] += 1
        elif type == "batch_norm" and source >= 0 and readers[source] == 1 and given in beside and not beside[given][1]:
            beside[given] = (beside[given][0], True)
        elif not (_is_view(node) and _plain(graph.shape(source)) == _plain(node.work.output)):
            reads = [key_of(ref) for ref in node.inputs]
            if type in _IN_ANY_ORDER:
                reads.sort(key=repr)
            shapes = tuple(_plain(graph.shape(ref)) for ref in node.inputs)
            # equal layers that read the same are told apart by their number: a network may have two of them
            called = (*_called(node, shapes[0]), shapes, _plain(node.work.output), *reads)
            key: Hashable = ids.setdefault(called, len(ids))
            layers[key] += 1
            if type in _TAKE_NORMS:
                beside[key] = (bool(node.work.biases), False)
            given = key
        keys.append(given)
    return _Reduced(layers, beside, passed, tuple(key_of(ref) for ref in _ends(graph)))


def _ends(graph: Graph) -> Iterator[Ref]:
    refs = {node.name: at for at, node in enumerate(graph.nodes)} | {
        name: group.output for name, group in graph.groups.items()
    }
    yield from (refs[name] for name in graph.outputs if name in refs)


def _plain(shape: Shape) -> Shape:
    """A shape without sides of one value."""
    return (shape[0], *(side for side in shape[1:] if side > 1))


def _is_view(node: Node) -> bool:
    """Whether a layer gives the values that it reads, in their order."""
    type, values = node.layer.type, node.layer.values
    if type in ("max_pool", "avg_pool"):
        return {*values["kernel"], *values["stride"]} == {1}
    if type in ("adaptive_avg_pool", "adaptive_max_pool"):
        return True  # to the size that is read
    return type in _VIEWS or (
        values.get("type") in ("view", "Reshape", "Flatten", "Squeeze") and not node.work.multiplies
    )


def _called(node: Node, reads: Shape) -> tuple[Any, ...]:
    """What a layer does, whatever it is called: of a vector a 1×1 convolution is dense, a mean of maps one pool."""
    type, values = node.layer.type, node.layer.values
    if type in ("global_avg_pool", "adaptive_avg_pool") and len(_plain(node.work.output)) == 1:
        return ("mean",)
    if type in ("conv", "dense") and len(reads) == 1:
        return ("dense", node.work.output[0])
    left = ("bias", "ceil", "scale", "shift", "per", "rate", "shape")
    found = [(name, value) for name, value in sorted(values.items()) if name not in left]
    if values.get("padding") == "same":
        found = [
            (name, borders(node.layer, reads, node.work.output) if name == "padding" else value)
            for name, value in found
        ]
    return (type, *found)
