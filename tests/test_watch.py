"""`check --watch`: once more for each change."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cnncalc.cli import watching
from tests.running import invoke

NET = "input: {channels: 3, size: 8}\nlayers:\n  - conv: [4, 3]\n"
CHILD = "extends: ../base.yaml\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("nets").mkdir()
    Path(".git").mkdir()  # the top: a parent may lie beside the folder
    Path("base.yaml").write_text(NET)
    Path("nets/a.yaml").write_text(CHILD)


def said(monkeypatch: pytest.MonkeyPatch, steps: list[Callable[[], object]], *args: str) -> list[str]:
    """The last lines of the checks while a person does one thing after the other, and then ends it."""
    waiting = iter(steps)

    def sleep(seconds: float) -> None:
        step = next(waiting, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr(watching.time, "sleep", sleep)
    ran = invoke("check", "nets", "-f", "text", "--watch", *args)
    return [*re.findall(r"^(?:All|\d).*(?:passed|failed).*$", ran.err, re.MULTILINE), str(ran.code)]


def write(name: str, text: str) -> Callable[[], object]:
    return lambda: Path(name).write_text(text)


def test_a_change_of_a_file_of_a_parent_and_of_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [
        lambda: None,  # nothing: nothing is said
        write("nets/a.yaml", CHILD + "expect: {total: {params: 1}}\n"),
        write("nets/a.yaml", CHILD),
        write("base.yaml", NET.replace("conv", "cnv")),
        write("base.yaml", NET),
        write("nets/b.yaml", "layers: [relu\n"),
        lambda: Path("nets/b.yaml").unlink(),
    ]
    assert said(monkeypatch, steps) == [
        "All checks passed: 1 file, 0 figures",
        "1 of 1 file failed, 1 figure checked",
        "All checks passed: 1 file, 0 figures",
        "1 of 1 file failed, 0 figures checked",
        "All checks passed: 1 file, 0 figures",
        "1 of 2 files failed, 0 figures checked",
        "All checks passed: 1 file, 0 figures",
        "0",
    ]


def test_a_project_that_cannot_be_used_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text("[tool.cnncalc]\n")
    steps = [write("pyproject.toml", "[tool.cnncalc]\nmax-parms = 1\n"), write("pyproject.toml", "[tool.cnncalc]\n")]
    assert said(monkeypatch, steps) == [*["All checks passed: 1 file, 0 figures"] * 2, "0"]
    assert said(monkeypatch, steps[:1])[-1] == "2"


@pytest.mark.parametrize("args", [("-",), ("--since", "HEAD"), ("--staged",)])
def test_what_is_no_file_is_not_watched(args: tuple[str, ...]) -> None:
    ran = invoke("check", *args, "--watch")
    assert (ran.code, "--watch wants files: no standard input, no change." in ran.err) == (2, True)
