"""What stands about the package outside of it says the same as the package."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

import cnncalc

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_version_and_the_address_are_said_alike() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["version"], citation["repository-code"]) == (cnncalc.__version__, cnncalc.ADDRESS)
    links = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml").read_text(encoding="utf-8"))
    assert all(one["url"].startswith(f"{cnncalc.ADDRESS}/") for one in links["contact_links"])
    assert f"## {cnncalc.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_each_python_that_is_promised_is_tried() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    promised = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", one)]
    assert promised == ["3.11", "3.12", "3.13"]
    assert PROJECT["requires-python"] == f">={promised[0]}"
    tried = re.search(r"^for version in (.*); do$", script, re.MULTILINE)
    assert tried is not None
    assert tried[1].split() == promised[1:]
    page = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")
    assert all(version in page for version in promised)
