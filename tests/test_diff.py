"""`cnncalc diff`: one table of what a change comes to, limits first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.repository import Repository, repository
from tests.running import Ran, invoke

__all__ = ["repository"]

BASE = """\
name: Base
input: {channels: 3, size: 8}
vars: {n: 4}
layers:
  - conv: {name: stem, filters: n, kernel: 3}
  - flatten
  - dense: 10
"""
DOUBLED = BASE.replace("filters: n,", "filters: 2 * n,")
CHILD = "{extends: base.yaml, name: Child, vars: {n: 5}, budget: {params: 4k}}\n"


@pytest.fixture
def project(repository: Repository) -> Repository:
    repository.commit(nets__base=BASE, nets__a=CHILD, nets__b=CHILD, nets__alone=BASE.replace("Base", "Alone"))
    return repository


def diff(*args: str) -> Ran:
    return invoke("diff", *args)


def rows(*args: str) -> list[list[str]]:
    """The rows of the tables of networks and limits: name, what became of it, the rest."""
    shown = [line for line in diff(*args, "-f", "markdown").out.splitlines() if line.startswith("| `")]
    return [[cell.replace("`", "").replace("&nbsp;", " ") for cell in line[2:-2].split(" | ")] for line in shown]


def found(*args: str) -> Any:
    return json.loads(diff(*args, "-f", "json").out)


def test_a_row_a_network_with_both_figures_the_budget_and_the_verdict(project: Repository) -> None:
    project.write(nets__base=DOUBLED)
    assert diff().out == (
        "Networks since HEAD: 3 changed\n"
        "\n"
        "network          change                              params                 multiplies         "
        "     budget                     verdict\n"
        f"{'─' * 134}\n"
        "nets/a.yaml      changed by what it extends   1,950 → 3,890   +99.5 %   6,660 → 13,320   "
        "+100.0 %   params 3,890 of 4k, 97 %   ✅ fine\n"
        "nets/b.yaml      changed by what it extends   1,950 → 3,890   +99.5 %   6,660 → 13,320   "
        "+100.0 %   params 3,890 of 4k, 97 %   ✅ fine\n"
        "nets/base.yaml   changed                      1,562 → 3,114   +99.4 %   5,328 → 10,656   "
        "+100.0 %                              ✅ fine\n"
        "\n"
        "1 network unchanged.\n"
        "\n"
        "nets/base.yaml, and so in nets/a.yaml, nets/b.yaml · 1 changed, 2 resized\n"
        "      layer                             output             params          multiplies\n"
        "  ───────────────────────────────────────────────────────────────────────────────────\n"
        "  ~   stem     filters 4 → 8     6×6×4 → 6×6×8    +112 (+100.0 %)   +3,888 (+100.0 %)\n"
        "      …        1 resized\n"
        "  ~   dense1   reads 144 → 288              10   +1,440 (+99.3 %)   +1,440 (+100.0 %)\n"
    )


SAID = {
    "new": ({"nets/new.yaml": BASE}, ["nets/new.yaml", "new", "1,562", "5,328", "", "✅ fine"]),
    "removed": ({"nets/alone.yaml": None}, ["nets/alone.yaml", "removed", "−1,562", "−5,328", "", "–"]),
    "renamed": (
        {"nets/alone.yaml": None, "nets/lone.yaml": BASE.replace("Base", "Alone")},
        ["nets/lone.yaml", "renamed from nets/alone.yaml", "1,562 (=)", "5,328 (=)", "", "✅ fine"],
    ),
    "broken": (
        {"nets/alone.yaml": BASE.replace("dense", "dens")},
        ["nets/alone.yaml", "changed", "", "", "", "❌ cannot be used: no layer or block dens"],
    ),
    "over its budget": (
        {"nets/alone.yaml": f"{BASE}budget: {{params: 1k}}\n"},
        ["nets/alone.yaml", "edited", "1,562 (=)", "5,328 (=)", "params 1,562 of 1k, 156 %", "❌ total params: limit "],
    ),
    "warned": (
        {"nets/new.yaml": BASE.replace("kernel: 3", "kernel: 3, padding: 3")},
        ["nets/new.yaml", "new", "5,882", "21,312", "", "⚠️ warning"],
    ),
}


@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize(("files", "row"), SAID.values(), ids=SAID)
def test_what_became_of_a_network(
    project: Repository, files: dict[str, str | None], row: list[str], staged: bool
) -> None:
    project.put(files)
    if staged:
        project.git("add", "--all")
    (shown,) = [one for one in rows() if one[0] == row[0]]
    assert [*shown[:-1], shown[-1][: len(row[-1])]] == row


def test_a_renamed_one_that_was_edited_is_compared_with_what_it_was(project: Repository) -> None:
    project.git("mv", "nets/alone.yaml", "nets/lone.yaml")
    project.write(nets__lone=BASE.replace("Base", "Alone").replace("dense: 10", "dense: 20"))
    project.git("add", "--all")
    assert rows()[0][:3] == ["nets/lone.yaml", "renamed from nets/alone.yaml", "1,562 → 3,012 (**+92.8 %**)"]


def test_a_file_that_could_not_be_used_before(project: Repository) -> None:
    project.commit(nets__alone="layers: [\n")
    project.write(nets__alone=BASE)
    assert rows() == [["nets/alone.yaml", "changed", "1,562", "5,328", "", "✅ fine, could not be used before"]]


def test_nothing_but_a_comment_is_unchanged(project: Repository) -> None:
    project.write(nets__base=BASE + "# more\n")
    assert diff().out == "Networks since HEAD: nothing changed\n\n4 networks unchanged.\n"
    assert diff().code == 0


def test_one_cause_is_told_once_with_the_files_that_inherit_it(project: Repository) -> None:
    project.write(nets__base=BASE.replace("dense", "dens"))
    out = diff("-f", "markdown").out
    files = "`nets/a.yaml`, `nets/b.yaml`"
    assert out.count("\n- ") == 1
    assert f"\n- `nets/base.yaml:7`: no layer or block `dens`; and so in {files}\n" in out


def test_the_layers_are_shown_once_for_all_that_inherit_them(project: Repository) -> None:
    project.write(nets__base=DOUBLED)
    out = diff("-f", "markdown").out
    assert out.count("<details>") == 1
    assert "<summary>nets/base.yaml, and so in nets/a.yaml, nets/b.yaml: 1 changed, 2 resized</summary>" in out


def test_a_comment_is_no_larger_than_github_takes(project: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnncalc.render.project_change.LARGEST", 3_000)
    many = [f"nets/n{number}.yaml" for number in range(6)]
    project.put(dict.fromkeys(many, BASE))
    project.commit()
    project.put(
        {name: BASE.replace("name: stem, filters: n", f"filters: {place + 9}") for place, name in enumerate(many)}
    )
    out = diff("-f", "markdown").out
    assert len(out.encode()) < 3_300
    assert out.count("<details>") == 4
    assert out.endswith("\nThe layers of 2 networks more found no room here.\n")


def test_a_file_with_a_line_break_in_its_name(project: Repository) -> None:
    project.put({"nets/x\ny.yaml": BASE})
    project.commit()
    project.put({"nets/x\ny.yaml": DOUBLED, "nets/x\nz.yaml": BASE})
    assert [row[:3] for row in rows()] == [
        ["nets/x�y.yaml", "changed", "1,562 → 3,114 (**+99.4 %**)"],
        ["nets/x�z.yaml", "new", "1,562"],
    ]


# ------------------------------------------------------------------------------------------------ against what


def test_a_branch_is_compared_with_where_it_began(project: Repository) -> None:
    project.git("checkout", "--quiet", "-b", "mine")
    project.commit(nets__alone=DOUBLED)
    project.git("checkout", "--quiet", "main")
    project.commit(nets__base=DOUBLED)
    project.git("checkout", "--quiet", "mine")
    assert [row[0] for row in rows("main")] == ["nets/alone.yaml"]
    assert [row[0] for row in rows()] == []


@pytest.mark.parametrize(
    ("args", "files"),
    [
        ((), ["nets/a.yaml", "nets/b.yaml", "nets/base.yaml"]),
        (("nets",), ["nets/a.yaml", "nets/b.yaml", "nets/base.yaml"]),
        (("HEAD", "nets/a.yaml"), ["nets/a.yaml"]),
        (("nets/a.yaml", "nets/b.yaml"), ["nets/a.yaml", "nets/b.yaml"]),
        (("--exclude", "a.yaml"), ["nets/b.yaml", "nets/base.yaml"]),
    ],
)
def test_files_and_folders_limit_what_is_shown(project: Repository, args: tuple[str, ...], files: list[str]) -> None:
    project.write(nets__base=DOUBLED)
    assert [row[0] for row in rows(*args)] == files


def test_a_folder_that_is_gone_can_be_named(project: Repository) -> None:
    project.commit(old__net=BASE)
    project.put({"old/net.yaml": None})
    assert [row[:2] for row in rows("HEAD", "old")] == [["old/net.yaml", "removed"]]


REFUSED = {
    "no version": (("nonsense",), "no commit, branch or tag `nonsense`"),
    "no path": (("HEAD", "nowhere"), "cannot read `nowhere`: git knows no such file or folder"),
}


@pytest.mark.parametrize(("args", "said"), REFUSED.values(), ids=REFUSED)
def test_what_git_does_not_know_is_refused(project: Repository, args: tuple[str, ...], said: str) -> None:
    ran = diff(*args)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_name_of_both_a_file_and_a_version_is_refused(project: Repository) -> None:
    project.put({"main": ""})
    assert "'main' is a version and a file: ./main is the file, 'refs/heads/main' the branch." in diff("main").err
    assert diff("refs/heads/main").code == 0


# ------------------------------------------------------------------------------------------------ limits


LIMITS = {
    "a budget": (
        {"nets/a.yaml": CHILD.replace("4k", "5k")},
        [["nets/a.yaml:1", "budget total params", "4k", "5k", "⚠️ looser"]],
    ),
    "a tighter one": (
        {"nets/a.yaml": CHILD.replace("4k", "3.5k")},
        [["nets/a.yaml:1", "budget total params", "4k", "3.5k", "tighter"]],
    ),
    "a budget that is gone": (
        {"nets/a.yaml": CHILD.replace(", budget: {params: 4k}", "")},
        [["nets/a.yaml", "budget total params", "4k", "–", "⚠️ looser"]],
    ),
    "limits of the project": (
        {"pyproject.toml": '[tool.cnncalc]\nmax-params = "5M"\nstrict = false\nexclude = ["nets/old"]\n'},
        [
            ["pyproject.toml", "exclude", "–", "nets/old", "⚠️ looser"],
            ["pyproject.toml", "strict", "–", "false", "tighter"],
            ["pyproject.toml", "max-params", "–", "5M", "tighter"],
        ],
    ),
}


@pytest.mark.parametrize(("files", "limits"), LIMITS.values(), ids=LIMITS)
def test_limits_that_are_others_stand_first(
    project: Repository, files: dict[str, str | None], limits: list[list[str]]
) -> None:
    project.put(files)
    assert rows()[: len(limits)] == limits


def test_a_project_that_lets_more_through(project: Repository) -> None:
    project.put(
        {"pyproject.toml": '[tool.cnncalc]\nmax-growth = "1%"\nmax-params = ["5M", "stem=1k"]\nstrict = true\n'}
    )
    project.commit()
    project.put({"pyproject.toml": '[tool.cnncalc]\nmax-growth = "params=2%"\nmax-params = "4M"\nbaseline = "main"\n'})
    assert [(one["what"], one["before"], one["after"], one["looser"]) for one in found()["limits"]] == [
        ("strict", "true", "", True),
        ("max-params", "5M, stem=1k", "4M", True),
        ("max-growth", "params=1%, multiplies=1%, activations=1%", "params=2%", True),
        ("baseline", "", "main", None),
    ]


def test_a_budget_that_many_inherit_is_told_once(project: Repository) -> None:
    project.commit(nets__base=BASE + "budget: {multiplies: 9k}\n")
    project.write(nets__base=BASE + "budget: {multiplies: 10k}\n")
    assert [row[:2] for row in rows()] == [["nets/base.yaml:8", "budget total multiplies"]]


def test_a_recorded_baseline_that_is_another(project: Repository) -> None:
    assert invoke("check", "nets", "--write-baseline", "base.json").code == 0
    project.commit()
    project.write(nets__base=DOUBLED)
    assert invoke("check", "nets", "--write-baseline", "base.json").code == 0
    assert ["base.json", "baseline nets/base.yaml params", "1,562", "3,114", "⚠️ looser"] in rows()


def test_a_project_that_cannot_be_used_is_exit_code_2(project: Repository) -> None:
    project.put({"pyproject.toml": "[tool.cnncalc]\nmax-parms = 1\n"})
    ran = diff()
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean `max-params`?" in ran.err


# ------------------------------------------------------------------------------------------------ formats


def test_json_has_numbers(project: Repository) -> None:
    project.write(nets__base=DOUBLED)
    document = found()
    assert (document["schema_version"], document["exit_code"], document["unchanged"]) == (1, 0, 1)
    first = document["networks"][0]
    assert (first["file"], first["change"], first["edited"]) == ("nets/a.yaml", "changed", False)
    assert (first["before"]["totals"]["params"], first["after"]["totals"]["params"]) == (1950, 3890)
    assert first["budgets"] == [
        {
            "entry": "total",
            "quantity": "params",
            "level": "error",
            "limit": 4000,
            "actual": 3890,
            "used": 0.9725,
            "kept": True,
        }
    ]


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.tex", "a.json", "a.txt"])
def test_a_suffix_names_the_format(project: Repository, name: str) -> None:
    project.write(nets__base=DOUBLED)
    assert diff("-o", name).out == ""
    form = {"md": "markdown", "tex": "latex", "txt": "table"}.get(name[2:], name[2:])
    assert (project.folder / name).read_text(encoding="utf-8") == diff("-f", form).out


def test_several_formats_in_one_run(project: Repository) -> None:
    project.write(nets__base=DOUBLED)
    ran = diff("-o", "a.md", "-o", "b.json", "-o", "c.html", "-o", "-", "-f", "markdown")
    assert ran.out == (project.folder / "a.md").read_text(encoding="utf-8")
    assert json.loads((project.folder / "b.json").read_text(encoding="utf-8"))["unchanged"] == 1
    assert "<table" in (project.folder / "c.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("text", "code"), [(DOUBLED, 0), (f"{BASE}budget: {{params: 1k}}\n", 1), ("layers: [\n", 2)])
def test_the_exit_code_is_that_of_check(project: Repository, text: str, code: int) -> None:
    project.write(nets__alone=text)
    assert diff().code == code
