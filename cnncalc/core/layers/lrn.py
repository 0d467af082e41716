"""Local response normalisation."""

from __future__ import annotations

from cnncalc.core.layers.base import Example, Layer, attr


class Lrn(Layer, family="norm"):
    """Local response normalisation over neighbouring channels: nothing learned.

    Source: Krizhevsky et al. 2012, section 3.3, whose constants are the defaults.
    """

    size: int = attr("number of neighbouring channels (n)", default=5, at_least=1)
    alpha: float = attr("scale", default=1e-4)
    beta: float = attr("exponent", default=0.75)
    k: float = attr("offset", default=2)

    computes = "b_c = a_c / (k + α·Σ a_j²)^β over {size} channels j around c; k = {k}, α = {alpha}, β = {beta}"
    additions = {"sums": "size * out_values"}
    comparisons = {}
    examples = [Example("", "27x27x96", "27x27x96")]
