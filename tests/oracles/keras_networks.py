"""Networks of ours as Keras has them."""

from __future__ import annotations

import cnncalc
from cnncalc.analyses.variants import changed, changes

BIASED = "a bias in each convolution before a batch norm"


def ours(name: str, change: str) -> cnncalc.Graph:
    """A network of ours, with a change of it."""
    graph = cnncalc.load(name)
    if change:
        (found,) = (one for one in changes(graph) if one.said == change)
        other = changed(graph, found.layers)
        assert other is not None
        graph = other
    return graph
