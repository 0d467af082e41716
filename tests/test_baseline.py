"""`cnncalc check --baseline`: totals grow no further than is allowed, and the layer that grew is named."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cnncalc.analyses.checks.baselines.recorded import Recorded
from cnncalc.analyses.checks.report import Checks
from tests.repository import Repository, repository
from tests.running import ROOT, Ran, invoke

__all__ = ["repository"]


def net(filters: int = 8, extra: str = "", name: str = "Small") -> str:
    return f"""\
name: {name}
input: {{channels: 3, size: 8}}
layers:
  - conv: {{filters: 4, kernel: 3}}
  - conv: {{filters: {filters}, kernel: 3}}   # the second
  - conv: {{filters: 4, kernel: 3}}
{extra}"""


def check(*args: str) -> Ran:
    return invoke("check", *args)


def first_line(ran: Ran) -> str:
    return next((line for line in ran.err.splitlines() if line.startswith("error")), "")


# ------------------------------------------------------------------------------------------- against git


@pytest.fixture
def project(repository: Repository) -> Repository:
    repository.commit(nets__a=net(), nets__b=net(2))
    return repository


def test_a_layer_with_twice_the_filters_is_refused_with_its_line_and_both_figures(project: Repository) -> None:
    project.write(nets__a=net(16))
    ran = check("nets", "--baseline", "main", "--max-growth", "multiplies=1000%", "--max-growth", "activations=1000%")
    assert ran.code == 1
    assert (
        ran.err
        == """\
error[baseline]: `total` params: was 700 at main, is 1,284 (584 more, +83.4 %; allowed +0 %)
 --> nets/a.yaml:5:5
  |
5 |   - conv: {filters: 16, kernel: 3}   # the second
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = note: `conv2` (filters 8 → 16): params 296 → 592
  = note: `conv3` (reads 4×4×8 → 4×4×16): params 292 → 580
  = help: `cnncalc compare git:main:nets/a.yaml nets/a.yaml --by-layer` shows all that changed

