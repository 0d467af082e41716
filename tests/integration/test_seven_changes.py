"""Seven changes that a gate must stop, or show, by each of its ways: command, hook, plugin, action."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.integration.runner import Runner
from tests.repository import Repository, repository
from tests.running import environment

__all__ = ["repository"]

pytestmark = pytest.mark.integration

PARENT = """\
name: Parent
input: {channels: 3, size: 32}
vars: {n: 8}
blocks:
  unit: {params: [k=3], layers: [conv: {filters: n, kernel: k, padding: same}, relu]}
layers:
  - unit: {repeat: 2}
  - flatten
  - dense: {name: head, units: 10}
"""
ALONE = """\
input: {channels: 3, size: 32}
layers:
  - conv: {name: stem, filters: 8, kernel: 3}
  - flatten
  - dense: 10
"""
CHILD = "{{extends: parent.yaml, name: Child {0}, vars: {{n: {0}}}}}\n"
PROJECT = '[tool.cnncalc]\nfiles = ["nets"]\nbaseline = "main"\n'


class Change(NamedTuple):
    """A pull request: its files, the exit code, what is said of it, and where; and what the table says."""

    files: dict[str, str | None]
    code: int
    said: str
    shown: tuple[str, ...]


CHANGES = {
    "a kernel": Change(
        {"nets/n6.yaml": ALONE.replace("kernel: 3", "kernel: 5")},
        1,
        "`total` multiplies: was 266,400 at main, is 533,120",
        ("`nets/n6.yaml` | changed",),
    ),
    "a block that four files extend": Change(
        {"nets/parent.yaml": PARENT.replace("repeat: 2", "repeat: 3")},
        1,
        "`total` params: was ",
        ("`nets/parent.yaml` | changed", "`nets/c4.yaml` | changed by what it extends"),
    ),
    "a broken file": Change(
        {"nets/n7.yaml": ALONE.replace("kernel", "kernal")},
        2,
        "unknown attribute of `conv`: `kernal`",
        ("`nets/n7.yaml` | changed",),
    ),
    "a budget by 2.8 %": Change(
        {"nets/n8.yaml": ALONE + "budget: {params: 70.3k}\n"},
        1,
        "`total` params: limit 70.3k, is 72.2k, over by 1.9k (+2.8 %",
        ("`nets/n8.yaml:6` | budget total params | – | 70.3k | tighter", "`nets/n8.yaml` | edited"),
    ),
    "a renamed parent, one child forgotten": Change(
        {"nets/parent.yaml": None, "nets/base.yaml": PARENT}
        | {f"nets/c{n}.yaml": CHILD.format(n).replace("parent", "base") for n in (1, 2, 3)},
        2,
        "no file `parent.yaml` beside this one",
        ("`nets/base.yaml` | renamed from `nets/parent.yaml`", "`nets/c4.yaml` | changed by what it extends"),
    ),
    "a deleted parent": Change(
        {"nets/parent.yaml": None},
        2,
        "no file `parent.yaml` beside this one",
        ("`nets/parent.yaml` | removed | −", "`nets/c1.yaml` | changed by what it extends"),
    ),
    "conflict markers": Change(
        {"nets/n9.yaml": ALONE.replace("  - flatten", "<<<<<<< ours\n  - flatten\n=======\n  - relu\n>>>>>>> theirs")},
        2,
        "merge conflict",
        ("`nets/n9.yaml` | changed",),
    ),
}


@pytest.fixture
def project(repository: Repository) -> Repository:
    """Twelve files, five of which belong together; a branch of it."""
    repository.put({"nets/parent.yaml": PARENT, "pyproject.toml": PROJECT, "test_code.py": "def test(): pass\n"})
    repository.put({f"nets/c{n}.yaml": CHILD.format(n) for n in (1, 2, 3, 4)})
    repository.put({f"nets/n{n}.yaml": ALONE for n in range(6, 13)})
    repository.commit()
    repository.git("checkout", "--quiet", "-b", "change")
    return repository


def run(project: Repository, *args: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", *args], cwd=project.folder, env=environment(NO_COLOR="1"), capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def by_command(project: Repository) -> tuple[int, str]:
    return run(project, "cnncalc", "check")


def by_hook(project: Repository) -> tuple[int, str]:
    project.git("add", "--all")
    return run(project, "cnncalc", "check", "--staged")


def by_plugin(project: Repository) -> tuple[int, str]:
    """pytest fails whatever is wrong: 1."""
    return run(project, "pytest", "--cnncalc", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")


def by_action(project: Repository) -> tuple[int, str]:
    project.commit()
    step = runner(project).step("Check")
    return step.code, step.out


def runner(project: Repository) -> Runner:
    context = {"steps.install.outputs.interpreter": sys.executable, "github.token": ""}
    context |= {"github.event.pull_request.base.sha": project.git("rev-parse", "main").strip()}
    context |= {"github.event.pull_request.number": "7"}
    return Runner(project.folder, project.folder.parent / "temporary", {}, context)


WAYS: dict[str, Callable[[Repository], tuple[int, str]]] = {
    "command": by_command, "hook": by_hook, "plugin": by_plugin, "action": by_action,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_is_stopped_by_each_way(project: Repository, change: Change, way: str) -> None:
    project.put(change.files)
    code, said = WAYS[way](project)
    assert code == (min(change.code, 1) if way == "plugin" else change.code), said
    assert change.said in said
    if "SAID" in os.environ:
        line = next(line for line in said.splitlines() if change.said in line)
        with open(os.environ["SAID"], "a") as out:
            print(json.dumps([way, code, line[:150], said.count("error[") + said.count("::error")]), file=out)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_table_shows_it(project: Repository, change: Change) -> None:
    project.put(change.files)
    project.commit()
    here = runner(project)
    step = here.step("Comment")
    assert step.code == 0, step.err
    table = Path(step.outputs["file"]).read_text(encoding="utf-8")
    for shown in change.shown:
        assert f"| {shown}" in table
    if "SAID" in os.environ:
        with open(os.environ["SAID"], "a") as out:
            print(json.dumps(["table", 0, table.splitlines()[1][:150], table.count("<details>")]), file=out)


def test_nothing_is_said_of_what_is_fine(project: Repository) -> None:
    project.put({"README.md": "more\n"})
    assert by_command(project)[0] == 0
    assert by_hook(project) == (0, "nothing to check: no architecture file in nets is staged\n")
    assert by_plugin(project)[0] == 0
    assert by_action(project)[0] == 0
