"""How many layers a network has, and how deep it is: compared among networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.analyses.measures.base import Measure, Use

if TYPE_CHECKING:
    from cnncalc.core.graph import Graph


def weighted(graph: Graph) -> list[int]:
    """1 for each weight layer, which multiplies what it reads by learned weights, its own or another's; else 0.

    These are convolutions, dense layers, attention and recurrent layers.

    >>> import cnncalc
    >>> sum(weighted(cnncalc.load("resnet50")))  # 49 + 4 projections + 1
    54
    """
    return [
        int(node.work.multiplies > 0 and (node.work.weights > 0 or node.shares != place))
        for place, node in enumerate(graph.nodes)
    ]


def depths(graph: Graph) -> list[int]:
    """The number of weight layers on the longest path from an input to each layer, itself among them.

    >>> import cnncalc
    >>> [max(depths(cnncalc.load(name))) for name in ("vgg16", "googlenet", "resnet50", "densenet121")]
    [16, 22, 50, 121]
    """
    found: list[int] = []
    for node, own in zip(graph.nodes, weighted(graph), strict=True):
        found.append(own + max([found[ref] for ref in node.inputs if ref >= 0], default=0))
    return found


Measure(
    name="layers",
    help="layers",
    once=lambda graph: [1] * len(graph.nodes),
    uses=Use.COMPARED | Use.LISTED,
    rests_on=(),
)
Measure(name="weight_layers", help="layers that multiply by weights", once=weighted, uses=Use.COMPARED)
Measure(
    name="depth",
    help="weight layers on the longest path",
    once=depths,
    total=max,
    uses=Use.COMPARED | Use.LISTED,
)
