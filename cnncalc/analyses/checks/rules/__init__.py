"""The lint rules: each file beside this one holds one, and is found by itself."""

from importlib import import_module
from pkgutil import iter_modules

from cnncalc.analyses.checks.rules.base import RULES, Rule

for _module in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")

__all__ = ["RULES", "Rule"]
