"""Formats of other programs. Each file beside this one declares some; importing them enters them in the registry."""

from importlib import import_module
from pkgutil import iter_modules

from cnncalc.formats.foreign.base import FORMATS, Format

for _module in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")

__all__ = ["FORMATS", "Format"]
