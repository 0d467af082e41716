"""What a file may read: below the top of its repository, else below its folder; no line of another file is shown."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import cnncalc
from cnncalc.analyses.checks import project
from cnncalc.analyses.checks.report import Checks
from cnncalc.formats.source import is_absolute, is_outside, top_of
from tests.pace import allowed
from tests.running import Ran, invoke
from tests.test_hostile_input import INPUT, LAYERS, MOST_SECONDS, measured

NET = INPUT + LAYERS
SECRET = "machine example login me password hunter2\nkey: hunter2\n"
OUTSIDE = "lies outside: a file reads what is below the top of its repository, else below its folder"
CURE = "to read it all the same, pass `--allow-outside`"


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in a folder that has a secret and a parent, too; the current folder is one below its top."""
    top = tmp_path / "repository"
    for folder in (top / ".git", top / "nets" / "deep"):
        folder.mkdir(parents=True)
    (top / ".git" / "config").write_text(SECRET)
    (tmp_path / "secret.yaml").write_text(SECRET)
    (tmp_path / "parent.yaml").write_text(NET)
    (top / "parent.yaml").write_text(NET)
    monkeypatch.chdir(top / "nets")
    return top


def said(ran: Ran) -> str:
    """All that a command said, which is never of the secret."""
    assert "hunter2" not in ran.out + ran.err
    return ran.out + ran.err


NAMED = {
    "above": "../../secret.yaml",
    "above, by a way around": "deep/../../../secret.yaml",
    "above, and nowhere": "../../nothing.yaml",
    "above, without its suffix": "../../secret",
    "a folder above": "../../repository/../",
    "the folder of git": "../.git/config",
    "the folder of git, written otherwise": "../.GIT/config",
    "the folder of git, in eight letters": "../GIT~1/config",
    "a link": "linked.yaml",
    "a link to a link": "linked2.yaml",
    "through a link to a folder": "folder/secret.yaml",
    "a link that leads nowhere": "dangling.yaml",
}


@pytest.mark.parametrize("key", ["extends", "network"])
@pytest.mark.parametrize("named", NAMED.values(), ids=[name.replace(" ", "-") for name in NAMED])
def test_what_lies_outside_is_refused_and_not_shown(named: str, key: str, top: Path) -> None:
    Path("linked.yaml").symlink_to(top.parent / "secret.yaml")
    Path("linked2.yaml").symlink_to("linked.yaml")
    Path("folder").symlink_to(top.parent)
    Path("dangling.yaml").symlink_to(top.parent / "nothing.yaml")
    text = f"extends: {named}\n" if key == "extends" else f"{INPUT}blocks: {{b: {{network: {named}}}}}\nlayers: [b]\n"
    Path("net.yaml").write_text(text)
    for command in ("summary", "check", "explain", "exercise"):
        ran = invoke(command, "net.yaml")
        assert ran.code == 2
        assert f"error[extends]: `{named}` {OUTSIDE}\n" in said(ran)
        assert f"help: {CURE}\n" in said(ran)
    for form in ("json", "sarif", "junit", "github"):
        assert OUTSIDE in said(invoke("check", "net.yaml", "-f", form))


ALLOWED = {
    "the top": "../parent.yaml",
    "the top, by a way around": "../../repository/parent.yaml",
    "a link inside": "linked.yaml",
    "a bundled one": "lenet5",
}


@pytest.mark.parametrize("named", ALLOWED.values(), ids=[name.replace(" ", "-") for name in ALLOWED])
def test_what_lies_in_the_repository_is_read(named: str, top: Path) -> None:
    Path("linked.yaml").symlink_to("../parent.yaml")
    Path("net.yaml").write_text(f"extends: {named}\n")
    assert invoke("check", "net.yaml").code == 0


def test_without_a_repository_the_top_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nets" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "nets")
    for path in ("../parent.yaml", "deep/parent.yaml", "parent.yaml"):
        Path(path).write_text(NET)
    for named, code in (("../parent.yaml", 2), ("deep/parent.yaml", 0), ("parent.yaml", 0)):
        Path("net.yaml").write_text(f"extends: {named}\n")
        assert invoke("check", "net.yaml").code == code
        assert invoke("check", str(Path("net.yaml").resolve())).code == code


