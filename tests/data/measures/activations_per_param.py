"""Output values per parameter: how often a weight is used, a ratio."""

from cnncalc.analyses.measures.base import Measure

Measure(
    name="activations_per_param",
    help="output values per parameter",
    of=lambda counts: counts.activations / counts.params if counts.params else None,
    whole=False,
    bound="≤",
    limit="1.5",
)
