"""fish itself, which completes what a person types."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import process

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish"),
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("summary alexnet --columns layer,para", "layer,params"),
        ("check --select dead-taps,dropped", "dead-taps,dropped-border"),
        ("summary alexnet --format=js", "--format=json"),
        ("summar", "summary\tLayers, output shapes, params and..."),
    ],
)
def test_fish_completes_values_with_commas_and_behind_an_equals_sign(typed: str, found: str, tmp_path: Path) -> None:
    script = tmp_path / "cnncalc.fish"
    script.write_text(process("completion", "fish").out)
    folder = str(Path(sys.executable).parent)
    asked = f"set -p PATH {folder}; source {script}; complete -C 'cnncalc {typed}'"
    ran = subprocess.run(["fish", "--no-config", "-c", asked], capture_output=True, text=True, timeout=60)
    assert found in ran.stdout.splitlines()
