"""Registries that fill themselves: what the files of a folder declare enters by itself."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import import_module


def modules(path: Iterable[str]) -> list[str]:
    """The modules of a package in the order of their names, from its `__path__`, without those that begin with `_`."""
    try:
        found = [file.removesuffix(".py") for folder in path for file in os.listdir(folder) if file.endswith(".py")]
    except OSError:  # the package is in an archive; else a program that starts often does without pkgutil
        from pkgutil import iter_modules

        found = [module.name for module in iter_modules(path) if not module.ispkg]
    return sorted(name for name in found if not name.startswith("_"))


def import_all(package: str, path: Iterable[str], first: Iterable[str] = ()) -> None:
    """Import the modules of a package in the order of their names, those of `first` before the others."""
    for name in dict.fromkeys([*first, *modules(path)]):
        import_module(f"{package}.{name}")
