"""Memory of one step of training, in bytes: what the forward pass keeps for the backward pass, and with it the params,
their gradients and the states of an optimizer.

Kept are the tensors that PyTorch's operators save, each once, whoever reads it: the input of what has weights and of
pools, the output of relu, sigmoid, tanh and softmax, the indices of a max pool (8 bytes each), the mask of dropout, the
means and deviations of a norm, the sums of an LRN. Where zeros at both ends of a side are not as many (TensorFlow's
`same`), a program pads first, and the padded input is kept. Where neither a layer nor anything before it learns, it
keeps nothing; what is frozen has no gradients and no states. Of a type that is not known here nothing is known, and the
sum is a lower bound.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from cnncalc.analyses.measures.base import MEASURES, Measure, Use, Worked
from cnncalc.analyses.measures.memory import VIEWS, assumed, bytes_of, bytes_of_one, number_of
from cnncalc.core.figures import many
from cnncalc.core.graph import OPTIMIZERS

if TYPE_CHECKING:
    from cnncalc.core.analysis import Analysis, GroupRow, Row
    from cnncalc.core.graph import Graph, Ref

INPUT, OUTPUT, INPUTS, MASK, INDICES, STATISTICS, SUMS, NOTHING = range(8)
_OF_INPUT = ("conv", "transposed_conv", "dense", "avg_pool", "prelu", "leaky_relu", "elu", "selu", "gelu", "silu",
             "relu6", "hard_swish", "hard_sigmoid")  # fmt: skip
_OF_OUTPUT = ("relu", "sigmoid", "tanh", "softmax")
_OF_NOTHING = ("add", "concat", "global_avg_pool", "flatten", "reshape", "identity", "pad", "pad_channels", "upsample")
KEEPS = {
    **dict.fromkeys(_OF_INPUT, (INPUT,)),
    **dict.fromkeys(_OF_OUTPUT, (OUTPUT,)),
    **dict.fromkeys(_OF_NOTHING, (NOTHING,)),
    "multiply": (INPUTS,),
    "adaptive_avg_pool": (INPUT,),  # of 1×1 nothing: it is a mean
    "max_pool": (INPUT, INDICES),
    "batch_norm": (INPUT, STATISTICS),
    "dropout": (MASK,),
    "lrn": (INPUT, SUMS),
}
INDEX = 8
RENAMES = tuple(name for name in VIEWS if name not in ("dropout", "stochastic_depth"))  # these act in training


def kept(graph: Graph) -> list[int | None]:
    """The bytes that each layer is the first to keep; None where nobody knows.

    >>> import cnncalc
    >>> sum(size or 0 for size in kept(cnncalc.load("lenet5")))
    36472
    """
    owner = {-1 - at: -1 - at for at in range(len(graph.inputs))}
    learns: dict[int, bool] = dict.fromkeys(owner, False)
    there: set[int] = set()
    found: list[int | None] = []
    for place, node in enumerate(graph.nodes):
        owner[place] = owner[node.inputs[0]] if node.layer.type in RENAMES else place
        own = node.trainable and node.work.weights + node.work.biases > 0
        learns[place] = own or any(learns[ref] for ref in node.inputs)
        keeps = KEEPS.get(node.layer.type)
        if node.layer.type == "adaptive_avg_pool" and set(node.layer.values["size"]) == {1}:
            keeps = (NOTHING,)
        if node.layer.type == "dense" and not own:  # frozen: to pass gradients on takes its weights alone
            keeps = (NOTHING,)
        if keeps is None or node.layer.values.get("shared") is False or node.layer.values.get("connections"):
            found.append(0 if not learns[place] else None)
            continue
        total = 0
        for what in keeps if learns[place] else ():
            if what == INPUT and (padded := _padded(graph, place)):
                total += padded
                continue
            tensors = {INPUT: node.inputs[:1], OUTPUT: (place,), INPUTS: node.inputs}.get(what, ())
            for ref in tensors:
                if what == INPUTS and not any(learns[other] for other in node.inputs if other != ref):
                    continue
                if owner[ref] not in there:
                    there.add(owner[ref])
                    total += bytes_of(graph, ref)
            total += _extra(graph, place, what)
        found.append(total)
    return found


def _extra(graph: Graph, place: Ref, what: int) -> int:
    node = graph.nodes[place]
    if what == INDICES:
        return INDEX * graph.storage.batch * node.work.activations
    if what == MASK:
        return bytes_of(graph, place)
    if what == SUMS:  # of squares, padded by channels; to their power; that of the sums
        channels, *sides = graph.shape(node.inputs[0])
        values: int = prod(sides) * (3 * channels + node.layer.values["size"] - 1)
        return number_of(graph, place) * graph.storage.batch * values
    if what == STATISTICS:
        return 2 * number_of(graph, place) * node.work.output[0]
    return 0


def _padded(graph: Graph, place: Ref) -> int:
    """The bytes of a padded copy of a layer's input; 0 where a window pads by itself, alike at both ends."""
    from cnncalc.core.work import borders

    node = graph.nodes[place]
    layer, reads = node.layer, graph.shape(node.inputs[0])
    if layer.values.get("padding") is None or "kernel" not in layer.values or layer.type == "transposed_conv":
        return 0
    ends = borders(layer, reads, node.work.output)
    if all(before == after for before, after in ends):
        return 0
    channels, *sides = reads
    longer = [side + sum(both) for side, both in zip(sides, ends, strict=True)]
    return number_of(graph, node.inputs[0]) * graph.storage.batch * channels * prod(longer)


