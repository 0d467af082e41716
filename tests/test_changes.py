"""`cnncalc check --since REF` and `--staged`: git is asked what changed, and every file that extends it is checked."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cnncalc.formats import changes, dependents, git
from tests.repository import Repository, repository
from tests.running import Ran, environment, invoke

__all__ = ["repository"]

BASE = """\
input: {channels: 3, size: 8}
vars: {n: 4}
layers: [conv: [n, 3], flatten, dense: 10]
expect: {total: {params: 1562}}
"""
GROWN = BASE.replace("dense: 10", "dense: 20").replace("1562", "3012")
WIDE = "{extends: base.yaml, vars: {n: 8}, expect: {total: {params: 3114}}}\n"
WIDER = "{extends: wide, vars: {n: 16}, expect: {total: {params: 6218}}}\n"
ASIDE = "{extends: ../base.yaml, expect: {total: {params: 1562}}}\n"
USER = "{input: {channels: 3, size: 8}, blocks: {part: {network: base}, b: {layers: [relu]}}, layers: [part, b]}\n"
OTHER = "{extends: lenet5, expect: {total: {params: 61706}}}\n"

Edits = dict[str, str | None]


@pytest.fixture
def project(repository: Repository) -> Repository:
    """A repository with a family of networks and some strangers, all committed."""
    repository.put(
        {
            "nets/base.yaml": BASE,
            "nets/wide.yaml": WIDE,
            "nets/wider.yml": WIDER,
            "nets/more/aside ä.yaml": ASIDE,
            "nets/other.yaml": OTHER,
            "nets/broken.yaml": "extends: base.yaml\n  layers: [",
            "deploy.yaml": "kind: Deployment\n---\nkind: Service\n",
            "compose.yaml": "services: {web: {extends: {file: nets/base.yaml}}}\n",
            "README.md": "extends: base.yaml\n",
        }
    )
    repository.commit()
    return repository


def change(project: Repository, way: str, edits: Edits) -> changes.ChangeSet:
    """Make a change, and ask for it; with `staged` the working tree then holds nothing of it any more."""
    project.put(edits)
    if way == "since":
        return changes.since("main")
    project.git("add", "--all")
    for name in ("nets", "deploy.yaml", "compose.yaml"):
        shutil.rmtree(name, ignore_errors=True)
        Path(name).unlink(missing_ok=True)
    return changes.staged()


def named(found: changes.ChangeSet, *names: str) -> list[str]:
    return [file.name for file in dependents.affected(found, names)]


BOTH = pytest.mark.parametrize("way", ["since", "staged"])
FAMILY = ["nets/more/aside ä.yaml", "nets/wide.yaml", "nets/wider.yml"]
CASES: dict[str, tuple[Edits, list[str]]] = {
    "a parent, and all that extend it, through others": ({"nets/base.yaml": GROWN}, ["nets/base.yaml", *FAMILY]),
    "a child has no children of its own": ({"nets/wider.yml": f"{WIDER}\n"}, ["nets/wider.yml"]),
    "each file once": (
        {"nets/wide.yaml": f"{WIDE}\n", "nets/base.yaml": GROWN},
        ["nets/base.yaml", *FAMILY],
    ),
    "a parent that is gone": ({"nets/base.yaml": None}, FAMILY),
    "a parent under another name": (
        {"nets/base.yaml": None, "nets/parent.yaml": BASE, "nets/wide.yaml": WIDE.replace("base", "parent")},
        [FAMILY[0], "nets/parent.yaml", *FAMILY[1:]],
    ),
    "a parent of the name of a bundled one": ({"nets/lenet5.yaml": BASE}, ["nets/lenet5.yaml", "nets/other.yaml"]),
    "a child that is gone": ({"nets/wider.yml": None}, []),
    "a new file": ({"new.yaml": BASE}, ["new.yaml"]),
    "a new file in a hidden folder": ({".hidden/new.yaml": BASE}, [".hidden/new.yaml"]),
    "a suffix in capitals": ({"NEW.YAML": BASE}, ["NEW.YAML"]),
    "names that shells and git quote": ({' a"b\n\tö.yaml': BASE}, [' a"b\n\tö.yaml']),
    "a circle": (
        {"a.yaml": "extends: b.yaml\n", "b.yaml": "extends: a.yaml\n"},
        ["a.yaml", "b.yaml"],
    ),
    "an architecture that is no YAML any more": ({"nets/wider.yml": "layers: ["}, ["nets/wider.yml"]),
    "an architecture that is none any more": ({"nets/wider.yml": "a: 1\n"}, ["nets/wider.yml"]),
    "a new one in which `layers` is misspelt": ({"new.yaml": BASE.replace("layers", "layer")}, ["new.yaml"]),
    "other YAML": ({"deploy.yaml": "kind: Service\n", "new.yaml": "a: 1\n"}, []),
    "other files": ({"README.md": "extends: wide.yaml\n"}, []),
    "a name that no system has": ({"new.yaml": 'extends: "a\\0b"\n'}, ["new.yaml"]),
    "a network that is a block of others": (
        {"nets/head.yaml": USER, "nets/onto.yaml": "{extends: head.yaml}\n", "nets/base.yaml": GROWN},
        ["nets/base.yaml", "nets/head.yaml", FAMILY[0], "nets/onto.yaml", *FAMILY[1:]],
    ),
    "nothing": ({}, []),
}


@BOTH
@pytest.mark.parametrize(("edits", "found"), CASES.values(), ids=CASES)
def test_what_is_checked(project: Repository, way: str, edits: Edits, found: list[str]) -> None:
    assert named(change(project, way, edits)) == found


@BOTH
@pytest.mark.parametrize(
    ("edits", "found"),
    [
        ({"nets/base.yaml": GROWN}, ["nets/base.yaml", "nets/head.yaml", *FAMILY]),
        ({"nets/base.yaml": None}, ["nets/head.yaml", *FAMILY]),
    ],
)
def test_who_uses_a_network_as_a_block_is_found(project: Repository, way: str, edits: Edits, found: list[str]) -> None:
    project.commit(nets__head=USER)
    assert named(change(project, way, edits)) == found


@BOTH
@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["nets/more"], [FAMILY[0]]),
        (["nets/more/../more/", "nets/wide.yaml"], FAMILY[:2]),
        ([f"{os.curdir}/nets/wider.yml"], FAMILY[2:]),
        (["."], ["nets/base.yaml", *FAMILY]),
        (["nets/other.yaml"], []),
    ],
)
def test_of_what_is_named_all_that_extends_a_change_anywhere(
    project: Repository, way: str, names: list[str], found: list[str]
) -> None:
    assert named(change(project, way, {"nets/base.yaml": GROWN}), *names) == found


@BOTH
def test_names_are_seen_from_the_current_folder(project: Repository, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.folder / "nets" / "more")
    project.put({"nets/base.yaml": GROWN})
    project.git("add", "--all")
    args = ["--since", "HEAD"] if way == "since" else ["--staged"]
    ran = invoke("check", *args, "-f", "text")
    assert ran.code == 1
    assert [line.partition(":")[0] for line in ran.out.splitlines()] == ["aside ä.yaml", "../wide.yaml", "../wider.yml"]
    assert invoke("check", *args, "..", "-f", "text") == ran
    assert invoke("check", *args, "aside ä.yaml", "-f", "text").err == "1 of 1 file failed, 1 figure checked\n"


@BOTH
def test_a_file_that_a_link_leads_to_is_read_by_the_link(project: Repository, way: str) -> None:
    os.symlink("../nets/base.yaml", "nets/current.yaml")
    os.symlink("nets", "link")
    project.put({"through.yaml": "extends: link/base.yaml\n"})
    project.commit()
    assert named(change(project, way, {"nets/base.yaml": GROWN})) == [
        "nets/base.yaml",
        "nets/current.yaml",
        *FAMILY,
        "through.yaml",
    ]


@BOTH
def test_a_link_that_leads_elsewhere_is_a_change_of_what_is_read_through_it(project: Repository, way: str) -> None:
    os.symlink("nets", "link")
    project.put({"through.yaml": "extends: link/base.yaml\n", "others/base.yaml": BASE})
    project.commit()
    os.unlink("link")
    os.symlink("others", "link")
    assert named(change(project, way, {})) == ["through.yaml"]


@BOTH
def test_a_parent_in_a_submodule_is_that_of_the_commit_that_is_named(
    project: Repository, way: str, tmp_path: Path
) -> None:
    (tmp_path / "common").mkdir()
    common = Repository(tmp_path / "common")
    common.put({"base.yaml": BASE})
    common.commit()
    project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(common.folder), "common")
    project.put({"child.yaml": "{extends: common/base.yaml, expect: {total: {params: 1562}}}\n"})
    project.commit()
    inside = Path("common/base.yaml")
    inside.write_text(GROWN, encoding="utf-8")
    project.git("-C", "common", "commit", "--quiet", "--all", "--message=grown")
    project.git("add", "common")
    if way == "staged":
        inside.write_text("nonsense", encoding="utf-8")
    ran = invoke("check", *(["--since", "main"] if way == "since" else ["--staged"]))
    assert ran.code == 1
    assert "`total` params: expected 1,562, is 3,012" in ran.err
    assert ran.out == "1 of 1 file failed, 1 figure checked\n"


def test_too_many_files_are_refused(project: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dependents, "MOST_FILES", 5)
    ran = invoke("check", "--since", "main")
    assert ran.code == 2
    assert ran.err == (
        "error[limit]: more than 5 YAML files in the repository (limit: files 5)\n = help: name the files to check\n"
    )


def test_more_files_than_git_is_asked_for_at_once(project: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "TOGETHER", 3)
    monkeypatch.setattr(git, "SMALL", 70)
    found = change(project, "staged", {"nets/base.yaml": GROWN})
    assert named(found) == ["nets/base.yaml", *FAMILY]
    assert found.index
    assert dict(found.index.read_all(["nets/wide.yaml"]))["nets/wide.yaml"].text == WIDE


# ------------------------------------------------------------------------------------------------ what is said


def check(*args: str) -> Ran:
    return invoke("check", *args)


def test_a_child_that_a_rename_forgot_is_found(project: Repository) -> None:
    project.git("mv", "nets/base.yaml", "nets/parent.yaml")
    project.put({"nets/wide.yaml": WIDE.replace("base", "parent")})
    project.git("add", "--all")
    for args in (["--staged"], ["--since", "main"]):
        ran = check(*args)
        assert ran.code == 2
        assert (
            ran.err
            == """\
