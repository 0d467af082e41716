"""The gate without noise: one cause told once, paths as people write them, a word for what was meant."""

from __future__ import annotations

import json
import ntpath
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from cnncalc import ADDRESS
from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.style import Style
from cnncalc.formats import git, source
from tests.repository import Repository, repository
from tests.running import ROOT, invoke

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


@pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "renamed"])
def test_a_parent_that_is_gone_is_one_cause(project: Repository, deleted: bool) -> None:
    project.commit(nets__g="{extends: c.yaml, name: Grandchild}\n")
    Path("nets/base.yaml").unlink() if deleted else Path("nets/base.yaml").rename("nets/stem.yaml")
    said = "nets/c.yaml:1:11: error extends no file `base.yaml` beside this one, nor among the bundled ones; and so in "
    others = "nets/d.yaml, nets/e.yaml, nets/f.yaml, nets/g.yaml"
    assert invoke("check", "--since", "HEAD", "-f", "text").out == f"{said}{others}\n"
    ran = invoke("check", "nets")
    assert ran.err == (
        "error[extends]: no file `base.yaml` beside this one, nor among the bundled ones\n"
        " --> nets/c.yaml:1:11\n"
        "  |\n"
        "1 | {extends: base.yaml, name: Child}\n"
        "  |           ^^^^^^^^^\n"
        "\n"
        f"note: nets/c.yaml:1: and so in {others}\n"
    )
    assert ran.code == 2


def test_parents_of_one_name_that_are_missing_in_two_folders_are_two_causes(project: Repository) -> None:
    project.write(nets__x__a=CHILD.replace("base", "none"), nets__y__a=CHILD.replace("base", "none"))
    assert len(invoke("check", "nets", "-f", "text").out.splitlines()) == 2


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


def test_sarif_leads_to_the_project_and_to_what_is_said_of_a_code(project: Repository) -> None:
    project.write(nets__base=BROKEN, nets__own=BASE.replace("  - flatten", "  - relu\n  - relu\n  - flatten"))
    found = json.loads(invoke("check", "nets/base.yaml", "nets/own.yaml", "-f", "sarif").out)
    driver = found["runs"][0]["tool"]["driver"]
    assert driver["informationUri"] == ADDRESS
    assert {rule["id"]: rule["helpUri"] for rule in driver["rules"]} == {
        "repeated-activation": f"{ADDRESS}/blob/main/docs/rules.md#repeated-activation",
        "unknown-layer": f"{ADDRESS}/blob/main/docs/errors.md#unknown-layer",
    }


def test_the_address_of_the_project_stands_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """README is shown by the package index, too, where a relative link leads nowhere."""
    monkeypatch.setitem(
        sys.modules, "hatchling.metadata.plugin.interface", SimpleNamespace(MetadataHookInterface=object)
    )
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    hook = module_from_spec(spec)
    spec.loader.exec_module(hook)
    metadata: dict[str, Any] = {}
    hook.Metadata().update(metadata)
    links = re.findall(r"\]\(([^)]+)\)", metadata["readme"]["text"])
    assert len(links) > 20
    assert [link for link in links if not link.startswith((f"{ADDRESS}/", "#", "https://"))] == []
    paths = [link.removeprefix(f"{ADDRESS}/").split("/", 2)[2] for link in links if link.startswith(f"{ADDRESS}/")]
    assert [path for path in paths if not (ROOT / path.partition("#")[0]).exists()] == []
    assert all(url.startswith(ADDRESS) for url in metadata["urls"].values())
    owner = ADDRESS.removeprefix("https://github.com/")
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    assert set(re.findall(r"[\w.-]+/cnncalc(?=@|`|$)", text, re.MULTILINE)) == {owner}


def test_junit_names_the_file_and_the_seconds(project: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.folder))
    monkeypatch.chdir("nets")
    case = ElementTree.fromstring(invoke("check", "base.yaml", "-f", "junit").out)[0][0]
    assert (case.get("name"), case.get("file")) == ("base.yaml", "nets/base.yaml")
    assert 0 < float(case.get("time") or 0) < 60


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


# ------------------------------------------------------------------------------------------------ what is no network

