"""Puts a fault into the package that is running: no file is changed, and nothing is imported anew.

Other modules and the tests hold functions and classes of the mutated module already. So these stay the objects that
they are and get the contents of new ones; tables and other data are replaced wherever they are held; a declaration of a
layer is run once more and enters the registry again. The unchanged source put in like this must break no test: the
command tries that first.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from types import FunctionType, NoneType
from typing import Any

from tests.mutation.choose import USED_WHEN_IMPORTED, path_of
from tests.mutation.mutants import Mutant

DATA = (int, float, str, tuple, list, dict, set, frozenset, re.Pattern, NoneType)
WRAPPED = (classmethod, staticmethod)


def put_in(mutant: Mutant) -> None:
    """Change the running package, whose functions and classes others hold already: these get new contents."""
    code = compile(mutant.source, str(path_of(mutant.module)), "exec", dont_inherit=True)
    module = importlib.import_module(mutant.module)
    declares = mutant.module.startswith("cnncalc.core.layers.") and mutant.module not in USED_WHEN_IMPORTED
    if declares:
        exec(code, vars(module))  # enters the registry again
    else:
        fresh: dict[str, Any] = {"__name__": mutant.module, "__builtins__": __builtins__}
        exec(code, fresh)
        _renew(vars(module), fresh)
    if mutant.module in USED_WHEN_IMPORTED:
        for name in sorted(sys.modules):
            if name.startswith("cnncalc.core.layers.") and name not in USED_WHEN_IMPORTED:
                importlib.reload(sys.modules[name])
    for loaded in _ours():  # nothing remembered from before
        for value in list(loaded.values()):
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def _ours() -> list[dict[str, Any]]:
    return [vars(module) for name, module in sys.modules.items() if name.partition(".")[0] in ("cnncalc", "tests")]


def _renew(old: dict[str, Any], fresh: dict[str, Any]) -> None:
    """Give the functions and classes of a module the contents of new ones, and replace its data everywhere."""
    kept = {id(value): old[name] for name, value in fresh.items() if name in old and not isinstance(value, DATA)}

    def translated(value: Any) -> Any:
        if id(value) in kept:
            return kept[id(value)]
        if isinstance(value, dict):
            return {translated(key): translated(part) for key, part in value.items()}
        if type(value) in (tuple, list, set, frozenset):
            return type(value)(translated(part) for part in value)
        return value

    def renew_function(before: Any, after: Any) -> None:
        before.__code__ = after.__code__
        before.__defaults__ = translated(after.__defaults__)
        before.__kwdefaults__ = translated(after.__kwdefaults__)

    for name, value in fresh.items():
        before = old.get(name)
        if name.startswith("__") or value is before:
            continue
        if isinstance(inspect.unwrap(value), FunctionType):
            renew_function(inspect.unwrap(before), inspect.unwrap(value))
        elif isinstance(value, type) and value.__module__ == fresh["__name__"]:
            for key, part in vars(value).items():
                had = vars(before).get(key)
                if isinstance(part, property) and part.fget:
                    renew_function(had.fget, part.fget)
                elif isinstance(part, WRAPPED) and isinstance(had, WRAPPED):  # `__init_subclass__`, `__new__`
                    renew_function(had.__func__, part.__func__)
                elif isinstance(part, FunctionType) and isinstance(had, FunctionType):
                    renew_function(inspect.unwrap(had), inspect.unwrap(part))
                elif isinstance(part, DATA) and part != had and not key.startswith("__"):
                    setattr(before, key, translated(part))
        elif isinstance(value, DATA) and value != {}:
            value = translated(value)
            for names in _ours():
                for key, held in list(names.items()):
                    itself = names is old and key == name
                    if itself or (held is before and not isinstance(before, (int, NoneType))):
                        names[key] = value
