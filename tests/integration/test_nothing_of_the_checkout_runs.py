"""Files of a checkout, each of which would leave a mark if it ran or were obeyed: none does, in no step of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.integration.runner import ACTION, Runner
from tests.integration.test_action import BASE, DOUBLED, GH, commit, git, write
from tests.running import documented

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not (shutil.which("git") and shutil.which("jq")), reason="no git or jq"),
]

MODULES = ["venv", "ensurepip", "pip", "logging", "json", "yaml", "click", "rich", "hatchling", "setup", "cnncalc"]
START = ["sitecustomize", "usercustomize"]
PROGRAMS = ["git", "jq", "gh", "xargs", "printf", "mkdir", "cat", "wc", "rm", "python3", "pip", "cnncalc"]
HOOKS = ["reference-transaction", "post-index-change", "fsmonitor", "textconv", "clean", "external"]


class Checkout:
    """A folder of a pull request that is full of such files, and where they leave their marks."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.marked = folder / "workspace", folder / "marks"
        self.marked.mkdir()
        write(self.folder, {"architectures/base.yaml": BASE, ".gitattributes": "*.yaml filter=evil diff=evil\n"})
        git(self.folder, "init", "--quiet", "--initial-branch=main")
        self.base = commit(self.folder)
        for name in (*MODULES, *START):
            write(self.folder, {f"{name}.py": self.python(name)})
        write(self.folder, {"cnncalc/__init__.py": self.python("cnncalc"), "x.pth": f"import {MODULES[0]}\n"})
        user = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
        write(self.folder / user, {f"{name}.py": self.python(name) for name in START})
        write(self.folder, {"pip.conf": f"[global]\nlog = {self.marked / 'pip.conf'}\n"})
        write(self.folder, {"setup.cfg": "[global]\n", "pyproject.toml": "[build-system]\nbuild-backend = 'setup'\n"})
        for name in PROGRAMS:
            self.program(f"bin/{name}", name)
        for name in HOOKS:
            self.program(f"hooks/{name}", name)
        write(self.folder, {"architectures/base.yaml": DOUBLED})
        commit(self.folder)
        for key, value in {
            "core.hooksPath": "hooks",
            "core.fsmonitor": "hooks/fsmonitor",
            "diff.external": "hooks/external",
            "diff.evil.textconv": "hooks/textconv",
            "diff.evil.command": "hooks/external",
            "filter.evil.clean": "hooks/clean",
        }.items():
            git(self.folder, "config", key, value)
        os.utime(self.folder / "architectures" / "base.yaml", (1, 1))  # git would have to read it again

    def python(self, name: str) -> str:
        return f"open({str(self.marked / name)!r}, 'w').close()\n"

    def program(self, path: str, name: str) -> None:
        write(self.folder, {path: f"#!/bin/sh\n: > '{self.marked / name}'\nexit 1\n"})
        (self.folder / path).chmod(0o755)

    def environment(self) -> dict[str, str]:
        """What a careless job has set: the checkout as a place of modules, packages, settings and programs."""
        return {
            "PYTHONPATH": f".{os.pathsep}{self.folder}",
            "PYTHONUSERBASE": str(self.folder),
            "PIP_CONFIG_FILE": "pip.conf",
            "GIT_EXTERNAL_DIFF": "hooks/external",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "core.pager",
            "GIT_CONFIG_VALUE_0": "hooks/external",
        }

    def path(self, after: str) -> str:
        linked = self.folder.parent / "linked"
        if not linked.exists():
            linked.symlink_to(self.folder / "bin")
        return os.pathsep.join([str(self.folder / "bin"), "bin", "", ".", f"{linked}/", f"{linked}/../bin", after])

    def marks(self) -> list[str]:
        return sorted(os.listdir(self.marked))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_each_file_would_leave_its_mark(checkout: Checkout) -> None:
    """Where a step does without care: else the tests below could not fail."""
    python = Path(sys.base_prefix) / "bin" / "python3"  # a virtual environment knows no packages of the user
    careless = [f"'{python}' -c 'import {name}'" for name in MODULES]
    careless += [f"bin/{name}" for name in PROGRAMS]
    careless += ["git diff HEAD~1", "git add -A", "git fetch -q . HEAD:refs/heads/x", f"'{python}' -I -m pip list"]
    careless += ["GIT_EXTERNAL_DIFF= git -c diff.external= -c diff.evil.command= show HEAD"]
    for line in careless:
        variables = os.environ | checkout.environment()
        subprocess.run(["bash", "-c", line], cwd=checkout.folder, env=variables, capture_output=True, check=False)
    assert set(checkout.marks()) == {*MODULES, *START, *PROGRAMS, *HOOKS, "pip.conf"}


@pytest.mark.parametrize("careless", [False, True])
def test_in_the_action(checkout: Checkout, careless: bool) -> None:
    context = {
        "github.action_path": str(ACTION.parent),
        "steps.python.outputs.python-path": sys.executable,
        "github.event.pull_request.base.sha": checkout.base,
        "github.event.pull_request.number": "7",
        "github.token": "secret",
    }
    inputs = {"args": "--strict --max-params 1M", "comment": "true", "sarif": "cnncalc.sarif", "baseline": "HEAD~1"}
    runner = Runner(checkout.folder, checkout.folder.parent / "temporary", inputs, context)
    programs = checkout.folder.parent / "programs"
    write(programs, {"gh": GH})
    (programs / "gh").chmod(0o755)
    runner.path = f"{programs}{os.pathsep}{runner.path}"
    calls = checkout.folder.parent / "calls"
    runner.environment = {"CALLS": str(calls), "MAY_COMMENT": "yes", "OWN_COMMENTS": ""}
    if careless:
        runner.environment |= checkout.environment()
        runner.path = checkout.path(after=runner.path)
    steps = [runner.step(name) for name in ("Install cnncalc", "Check", "Comment")]
    assert checkout.marks() == []
    assert [step.code for step in steps] == [0, 1, 0], steps  # a baseline is broken
    assert steps[1].outputs == {"exit-code": "1"}
    assert "6,218" in calls.read_text() or "3,114" in calls.read_text()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install cnncalc` installs."""
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-I", "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(folder), str(ACTION.parent)]
    subprocess.run(command, cwd=folder, check=True, timeout=400)
    return folder


@pytest.mark.parametrize("careless", [False, True])
@pytest.mark.parametrize("name", [".github/workflows/check.yml", ".gitlab-ci.yml"])
def test_in_documented_workflows(checkout: Checkout, wheels: Path, name: str, careless: bool) -> None:
    workflow = yaml.load(documented("ci.md", "yaml")[name], Loader=yaml.BaseLoader)
    if "jobs" in workflow:
        (job,) = workflow["jobs"].values()
        steps = [step for step in job["steps"] if "run" in step]
    else:
        (job,) = workflow.values()
        steps = [{"run": line} for line in job["script"]]
    folder = checkout.folder.parent
    subprocess.run([sys.executable, "-I", "-m", "venv", str(folder / "python")], cwd=folder, check=True)
    runner = Runner(checkout.folder, folder / "temporary", {}, {})
    runner.path = f"{folder / 'python' / 'bin'}{os.pathsep}{runner.path}"
    runner.environment = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    if careless:
        runner.environment |= checkout.environment() | {"PIP_CONFIG_FILE": os.devnull}
    done = [runner.run(step) for step in steps]
    assert checkout.marks() == []
    assert [step.code for step in done] == [0, 0], done
