"""Parameters and multiplies (multiply-accumulates, MACs) of convolutional networks, from a YAML file.

Where a function takes a network, that is a path, the name of a bundled one (`names` lists them), a Graph or an
Analysis; a file that is not there or cannot be used raises ProblemsFound.

>>> import cnncalc
>>> analysis = cnncalc.analyze("alexnet")
>>> analysis["conv1"].counts.params
34848
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnncalc.analyses.checks.changed import ProjectChange
    from cnncalc.analyses.checks.report import Report
    from cnncalc.analyses.comparing.comparison import Comparison
    from cnncalc.analyses.history import History
    from cnncalc.analyses.overview import Overview
    from cnncalc.analyses.reconcile import Reconciliation
    from cnncalc.analyses.sizes import Sizes
    from cnncalc.analyses.working import Explanation
    from cnncalc.api import (
        analyze,
        badge,
        check,
        compare,
        diagram,
        diff,
        exercise,
        explain,
        grade,
        history,
        lint,
        names,
        reconcile,
        sizes,
        summary,
    )
    from cnncalc.core.analysis import Analysis, Counts, GroupRow, NoEntry, Row
    from cnncalc.core.builder import Builder
    from cnncalc.core.graph import Graph
    from cnncalc.core.problem import Label, Place, Problem, ProblemsFound
    from cnncalc.core.shape import TensorShape
    from cnncalc.drawing.badge import Badge
    from cnncalc.drawing.formats import Drawing
    from cnncalc.drawing.sketch import CannotDraw
    from cnncalc.formats.open import from_dict, load, loads
    from cnncalc.render.check import Checked
    from cnncalc.teaching.grade import Marks
    from cnncalc.teaching.question import Handout

__version__ = "0.1.0"
ADDRESS = "https://github.com/OWNER/cnncalc"  # where the project lives: all that leads there is made of this

_HOMES = {
    "Analysis": "core.analysis",
    "Badge": "drawing.badge",
    "Builder": "core.builder",
    "CannotDraw": "drawing.sketch",
    "Checked": "render.check",
    "Comparison": "analyses.comparing.comparison",
    "Counts": "core.analysis",
    "Drawing": "drawing.formats",
    "Explanation": "analyses.working",
    "Graph": "core.graph",
    "GroupRow": "core.analysis",
    "Handout": "teaching.question",
    "History": "analyses.history",
    "Label": "core.problem",
    "Marks": "teaching.grade",
    "NoEntry": "core.analysis",
    "Overview": "analyses.overview",
    "Place": "core.problem",
    "Problem": "core.problem",
    "ProblemsFound": "core.problem",
    "ProjectChange": "analyses.checks.changed",
    "Reconciliation": "analyses.reconcile",
    "Report": "analyses.checks.report",
    "Row": "core.analysis",
    "Sizes": "analyses.sizes",
    "TensorShape": "core.shape",
    "analyze": "api",
    "badge": "api",
    "check": "api",
    "compare": "api",
    "diagram": "api",
    "diff": "api",
    "exercise": "api",
    "explain": "api",
    "from_dict": "formats.open",
    "grade": "api",
    "history": "api",
    "lint": "api",
    "load": "formats.open",
    "loads": "formats.open",
    "names": "api",
    "reconcile": "api",
    "sizes": "api",
    "summary": "api",
}
__all__ = [
    "Analysis",
    "Badge",
    "Builder",
    "CannotDraw",
    "Checked",
    "Comparison",
    "Counts",
    "Drawing",
    "Explanation",
    "Graph",
    "GroupRow",
    "Handout",
    "History",
    "Label",
    "Marks",
    "NoEntry",
    "Overview",
    "Place",
    "Problem",
    "ProblemsFound",
    "ProjectChange",
    "Reconciliation",
    "Report",
    "Row",
    "Sizes",
    "TensorShape",
    "analyze",
    "badge",
    "check",
    "compare",
    "diagram",
    "diff",
    "exercise",
    "explain",
    "from_dict",
    "grade",
    "history",
    "lint",
    "load",
    "loads",
    "names",
    "reconcile",
    "sizes",
    "summary",
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
