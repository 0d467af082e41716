"""Parameters and multiplies of convolutional networks, from a YAML file.

>>> import cnncalc
>>> analysis = cnncalc.analyze(cnncalc.load("alexnet"))
>>> analysis.find("conv1").counts.params
34848
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnncalc.analyses.checks.expect import CheckResult, check
    from cnncalc.analyses.checks.report import Checks, Report
    from cnncalc.core.analysis import Analysis, Counts, GroupRow, Row, analyze
    from cnncalc.core.builder import Builder
    from cnncalc.core.graph import Graph
    from cnncalc.core.problem import Label, Place, Problem, ProblemsFound
    from cnncalc.formats.open import from_dict, load, loads

__version__ = "0.1.0"
ADDRESS = "https://github.com/OWNER/cnncalc"  # where the project lives: all that leads there is made of this

_HOMES = {
    "Analysis": "core.analysis",
    "Counts": "core.analysis",
    "GroupRow": "core.analysis",
    "Row": "core.analysis",
    "analyze": "core.analysis",
    "from_dict": "formats.open",
    "load": "formats.open",
    "loads": "formats.open",
    "Checks": "analyses.checks.report",
    "Report": "analyses.checks.report",
    "Builder": "core.builder",
    "CheckResult": "analyses.checks.expect",
    "check": "analyses.checks.expect",
    "Graph": "core.graph",
    "Problem": "core.problem",
    "ProblemsFound": "core.problem",
    "Label": "core.problem",
    "Place": "core.problem",
}
__all__ = [
    "Analysis",
    "Builder",
    "CheckResult",
    "Checks",
    "Counts",
    "Graph",
    "GroupRow",
    "Label",
    "Place",
    "Problem",
    "ProblemsFound",
    "Report",
    "Row",
    "analyze",
    "check",
    "from_dict",
    "load",
    "loads",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: start-up time is a feature."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cnncalc' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"cnncalc.{_HOMES[name]}"), name)
    if _HOMES[name] == "core.analysis":
        import_module("cnncalc.render.display").show_analyses()
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
