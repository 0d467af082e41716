"""What normalisations have in common."""

from __future__ import annotations

from cnncalc.core.layers.base import Formula

SCALE = "learn a scale for each channel"
SHIFT = "learn a shift for each channel"
OVER = "what is normalised: the `channels` at each position, or `all` values, each then with its own scale and shift"
LEARNED: dict[str, Formula] = {"scale": {"scale": "c"}}
ADDED: dict[str, Formula] = {"shift": {"shift": "c"}}
LEARNED_OVER: dict[str, Formula] = {"scale": {"scale and all": "c * prod(side)", "scale": "c"}}
SEES_OVER: dict[str, Formula] = {"first": {"all": "0", "true": "place"}, "last": {"all": "side - 1", "true": "place"}}


def additions_around(means: Formula) -> dict[str, Formula]:
    """Additions of a norm that works out means and variances of what it reads."""
    return {
        "means": means,
        "differences": "out_values",
        "variances": "out_values",
        "shift": {"shift": "out_values", "true": "0"},
    }