def training(graph: Graph) -> list[int | None]:
    """The bytes of a layer in training: what it keeps, its params, gradients, optimizer states, and buffers."""
    times = 2 + OPTIMIZERS[graph.storage.optimizer]
    found: list[int | None] = []
    for place, (node, held) in enumerate(zip(graph.nodes, kept(graph), strict=True)):
        work = node.work
        each = times if node.trainable else 1
        owned = each * (work.weights + work.biases) + work.buffers if node.shares == place else 0
        found.append(None if held is None else held + number_of(graph, place) * owned)
    return found


_WORDS = {INPUT: "its input", OUTPUT: "its output", INPUTS: "its inputs", MASK: "its mask", INDICES: "the indices",
          STATISTICS: "means and deviations", SUMS: "its sums"}  # fmt: skip


def _worked_kept(analysis: Analysis, entry: Row | GroupRow | None) -> list[Worked]:
    """The tensors that a layer is the first to keep; of several layers their sum."""
    from cnncalc.core.analysis import Row

    value = MEASURES["kept_memory"].value(analysis, entry)
    if not isinstance(entry, Row):
        return [Worked.said("kept", f"{value or 0:,} bytes, each tensor once, at the layer that keeps it first")]
    if value is None:
        return [Worked.said("kept", f"not known of `{entry.type}`")]
    said = " and ".join(_WORDS[what] for what in KEEPS.get(entry.type, ()) if what != NOTHING)
    what = f"{said}, without what is kept before" if value else f"{said or 'nothing'}: kept before, or not needed"
    return [Worked.said("kept", f"{value:,} bytes: {what}")]


def _worked_training(analysis: Analysis, entry: Row | GroupRow | None) -> list[Worked]:
    """What is kept, and for each learned param its gradient and the states of the optimizer."""
    from cnncalc.core.analysis import Row

    graph = analysis.graph
    assert graph is not None
    value, kept = (MEASURES[name].value(analysis, entry) for name in ("training_memory", "kept_memory"))
    if value is None or kept is None:
        return [Worked.said("training", f"not known of {f'`{entry.type}`' if isinstance(entry, Row) else 'any layer'}")]
    size = bytes_of_one(analysis, entry)
    if size is None:
        return [Worked.said("training", f"{value:,} bytes, of numbers of several types: {assumed(graph)}")]
    counts = entry.counts if entry else analysis.totals
    times = 2 + OPTIMIZERS[graph.storage.optimizer]
    symbols = f"kept + bytes·({times}·trainable + frozen + buffers)"
    numbers = f"{kept:,} + {size}·({times}·{counts.trainable:,} + {counts.frozen:,} + {counts.buffers:,})"
    states = f"params, gradients and {many(times - 2, 'state')} of {graph.storage.optimizer}"
    return [
        Worked("training", symbols, numbers, f"{value:,}"),
        Worked.said("", f"{states}: {assumed(graph)}"),
    ]


_TRAINING = Use.COLUMNS | Use.FIGURES | Use.LIMITS | Use.ASKED

Measure(
    name="kept_memory",
    help="bytes kept for the backward pass",
    once=kept,
    uses=_TRAINING,
    in_bytes=True,
    assumed=assumed,
    partial=True,
    limit="1GiB",
    worked=_worked_kept,
)
Measure(
    name="training_memory",
    help="bytes kept, of params, gradients, optimizer",
    once=training,
    uses=_TRAINING,
    in_bytes=True,
    assumed=assumed,
    partial=True,
    limit="8GiB",
    worked=_worked_training,
)
