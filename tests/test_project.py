"""`[tool.cnncalc]`: a project says once which files it has, and what they are held to."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.repository import Repository, repository
from tests.running import Ran, invoke

__all__ = ["repository"]

NET = "input: {channels: 3, size: 8}\nlayers: [conv: [4, 3], flatten, dense: {name: head, units: 10}]\n"
WARNED = NET + "budget: {params: {warn: 1k}}\n"
BROKEN = NET + "expect: {total: {params: 1500}}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return tmp_path


def write(**files: str) -> None:
    """Files by name without `.yaml`; `__` stands for a folder."""
    for name, text in files.items():
        path = Path(f"{name.replace('__', '/')}.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def choose(text: str, folder: str = ".") -> None:
    Path(folder).mkdir(exist_ok=True)
    Path(folder, "pyproject.toml").write_text(f"[tool.cnncalc]\n{text}\n", encoding="utf-8")


def checked(ran: Ran) -> list[str]:
    """The files of which something is said on standard output."""
    return [line.partition(":")[0] for line in ran.out.splitlines()[:-1]]


# ------------------------------------------------------------------------------------------------ files


@pytest.mark.parametrize(
    ("choices", "files"),
    [
        ('files = ["nets"]', ["nets/a.yaml", "nets/old/b.yaml"]),
        ('files = ["nets/a.yaml", "other"]', ["nets/a.yaml", "other/c.yaml"]),
        ('files = ["nets", "nets/a.yaml"]', ["nets/a.yaml", "nets/old/b.yaml"]),
        ('files = ["*/*.yaml"]', ["nets/a.yaml", "nets/old/b.yaml", "other/c.yaml"]),
        ('files = ["nets/old/*.yaml"]', ["nets/old/b.yaml"]),
        ('files = ["nets"]\nexclude = ["old"]', ["nets/a.yaml"]),
        ('files = ["nets"]\nexclude = ["nets/old/"]', ["nets/a.yaml"]),
        ('files = ["nets"]\nexclude = ["[bc].yaml"]', ["nets/a.yaml"]),
    ],
)
def test_without_a_file_those_of_the_project_are_checked(choices: str, files: list[str]) -> None:
    choose(choices)
    write(nets__a=NET, nets__old__b=NET, other__c=NET)
    ran = invoke("check")
    assert (ran.code, checked(ran)) == (0, files)


def test_they_are_found_from_a_folder_below(monkeypatch: pytest.MonkeyPatch) -> None:
    choose('files = ["nets"]\nexclude = ["nets/old"]')
    write(nets__a=NET, nets__old__b=NET)
    monkeypatch.chdir("nets/old")
    ran = invoke("check")
    assert (checked(ran), ran.err) == (["../a.yaml"], "note: 1 file excluded\n")


def test_a_project_that_says_nothing_has_them_in_architectures() -> None:
    write(architectures__a=NET)
    assert checked(invoke("check")) == ["architectures/a.yaml"]


def test_what_is_named_is_checked_also_where_it_is_excluded() -> None:
    choose('exclude = ["old"]')
    write(nets__a=NET, nets__old__b=NET)
    assert checked(invoke("check", "nets")) == ["nets/a.yaml"]
    assert checked(invoke("check", "nets/old/b.yaml")) == ["nets/old/b.yaml"]


def test_the_command_line_excludes_more() -> None:
    write(nets__a=NET, nets__old__b=NET, nets__c=NET)
    ran = invoke("check", "nets", "--exclude", "nets/old", "--exclude", "c.*")
    assert (checked(ran), ran.err) == (["nets/a.yaml"], "note: 2 files excluded\n")


REFUSED = {
    "a folder that is not there": ('files = ["nest"]', "`files`: no file or folder `nest`"),
    "a pattern that matches nothing": ('files = ["nets/*.yml"]', "`files`: no architecture file in `nets/*.yml`"),
    "one outside": ('files = ["../nets"]', "`files` takes paths below the folder of this file"),
    "one by a link": ('files = ["link"]', "`files`: `link` leads outside; `--allow-outside` reads it"),
    "a whole path": ('files = ["/nets"]', "`files` takes paths below the folder of this file"),
    "no list": ('files = "nets"', '`files` must be a list of strings: `["architectures"]`'),
    "an empty pattern": ('exclude = [""]', "`exclude` takes paths below the folder of this file"),
    "a baseline that is none": ("baseline = 1", '`baseline` must be a file or a git ref: `"main"`'),
    "no percentage": ('max-growth = "much"', "`max-growth`: 'much' is no percentage: write 5% or params=5%"),
    "a number as percentage": ("max-growth = 5", '`max-growth` must be a string, or a list of strings: `["5%", '),
    "an unknown quantity": ('max-growth = "parms=5%"', "`max-growth`: no quantity 'parms'; did you mean 'params'?"),
    "no limit": ('max-params = "much"', "`max-params` must be a limit or a list of limits, each an integer or 5M, or "),
    "no size": ("max-size = 1.5", "`max-size` must be a limit or a list of limits, each a size such as 400000, "),
    "a misspelt limit": ("max-parms = 1", "unknown key `max-parms`: did you mean `max-params`?"),
    "reading outside": (
        "allow-outside = true",
        "`allow-outside` is for the command line alone: a change of this file could allow itself",
    ),
    "memory that is no table": ('memory = "int8"', '`memory` must be a table: `{dtype = "int8"}`'),
    "an unknown field of memory": ("memory.dtpye = 1", "`memory` has no `dtpye`: did you mean `dtype`?"),
    "no field of memory": ("memory.zzz = 1", "`memory` has no `zzz`: it has `dtype`, `batch`, `in_place`, `optimizer`"),
    "a misspelt type": (
        'memory.dtype = "in8"',
        '`memory` has a `dtype` that is none of "float32", "float16", "bfloat16", "int8": did you mean `int8`?',
    ),
    "no optimizer": ("memory.optimizer = 1", '`memory` has a `optimizer` that is none of "sgd", "momentum", "adam"'),
    "no batch": ("memory.batch = 0", "`memory` has a `batch` that is no whole number from 1 to 10^9"),
    "true as batch": ("memory.batch = true", "`memory` has a `batch` that is no whole number from 1 to 10^9"),
    "in place as text": ('memory.in_place = "true"', "`memory` has an `in_place` that is neither true nor false"),
    "an override of nothing": ("overrides = [{strict = true}]", "`overrides` must be tables with `files`: "),
    "a wrong override": (
        '[[tool.cnncalc.overrides]]\nfiles = ["a"]\nstrikt = true',
        "`overrides` of ['a']: unknown key `strikt`: did you mean `strict`?",
    ),
    "of a run in an override": (
        '[[tool.cnncalc.overrides]]\nfiles = ["a"]\nbaseline = "main"',
        "`overrides` of ['a']: unknown key `baseline`: there are `max-growth`, ",
    ),
}


@pytest.mark.parametrize(("choices", "said"), REFUSED.values(), ids=REFUSED)
def test_a_choice_that_cannot_be_used_is_refused(folder: Path, choices: str, said: str) -> None:
    Path("project").mkdir()
    os.chdir("project")
    choose(choices)
    write(nets__a=NET)
    os.symlink("..", "link")
    ran = invoke("check")
    assert (ran.code, ran.out) == (2, "")
    assert f"{folder}/project/pyproject.toml: [tool.cnncalc]: {said}" in ran.err


def test_where_no_file_is_an_architecture_nothing_has_passed() -> None:
    choose('files = ["nets/*.yaml"]')
    write(nets__a="a: 1\n")
    ran = invoke("check")
    assert (ran.code, ran.out) == (2, "nothing to check: no architecture file in nets/*.yaml\n")


# ------------------------------------------------------------------------------------------------ limits


def first_errors(ran: Ran) -> list[str]:
    return [line for line in ran.err.splitlines() if line.startswith("error")]


@pytest.mark.parametrize(
    ("choices", "args", "limits"),
    [
        ("max-params = 1000", [], ["1,000"]),
        ('max-params = "1k"', [], ["1k"]),
        ('max-params = ["1k", "head=1.1k"]', [], ["1k", "1.1k"]),
        ('max-params = "1k"', ["--max-params", "1.2k"], ["1.2k"]),
        ('max-params = "1k"', ["--max-params", "2k"], []),
        ('max-params = "1k"', ["--max-multiplies", "5k"], ["1k", "5k"]),
        ('max-params = "1k"\n[[tool.cnncalc.overrides]]\nfiles = ["nets/"]\nmax-params = "1.3k"', [], ["1.3k"]),
        ('max-params = "1k"\n[[tool.cnncalc.overrides]]\nfiles = ["nets"]\nmax-size = "1 kB"', [], ["1k", "1 kB"]),
        ('max-params = "1k"\n[[tool.cnncalc.overrides]]\nfiles = ["other"]\nmax-params = "1.3k"', [], ["1k"]),
    ],
)
def test_limits_of_the_project_hold_for_each_file(choices: str, args: list[str], limits: list[str]) -> None:
    choose(choices)
    write(nets__a=NET)
    ran = invoke("check", "nets", *args)
    found = sorted(line.partition("limit ")[2].partition(", is")[0] for line in first_errors(ran))
    assert (found, ran.code) == (sorted(limits), int(bool(limits)))


def test_a_limit_says_where_it_stands() -> None:
    choose('max-params = "1k"')
    write(net=NET)
    assert "  = note: the limit stands in pyproject.toml\n" in invoke("check", "net.yaml").err
    assert "note:" not in invoke("check", "net.yaml", "--max-params", "1k").err


def test_no_limit_of_a_project_holds_for_a_bundled_network() -> None:
    choose('max-params = "1k"\nbaseline = "base.json"')
    Path("base.json").write_text('{"cnncalc_baseline": 1, "files": {}}')
    assert invoke("check", "lenet5").code == 0


def test_the_later_override_wins() -> None:
    override = '[[tool.cnncalc.overrides]]\nfiles = ["{}"]\nstrict = {}\n'
    choose(override.format("nets", "true") + override.format("nets/a.yaml", "false"))
    write(nets__a=WARNED, nets__b=WARNED)
    assert [line for line in invoke("check", "nets").out.splitlines() if "failed" in line] == [
        "1 of 2 files failed, 2 figures checked, 2 warnings"
    ]


def test_each_file_is_held_to_what_its_own_project_says() -> None:
    choose("strict = true", "a")
    choose("strict = false", "b")
    write(a__net=WARNED, b__net=WARNED)
    assert (invoke("check", "a").code, invoke("check", "b").code) == (1, 0)


# ------------------------------------------------------------------------------------------------ baseline


@pytest.fixture
def project(repository: Repository) -> Repository:
    choose('files = ["nets"]\nbaseline = "main"\nmax-growth = "params=5%"')
    repository.commit(nets__a=NET, other__b=NET)
    return repository


WIDER = NET.replace("conv: [4, 3]", "conv: [8, 3]")


def test_the_baseline_of_the_project_holds(project: Repository) -> None:
    assert invoke("check").code == 0
    project.write(nets__a=WIDER, other__b=BROKEN)
    ran = invoke("check")
    assert ran.code == 1
    assert first_errors(ran)[0].endswith("was 1,562 at main, is 3,114 (1,552 more, +99.4 %; allowed +5 %)")
    assert invoke("check", "--max-growth", "99%").code == 1
    assert invoke("check", "--max-growth", "100%").code == 0


@pytest.mark.parametrize("way", [["--staged"], ["--since", "main"]])
def test_what_changed_is_looked_for_in_the_files_of_the_project(project: Repository, way: list[str]) -> None:
    project.write(other__b=BROKEN)
    project.git("add", "--all")
    assert invoke("check", *way).out.startswith("nothing to check: no architecture file in nets ")
    project.write(nets__a=WIDER)
    project.git("add", "--all")
    assert invoke("check", *way).out == "1 of 1 file failed, 0 figures checked\n"


@pytest.mark.parametrize("files", ["nets/*.yaml", "*.yaml", "nets/a.yaml"])
def test_a_pattern_means_files_that_git_knows(project: Repository, files: str) -> None:
    choose(f'files = ["{files}"]')
    project.write(nets__a=BROKEN)
    project.git("add", "--all")
    assert invoke("check", "--staged").out == "1 of 1 file failed, 1 figure checked\n"
    choose('files = ["nest/*.yaml"]')
    project.git("add", "--all")
    ran = invoke("check", "--staged")
    assert (ran.code, ran.out) == (2, "")
    assert "cannot read `nest/*.yaml`: git knows no such file or folder" in ran.err


def test_a_recorded_baseline_of_the_project_is_found_from_below(
    project: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose('files = ["nets"]\nbaseline = "base.json"')
    assert invoke("check").code == 2
    assert invoke("check", "--write-baseline", "base.json").code == 0  # the first time there is none
    monkeypatch.chdir("nets")
    assert invoke("check").code == 0
    project.write(nets__a=WIDER)
    assert first_errors(invoke("check"))[0].startswith("error[baseline]: `total` params: was 1,562 in base.json")


# ------------------------------------------------------------------------------------------------ memory

HELD = NET + "budget: {peak_memory: 400}\n"  # of int8: 3·8·8 + 4·6·6 = 336 bytes
INT8 = 'files = ["nets"]\nmemory = {dtype = "int8"}'


@pytest.mark.parametrize(
    ("choices", "file", "args", "code"),
    [
        ("", HELD, [], 1),
        (INT8, HELD, [], 0),
        (INT8, HELD, ["--dtype", "float16"], 1),
        (INT8, HELD, ["--batch", "2"], 1),
        (INT8, HELD + "memory: {dtype: float16}\n", [], 1),
        (INT8, HELD + "memory: {optimizer: adam}\n", [], 0),
        ('memory = {dtype = "float32", batch = 8}', HELD + "memory: {dtype: int8, batch: 1}\n", [], 0),
        ('[[tool.cnncalc.overrides]]\nfiles = ["a.yaml"]\nmemory.dtype = "int8"', HELD, [], 0),
        ('[[tool.cnncalc.overrides]]\nfiles = ["b.yaml"]\nmemory.dtype = "int8"', HELD, [], 1),
        (f'{INT8}\n[[tool.cnncalc.overrides]]\nfiles = ["a.yaml"]\nmemory.batch = 8', HELD, [], 1),
    ],
)
def test_memory_is_worked_out_as_the_run_says_else_the_file_else_the_project(
    choices: str, file: str, args: list[str], code: int
) -> None:
    choose(choices)
    write(nets__a=file)
    assert invoke("check", "nets/a.yaml", *args).code == code


def test_figures_are_rewritten_as_the_project_has_its_memory() -> None:
    choose(INT8)
    write(nets__a=NET + "expect: {total: {peak_memory: 1}}\n")
    assert invoke("check", "nets/a.yaml", "--update").code == 0
    assert "peak_memory: 336" in Path("nets/a.yaml").read_text()
    said = "--update writes the file's own figures: it goes without --dtype, --in-place."
    ran = invoke("check", "nets/a.yaml", "--update", "--dtype", "int8", "--in-place")
    assert (ran.code, said in ran.err) == (2, True)


def test_the_memory_of_a_project_is_shown_with_its_places() -> None:
    choose(f'{INT8}\n[[tool.cnncalc.overrides]]\nfiles = ["a.yaml"]\nmemory = {{batch = 8, in_place = true}}')
    write(nets__a=NET)
    shown = invoke("check", "nets/a.yaml", "--show-config", "--optimizer", "adam").out.splitlines()
    assert [line for line in shown if line.startswith("memory")] == [
        'memory.optimizer = "adam"  # command line',
        "memory.batch = 8  # pyproject.toml, overrides of a.yaml",
        "memory.in_place = true  # pyproject.toml, overrides of a.yaml",
        'memory.dtype = "int8"  # pyproject.toml',
    ]


def test_no_memory_of_a_project_holds_for_a_bundled_network() -> None:
    choose(INT8)
    peak = ["--max-peak-memory", "37632"]  # float32
    assert invoke("check", "lenet5", *peak).code == 0
    assert invoke("check", "lenet5", "--max-peak-memory", "37631").code == 1


def test_a_smaller_type_is_a_looser_limit(repository: Repository) -> None:
    project = repository
    project.write(nets__a=HELD)
    choose('files = ["nets"]\nmemory.batch = 2')
    project.commit()
    choose(INT8)
    assert "memory.dtype" in invoke("diff", "HEAD").out
    (dtype, batch) = json.loads(invoke("diff", "HEAD", "-f", "json").out)["limits"]
    assert (dtype["what"], dtype["before"], dtype["after"], dtype["looser"]) == ("memory.batch", "2", "", True)
    assert (batch["what"], batch["before"], batch["after"], batch["looser"]) == ("memory.dtype", "", "int8", True)


# ------------------------------------------------------------------------------------------------ --show-config


def test_the_choices_are_shown_with_their_places() -> None:
    choose(
        'files = ["nets"]\nexclude = ["old"]\nmax-params = ["5M", "head=1.5M"]\nmax-growth = "params=5%"\n'
        '[[tool.cnncalc.overrides]]\nfiles = ["*_small.yaml"]\nmax-params = "1M"\nmax-growth = "size=1%"'
    )
    write(nets__a=NET, nets__a_small=NET)
    assert invoke("check", "--show-config", "--strict", "--exclude", "x").out == (
        "[tool.cnncalc]\n"
        'files = ["nets"]  # pyproject.toml\n'
        'exclude = ["x"]  # command line\n'
        'exclude = ["old"]  # pyproject.toml\n'
        "strict = true  # command line\n"
        'max-params = ["5M", "head=1.5M"]  # pyproject.toml\n'
        'max-growth = ["params=5%", "multiplies=0%", "activations=0%"]  # pyproject.toml\n'
        "ignore = []  # default\n"
        "max-share = 50  # default\n"
    )
    shown = invoke("check", "nets/a_small.yaml", "--show-config").out.splitlines()
    assert shown[0] == "[tool.cnncalc]  # of nets/a_small.yaml"
    assert 'max-params = ["1M"]  # pyproject.toml, overrides of *_small.yaml' in shown


def test_a_wrong_choice_is_not_shown() -> None:
    choose("strict = 1")
    assert invoke("check", "--show-config").code == 2