def test_a_parent_reads_no_more_than_its_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The top is that of the file which is named: what it extends has no other."""
    (tmp_path / "nets" / "deep" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "nets")
    Path("../outside.yaml").write_text(NET)
    Path("deep/parent.yaml").write_text("extends: ../../outside.yaml\n")
    Path("net.yaml").write_text("extends: deep/parent.yaml\n")
    ran = invoke("check", "net.yaml")
    assert ran.code == 2
    assert OUTSIDE in ran.err


@pytest.mark.parametrize("command", ["summary", "check", "explain", "compare", "diagram", "exercise", "quiz"])
def test_allow_outside_reads_it(command: str, top: Path) -> None:
    Path("net.yaml").write_text(f"extends: ../../parent.yaml\nlayers: [{'conv: [4, 3], max_pool: 2, conv: [8, 3]'}]\n")
    files = ["net.yaml", "net.yaml"] if command == "compare" else ["net.yaml"]
    assert OUTSIDE in said(invoke(command, *files))
    ran = invoke(command, *files, "--allow-outside")
    assert ran.code == 0, ran.err
    assert OUTSIDE not in ran.out + ran.err


def test_no_configuration_allows_it(top: Path) -> None:
    Path("net.yaml").write_text("extends: ../../parent.yaml\n")
    Path("pyproject.toml").write_text("[tool.cnncalc]\nallow-outside = true\n")
    ran = invoke("check", "net.yaml")
    assert ran.code == 2
    assert "allow-outside" in ran.err


EXCLUDES = '[tool.cnncalc]\nexclude = ["*"]\nmax-params = "1"\n'


def test_a_configuration_above_the_repository_says_nothing(top: Path) -> None:
    """Else whoever writes into `/tmp` decides what a check in it lets through."""
    (top / "nets" / "net.yaml").write_text(NET)
    (top.parent / "pyproject.toml").write_text(EXCLUDES)
    assert invoke("check", "net.yaml").code == 0
    (top / "pyproject.toml").write_text(EXCLUDES)
    assert invoke("check", "net.yaml").code == 1


@pytest.mark.parametrize(("of", "code"), [("the owner of the folder", 1), ("root", 1), ("another user", 0)])
def test_without_a_repository_a_configuration_of_another_user_says_nothing(
    of: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nets").mkdir()
    monkeypatch.chdir(tmp_path / "nets")
    Path("net.yaml").write_text(NET)
    Path("../pyproject.toml").write_text(EXCLUDES)
    others = {"the owner of the folder": 1_234, "root": 0, "another user": 4_321}
    monkeypatch.setattr(project, "owner", lambda path: others[of] if path.endswith("pyproject.toml") else 1_234)
    assert invoke("check", "net.yaml").code == code
    Path("pyproject.toml").write_text(EXCLUDES)  # in the folder itself it is as the network is
    assert invoke("check", "net.yaml").code == 1


@pytest.mark.parametrize("baseline", ["../../secret.json", "linked.json"])
def test_a_configuration_names_no_baseline_outside(baseline: str, top: Path) -> None:
    (top.parent / "secret.json").write_text("{}")
    Path("linked.json").symlink_to(top.parent / "secret.json")
    Path("net.yaml").write_text(NET)
    Path("pyproject.toml").write_text(f'[tool.cnncalc]\nbaseline = "{baseline}"\n')
    ran = invoke("check", "net.yaml")
    assert (ran.code, f"the project's baseline `{baseline}` lies outside of its repository" in ran.err) == (2, True), (
        ran
    )
    assert "JSON" not in ran.err


def test_a_configuration_that_is_a_link_leads_nowhere_outside(top: Path) -> None:
    (top / "nets" / "net.yaml").write_text(NET)
    (top.parent / "other.toml").write_text(EXCLUDES)
    (top / "pyproject.toml").symlink_to(top.parent / "other.toml")
    ran = invoke("check", "net.yaml")
    assert (ran.code, "pyproject.toml: a link that leads outside: put a copy in its place" in ran.err) == (2, True)
    (top / "pyproject.toml").unlink()
    (top / "settings.toml").write_text(EXCLUDES)
    (top / "pyproject.toml").symlink_to(top / "settings.toml")
    assert invoke("check", "net.yaml").code == 1


def test_python_allows_it_by_a_keyword(top: Path) -> None:
    text = "extends: ../../parent.yaml\n"
    Path("net.yaml").write_text(text)
    calls: list[Callable[..., cnncalc.Graph]] = [
        partial(cnncalc.load, "net.yaml"),
        partial(cnncalc.loads, text),
        partial(cnncalc.from_dict, {"extends": "../../parent.yaml"}),
    ]
    for read in calls:
        with pytest.raises(cnncalc.ProblemsFound, match=OUTSIDE):
            read()
        assert len(read(allow_outside=True).nodes) == 1
    assert Checks().report("net.yaml").code == 2
    assert Checks(allow_outside=True).report("net.yaml").code == 0


def test_a_link_that_is_named_is_read_and_one_that_is_found_is_not(top: Path) -> None:
    (top.parent / "elsewhere.yaml").write_text(NET)
    Path("linked.yaml").symlink_to(top.parent / "elsewhere.yaml")
    Path("inside.yaml").symlink_to("../parent.yaml")
    assert invoke("check", "linked.yaml").code == 0
    ran = invoke("check", ".")
    assert ran.code == 2
    what = "`./linked.yaml` is a symbolic link that leads outside: to read it, name it, or pass `--allow-outside`"
    assert what in ran.err
    assert "inside.yaml" not in ran.err
    assert invoke("check", ".", "--allow-outside").code == 0


def test_a_link_that_is_found_shows_nothing_of_its_file(top: Path) -> None:
    Path("linked.yaml").symlink_to(top.parent / "secret.yaml")
    ran = invoke("check", ".")
    assert ran.code == 2
    said(ran)


def test_a_link_that_git_found_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*args: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *args], check=True, capture_output=True)

    (tmp_path / "secret.yaml").write_text(f"layers: [\n{SECRET}")
    (tmp_path / "repository").mkdir()
    monkeypatch.chdir(tmp_path / "repository")
    git("init", "-q", "-b", "main")
    Path("net.yaml").write_text(NET)
    git("add", ".")
    git("commit", "-qm", "one")
    Path("linked.yaml").symlink_to("../secret.yaml")
    git("add", ".")
    ran = invoke("check", "--since", "HEAD")
    assert "`linked.yaml` lies outside" in said(ran)
    assert ran.code == 2
    said(invoke("check", "--staged"))
    allowed = invoke("check", "--since", "HEAD", "--allow-outside")
    assert "lies outside" not in allowed.out + allowed.err


ABSOLUTE = [
    "/a.yaml",
    "C:a.yaml",
    "C:\\a.yaml",
    "c:/a.yaml",
    "\\\\server\\share\\a.yaml",
    "\\a.yaml",
    "//server/share/a",
]


@pytest.mark.parametrize("name", ABSOLUTE)
def test_a_path_that_says_where_it_begins_is_refused_on_every_system(name: str, top: Path) -> None:
    assert is_absolute(name)
    Path("net.yaml").write_text(f"extends: '{name}'\n")
    assert "write a relative path" in invoke("check", "net.yaml").err


@pytest.mark.parametrize("name", ["a.yaml", "../a.yaml", "a b/c.yaml", "ab:c.yaml"])
def test_a_relative_path_is_none(name: str) -> None:
    assert not is_absolute(name)


def test_the_top_is_found_from_links_and_files_of_git(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a/b")
    assert top_of(str(tmp_path / "link")) == str((tmp_path / "a" / "b").resolve())
    (tmp_path / "a" / ".git").write_text("gitdir: elsewhere\n")  # as a worktree or a submodule has it
    assert top_of(str(tmp_path / "link")) == str((tmp_path / "a").resolve())
    assert not is_outside(str(tmp_path / "a" / "x"), str((tmp_path / "a").resolve()))
    assert is_outside(str(tmp_path / "ab"), str((tmp_path / "a").resolve()))


def pipe(path: str) -> None:
    os.mkfifo(path)


def made_up(path: str) -> None:
    os.symlink("/proc/kmsg" if os.path.exists("/proc/kmsg") else "/dev/null", path)


@pytest.mark.parametrize("make", [pipe, made_up])
@pytest.mark.parametrize("name", ["net.yaml", "pyproject.toml"])
def test_what_is_no_file_with_a_size_makes_nobody_wait(name: str, make: Callable[[str], None], tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "good.yaml").write_text(NET)
    make(str(tmp_path / "nets" / name))
    ran = measured("check", "nets", cwd=tmp_path)
    assert ran.seconds <= allowed(MOST_SECONDS)
    assert ran.code == (2 if name == "net.yaml" else 0)


@pytest.mark.skipif(not os.path.exists("/proc/kmsg"), reason="a system without /proc")
def test_what_the_system_makes_up_is_not_opened(tmp_path: Path) -> None:
    for args in (("check", "/proc/kmsg"), ("grade", "/proc/kmsg", "/proc/kmsg")):
        ran = measured(*args, cwd=tmp_path)
        assert (ran.code, ran.out) == (2, ran.out if args[0] == "check" else "")
        assert "is empty" in ran.out + ran.err