HEAD = "input: {channels: 3, size: 8}\nlayers:\n"
UNUSABLE: dict[str, tuple[str, bytes, str]] = {
    "not closed": (
        "a.yaml",
        f"{HEAD}  - conv: {{filters: 4, kernel: 3\n  - relu\n  - flatten\n".encode(),
        "a.yaml:3:11: error yaml-syntax the `{` that opens here is not closed",
    ),
    "indented too far": (
        "a.yaml",
        f"{HEAD}  - relu\n    - flatten\n".encode(),
        "a.yaml:4:5: error yaml-syntax the line is indented further than `- relu` in line 3",
    ),
    "PyTorch": (
        "a.pth",
        b"PK\3\4a/data.pkl",
        "a.pth:1:1: error foreign-format `a.pth` is a file of PyTorch, which is not",
    ),
    "Python": ("a.py", b"import torch\n", "a.py:1:1: error foreign-format `a.py` is a program in Python, which is not"),
    "ONNX": ("a.onnx", b"\x08\x08\x12\x07pytorch", "a.onnx: error unreadable `a.onnx` is no whole model of ONNX"),
    "HDF5": ("a.h5", b"\x89HDF\r\n\x1a\nxxxx", "a.h5: error unreadable `a.h5` is "),
}


@pytest.mark.parametrize(("name", "data", "said"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_cannot_be_used_is_told_what_it_is_and_where(
    project: Repository, name: str, data: bytes, said: str
) -> None:
    Path(name).write_bytes(data)
    assert invoke("check", name, "-f", "text").out.startswith(said)


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


@pytest.mark.parametrize(
    ("path", "seen"), [("C:\\nets\\a.yaml", "nets\\a.yaml"), ("D:\\nets\\a.yaml", "D:\\nets\\a.yaml")]
)
def test_a_path_on_another_drive_is_whole(monkeypatch: pytest.MonkeyPatch, path: str, seen: str) -> None:
    monkeypatch.setattr(source, "os", SimpleNamespace(path=ntpath, sep="\\"))
    assert source.relative(path, "C:\\") == seen


def test_nothing_else_looks_from_one_path_to_another() -> None:
    """Python raises an error between drives; what lies below a folder is on its drive."""
    files = [path for path in (ROOT / "cnncalc").rglob("*.py") if "os.path.relpath" in path.read_text(encoding="utf-8")]
    assert sorted(path.relative_to(ROOT / "cnncalc").as_posix() for path in files) == [
        "formats/source.py",
        "render/check/__init__.py",
        "teaching/marking.py",
    ]


# ------------------------------------------------------------------------------------------------ figures


def test_a_size_that_changed_looks_different(project: Repository) -> None:
    def net(units: int) -> str:
        return f"input: {{channels: 1000, size: 1}}\nlayers: [flatten, dense: {units}]\n"

    project.commit(nets__big=net(325))
    project.write(nets__big=net(335))
    (line,) = [
        line
        for line in invoke("compare", "git:HEAD:nets/big.yaml", "nets/big.yaml").out.splitlines()
        if line.startswith("size")
    ]
    assert line.split()[:6] == ["size", "1.30", "MB", "1.34", "MB", "+3.1"]


def test_figures_have_as_many_digits_as_tell_them_apart() -> None:
    style, size, params = Style(exact=False), MEASURES["size"], MEASURES["params"]
    assert style.figures(size, (1_300_000, 1_301_000)) == ["1.300 MB", "1.301 MB"]
    assert style.figures(size, (1_300_000, 1_300_001)) == ["1.300000 MB", "1.300001 MB"]
    assert style.figures(size, (1_300_000, 1_300_000, 1_400_000)) == ["1.3 MB", "1.3 MB", "1.4 MB"]
    assert style.figures(params, (34_848_001, 34_848_002)) == ["34,848,001", "34,848,002"]


# ------------------------------------------------------------------------------------------------ drives


def test_a_drive_that_is_not_there_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git, "os", SimpleNamespace(path=ntpath, sep="\\"))
    assert git._nearest_folder("Z:\\nets\\a.yaml") == ("Z:\\", "nets/a.yaml")
