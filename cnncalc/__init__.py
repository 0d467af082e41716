"""Parameters and multiplies of convolutional networks, from a YAML file.

>>> import cnncalc
>>> analysis = cnncalc.analyze(cnncalc.load("alexnet"))
>>> analysis.find("conv1").counts.params
34848
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnncalc.analysis import Analysis, Counts, GroupRow, Row, analyze
    from cnncalc.api import load, loads
    from cnncalc.checks import Checks, Report
    from cnncalc.expect import CheckResult, check
    from cnncalc.graph import Graph
    from cnncalc.problem import Problem, ProblemsFound, Where

__version__ = "0.1.0"

_HOMES = {
    "Analysis": "analysis",
    "Counts": "analysis",
    "GroupRow": "analysis",
    "Row": "analysis",
    "analyze": "analysis",
    "load": "api",
    "loads": "api",
    "Checks": "checks",
    "Report": "checks",
    "CheckResult": "expect",
    "check": "expect",
    "Graph": "graph",
    "Problem": "problem",
    "ProblemsFound": "problem",
    "Where": "problem",
}
__all__ = [
    "Analysis",
    "CheckResult",
    "Checks",
    "Counts",
    "Graph",
    "GroupRow",
    "Problem",
    "ProblemsFound",
    "Report",
    "Row",
    "Where",
    "analyze",
    "check",
    "load",
    "loads",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: start-up time is a feature."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cnncalc' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"cnncalc.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
