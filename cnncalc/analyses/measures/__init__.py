"""The quantities of a network, the only list of them: each file beside this one adds some, and is found by itself.

>>> list(MEASURES)[:3], MEASURES["params"].help
(['params', 'weights', 'biases'], 'weights and biases')
"""

import os
from importlib import import_module

from cnncalc.analyses.measures.base import ANYWHERE, MEASURES, Measure, Use, Value, used

try:
    _files = sorted(os.listdir(os.path.dirname(__file__)))
except OSError:  # the package is in an archive; else a program that starts often does without pkgutil
    from pkgutil import iter_modules

    _files = [f"{module.name}.py" for module in iter_modules(__path__)]
for _file in ("counts.py", "structure.py", *_files):  # what is ours first, in this order
    if _file.endswith(".py") and not _file.startswith("_"):
        import_module(f"{__name__}.{_file.removesuffix('.py')}")

__all__ = ["ANYWHERE", "MEASURES", "Measure", "Use", "Value", "used"]
