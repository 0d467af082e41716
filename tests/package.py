"""The files of the package, each parsed once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.running import ROOT

PACKAGE = ROOT / "cnncalc"
FILES = sorted(PACKAGE.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """What a file says."""
    return ast.parse(path.read_text(encoding="utf-8"))
