"""The comparisons of conventions with their tools, kept as a record where CNNCALC_RECORD names a file.

No environment has all tools, so each run replaces what the record says of those that it asked, and leaves the rest.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from tests.records import record

_FILES = " ".join(f"tests/test_oracle_{one}.py" for one in ("conventions", "keras_params", "tf_profiler"))
COMMAND = f"CNNCALC_RECORD=FILE python -m pytest -n0 -m oracle {_FILES}"
_COMPARED: dict[str, Counter[str]] = {}


def compared(distribution: str, kind: str, figures: int) -> None:
    """Say that of one of a `kind`, `networks` or `layers`, a tool printed so many figures, which are ours."""
    counts = _COMPARED.setdefault(f"{distribution} {version(distribution)}", Counter())
    counts.update({kind: 1, f"figures of {kind}": figures})


def keep() -> None:
    """Write the record, if one is wanted."""
    path = os.environ.get("CNNCALC_RECORD")
    if path and _COMPARED:
        tools = json.loads(Path(path).read_text(encoding="utf-8"))["tools"] if Path(path).exists() else {}
        for tool, counts in _COMPARED.items():
            tools[tool] = {**tools.get(tool, {}), **counts}
        record(Path(path), COMMAND, {"tools": dict(sorted(tools.items()))})
