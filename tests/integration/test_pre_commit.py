"""The hooks as a project uses them: installed by pre-commit, and run by git at a commit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.running import ROOT, Ran

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(find_spec("pre_commit") is None, reason="pip install -e '.[integration]'"),
    pytest.mark.skipif(shutil.which("git") is None, reason="no git"),
]

BASE = """\
input: {channels: 3, size: 8}
vars: {n: 4}
layers:
  - conv: {name: stem, filters: n, kernel: 3}
  - flatten
  - dense: 10
budget: {params: {max: 5k}}
"""
WIDE = "{extends: base.yaml, vars: {n: 8}, budget: {params: {max: 4k}}}\n"
WORKFLOW = "on: push\n---\nsecond: document\n"


class Repository:
    """A git repository with settings and a pre-commit store of its own."""

    def __init__(self, folder: Path, store: Path) -> None:
        self.folder = folder
        names = {f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PRE_COMMIT_HOME": str(store)}
        self.environment = {
            **inherited,
            **dict.fromkeys(names, "nobody@example.org"),
            **alone,
            "PRE_COMMIT_COLOR": "never",
        }
        folder.mkdir(exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *args: str) -> str:
        ran = self.run("git", *args)
        assert ran.code == 0, ran.err
        return ran.out.strip()

    def pre_commit(self, *args: str) -> Ran:
        return self.run(sys.executable, "-m", "pre_commit", *args)

    def run(self, *command: str) -> Ran:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=400, check=False
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")
        self.git("add", "--all")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """This very source, as it lies here, in a repository that pre-commit can clone."""
    folder = tmp_path_factory.mktemp("hooks")
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    repository = Repository(folder, tmp_path_factory.mktemp("store"))
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message=all")
    return repository


@pytest.fixture
def project(tmp_path: Path, hooks: Repository) -> Repository:
    """A project that uses the hooks, with a network and one that extends it, all committed."""
    repository = Repository(tmp_path / "project", Path(hooks.environment["PRE_COMMIT_HOME"]))
    entry = f"  - repo: {hooks.folder}\n    rev: {hooks.git('rev-parse', 'HEAD')}\n"
    repository.write(
        {
            ".pre-commit-config.yaml": f"repos:\n{entry}    hooks: [id: cnncalc-check, id: cnncalc-update]\n",
            "architectures/base.yaml": BASE,
            "architectures/wide.yaml": WIDE,
            "workflow.yaml": WORKFLOW,
        }
    )
    repository.git("commit", "--quiet", "--message=first")
    return repository


def test_try_repo_refuses_a_child_of_an_edited_parent(project: Repository, hooks: Repository) -> None:
    project.write({"architectures/base.yaml": BASE.replace("dense: 10", "dense: 14")})
    ran = project.pre_commit("try-repo", str(hooks.folder), "cnncalc-check", "--verbose")
    assert ran.code == 1, ran.out + ran.err
    assert "architectures/base.yaml: 1 figure" in ran.out
    assert "error[budget]: `total` params: limit 4k, is 4.3k, over by 0.3k" in ran.out
    assert "--> architectures/wide.yaml:1:" in ran.out


def test_a_commit_that_doubles_the_filters_of_a_layer_is_refused(project: Repository) -> None:
    assert project.pre_commit("install").code == 0
    project.write({"architectures/base.yaml": BASE.replace("filters: n,", "filters: 2 * n,")})
    ran = project.run("git", "commit", "--message=double")
    said = ran.out + ran.err
    assert ran.code == 1
    assert re.search(r"^cnncalc check\.+Failed$", said, re.MULTILINE)
    assert "error[budget]: `total` params: limit 4k, is 6.2k, over by 2.2k" in said
    assert "--> architectures/wide.yaml:1:" in said
    assert project.git("log", "--format=%s") == "first"


def test_a_commit_that_keeps_the_budget_is_let_through(project: Repository) -> None:
    assert project.pre_commit("install").code == 0
    project.write({"architectures/base.yaml": f"{BASE}note: kept\n", "workflow.yaml": f"{WORKFLOW}more: 1\n"})
    ran = project.run("git", "commit", "--message=kept")
    assert ran.code == 0, ran.err
    assert re.search(r"^cnncalc check\.+Passed$", ran.out + ran.err, re.MULTILINE)
    assert project.git("log", "--format=%s", "-1") == "kept"


def test_a_commit_without_architectures_is_let_through(project: Repository) -> None:
    assert project.pre_commit("install").code == 0
    project.write({"workflow.yaml": "on: pull_request\n", "notes.yaml": "kind: none of ours\n"})
    ran = project.run("git", "commit", "--message=other")
    assert ran.code == 0, ran.err
    assert re.search(r"^cnncalc check\.+Passed$", ran.out + ran.err, re.MULTILINE)
    ran = project.pre_commit("run", "cnncalc-check", "--verbose")
    assert "\nnothing to check: no architecture file is staged\n" in ran.out


def test_a_commit_that_deletes_a_parent_is_refused(project: Repository) -> None:
    assert project.pre_commit("install").code == 0
    project.git("rm", "--quiet", "architectures/base.yaml")
    ran = project.run("git", "commit", "--message=delete")
    assert ran.code == 1
    assert "error[extends]: no file `base.yaml` beside this one" in ran.out + ran.err
    assert "--> architectures/wide.yaml:1:" in ran.out + ran.err
    assert project.git("log", "--format=%s") == "first"


def test_a_commit_that_renames_a_parent_and_forgets_a_child_is_refused(project: Repository) -> None:
    project.write({"architectures/wide ä.yaml": WIDE, "architectures/wider.yaml": WIDE})
    project.git("commit", "--quiet", "--message=more")
    assert project.pre_commit("install").code == 0
    project.git("mv", "architectures/base.yaml", "architectures/parent.yaml")
    renamed = WIDE.replace("base.yaml", "parent.yaml")
    project.write({"architectures/wide.yaml": renamed, "architectures/wider.yaml": renamed})
    ran = project.run("git", "commit", "--message=rename")
    assert ran.code == 1
    assert "--> architectures/wide ä.yaml:1:" in ran.out + ran.err
    project.write({"architectures/wide ä.yaml": renamed})
    assert project.run("git", "commit", "--message=rename").code == 0


@pytest.mark.parametrize("args", [["--all"], ["architectures/base.yaml"]], ids=["all", "a file"])
def test_a_commit_that_stages_by_itself_is_checked(project: Repository, args: list[str]) -> None:
    assert project.pre_commit("install").code == 0
    doubled = BASE.replace("filters: n,", "filters: 2 * n,")
    (project.folder / "architectures/base.yaml").write_text(doubled, encoding="utf-8")
    ran = project.run("git", "commit", "--message=double", *args)
    assert ran.code == 1
    assert "--> architectures/wide.yaml:1:" in ran.out + ran.err


def test_the_figures_are_rewritten_when_asked(project: Repository) -> None:
    expected = f"{BASE}expect: {{total: {{params: 1}}}}  # of all\n"
    project.write({"architectures/base.yaml": expected})
    ran = project.pre_commit("run", "cnncalc-update", "--hook-stage=manual")
    assert "files were modified by this hook" in ran.out
    text = (project.folder / "architectures/base.yaml").read_text(encoding="utf-8")
    assert text == expected.replace("params: 1}", "params: 1562}")
