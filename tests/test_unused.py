"""The `unused-…` rules: each name in the scope where it is read, and nothing that only looks like it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.checks.lint import lint
from tests.running import table

CASES = table("unused.yaml")
CODES = ("unused-block", "unused-default", "unused-param", "unused-var")


def said(path: Path, **options: Any) -> list[str]:
    found = lint(cnncalc.load(path, **options), CODES).findings
    return [f"{one.where.line}:{one.where.column} {one.code} {one.message}" for one in found if one.where]


@pytest.mark.parametrize("case", CASES, ids=[str(case["case"]) for case in CASES])
def test_what_is_unused(case: dict[str, Any], tmp_path: Path) -> None:
    """`tests/data/unused.yaml`."""
    (tmp_path / "parent.yaml").write_text(case.get("parent", ""), encoding="utf-8")
    (tmp_path / "net.yaml").write_text(case["file"], encoding="utf-8")
    assert said(tmp_path / "net.yaml") == case["says"]


def test_what_is_set_from_outside_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(
        "input: {channels: 3, size: s}\n"
        "vars: {deep: true, n: 4, m: 2 * n, s: 8, unread: 1}\n"
        "layers: [conv: [m, 1, when: deep], relu]\n",
        encoding="utf-8",
    )
    for options in ({}, {"set": {"deep": "false"}}, {"set": {"m": "3"}}, {"input_size": "4"}):
        assert said(tmp_path / "net.yaml", **options) == ["2:42 unused-var nothing reads the var `unread`"]
