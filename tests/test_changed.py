"""`cnncalc check --changed`: what a commit changes, and every file that extends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnncalc.formats import dependents
from tests.running import invoke

BASE = """\
input: {channels: 3, size: 8}
vars: {n: 4}
layers: [conv: [n, 3], flatten, dense: 10]
expect: {total: {params: 1562}}
"""
WIDE = "{extends: base.yaml, vars: {n: 8}, expect: {total: {params: 3114}}}\n"
WIDER = "{extends: wide, vars: {n: 16}, expect: {total: {params: 6218}}}\n"
ASIDE = "{extends: ../base.yaml, expect: {total: {params: 1562}}}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a family of networks, some strangers, and the file that is named in the end."""
    write(
        tmp_path,
        {
            ".git/HEAD": "",
            "nets/base.yaml": BASE,
            "nets/wide.yaml": WIDE,
            "nets/wider.yml": WIDER,
            "nets/more/aside.yaml": ASIDE,
            "nets/other.yaml": "{extends: lenet5, expect: {total: {params: 61706}}}\n",
            "nets/.hidden/aside.yaml": ASIDE,
            "nets/broken.yaml": "extends: base.yaml\n  layers: [",
            "deploy.yaml": "kind: Deployment\n---\nkind: Service\n",
            "compose.yaml": "services: {web: {extends: {file: nets/base.yaml}}}\n",
            "README.md": "extends: base.yaml\n",
        },
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


FAMILY = ["nets/more/aside.yaml", "nets/wide.yaml", "nets/wider.yml"]
CASES: dict[str, tuple[list[str], list[str]]] = {
    "a parent, and all that extend it, through others": (["nets/base.yaml"], ["nets/base.yaml", *FAMILY]),
    "a child has no children of its own": (["nets/wider.yml"], ["nets/wider.yml"]),
    "each file once": (
        ["nets/wide.yaml", "nets/base.yaml"],
        ["nets/wide.yaml", "nets/base.yaml", FAMILY[0], FAMILY[2]],
    ),
    "however it is written": (["./nets/../nets/base.yaml"], ["./nets/../nets/base.yaml", *FAMILY]),
    "what is no YAML is left out": (["README.md", "nets/other.yaml"], ["nets/other.yaml"]),
    "other YAML is left out": (["deploy.yaml"], []),
    "a folder is all below it": (["nets/more"], ["nets/more/aside.yaml"]),
    "nothing changed": ([], []),
}


@pytest.mark.parametrize(("files", "found"), CASES.values(), ids=CASES)
def test_what_is_checked(folder: Path, files: list[str], found: list[str]) -> None:
    assert [file.name for file in dependents.changed(files)] == found


def test_a_parent_that_is_gone_is_missed_by_its_children(folder: Path) -> None:
    (folder / "nets/base.yaml").unlink()
    assert [file.name for file in dependents.changed(["nets/base.yaml"])] == FAMILY
    assert invoke("check", "--changed", "nets/base.yaml").code == 2


def test_a_file_that_appears_beside_its_children_is_their_parent(folder: Path) -> None:
    write(folder, {"nets/lenet5.yaml": BASE})
    assert [file.name for file in dependents.changed(["nets/lenet5.yaml"])] == ["nets/lenet5.yaml", "nets/other.yaml"]


def test_the_whole_repository_is_searched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "nets" / "more")
    assert [file.name for file in dependents.changed(["../base.yaml"])] == [
        "../base.yaml",
        "../wide.yaml",
        "../wider.yml",
        "aside.yaml",
    ]


def test_without_a_repository_the_current_folder_is_searched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".git" / "HEAD").unlink()
    (folder / ".git").rmdir()
    monkeypatch.chdir(folder / "nets" / "more")
    assert [file.name for file in dependents.changed(["../base.yaml"])] == ["../base.yaml", "aside.yaml"]


def test_a_circle_ends(folder: Path) -> None:
    write(folder, {"nets/a.yaml": "extends: b.yaml\n", "nets/b.yaml": "extends: a.yaml\n"})
    assert [file.name for file in dependents.changed(["nets/a.yaml"])] == ["nets/a.yaml", "nets/b.yaml"]


def test_too_many_files_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dependents, "MOST_FILES", 5)
    ran = invoke("check", "--changed", "nets/base.yaml")
    assert ran.code == 2
    assert ran.err == "more than 5 YAML files below `.` (limit: files 5): name the files to check, without --changed"


def test_a_file_whose_name_no_system_has_is_nobodys_parent(folder: Path) -> None:
    write(folder, {"nets/odd.yaml": 'extends: "a\\0b"\n'})
    assert dependents.dependents(["nets/base.yaml"], ".") == FAMILY


# ------------------------------------------------------------------------------------------------ the command


def test_a_broken_child_of_a_changed_parent_is_found(folder: Path) -> None:
    write(folder, {"nets/base.yaml": BASE.replace("dense: 10", "dense: 20").replace("1562", "3012")})
    ran = invoke("check", "--changed", "nets/base.yaml", "deploy.yaml", "README.md")
    assert ran.code == 1
    assert "`total` params: expected 3,114, is 6,004" in ran.err
    assert "--> nets/wide.yaml:1:" in ran.err
    assert "deploy" not in ran.out + ran.err


def test_all_is_well(folder: Path) -> None:
    ran = invoke("check", "--changed", "nets/base.yaml")
    assert ran.code == 0
    assert ran.out.splitlines()[-1] == "All checks passed: 4 files, 4 figures"


@pytest.mark.parametrize("files", [[], ["deploy.yaml"], ["compose.yaml"], ["README.md"], ["nets/gone.yaml"]])
def test_a_commit_without_architectures_passes(folder: Path, files: list[str]) -> None:
    ran = invoke("check", "--changed", *files)
    assert ran.code == 0
    assert ran.out == "All checks passed: 0 files, 0 figures\n"


def test_a_changed_architecture_that_is_no_yaml_fails(folder: Path) -> None:
    ran = invoke("check", "--changed", "nets/broken.yaml")
    assert ran.code == 2
    assert "error[yaml-syntax]" in ran.err


def test_without_changed_files_are_wanted() -> None:
    assert invoke("check") == (2, "", "Missing argument 'FILE|FOLDER...'.")


def test_a_baseline_is_of_all_files(folder: Path) -> None:
    ran = invoke("check", "--changed", "nets/base.yaml", "--write-baseline", "baseline.json")
    assert (ran.code, ran.err) == (2, "--write-baseline records all files, not those that are --changed.")
    assert not (folder / "baseline.json").exists()


@pytest.mark.parametrize("files", [[], ["nets/base.yaml"]])
def test_it_can_be_held_to_a_baseline(folder: Path, files: list[str]) -> None:
    assert invoke("check", "nets/base.yaml", "--write-baseline", "baseline.json").code == 0
    assert invoke("check", "--changed", *files, "--baseline", "baseline.json").code == 0
