"""What a long measurement found, kept as a small file from which docs/evidence/verification.md is made."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path
from typing import Any


def record(path: Path, command: str, figures: dict[str, Any]) -> None:
    """Write the figures of one command."""
    python = f"{platform.python_implementation()} {platform.python_version()}, {sys.platform} {platform.machine()}"
    found = {"command": command, "python": python, **figures}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
