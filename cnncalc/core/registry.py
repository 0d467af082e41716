"""Registries that fill themselves: the files of a folder are imported, and what they declare enters by itself."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import import_module


def import_all(package: str, path: Iterable[str], first: Iterable[str] = ()) -> None:
    """Import the modules of a package in the order of their names, those of `first` before the others.

    `path` is the package's `__path__`. Names that begin with `_` are passed over.
    """
    try:
        names = [file.removesuffix(".py") for folder in path for file in os.listdir(folder) if file.endswith(".py")]
    except OSError:  # the package is in an archive; else a program that starts often does without pkgutil
        from pkgutil import iter_modules

        names = [module.name for module in iter_modules(path)]
    for name in dict.fromkeys([*first, *sorted(names)]):
        if not name.startswith("_"):
            import_module(f"{package}.{name}")