error[extends]: no file `../base.yaml` beside this one, nor among the bundled ones
 --> nets/more/aside ä.yaml:1:11
  |
1 | {extends: ../base.yaml, expect: {total: {params: 1562}}}
  |           ^^^^^^^^^^^^

"""
        )
        assert ran.out == (
            "nets/parent.yaml: 1 figure\nnets/wide.yaml: 1 figure\nnets/wider.yml: 1 figure\n"
            "1 of 4 files failed, 3 figures checked\n"
        )


NOTHING = {
    ("--since", "main"): "nothing to check: no architecture file changed since main",
    ("--since", "HEAD~0", "nets", "."): "nothing to check: no architecture file in nets, . changed since HEAD~0",
    ("--staged",): "nothing to check: no architecture file is staged",
    ("--staged", "nets/more"): "nothing to check: no architecture file in nets/more is staged",
}


@pytest.mark.parametrize(("args", "said"), NOTHING.items())
def test_nothing_to_check_is_no_check_that_passed(project: Repository, args: tuple[str, ...], said: str) -> None:
    assert check(*args) == (0, f"{said}\n", "")
    assert check(*args, "-q") == (0, f"{said}\n", "")
    assert check(*args, "-f", "text") == (0, "", f"{said}\n")
    assert '"exit_code": 0' in check(*args, "-f", "json").out
    project.put({"README.md": "more\n", "deploy.yaml": "a: 1\n"})
    project.git("add", "--all")
    assert check(*args) == (0, f"{said}\n", "")


def test_the_step_summary_says_that_nothing_was_checked(
    project: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    assert check("--staged", "-f", "github").code == 0
    text = (tmp_path / "summary").read_text(encoding="utf-8")
    assert text == "### cnncalc check\n\nnothing to check: no architecture file is staged\n"


WRONG: dict[tuple[str, ...], str] = {
    ("--since", "mian"): "error[unreadable]: no commit, branch or tag `mian`\n = help: did you mean `main`?\n",
    ("--since", ""): "error[unreadable]: the name of a version is empty\n = help: name a commit, a branch or a tag\n",
    ("--since=-p",): "error[unreadable]: `-p` is no name of a version\n = help: name a commit, a branch or a tag\n",
    ("--since", "main..HEAD"): "error[unreadable]: no commit, branch or tag `main..HEAD`\n",
    ("--since", "main", "nonsense/"): (
        "error[unreadable]: cannot read `nonsense/`: git knows no such file or folder\n"
    ),
    ("--staged", "nonsense.yaml"): (
        "error[unreadable]: cannot read `nonsense.yaml`: git knows no such file or folder\n"
    ),
    ("--staged", "new.yaml"): "error[unreadable]: cannot read `new.yaml`: git knows no such file or folder\n",
    ("--since", "main", "ignored.yaml"): (
        "error[unreadable]: cannot read `ignored.yaml`: git knows no such file or folder\n"
    ),
    ("--since", "main", "/"): "error[unreadable]: cannot read `/`: git knows no such file or folder\n",
    ("--staged", "lenet5"): "error[unreadable]: cannot read `lenet5`: git knows no such file or folder\n",
    ("--since", "main", "-"): "error[unreadable]: cannot read `-`: git knows no such file or folder\n",
    ("--since", "main", "docs"): "error[unreadable]: no architecture file in `docs`\n",
    ("--since", "main", "--staged"): "--since and --staged exclude each other.",
    ("--staged", "--update"): "--update rewrites files, and not what is --staged of them.",
    ("--staged", "--write-baseline", "b.json"): "--write-baseline records all files, not those that changed.",
    ("--since", "main", "--write-baseline", "b.json"): "--write-baseline records all files, not those that changed.",
    (): "Missing FILE or FOLDER; `files` of [tool.cnncalc] in pyproject.toml names those of a project.",
}


@pytest.mark.parametrize(("args", "said"), WRONG.items(), ids=map(" ".join, WRONG))
def test_what_cannot_be_checked_is_refused(project: Repository, args: tuple[str, ...], said: str) -> None:
    project.put({"docs/page.md": "text\n", ".gitignore": "ignored.yaml\n"})
    project.commit()
    project.put({"new.yaml": BASE, "ignored.yaml": BASE})
    assert check(*args) == (2, "", said)
    assert not os.path.exists("b.json")


@pytest.mark.parametrize("args", [("--since", "main"), ("--staged",)])
def test_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert check(*args) == (2, "", f"error[unreadable]: {tmp_path} is in no git repository\n")
    monkeypatch.setenv("PATH", "")
    assert check(*args) == (2, "", "error[unreadable]: git is not installed\n")


@pytest.mark.parametrize("args", [("--since", "main"), ("--staged",)])
def test_a_bare_repository_has_no_files_to_check(
    project: Repository, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...]
) -> None:
    project.git("clone", "--quiet", "--bare", ".", "../bare.git")
    monkeypatch.chdir(project.folder.parent / "bare.git")
    assert check(*args) == (2, "", "error[unreadable]: git says: this operation must be run in a work tree\n")


# ------------------------------------------------------------------------------------------------ --since


def test_since_a_branch_is_since_it_was_left(project: Repository) -> None:
    project.git("switch", "--quiet", "--create=mine")
    project.commit(nets__wide=f"{WIDE}\n")
    project.git("switch", "--quiet", "main")
    project.commit(nets__other=f"{OTHER}\n")
    project.git("switch", "--quiet", "mine")
    assert named(changes.since("main")) == ["nets/wide.yaml", "nets/wider.yml"]


def test_since_a_commit_is_what_came_after_it_committed_or_not(project: Repository) -> None:
    project.git("tag", "v1")
    project.commit(committed=BASE)
    project.put({"staged.yaml": BASE})
    project.git("add", "--all")
    project.put({"nets/wider.yml": f"{WIDER}\n", "new.yaml": BASE, "ignored.yaml": BASE, ".gitignore": "ignored.yaml"})
    assert named(changes.since("v1")) == ["committed.yaml", "nets/wider.yml", "new.yaml", "staged.yaml"]
    assert named(changes.since("HEAD")) == ["nets/wider.yml", "new.yaml", "staged.yaml"]


def test_what_was_changed_back_is_not_changed(project: Repository) -> None:
    project.put({"nets/base.yaml": GROWN})
    project.git("add", "--all")
    project.put({"nets/base.yaml": BASE})
    assert named(changes.since("main")) == []
    assert named(changes.staged()) == ["nets/base.yaml", *FAMILY]


def test_a_history_without_a_common_commit_is_compared_with_the_version_itself(
    project: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.git("tag", "v1")
    project.commit(nets__wider="{extends: wide.yaml}\n", nets__wide=f"{WIDE}\n")
    project.git("clone", "--quiet", "--depth=1", "--no-tags", f"file://{project.folder}", "../shallow")
    monkeypatch.chdir(project.folder.parent / "shallow")
    project.git("-C", "../shallow", "fetch", "--quiet", "--depth=1", "origin", "tag", "v1")
    ran = check("--since", "v1")
    assert ran.code == 0
    assert ran.err == "note: `v1` and HEAD have no common commit here: compared with `v1` itself\n"
    assert ran.out.startswith("nets/wide.yaml: 1 figure\n")


def test_a_new_file_is_known_from_when_it_is_to_be_added(project: Repository) -> None:
    project.put({"new.yaml": BASE})
    project.git("add", "--intent-to-add", "new.yaml")
    assert named(changes.since("HEAD")) == ["new.yaml"]


def test_a_file_that_was_only_touched_is_not_changed(project: Repository) -> None:
    os.utime("nets/base.yaml", (1, 1))
    assert named(changes.since("HEAD")) == []


def test_what_a_sparse_checkout_has_not_is_named(project: Repository) -> None:
    project.git("sparse-checkout", "set", "--no-cone", "/nets/base.yaml", "/nets/wide.yaml", "/nets/other.yaml")
    project.put({"nets/base.yaml": GROWN})
    ran = check("--since", "HEAD", "-f", "text")
    assert ran.err.startswith("note: not checked out, and so not checked: `compose.yaml` and 4 more\n")
    assert ran.err.endswith("\n1 of 2 files failed, 2 figures checked\n")
    project.git("add", "--sparse", "nets/base.yaml")
    assert "3 of 4 files failed" in check("--staged", "-f", "text").err  # the index has them


def test_figures_are_rewritten_in_what_changed(project: Repository) -> None:
    project.put({"nets/base.yaml": BASE.replace("dense: 10", "dense: 20"), "nets/other.yaml": OTHER})
    ran = check("--since", "HEAD", "--update", "nets/base.yaml")
    assert ran.code == 0
    assert ran.out.startswith("nets/base.yaml: 1 figure of `expect` rewritten\n")
    assert Path("nets/base.yaml").read_text(encoding="utf-8") == GROWN


# ------------------------------------------------------------------------------------------------ --staged


def test_what_is_staged_is_checked_and_not_what_lies_there(project: Repository) -> None:
    project.put({"nets/base.yaml": GROWN})
    project.git("add", "--all")
    project.put({"nets/base.yaml": BASE})
    ran = check("--staged", "nets/wide.yaml")
    assert ran.code == 1
    assert "`total` params: expected 3,114, is 6,004" in ran.err
    project.git("add", "--all")
    project.put({"nets/base.yaml": GROWN})
    assert check("--staged").out == NOTHING["--staged",] + "\n"


def test_a_parent_that_was_not_added_is_missing(project: Repository) -> None:
    project.put({"parent.yaml": BASE, "child.yaml": "extends: parent.yaml\n"})
    project.git("add", "child.yaml")
    ran = check("--staged")
    assert ran.code == 2
    assert "no file `parent.yaml` beside this one" in ran.err
    project.git("add", "--intent-to-add", "parent.yaml")  # which is no part of the commit
    assert check("--staged").code == 2


def test_the_first_commit(repository: Repository) -> None:
    repository.put({"net.yaml": BASE, "later.yaml": "layers: nonsense\n"})
    assert check("--staged") == (0, "nothing to check: no architecture file is staged\n", "")
    repository.git("add", "net.yaml")
    assert check("--staged") == (0, "net.yaml: 1 figure\nAll checks passed: 1 file, 1 figure\n", "")
    assert check("--since", "HEAD") == (
        2,
        "",
        "error[unreadable]: no commit, branch or tag `HEAD`\n = help: there is no commit yet\n",
    )


def test_merge_conflicts_are_refused(project: Repository) -> None:
    project.git("switch", "--quiet", "--create=mine")
    project.commit(nets__base=GROWN)
    project.git("switch", "--quiet", "main")
    project.commit(nets__base=BASE.replace("dense: 10", "dense: 11"))
    assert project.run("merge", "mine").returncode
    assert check("--staged") == (
        2,
        "",
        "error[unreadable]: merge conflicts are not resolved: `nets/base.yaml`\n"
        " = help: `git add` them when they are\n",
    )
    assert "error[yaml-syntax]" in check("--since", "main").err
    project.put({"nets/base.yaml": BASE})
    project.git("add", "--all")
    assert check("--staged").out.endswith("All checks passed: 4 files, 4 figures\n")


def test_choices_are_those_that_are_staged(project: Repository) -> None:
    dropped = BASE.replace("conv: [n, 3]", "conv: {filters: n, kernel: 3, padding: 3}")
    dropped = dropped.replace("1562", "6282").replace("expect: {total: {params: 6282}}\n", "")
    project.put({"net.yaml": dropped, "pyproject.toml": "[tool.cnncalc]\nstrict = true\n"})
    project.git("add", "--all")
    project.put({"pyproject.toml": '[tool.cnncalc]\nignore = ["wide-padding"]\n'})
    ran = check("--staged")
    assert ran.code == 1
    assert "warning[wide-padding]" in ran.err
    project.git("add", "--all")
    project.put({"pyproject.toml": "[tool.cnncalc]\nnonsense = 1\n"})
    assert check("--staged").code == 0


def test_recorded_figures_are_those_that_are_staged(project: Repository) -> None:
    assert check("nets/base.yaml", "--write-baseline", "baseline.json").code == 0
    project.commit()
    project.put({"nets/base.yaml": GROWN})
    assert check("nets/base.yaml", "--write-baseline", "baseline.json", "--baseline", "baseline.json").code == 1
    project.git("add", "nets")
    ran = check("--staged", "nets/base.yaml", "--baseline", "baseline.json")
    assert "was 1,562 in baseline.json, is 3,012" in ran.err
    project.git("add", "--all")
    assert check("--staged", "nets/base.yaml", "--baseline", "baseline.json").code == 0
    os.rename("baseline.json", "untracked.json")
    project.git("rm", "--quiet", "--cached", "baseline.json")
    assert check("--staged", "nets/base.yaml", "--baseline", "untracked.json").code == 0


def test_what_is_staged_is_held_to_an_older_version_under_its_old_name(project: Repository) -> None:
    project.git("mv", "nets/base.yaml", "nets/parent.yaml")
    project.put({"nets/parent.yaml": BASE.replace("dense: 10", "dense: 20")})
    project.git("add", "--all")
    project.put({"nets/parent.yaml": BASE})
    ran = check("--staged", "nets/parent.yaml", "--baseline", "HEAD")
    assert ran.code == 1
    assert "`total` params: was 1,562 at HEAD, is 3,012" in ran.err
    assert " --> nets/parent.yaml:3:" in ran.err


def test_a_parent_that_grew_is_named_by_its_staged_line(project: Repository) -> None:
    project.put({"nets/base.yaml": GROWN})
    project.git("add", "--all")
    project.put({"nets/base.yaml": "\n" * 9 + BASE})
    ran = check("--staged", "nets/more", "--baseline", "HEAD")
    assert " --> nets/base.yaml:3:" in ran.err
    assert "3 | layers: [conv: [n, 3], flatten, dense: 20]" in ran.err


def test_a_file_that_a_partial_clone_has_not_fetched_is_an_error(project: Repository) -> None:
    project.put({"nets/base.yaml": GROWN})
    project.git("add", "--all")
    name = project.git("rev-parse", ":nets/base.yaml").strip()
    os.unlink(f".git/objects/{name[:2]}/{name[2:]}")
    ran = check("--staged", "nets/base.yaml")
    assert ran.code == 2
    assert ran.err.startswith("error[unreadable]: cannot read `nets/base.yaml`: the clone is partial")


# ------------------------------------------------------------------------------------------------ in a hook


HOOK = f"""\
#!/bin/sh
cd nets
exec {sys.executable} -m cnncalc check --staged --format text
"""


@pytest.fixture
def hooked(project: Repository) -> Callable[..., Ran]:
    """Runs git in a repository whose hook checks what is staged, from a folder below its top."""
    hook = project.folder / ".git/hooks/pre-commit"
    hook.write_text(HOOK, encoding="utf-8")
    hook.chmod(0o755)

    def git(*args: str) -> Ran:
        done = project.run(*args, **environment())
        return Ran(done.returncode, done.stdout, done.stderr)

    return git


BROKEN = WIDE.replace("3114", "1")
SAID = "wide.yaml:1:61: error expectation `total` params: expected 1, is 3,114"


@pytest.mark.sweep
@pytest.mark.parametrize(
    "args", [["commit", "--message=x", "--all"], ["commit", "--message=x", "nets/wide.yaml"]], ids=["all", "a file"]
)
def test_a_commit_that_stages_by_itself_is_checked_as_it_will_be(
    project: Repository, hooked: Callable[..., Ran], args: list[str]
) -> None:
    """Git then names a temporary index by GIT_INDEX_FILE; the repository's own has nothing that is staged."""
    project.put({"nets/wide.yaml": BROKEN})
    ran = hooked(*args)
    assert ran.code == 1
    assert SAID in ran.out + ran.err
    project.put({"nets/wide.yaml": f"{WIDE}\n"})
    assert hooked(*args).code == 0


