"""The comparisons of conventions with their tools, kept as a record where CNNCALC_RECORD names a file.

No environment has all tools, so each run replaces what the record says of the tools that it asked, and leaves the rest.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from tests.records import record

COMMAND = "CNNCALC_RECORD=FILE python -m pytest -n0 -m oracle tests/test_oracle_conventions.py"
_COMPARED: dict[str, Counter[str]] = {}


def compared(distribution: str, kind: str, conventions: int) -> None:
    """Say that a tool was asked for one of a `kind`, a network or a layer, and gave so many figures that are ours."""
    counts = _COMPARED.setdefault(f"{distribution} {version(distribution)}", Counter())
    counts[kind] += 1
    counts["figures"] += conventions


def keep() -> None:
    """Write the record, if one is wanted."""
    path = os.environ.get("CNNCALC_RECORD")
    if path and _COMPARED:
        old = json.loads(Path(path).read_text(encoding="utf-8"))["tools"] if Path(path).exists() else {}
        found = {
            tool: {kind: counts[kind] for kind in ("networks", "layers", "figures")}
            for tool, counts in _COMPARED.items()
        }
        record(Path(path), COMMAND, {"tools": dict(sorted((old | found).items()))})
