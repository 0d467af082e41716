"""Formats of other programs. Each file beside this one declares some, and enters them in the registry by itself."""

from cnncalc.core.registry import import_all
from cnncalc.formats.foreign.base import FORMATS, Format

import_all(__name__, __path__)

__all__ = ["FORMATS", "Format"]