"""
    )
    assert ran.out == "nets/b.yaml: 0 figures\n1 of 2 files failed, 0 figures checked\n"


def test_every_quantity_that_grew_is_a_problem_of_its_own(project: Repository) -> None:
    project.write(nets__a=net(16))
    ran = check("nets/a.yaml", "--baseline", "HEAD", "-f", "text")
    assert ran.code == 1
    assert [line.partition("(")[0] for line in ran.out.splitlines()] == [
        "nets/a.yaml:5:5: error baseline `total` params: was 700 at HEAD, is 1,284 ",
        "nets/a.yaml:5:5: error baseline `total` multiplies: was 9,648 at HEAD, is 15,408 ",
        "nets/a.yaml:5:5: error baseline `total` activations: was 288 at HEAD, is 416 ",
    ]


@pytest.mark.parametrize(
    ("growth", "code"),
    [
        ([], 1),
        (["83%"], 1),
        (["84%"], 0),
        (["params=84%", "multiplies=59.8%", "activations=44.5%"], 0),
        (["params=84%,multiplies=59.8%,activations=44.4%"], 1),
        (["params=83.42%", "multiplies=59.8%", "activations=45%"], 1),
        (["1000%", "buffers=0%"], 0),
    ],
)
def test_the_allowed_percent_is_exact(project: Repository, growth: list[str], code: int) -> None:
    project.write(nets__a=net(16))  # params +83.43 %, multiplies +59.70 %, activations +44.44 %
    assert check("nets/a.yaml", "--baseline", "main", *(f"--max-growth={one}" for one in growth)).code == code


def test_a_version_may_be_written_as_in_front_of_a_path(project: Repository) -> None:
    assert "did you mean `main`?" in check("nets", "--baseline", "git:mian").err
    project.write(nets__a=net(16))
    assert check("nets", "--baseline", "git:main") == check("nets", "--baseline", "main")
    assert check("nets", "--baseline", "git:main").code == 1


def test_a_network_that_shrinks_or_stays_passes(project: Repository) -> None:
    project.write(nets__a=net(4))
    ran = check("nets", "--baseline", "main")
    assert (ran.code, ran.err) == (0, "")


def test_an_added_layer_is_named_rather_than_those_that_read_more(project: Repository) -> None:
    project.write(
        nets__a=net().replace("  - conv: {filters: 8", "  - conv: {filters: 6, kernel: 1}\n  - conv: {filters: 8")
    )
    ran = check("nets/a.yaml", "--baseline", "main", "--max-growth", "params=5%")
    assert " --> nets/a.yaml:5:5\n" in ran.err
    assert " = note: `conv2`, new (conv 1×1, 6): params 0 → 30\n" in ran.err
    assert " = note: `conv3` (reads 6×6×4 → 6×6×6): params 296 → 440\n" in ran.err


def test_a_parent_that_grew_is_named_by_its_line(project: Repository) -> None:
    project.commit(nets__child="extends: a.yaml\nname: Child\n")
    project.write(nets__a=net(16))
    ran = check("nets/child.yaml", "--baseline", "main")
    assert first_line(ran).startswith("error[baseline]: in `nets/child.yaml`: `total` params: was 700 at main")
    assert " --> nets/a.yaml:5:5\n" in ran.err
    assert "5 |   - conv: {filters: 16, kernel: 3}   # the second\n" in ran.err


PARENT = net().replace("layers:", "vars: {n: 8}\nlayers:").replace("filters: 8", "filters: n")


def test_a_child_that_sets_another_var_is_named_by_its_own_line(project: Repository) -> None:
    project.commit(nets__p=PARENT, nets__below__c="extends: ../p.yaml\nname: Child\nvars: {n: 9}\n")
    project.write(nets__below__c="extends: ../p.yaml\nname: Child\nvars: {n: 16}\n")
    ran = check("nets/below/c.yaml", "--baseline", "main")
    assert " --> nets/below/c.yaml:3:1\n" in ran.err


def test_a_parent_that_sets_another_var_is_named_by_that_line(project: Repository) -> None:
    project.commit(nets__p=PARENT, nets__below__c="extends: ../p.yaml\nname: Child\n")
    project.write(nets__p=PARENT.replace("n: 8", "n: 16"))
    ran = check("nets/below/c.yaml", "--baseline", "main")
    assert " --> nets/p.yaml:3:1\n" in ran.err


UNIT = """\
input: {{channels: 3, size: 8}}
vars: {{wide: {wide}}}
blocks:
  unit:
    params: [n]
    layers: [conv: [n, 3], relu]
layers:
  - unit: wide
  - unit: {last}
