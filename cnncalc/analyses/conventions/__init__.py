"""How tools and frameworks count: one file each, found by its name and read only when it is asked for.

>>> convention("torchinfo").word, len(names()) > 20
('mult-adds', True)
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from cnncalc.core.registry import modules

if TYPE_CHECKING:
    from cnncalc.analyses.conventions.base import Convention


@cache
def names() -> tuple[str, ...]:
    """The names of all conventions: those of the files beside this one."""
    return tuple(sorted(name.replace("_", "-") for name in modules(__path__) if name != "base"))


def convention(name: str) -> Convention:
    """A convention by its name; raises KeyError where there is none such."""
    if name not in names():
        raise KeyError(name)
    import_module(f"{__name__}.{name.replace('-', '_')}")
    from cnncalc.analyses.conventions.base import CONVENTIONS

    return CONVENTIONS[name]


def all_conventions() -> list[Convention]:
    """All conventions, in the order of their names."""
    return [convention(name) for name in names()]
