"""The architectures that come with the package."""

from __future__ import annotations

import os
from functools import cache

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@cache
def folder() -> str:
    """The folder of the bundled files: inside the installed package, or beside it in a checkout."""
    inside = os.path.join(_PACKAGE, "architectures")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(_PACKAGE), "architectures")


@cache
def names() -> tuple[str, ...]:
    """Names of all bundled files without their `.yaml`, sorted, fragments last: `alexnet`, …, `fragments/gap`."""
    found = []
    for prefix in ("", "fragments/"):
        try:
            listed = os.listdir(os.path.join(folder(), prefix))
        except OSError:
            continue
        found += sorted(f"{prefix}{name[:-5]}" for name in listed if name.endswith(".yaml"))
    return tuple(found)


def find(name: str) -> str | None:
    """The path of the bundled file that `name` means, with or without `.yaml`; None where there is none."""
    stem = name.removesuffix(".yaml")
    return os.path.join(folder(), f"{stem}.yaml") if stem in names() else None
