"""The layer types. Each file beside this one declares some; importing them enters them in the registry."""

from cnncalc.core.layers import (  # noqa: F401
    activation,
    conv,
    dense,
    join,
    norm,
    pool,
    reshape,
    resize,
    sequence,
    uncounted,
)
from cnncalc.core.layers.base import LAYERS

__all__ = ["LAYERS"]
