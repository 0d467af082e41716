"""The layer types. Each file beside this one declares some, and enters them in the registry by itself."""

from cnncalc.core.layers.base import LAYERS
from cnncalc.core.registry import import_all

import_all(__name__, __path__)

__all__ = ["LAYERS"]