def test_a_commit_of_a_file_leaves_out_what_else_is_staged(project: Repository, hooked: Callable[..., Ran]) -> None:
    project.put({"nets/wide.yaml": BROKEN, "nets/other.yaml": f"{OTHER}\n"})
    project.git("add", "nets/wide.yaml")
    ran = hooked("commit", "--message=x", "nets/other.yaml")
    assert ran.code == 0
    assert "All checks passed: 1 file, 1 figure" in ran.err
    assert hooked("commit", "--message=x").code == 1


def test_a_commit_that_deletes_a_parent_is_refused(project: Repository, hooked: Callable[..., Ran]) -> None:
    project.git("rm", "--quiet", "nets/base.yaml")
    ran = hooked("commit", "--message=x")
    assert ran.code == 1
    assert "error extends no file `../base.yaml`" in ran.out + ran.err
    assert "and so in wide.yaml, wider.yml" in ran.out + ran.err


def test_a_commit_in_another_worktree(project: Repository, hooked: Callable[..., Ran], tmp_path: Path) -> None:
    project.git("worktree", "add", "--quiet", str(tmp_path / "other"))
    (tmp_path / "other/nets/wide.yaml").write_text(BROKEN, encoding="utf-8")
    assert SAID in hooked("-C", str(tmp_path / "other"), "commit", "--all", "--message=x").err


