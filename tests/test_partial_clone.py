"""What git has the name of, and not what is in it: nobody knows what it was, and that decides the exit code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.repository import Repository, repository
from tests.running import invoke

__all__ = ["repository"]

BASE = "vars: {n: 4}\ninput: {channels: 3, size: 8}\nlayers: [conv: [n, 3]]\n"
NET = "input: {channels: 3, size: 8}\nlayers: [conv: [4, 3], relu, relu, relu, relu, relu]\n"
LIMITS = "[tool.cnncalc]\nmax-params = 1_000\n"
OTHER = "kind: Service\n"


@pytest.fixture
def origin(repository: Repository) -> Repository:
    """At `v1` files of every kind; since then each was changed in another way."""
    texts = {
        "edited.yaml": NET, "old_name.yaml": NET, "removed.yaml": NET.replace("relu", "sigmoid"), "ours.yaml": NET,
        "base.yaml": BASE, "child.yaml": "extends: base.yaml\n", "other.yaml": OTHER, "pyproject.toml": LIMITS,
        "same.yaml": NET,
    }  # fmt: skip
    for name, text in texts.items():
        Path(name).write_text(f"# {name}, so that it is an object of its own\n{text}", encoding="utf-8")
    repository.commit()
    repository.git("tag", "v1")
    Path("edited.yaml").write_text(NET.replace("4, 3", "8, 3"), encoding="utf-8")
    Path("base.yaml").write_text(BASE.replace("n: 4", "n: 8"), encoding="utf-8")
    Path("ours.yaml").write_text(OTHER, encoding="utf-8")
    Path("other.yaml").write_text(f"{OTHER}spec: {{}}\n", encoding="utf-8")
    Path("pyproject.toml").write_text(LIMITS.replace("1_000", "2_000"), encoding="utf-8")
    Path("removed.yaml").unlink()
    Path("old_name.yaml").rename("new_name.yaml")
    Path("new_name.yaml").write_text(
        f"# old_name.yaml, so that it is an object of its own\n{NET.replace('4, 3', '6, 3')}", encoding="utf-8"
    )
    repository.commit()
    repository.git("config", "uploadpack.allowFilter", "true")
    return repository


@pytest.fixture(params=["blob:none", pytest.param("tree:0", marks=pytest.mark.sweep)])
def partial(origin: Repository, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone that has only what it checked out, and no way to fetch more, whichever git it is."""
    clone = origin.folder.parent / "partial"
    origin.git("clone", "--quiet", f"--filter={request.param}", f"file://{origin.folder}", str(clone))
    monkeypatch.chdir(clone)
    shutil.move(origin.folder, origin.folder.parent / "elsewhere")
    return clone


@pytest.mark.parametrize(
    "args",
    [
        ("summary", "git:v1:edited.yaml"),
        ("compare", "git:v1:edited.yaml", "edited.yaml"),
        ("check", "edited.yaml", "--baseline", "v1"),
        ("check", "new_name.yaml", "--baseline", "v1"),
        ("check", "child.yaml", "--baseline", "v1"),
        ("check", "--since", "v1", "--baseline", "v1"),
        ("check", "--since", "v1", "ours.yaml"),
        ("diff", "v1"),
        ("diff", "v1", "edited.yaml"),
        ("diff", "v1", "removed.yaml"),
        ("diff", "v1", "child.yaml"),
        ("history", "edited.yaml"),
        ("history", "child.yaml"),
    ],
    ids=" ".join,
)
def test_what_was_not_fetched_is_named_and_decides_the_exit_code(args: tuple[str, ...], partial: Path) -> None:
    ran = invoke(*args)
    assert ran.code == 2, ran
    assert "cannot read" in ran.out + ran.err or "git says: could not fetch" in ran.out + ran.err, ran
    assert "new since" not in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("partial", ["blob:none"], indirect=True)
def test_what_asks_for_nothing_that_was_is_done(partial: Path) -> None:
    assert invoke("check", "--since", "v1", "edited.yaml").code == 0
    assert invoke("check", "same.yaml", "--baseline", "v1").code == 0


def test_in_a_whole_clone_all_of_it_is_compared(origin: Repository) -> None:
    ran = invoke("diff", "v1", "-f", "json")
    found = {one["file"]: one["change"] for one in json.loads(ran.out)["networks"]}
    assert found == {
        "base.yaml": "changed", "child.yaml": "changed", "edited.yaml": "changed", "new_name.yaml": "renamed",
        "ours.yaml": "changed", "removed.yaml": "removed",
    }  # fmt: skip


def lose(repository: Repository, name: str) -> None:
    """Take what a file was away from a repository that should have it, as a damaged disk does."""
    object = repository.git("rev-parse", name).strip()
    (repository.folder / ".git" / "objects" / object[:2] / object[2:]).unlink()


@pytest.mark.parametrize(
    ("lost", "args", "said"),
    [
        ("v1:edited.yaml", ("diff", "v1"), "❌ not compared: cannot read `git:"),
        ("v1:base.yaml", ("diff", "v1", "child.yaml"), "❌ not compared: cannot read `git:"),
        ("v1:edited.yaml", ("history", "edited.yaml"), "has not fetched this file"),
        ("v1:pyproject.toml", ("diff", "v1", "edited.yaml"), "has not fetched this file"),
        ("v1:old_name.yaml", ("check", "new_name.yaml", "--baseline", "v1"), "git says: "),
        ("v1:ours.yaml", ("check", "--since", "v1"), "has not fetched this file"),
        ("v1^{tree}", ("check", "edited.yaml", "--baseline", "v1"), "no commit, branch or tag `v1`\n"),
        ("v1^{commit}", ("check", "--since", "v1"), ""),
        ("HEAD^{commit}", ("check", "--staged"), ""),
    ],
)
def test_what_a_damaged_repository_has_lost(lost: str, args: tuple[str, ...], said: str, origin: Repository) -> None:
    lose(origin, lost)
    ran = invoke(*args)
    assert (ran.code, said in ran.out + ran.err) == (2, True), ran
    assert "Traceback" not in ran.err


def test_what_was_lost_stands_in_json(origin: Repository) -> None:
    lose(origin, "v1:edited.yaml")
    ran = invoke("diff", "v1", "edited.yaml", "-f", "json")
    (found,) = json.loads(ran.out)["networks"]
    assert (ran.code, found["exit_code"], found["before"]["status"]) == (2, 2, "error")
    assert found["problems"][0]["message"].endswith("the clone is partial, and has not fetched this file")
