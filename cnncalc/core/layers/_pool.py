"""What pooling layers have in common."""

from __future__ import annotations

from cnncalc.core.layers.base import Formula

SHARES: dict[str, Formula] = {  # windows of two lengths: each begins where the place's share of the input does
    "first": "place*side // out",
    "last": "ceil((place + 1)*side / out) - 1",
    "period": "out",
}
OVER: dict[str, Formula] = {  # what windows of one length leave over
    "over": {"size > 0": "side % max(size, 1)", "true": "0"}
}
CEIL = "round the number of windows up instead of down"
CLIP = "with `ceil`: whose rule drops a window that starts outside (caffe: only where there is padding)"
