"""What is public is typed: pyright knows the type of every public name, and of all that is reached from one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import cnncalc

pytestmark = pytest.mark.integration


def only_the_package_is_public(folder: Path) -> None:
    """A copy of the package whose modules have an underscore: for pyright then `cnncalc` alone is public."""
    package = folder / "cnncalc"
    shutil.copytree(Path(cnncalc.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    names = [one.stem for one in package.iterdir() if one.suffix in ("", ".py") and not one.name.startswith("_")]
    for one in list(package.iterdir()):
        if one.stem in names:
            one.rename(one.with_name(f"_{one.name}"))
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(rf"\b(from|import) cnncalc\.({'|'.join(names)})\b", r"\1 cnncalc._\2", text), "utf-8")


@pytest.mark.skipif(find_spec("pyright") is None, reason="pyright is not installed: pip install -e '.[integration]'")
def test_the_types_of_all_that_is_public_are_complete(tmp_path: Path) -> None:
    only_the_package_is_public(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-m", "pyright", "--verifytypes", "cnncalc", "--ignoreexternal", "--outputjson"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.stdout.startswith("{"), ran.stderr
    found = json.loads(ran.stdout)["typeCompleteness"]
    assert found["packageRootDirectory"] == str(tmp_path / "cnncalc")
    unknown = [one["name"] for one in found["symbols"] if not one["isTypeKnown"]]
    assert (unknown, found["completenessScore"]) == ([], 1)
    exported = {one["name"].removeprefix("cnncalc.") for one in found["symbols"] if one["isExported"]}
    assert len(exported & set(cnncalc.__all__)) > 0
