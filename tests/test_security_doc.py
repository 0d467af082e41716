"""`docs/security.md`: each promise names the test that holds it, and that test is there."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.running import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
PROMISES = [" ".join(found.split()) for found in re.findall(r"^- (.*?)(?=^- |^#|\Z)", PAGE, re.DOTALL | re.MULTILINE)]
_NAMED = re.compile(r"\[(\w+\.py)\]\(\.\./(tests/[\w/]+\.py)\)`::(\w+)`")


@cache
def held_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("promise", PROMISES, ids=[promise[:40] for promise in PROMISES])
def test_a_promise_names_a_test_that_is_there(promise: str) -> None:
    found = _NAMED.search(promise)
    assert found is not None
    name, path, test = found.groups()
    assert path.endswith(f"/{name}")
    assert test in held_in(path)
    assert not promise[found.end() :].strip()


def test_there_are_promises_for_each_reader() -> None:
    headings = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    assert [re.search(rf"^## {heading}\n- ", PAGE, re.MULTILINE) is not None for heading in headings] == [True] * 3
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
