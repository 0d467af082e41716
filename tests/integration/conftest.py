"""Programs that come from npm."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Install = Callable[[str], Path]


@pytest.fixture(scope="session")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Install:
    """Install a package (`NAME@VERSION`) into a folder of its own: the folder of the package, beside those it needs."""
    program = shutil.which("npm")
    if not program or not shutil.which("node"):
        pytest.skip("no npm")

    def install(package: str) -> Path:
        folder = tmp_path_factory.mktemp("npm")
        options = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
        subprocess.run([program, "install", *options, package], check=True, timeout=300)
        return folder / "node_modules" / package.rpartition("@")[0]

    return install