"""


@pytest.mark.parametrize(
    ("wide", "last", "place"),
    [
        (4, 16, "9:5"),  # the call, for the block is as it was
        (8, 8, "2:1"),  # the var
    ],
)
def test_what_a_block_is_called_with_is_the_line(project: Repository, wide: int, last: int, place: str) -> None:
    project.commit(nets__c=UNIT.format(wide=4, last=8))
    project.write(nets__c=UNIT.format(wide=wide, last=last))
    ran = check("nets/c.yaml", "--baseline", "main")
    assert f" --> nets/c.yaml:{place}\n" in ran.err


def test_from_a_folder_below_a_file_is_compared_with_itself(
    project: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(nets__a=net(16))
    monkeypatch.chdir(project.folder / "nets")
    assert check("b.yaml", "--baseline", "main").code == 0
    assert check("a.yaml", "--baseline", "main").code == 1
    monkeypatch.chdir("/")
    assert check(f"{project.folder}/nets/a.yaml", "--baseline", "main").code == 1


def test_a_new_file_is_noted(project: Repository) -> None:
    project.write(nets__c=net(64))
    ran = check("nets", "--baseline", "main")
    assert (ran.code, ran.err) == (0, "note: nets/c.yaml: new since main\n")


def test_a_renamed_file_does_not_escape(project: Repository) -> None:
    project.git("mv", "nets/a.yaml", "nets/renamed.yaml")
    project.write(nets__renamed=net(16))
    ran = check("nets/renamed.yaml", "--baseline", "main")
    assert ran.code == 1
    assert "was 700 at main" in first_line(ran)
    assert "`cnncalc compare git:main:nets/a.yaml nets/renamed.yaml --by-layer`" in ran.err


def test_a_file_that_could_not_be_used_before_has_no_baseline(project: Repository) -> None:
    project.commit(nets__c=net().replace("conv", "convv"))
    project.write(nets__c=net())
    ran = check("nets/c.yaml", "--baseline", "main")
    assert (ran.code, ran.err) == (
        0,
        "note: nets/c.yaml: no baseline: at main the file could not be used: no layer or block `convv`\n",
    )


def test_other_vars_hold_for_both_versions(project: Repository) -> None:
    project.commit(nets__c="vars: {wide: 4}\n" + net().replace("filters: 4", "filters: wide"))
    assert check("nets/c.yaml", "--baseline", "main", "--set", "wide=64", "--input-size", "32").code == 0


def test_what_has_no_history_is_held_to_nothing_and_does_not_pass(project: Repository) -> None:
    ran = invoke("check", "-", "--baseline", "main", input=net())
    assert (ran.code, ran.err) == (2, "error[unreadable]: no baseline: <stdin> has no version in git\n\n")
    assert check("nets", "--write-baseline", "baseline.json").code == 0
    for baseline, said in (("main", "has no version in git"), ("baseline.json", "is no file of this folder")):
        ran = check("lenet5", "--baseline", baseline)
        assert ran.code == 2
        assert f"error[unreadable]: no baseline: lenet5.yaml {said}\n" in ran.err


def test_an_older_version_is_held_to_a_yet_older_one(project: Repository) -> None:
    project.commit(nets__a=net(16))
    project.write(nets__a="nonsense")
    assert check("git:HEAD:nets/a.yaml", "--baseline", "HEAD~1").code == 1
    assert check("git:HEAD~1:nets/a.yaml", "--baseline", "HEAD").code == 0


def test_a_file_wins_over_a_ref_of_its_name(project: Repository) -> None:
    project.write(nets__a=net(16))
    assert check("nets/b.yaml", "--write-baseline", "main").code == 0
    ran = check("nets/a.yaml", "--baseline", "main")
    assert (ran.code, ran.err) == (0, "note: nets/a.yaml: new since main: `--write-baseline main` records it\n")
    assert check("nets/a.yaml", "--baseline", "refs/heads/main").code == 1


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
def test_every_format_has_it(project: Repository, form: str) -> None:
    project.write(nets__a=net(16))
    ran = check("nets", "--baseline", "main", "-f", form)
    assert ran.code == 1
    assert "baseline" in ran.out
    assert "was 700 at main, is 1,284" in ran.out


# ------------------------------------------------------------------------------------------- recorded figures


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "a.yaml").write_text(net(), encoding="utf-8")
    (tmp_path / "nets" / "b.yaml").write_text(net(2), encoding="utf-8")
    return tmp_path


def test_what_is_recorded(folder: Path) -> None:
    ran = check("nets/b.yaml", "nets/a.yaml", "--write-baseline", "baseline.json")
    assert (ran.code, ran.err) == (0, "note: baseline.json records 2 files\n")
    text = Path("baseline.json").read_text(encoding="utf-8")
    assert text.startswith("""\
{
 "cnncalc_baseline": 1,
 "files": {
  "nets/a.yaml": {
   "totals": {"params": 700, "weights": 684, "biases": 16, "buffers": 0, "multiplies": 9648, "activations": 288, \
"weight_memory": 2800, "buffer_memory": 0, "activation_memory": 1152, "peak_memory": 1344, "best_peak_memory": 1344, \
"positions": 36, "additions": 9648, "comparisons": 0, \
"receptive_field": 7, "trainable": 700, "frozen": 0, "kept_memory": 1856, "training_memory": 7456},
   "layers": {
    "conv1": {"params": 112, "multiplies": 3888, "activations": 144},
    "conv2": {"params": 296, "multiplies": 4608, "activations": 128},
    "conv3": {"params": 292, "multiplies": 1152, "activations": 16}
   }
  },
  "nets/b.yaml": {
""")
    assert text.endswith("  }\n }\n}\n")
    assert list(json.loads(text)["files"]) == ["nets/a.yaml", "nets/b.yaml"]
    check("nets", "--write-baseline", "again.json")
    assert Path("again.json").read_text(encoding="utf-8") == text


def test_growth_from_recorded_figures_names_the_first_entry_that_grew(folder: Path) -> None:
    check("nets", "--write-baseline", "baseline.json")
    Path("nets/a.yaml").write_text(net(16), encoding="utf-8")
    ran = check("nets", "--baseline", "baseline.json", "--max-growth", "5%", "--max-growth", "multiplies=100%")
    assert ran.code == 1
    assert ran.err.startswith("""\
error[baseline]: `total` params: was 700 in baseline.json, is 1,284 (584 more, +83.4 %; allowed +5 %)
 --> nets/a.yaml:5:5
  |
5 |   - conv: {filters: 16, kernel: 3}   # the second
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = note: `conv2`: params 296 → 592
  = note: `conv3`: params 292 → 580
  = help: where this is meant, `--write-baseline baseline.json` records it
""")
    assert check("nets", "--baseline", "baseline.json", "--max-growth", "84%").code == 0


@pytest.mark.parametrize("where", [".", "nets", "/"])
def test_a_baseline_is_the_same_from_every_folder(folder: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    (folder / "ci").mkdir()
    check("nets", "--write-baseline", "ci/baseline.json")
    expected = (folder / "ci" / "baseline.json").read_bytes()
    monkeypatch.chdir(where)
    check(str(folder / "nets"), "--write-baseline", str(folder / "ci" / "other.json"))
    assert (folder / "ci" / "other.json").read_bytes() == expected
    assert '"../nets/a.yaml"' in expected.decode()
    (folder / "nets" / "a.yaml").write_text(net(16), encoding="utf-8")
    assert check(str(folder / "nets" / "a.yaml"), "--baseline", str(folder / "ci" / "baseline.json")).code == 1


def test_what_is_new_is_noted(folder: Path) -> None:
    check("nets", "--write-baseline", "baseline.json")
    Path("nets/c.yaml").write_text(net(64), encoding="utf-8")
    ran = check("nets", "--baseline", "baseline.json")
    assert ran.code == 0
    assert ran.err == "note: nets/c.yaml: new since baseline.json: `--write-baseline baseline.json` records it\n"


def test_what_is_gone_is_noted(folder: Path) -> None:
    check("nets", "--write-baseline", "baseline.json")
    Path("nets/a.yaml").unlink()
    ran = check("nets", "--baseline", "baseline.json")
    assert (ran.code, ran.err) == (0, "note: nets/a.yaml is in the baseline, and gone\n")


def test_what_is_new_where_another_is_gone_may_be_the_same_and_does_not_escape(folder: Path) -> None:
    check("nets", "--write-baseline", "baseline.json")
    Path("nets/a.yaml").unlink()
    Path("nets/c.yaml").write_text(net(64), encoding="utf-8")
    ran = check("nets", "--baseline", "baseline.json")
    assert ran.code == 1
    assert (
        ran.err
        == """\
error[baseline]: new since baseline.json, where `nets/a.yaml` is gone: renamed?
 --> nets/c.yaml:1:1
  = help: `--write-baseline baseline.json` records the files that there are

note: nets/a.yaml is in the baseline, and gone
"""
    )


def test_a_figure_that_was_nothing_may_not_become_something(folder: Path) -> None:
    check("nets/a.yaml", "--write-baseline", "baseline.json")
    Path("nets/a.yaml").write_text(net(extra="  - batch_norm\n"), encoding="utf-8")
    ran = check("nets/a.yaml", "--baseline", "baseline.json", "--max-growth", "100%", "--max-growth", "buffers=100%")
    assert first_line(ran) == (
        "error[baseline]: `total` buffers: was 0 in baseline.json, is 8 (8 more, from 0; allowed +100 %)"
    )


@pytest.mark.parametrize("args", [("--input-size", "64"), ("--set", "n=1")])
def test_with_other_vars_the_recorded_figures_do_not_apply(folder: Path, args: tuple[str, ...]) -> None:
    check("nets/a.yaml", "--write-baseline", "baseline.json")
    ran = check("nets/a.yaml", "--baseline", "baseline.json", *args)
    said = "a baseline FILE has the files' own figures: it goes without --set and --input-size."
    assert ran == (2, "", said)
    held = Recorded("baseline.json", lambda source: {})
    (problem,) = Checks(input_size="64", finders=(held,)).report("nets/a.yaml").errors
    assert problem.message == "no baseline: baseline.json records other vars or another input size"


def test_nothing_is_recorded_where_a_file_cannot_be_used(folder: Path) -> None:
    Path("nets/b.yaml").write_text("layers: 3", encoding="utf-8")
    ran = check("nets", "--write-baseline", "baseline.json")
    assert ran.code == 2
    assert not Path("baseline.json").exists()
    assert ran.err.endswith("note: baseline.json is not written: a file cannot be used\n")


def test_held_and_recorded_at_once(folder: Path) -> None:
    check("nets", "--write-baseline", "baseline.json")
    Path("nets/a.yaml").write_text(net(16), encoding="utf-8")
    assert check("nets", "--baseline", "baseline.json", "--write-baseline", "baseline.json").code == 1
    assert check("nets", "--baseline", "baseline.json").code == 0


def test_what_is_no_file_is_not_recorded(folder: Path) -> None:
    ran = check("lenet5", "nets/a.yaml", "--write-baseline", "baseline.json")
    assert ran.code == 2
    assert "error[unreadable]: lenet5.yaml is no file of this folder, and is not recorded\n" in ran.err
    assert ran.err.endswith("note: baseline.json is not written: a file cannot be used\n")
    assert not Path("baseline.json").exists()


# ------------------------------------------------------------------------------------------- what is no baseline

FILE = '{"cnncalc_baseline": 1, "files": {"nets/a.yaml": %s}}'
TOTALS = '{"params": 1, "weights": 1, "biases": 0, "buffers": 0, "multiplies": %s, "activations": 1}'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ('{"a":' * 100_000, "it is not JSON"),
        ('{"cnncalc_baseline": ' + "9" * 5000 + "}", "it is not JSON"),
        ("[]", "it has no `cnncalc_baseline`"),
        ('{"version": 1}', "it has no `cnncalc_baseline`"),
        ('{"cnncalc_baseline": 2, "files": {}}', "its format is 2, this program reads 1"),
        ('{"cnncalc_baseline": 1}', "`files` is no mapping"),
        ('{"cnncalc_baseline": 1, "files": []}', "`files` is no mapping"),
        (FILE % "3", "the figures of `nets/a.yaml` are none"),
        (FILE % "{}", "the figures of `nets/a.yaml` are none"),
        (FILE % f'{{"totals": {TOTALS % "1.5"}, "layers": {{}}}}', "the figures of `nets/a.yaml` are none"),
        (FILE % f'{{"totals": {TOTALS % "true"}, "layers": {{}}}}', "the figures of `nets/a.yaml` are none"),
        (FILE % f'{{"totals": {TOTALS % "-1"}, "layers": {{}}}}', "the figures of `nets/a.yaml` are none"),
        (FILE % f'{{"totals": {TOTALS % "NaN"}, "layers": {{}}}}', "the figures of `nets/a.yaml` are none"),
        (FILE % f'{{"totals": {TOTALS % "1e3"}, "layers": {{}}}}', "the figures of `nets/a.yaml` are none"),
        (FILE % f'{{"totals": {TOTALS % ("9" * 100)}, "layers": {{}}}}', "the figures of `nets/a.yaml` are none"),
        (
            FILE % f'{{"totals": {TOTALS % 1}, "layers": {{"x": 1}}}}',
            "the figures of `x` of `nets/a.yaml` are none",
        ),
    ],
)
def test_a_foreign_file_is_refused(folder: Path, text: str, said: str) -> None:
    Path("odd.json").write_text(text, encoding="utf-8")
    ran = check("nets/a.yaml", "--baseline", "odd.json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"error[unreadable]: `odd.json` is no baseline: {said}\n"
        " = help: `cnncalc check FILE... --write-baseline odd.json` writes one\n"
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--baseline", "missing.json"], "cannot read `missing.json`: no such file"),
        (["--baseline", "nets"], "`nets` is a folder"),
        (["--baseline", "--output=x"], "`--output=x` is no name of a version"),
        (["--baseline", "^HEAD"], "`^HEAD` is no name of a version"),
        (["--baseline", ":/first"], "`:/first` is no name of a version"),
        (["--baseline", "git:"], "the name of a version is empty"),
        (
            ["--baseline", "git:main:nets/a.yaml"],
            "error[unreadable]: `git:main:nets/a.yaml` is one file of a version\n",
        ),
        (["--baseline", "git:main:nets/a.yaml"], "= help: name the version alone: `--baseline main`"),
        (["--baseline", ""], "the name of a version is empty"),  # "$(git merge-base …)" that failed
        (["--max-growth", "5%"], "--max-growth goes with --baseline."),
        (["--write-baseline", "x.json", "--set", "a=1"], "--write-baseline records the files' own figures"),
        (["--write-baseline", "no/such/folder.json"], "cannot write 'no/such/folder.json'"),
    ],
)
def test_a_wrong_command_line(folder: Path, args: list[str], said: str) -> None:
    ran = check("nets/a.yaml", *args)
    assert ran.code in (1, 2)
    assert said in ran.err


def test_neither_a_file_nor_a_ref(project: Repository) -> None:
    ran = check("nets/a.yaml", "--baseline", "mian")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error[unreadable]: no commit, branch or tag `mian`\n = help: did you mean `main`?\n"


def test_update_does_not_rewrite_history(project: Repository) -> None:
    project.commit(nets__a=net(extra="expect: {conv1: {params: 1}}\n"))
    ran = check("git:HEAD:nets/a.yaml", "--update")
    assert ran.code == 2
    assert "--update rewrites a file; 'git:HEAD:nets/a.yaml' is an older version of one." in ran.err


# ------------------------------------------------------------------------------------------- as the documentation says


def test_the_documentation_shows_what_is_said(repository: Repository) -> None:
    page = (ROOT / "docs" / "comparing.md").read_text(encoding="utf-8")
    small = re.findall(r"^```yaml\n# before\.yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)[0]
    repository.commit(net=small)
    repository.write(net=small.replace("- unit: 32\n  - global", "- unit: 64\n  - global"))
    shown = r"^```console\ncnncalc (check net\.[^\n]+)\n```\n\n```text\n(.*?)^```$"
    ((command, said),) = re.findall(shown, page, re.DOTALL | re.MULTILINE)
    ran = invoke(*command.split())
    assert ran.err + ran.out == said
    assert ran.code == 1
