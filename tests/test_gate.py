"""The gate without noise: one cause told once, paths as people write them, a word for what was meant."""

from __future__ import annotations

import json
import ntpath
from pathlib import Path
from types import SimpleNamespace

import pytest

from cnncalc.formats import git
from tests.repository import Repository, repository
from tests.running import invoke

__all__ = ["repository"]

BASE = "name: Base\ninput: {channels: 3, size: 8}\nlayers:\n  - conv: [4, 3]\n  - flatten\n  - dense: 10\n"
BROKEN = BASE.replace("dense", "dens")
CHILD = "{extends: base.yaml, name: Child}\n"


@pytest.fixture
def project(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    repository.commit(nets__base=BASE, **{f"nets__{name}": CHILD for name in "cdef"})
    return repository


# ------------------------------------------------------------------------------------------------ told once

OTHERS = "nets/c.yaml, nets/d.yaml, nets/e.yaml, nets/f.yaml"


def test_people_read_a_cause_once_with_the_files_that_inherit_it(project: Repository) -> None:
    project.write(nets__base=BROKEN)
    ran = invoke("check", "nets")
    assert ran.err.count("error[") == 1
    assert ran.err.endswith(f"note: nets/base.yaml:6: and so in {OTHERS}\n")
    assert ran.out == "5 of 5 files failed, 0 figures checked\n"


def test_lines_and_annotations_say_it_once(project: Repository) -> None:
    project.write(nets__base=BROKEN)
    said = f"nets/base.yaml:6:5: error unknown-layer no layer or block `dens`; and so in {OTHERS}\n"
    assert invoke("check", "nets", "-f", "text").out == said
    (line,) = invoke("check", "nets", "-f", "github").out.splitlines()
    assert line.startswith("::error file=nets/base.yaml,line=6,")
    assert f"%0Anote: and so in {OTHERS}" in line
    (result,) = json.loads(invoke("check", "nets", "-f", "sarif").out)["runs"][0]["results"]
    assert result["message"]["text"].splitlines()[1] == f"note: and so in {OTHERS}"


def test_programs_and_test_cases_have_it_with_each_file(project: Repository) -> None:
    project.write(nets__base=BROKEN)
    found = json.loads(invoke("check", "nets", "-f", "json").out)
    assert [len(file["problems"]) for file in found["files"]] == [1] * 5
    assert invoke("check", "nets", "-f", "junit").out.count("<error ") == 5


def test_a_block_that_grows_is_told_once_for_each_quantity(project: Repository) -> None:
    project.write(nets__base=BASE.replace("[4, 3]", "[8, 3]"))
    lines = invoke("check", "nets", "--baseline", "main", "-f", "github").out.splitlines()
    assert [line.partition("`total` ")[2].partition(":")[0] for line in lines] == [
        "params",
        "multiplies",
        "activations",
    ]
    assert all(f"and so in {OTHERS}" in line for line in lines)


def test_of_many_files_some_are_named(project: Repository) -> None:
    project.write(nets__base=BROKEN, **{f"nets__x{number:02}": CHILD for number in range(20)})
    assert invoke("check", "nets", "-f", "text").out.endswith("nets/x05.yaml and 14 more\n")


def test_two_problems_at_one_place_are_two(project: Repository) -> None:
    project.write(nets__base=BASE + "budget: {params: 1k, multiplies: 1k}\n")
    assert len(invoke("check", "nets/base.yaml", "-f", "text").out.splitlines()) == 2


# ------------------------------------------------------------------------------------------------ other services


def test_code_quality_of_gitlab(project: Repository) -> None:
    project.write(nets__base=BROKEN)
    (issue,) = json.loads(invoke("check", "nets", "-f", "gitlab").out)
    assert len(issue.pop("fingerprint")) > 16
    assert issue == {
        "description": f"no layer or block `dens`; and so in {OTHERS}",
        "check_name": "unknown-layer",
        "severity": "major",
        "location": {"path": "nets/base.yaml", "lines": {"begin": 6}},
    }


def test_diagnostics_of_reviewdog_count_bytes(project: Repository) -> None:
    line = "  - relu: {name: ä, nme: x}"
    project.write(nets__base=BASE.replace("  - dense: 10", line))
    (found,) = json.loads(invoke("check", "nets/base.yaml", "-f", "rdjson").out)["diagnostics"]
    start = len(line.partition("nme")[0].encode()) + 1
    assert found["location"] == {
        "path": "nets/base.yaml",
        "range": {"start": {"line": 6, "column": start}, "end": {"line": 6, "column": start + 3}},
    }
    assert (found["severity"], found["code"]) == ("ERROR", {"value": "unknown-attribute"})


def test_how_many_of_each_code(project: Repository) -> None:
    project.write(nets__base=BROKEN, nets__x="layers: [\n")
    ran = invoke("check", "nets", "--statistics", "-f", "text")
    assert ran.err.splitlines()[1:] == ["1 unknown-layer", "1 yaml-syntax"]


@pytest.mark.parametrize(("args", "code"), [(("nets",), 0), (("nets", "--max-growth", "1%"), 2), (("--nonsense",), 2)])
def test_what_is_broken_may_stop_nothing(project: Repository, args: tuple[str, ...], code: int) -> None:
    project.write(nets__base=BROKEN)
    assert invoke("check", "--exit-zero", *args).code == code


# ------------------------------------------------------------------------------------------------ names


def test_a_path_is_written_without_detours(project: Repository) -> None:
    project.write(common__base=BROKEN, nets__c=CHILD.replace("base", "../common/base"))
    assert invoke("check", "nets/c.yaml", "-f", "text").out.startswith("common/base.yaml:6:5: ")


def test_a_path_through_a_link_is_written_as_it_is_read(project: Repository) -> None:
    project.write(deep__er__base=BROKEN, deep__er__nets__c=CHILD.replace("base", "../base"))
    Path("link").symlink_to("deep/er/nets")
    assert invoke("check", "link/c.yaml", "-f", "text").out.startswith("link/../base.yaml:6:5: ")


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("nets/bsae.yaml", "did you mean `nets/base.yaml`?"),
        ("nets/base.yml", "did you mean `nets/base.yaml`?"),
        ("nowhere/base.yaml", "`cnncalc list` shows the bundled architectures"),
        ("alexnt", "did you mean the bundled `alexnet`?"),
    ],
)
def test_a_misspelt_name_is_told_what_was_meant(project: Repository, name: str, help: str) -> None:
    assert f"  = help: {help}\n" in invoke("check", name).err.replace(" = help", "  = help").replace("   =", "  =")


# ------------------------------------------------------------------------------------------------ versions


def test_a_branch_that_is_only_on_the_server_is_found_and_that_is_said(
    project: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.git("update-ref", "refs/remotes/origin/main", "HEAD")
    project.git("checkout", "--quiet", "--detach")
    project.git("branch", "--quiet", "-D", "main")
    project.write(nets__base=BASE.replace("[4, 3]", "[8, 3]"))
    note = "note: there is no `main` here: `origin/main` is meant\n"
    ran = invoke("check", "nets/base.yaml", "--baseline", "main")
    assert ran.code == 1
    assert ran.err.startswith(note)
    assert "was 1,562 at origin/main, is" in ran.err
    assert note in invoke("check", "--since", "main").err
    assert "there is no `main` here: `origin/main` is meant." in invoke("diff", "main").out
    assert invoke("check", "nets", "--baseline", "dev").code == 2


def test_a_drive_that_is_not_there_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "os", SimpleNamespace(path=ntpath, sep="\\"))
    assert git._nearest_folder("Z:\\nets\\a.yaml") == ("Z:\\", "nets/a.yaml")
