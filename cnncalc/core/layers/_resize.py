"""What layers that resize have in common."""

from __future__ import annotations

from cnncalc.core.layers.base import Formula

COPIES: dict[str, Formula] = {  # by copying; to interpolate reads one neighbour more
    "first": "place*side // out",
    "last": "place*side // out",
    "period": "out",
}
