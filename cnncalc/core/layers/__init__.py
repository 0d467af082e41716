"""The layer types, a file each, which is read when its type is first asked for; what they share has a `_`."""

from cnncalc.core.layers.base import LAYERS

__all__ = ["LAYERS"]
