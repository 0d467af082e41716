"""What a package index, GitHub and type checkers read: the examples of docs/api.md are typed, the forms are forms."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
FORMS = ".github/ISSUE_TEMPLATE"


def run(*arguments: str, cwd: Path = ROOT) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )
    return f"{ran.returncode}\n{ran.stdout}{ran.stderr}"


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed: pip install -e '.[integration]'")
def test_the_examples_of_the_python_page_are_typed(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "page.py").write_text("\n".join(blocks), encoding="utf-8")
    said = run("mypy", "--strict", "--no-incremental", "page.py", cwd=tmp_path)
    assert said == "0\nSuccess: no issues found in 1 source file\n"


@pytest.mark.skipif(find_spec("check_jsonschema") is None, reason="check-jsonschema is not installed")
@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.citation-file-format", ["CITATION.cff"]),
        ("vendor.github-issue-config", [f"{FORMS}/config.yml"]),
        (
            "vendor.github-issue-forms",
            [f".github/ISSUE_TEMPLATE/{name}.yml" for name in ("bug", "wish", "wrong_number")],
        ),
    ],
)
def test_what_github_reads_is_of_its_form(schema: str, files: list[str]) -> None:
    assert run("check_jsonschema", "--builtin-schema", schema, *files) == "0\nok -- validation done\n"