def test_only_who_asks_for_what_is_staged_is_shown_the_index_of_a_hook(
    project: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(".git/index", ".git/temporary")
    project.put({"nets/wide.yaml": BROKEN})
    project.run("add", "nets/wide.yaml", GIT_INDEX_FILE=".git/temporary")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/temporary")
    assert named(changes.staged()) == ["nets/wide.yaml", "nets/wider.yml"]
    monkeypatch.chdir("nets")
    assert check("--staged", "-f", "text").out == f"{SAID} (3,113 more, +311,300.0 %)\n"
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert named(changes.staged()) == []
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/nowhere")  # that of another repository, say
    assert named(changes.since("main")) == ["wide.yaml", "wider.yml"]
    assert check("git:main:nets/wide.yaml", "--baseline", "main").code == 0
    project.put({"nets/wide.yaml": WIDE})
    assert named(changes.since("main")) == []


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_WORK_TREE"])
def test_the_repository_is_that_of_the_current_folder(
    project: Repository, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    project.put({"nets/base.yaml": GROWN})
    project.git("add", "--all")
    monkeypatch.setenv(variable, "/nowhere")
    monkeypatch.chdir("nets")
    assert check("--staged", "base.yaml").out == "base.yaml: 1 figure\nAll checks passed: 1 file, 1 figure\n"


def test_a_warning_of_git_is_no_part_of_its_answer(project: Repository) -> None:
    project.git("tag", "main")  # ambiguous
    project.put({"nets/wider.yml": f"{WIDER}\n"})
    assert named(changes.since("main")) == ["nets/wider.yml"]
