"""Lint in `cnncalc check`: places, comments that ignore, the choice of rules, the project's configuration, cost."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

import cnncalc
from cnncalc.analyses.checks.config import BadConfig, Config, read_config
from cnncalc.analyses.checks.lint import MOST_FINDINGS, lint
from cnncalc.analyses.checks.rules import RULES
from cnncalc.analyses.measures import Use, used
from cnncalc.formats.source import Source
from cnncalc.formats.yaml.tree import HAS_C_PARSER, MOST_COMMENTS, comments
from tests.pace import allowed
from tests.running import Ran, environment, invoke

LIMITS = [name.replace("_", "-") for name in used(Use.OPTION)]

BORDER = "input: {channels: 3, size: 224}\nlayers:\n  - conv: {filters: 96, kernel: 11, stride: 4}"
SAID = "`conv1` never reads the last row and column of 224×224: (224 − 11) / 4 is not whole"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return tmp_path


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def check(*args: str) -> list[str]:
    """What `check -f text` says."""
    return invoke("check", "-f", "text", *args).out.splitlines()


def codes(text: str) -> list[tuple[int, str]]:
    """(line, code) of the findings in a text."""
    return [
        (found.where.line, found.code) for found in lint(cnncalc.loads(text, name="net.yaml")).findings if found.where
    ]


# ------------------------------------------------------------------------------------------------ places, exit codes


def test_a_finding_is_a_warning_and_the_exit_code_stays_0() -> None:
    write("net.yaml", BORDER)
    ran = invoke("check", "net.yaml")
    assert ran == Ran(
        0,
        "net.yaml: 0 figures\nAll checks passed: 1 file, 0 figures, 1 warning\n",
        f"warning[dropped-border]: {SAID}\n"
        " --> net.yaml:3:45\n"
        "  |\n"
        "3 |   - conv: {filters: 96, kernel: 11, stride: 4}\n"
        "  |                                             ^\n"
        "  = help: an input of 223×223 or 227×227 loses nothing; or say `padding: same`\n\n",
    )


def test_strict_makes_it_1() -> None:
    write("net.yaml", BORDER)
    assert invoke("check", "net.yaml", "--strict").code == 1


def test_a_finding_in_a_block_is_told_once_and_says_where_and_how_often() -> None:
    write(
        "net.yaml",
        "input: {channels: 3, size: 32}\n"
        "blocks:\n"
        "  unit: {params: [n, k], layers: [conv: [n, k, padding: 1], relu]}\n"
        "layers:\n"
        "  - unit: [8, 3]\n"
        "  - unit: [8, 1, repeat: 3]\n"
        "  - unit: [8, 1]\n",
    )
    ran = invoke("check", "net.yaml")
    assert ran.err == (
        "warning[wide-padding]: `conv1` pads by 1 a window that is 1 wide: some windows see only padding\n"
        " --> net.yaml:3:57\n"
        "  |\n"
        "3 |   unit: {params: [n, k], layers: [conv: [n, k, padding: 1], relu]}\n"
        "  |                                                         ^\n"
        "  = note: here `unit2/1/conv1`, used at line 6; "
        "and at 3 more places: `unit2/2/conv1`, `unit2/3/conv1`, `unit3/conv1`\n"
        "  = help: `padding: same` fits every kernel\n\n"
    )


def test_more_than_a_hundred_findings_are_not_all_shown() -> None:
    entries = "\n".join(f"  - relu: {{name: r{number}}}" for number in range(MOST_FINDINGS + 51))
    write("net.yaml", f"input: {{channels: 3, size: 8}}\nlayers:\n{entries}\n")
    said = check("net.yaml")
    assert len(said) == MOST_FINDINGS + 1
    assert said[-1] == "net.yaml:1:1: warning limit 50 more findings are not shown (limit: findings 100)"


# ------------------------------------------------------------------------------------------------ as published

PUBLISHED = """input: {channels: 3, size: 224}
layers:
  - conv: {filters: 96, kernel: 11, stride: 4}
  - max_pool: {kernel: 3, stride: 2}
  - flatten
  - dense: 64
"""


def test_of_many_findings_the_last_says_how_one_line_silences_all() -> None:
    write("net.yaml", PUBLISHED)
    codes = "dropped-border, heavy-layer"
    line = f"# cnncalc: ignore-file[{codes}] as published"
    ran = invoke("check", "net.yaml")
    assert ran.err.count("one line silences it") == 1
    said = ran.err[ran.err.index("warning[heavy-layer]") :]
    assert f"= note: where all of this is as published, one line silences it: `{line}`\n" in said
    write("net.yaml", f"{PUBLISHED}{line}\n")
    assert check("net.yaml") == []


def test_of_few_findings_only_a_copy_of_a_published_network_is_told() -> None:
    write("net.yaml", BORDER)
    assert "one line silences it" not in invoke("check", "net.yaml").err
    write("net.yaml", f"source: a paper\n{BORDER}")
    assert "`# cnncalc: ignore-file[dropped-border] as published`" in invoke("check", "net.yaml").err


@pytest.mark.parametrize(
    ("entries", "cure"),
    [
        ("flatten, dropout, dense: 4096", "shrink what it reads, or `global_avg_pool` instead of `flatten`"),
        ("flatten, dense: 3, dense: 1000000", "shrink what it reads, or make it narrower"),
        (
            "conv: {filters: 4096, kernel: 14}, conv: [2, 1]",
            "shrink what it reads, or give it fewer filters, a smaller kernel or `groups`",
        ),
    ],
)
def test_a_heavy_layer_is_told_what_it_has(entries: str, cure: str) -> None:
    write("net.yaml", f"{{input: {{channels: 64, size: 14}}, layers: [conv: [60, 1], {entries}]}}")
    assert f"= help: {cure}\n" in invoke("check", "net.yaml").err


# ------------------------------------------------------------------------------------------------ extends


def test_what_a_parent_does_wrong_by_itself_is_told_with_the_parent() -> None:
    write("parent.yaml", BORDER)
    write("child.yaml", "{extends: parent.yaml, name: Child}")
    assert check("child.yaml") == []
    assert check("child.yaml", "parent.yaml") == [f"parent.yaml:3:45: warning dropped-border {SAID}"]


def test_what_the_child_makes_wrong_is_told_with_the_child_at_the_parents_line() -> None:
    write("parent.yaml", BORDER.replace("224", "227"))
    write("child.yaml", "{extends: parent.yaml, input: {channels: 3, size: 224}}")
    assert check("child.yaml", "parent.yaml") == [f"parent.yaml:3:45: warning dropped-border in `child.yaml`: {SAID}"]
    write(
        "child.yaml", "{extends: parent.yaml, input: {channels: 3, size: 224}} # cnncalc: ignore-file[dropped-border]"
    )
    assert check("child.yaml", "parent.yaml") == []


def test_a_comment_in_the_parent_holds_for_the_child_and_is_not_unused_there() -> None:
    write("parent.yaml", f"{BORDER}  # cnncalc: ignore[dropped-border]")
    write("child.yaml", "{extends: parent.yaml, input: {channels: 3, size: 227}}")
    assert check("child.yaml", "parent.yaml") == []


def test_vars_and_blocks_of_the_parent_are_not_the_childs_business() -> None:
    write(
        "parent.yaml",
        "input: {channels: 3, size: 8}\nvars: {n: 4}\nblocks: {a: {layers: [relu]}}\nlayers: [conv: [n, 1], a]",
    )
    write("child.yaml", "{extends: parent.yaml, layers: [conv: [3, 1]]}")
    assert check("child.yaml") == []
    write("child.yaml", "{extends: parent.yaml, vars: {nn: 8}}")
    ran = invoke("check", "child.yaml")
    assert "warning[unused-var]: nothing reads the var `nn`\n" in ran.err
    assert "  = help: did you mean to set `n`?\n" in ran.err


def test_what_a_network_does_wrong_by_itself_is_told_with_it_and_not_where_it_is_a_block() -> None:
    write("part.yaml", BORDER)
    write("net.yaml", "{input: {channels: 3, size: 224}, blocks: {p: {network: part.yaml}}, layers: [p]}")
    assert check("net.yaml") == []
    assert check("net.yaml", "part.yaml") == [f"part.yaml:3:45: warning dropped-border {SAID}"]


def test_what_a_size_makes_wrong_in_a_network_is_told_at_its_line_and_may_be_ignored_where_it_is_used() -> None:
    write("part.yaml", BORDER.replace("224", "227"))
    net = "input: {channels: 3, size: 224}\nblocks: {p: {network: part.yaml}}\nlayers:\n  - p"
    write("net.yaml", net)
    assert check("net.yaml") == [f"part.yaml:3:45: warning dropped-border in `net.yaml`: {SAID}"]
    assert "= note: here `p1/conv1`, used at net.yaml:4" in invoke("check", "net.yaml").err
    write("net.yaml", f"{net}  # cnncalc: ignore[dropped-border]")
    assert check("net.yaml") == []


def test_what_a_network_is_given_is_used() -> None:
    write("part.yaml", "{input: {channels: 3, size: 8}, vars: {n: 4}, layers: [conv: [n, 1]]}")
    write(
        "net.yaml",
        "{input: {channels: 3, size: 8}, vars: {base: 4, on: true}, "
        "blocks: {p: {network: part.yaml, params: [m], set: {n: base * m}}}, "
        "layers: [p: 2, add: {branches: [[relu], {when: on, layers: [tanh]}]}]}",
    )
    assert check("net.yaml") == []


# ------------------------------------------------------------------------------------------------ comments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{BORDER}   # cnncalc: ignore[dropped-border]", []),
        (f"{BORDER}   # cnncalc: ignore[dropped-border] as in the paper", []),
        (f"{BORDER}   # the paper's size # cnncalc:ignore[dropped-border]", []),
        (f"{BORDER}   # cnncalc: ignore[even-kernel, dropped-border]", [(3, "unused-ignore")]),
        (f"{BORDER}   # cnncalc: ignore[even-kernel]", [(3, "dropped-border"), (3, "unused-ignore")]),
        (f"{BORDER}   # cnncalc: ignore", [(3, "dropped-border"), (3, "unused-ignore")]),
        (f"{BORDER}   # cnncalc: ignore[]", [(3, "dropped-border"), (3, "unused-ignore")]),
        (f"{BORDER}   # cnncalc: nolint", [(3, "dropped-border"), (3, "unused-ignore")]),
        (f"{BORDER}   # cnncalc", [(3, "dropped-border")]),
        (f"# cnncalc: ignore[dropped-border]\n{BORDER}", [(1, "unused-ignore"), (4, "dropped-border")]),
        (f"# cnncalc: ignore-file[dropped-border]\n{BORDER}", []),
        (f"{BORDER}\n# cnncalc: ignore-file[dropped-border, even-kernel]", [(4, "unused-ignore")]),
        (f'name: "a # cnncalc: ignore-file[dropped-border]"\n{BORDER}', [(4, "dropped-border")]),
        (f"name: 'it''s # cnncalc: ignore-file[dropped-border]'\n{BORDER}", [(4, "dropped-border")]),
        (f"name: a#cnncalc:ignore-file[dropped-border]\n{BORDER}", [(4, "dropped-border")]),
        (f"note: >-\n  # cnncalc: ignore-file[dropped-border]\n{BORDER}", [(5, "dropped-border")]),
        (f"note: |  # cnncalc: ignore-file[dropped-border]\n  text\n{BORDER}", []),
        (f"note: one\n  two # cnncalc: ignore-file[dropped-border]\n{BORDER}", []),
    ],
)
def test_a_comment_ignores_what_it_names_and_is_a_finding_where_it_ignores_nothing(
    text: str, found: list[tuple[int, str]]
) -> None:
    assert codes(text) == found
    assert codes(text.replace("\n", "\r\n")) == found


BLOCK = """\
input: {channels: 3, size: 32}
blocks:
  unit:  # block
    params: [k]
    layers:
      - conv:  # entry
          filters: 8
          kernel: k
          padding: 1  # attribute
      - relu
layers:
  - unit: 1  # call
  - concat:
      branches:
        left: [conv: [8, 3, padding: 2]]
        right:  # branch
          - unit: 1
"""


@pytest.mark.parametrize(
    ("place", "left"),
    [
        ("attribute", 0),
        ("entry", 0),
        ("call", 1),
        ("branch", 1),
        ("block", 2),
    ],
)
def test_a_comment_holds_for_the_entry_that_it_stands_at_and_all_that_it_calls(place: str, left: int) -> None:
    found = lint(cnncalc.loads(BLOCK.replace(f"# {place}", "# cnncalc: ignore[wide-padding]")))
    wrong = [problem for problem in found.findings if problem.code == "wide-padding"]
    more = sum("1 more place" in note for problem in wrong for note in problem.notes)
    assert len(wrong) + more == left
    assert found.ignored == 2 - left
    assert [problem.code for problem in found.findings if problem.code == "unused-ignore"] == [
        "unused-ignore" for _ in range(left == 2)
    ]


@pytest.mark.parametrize(
    ("comment", "message", "help"),
    [
        ("ignore[droped-border]", "no rule `droped-border`", "did you mean `dropped-border`?"),
        ("ignore[E501]", "no rule `E501`", "`cnncalc rules` lists the rules"),
        ("ignore[heavy-layer]", "nothing to ignore: `heavy-layer` finds nothing here", "remove the comment"),
        ("ignore-file[dead-taps]", "nothing to ignore: `dead-taps` finds nothing in this file", "remove the comment"),
        ("ignore", "`# cnncalc: ignore` does not say what to ignore", "write `# cnncalc: ignore[code]`"),
        ("ignore[heavy-layer, ]", "nothing to ignore: `heavy-layer` finds nothing here", "remove the comment"),
        ("ignore[ , ]", "`# cnncalc: ignore[ , ]` does not say what to ignore", "write `# cnncalc: ignore[code]`"),
        ("ignore [ ]", "`# cnncalc: ignore [ ]` does not say what to ignore", "write `# cnncalc: ignore[code]`"),
    ],
)
def test_what_is_said_of_a_comment_that_ignores_nothing(comment: str, message: str, help: str) -> None:
    text = f"{{input: {{channels: 3, size: 8}}, layers: [relu]}} # cnncalc: {comment}"
    (found,) = lint(cnncalc.loads(text, name="net.yaml")).findings
    assert (found.code, found.message, found.help) == ("unused-ignore", message, help)
    assert found.where is not None
    assert (found.where.line, found.where.column) == (1, text.index("#") + 1)


def test_a_comment_that_another_input_size_makes_needless_is_not_unused() -> None:
    write("net.yaml", f"{BORDER}  # cnncalc: ignore[dropped-border]")
    assert check("net.yaml", "--input-size", "227") == []
    write("net.yaml", BORDER.replace("224", "227") + "  # cnncalc: ignore[dropped-border]")
    assert len(check("net.yaml")) == 1


def test_a_comment_for_a_rule_that_does_not_run_is_not_unused() -> None:
    write("net.yaml", f"{BORDER}  # cnncalc: ignore[heavy-layer]")
    assert len(check("net.yaml")) == 2
    assert check("net.yaml", "--ignore", "heavy-layer,dropped-border") == []
    assert check("net.yaml", "--select", "unused-ignore") == []


@pytest.mark.skipif(not HAS_C_PARSER, reason="PyYAML's own parser is slow by itself")
@pytest.mark.sweep
def test_comments_are_read_in_one_pass() -> None:
    text = "a: [\n" + "'#x', # cnncalc: ignore[x]\n'#x', # another\n" * MOST_COMMENTS + "]"
    start = time.process_time()
    assert len(comments(Source("net.yaml", text), "cnncalc:")) == MOST_COMMENTS
    assert time.process_time() - start < allowed(5)


# ------------------------------------------------------------------------------------------------ --select, --ignore


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ([], 1),
        (["--select", "dropped-border"], 1),
        (["--select", "dropped-border, even-kernel"], 1),
        (["--select", "even-kernel"], 0),
        (["--select", ""], 0),
        (["--ignore", "dropped-border"], 0),
        (["--ignore", "even-kernel"], 1),
        (["--select", "dropped-border", "--ignore", "dropped-border"], 0),
        (["--no-lint"], 0),
    ],
)
def test_rules_are_chosen_on_the_command_line(options: list[str], count: int) -> None:
    write("net.yaml", BORDER)
    assert len(check("net.yaml", *options)) == count


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_code_is_a_wrong_command_line(option: str) -> None:
    write("net.yaml", BORDER)
    said = "no rule `droped-border`: did you mean `dropped-border`?"
    assert invoke("check", "net.yaml", option, "heavy-layer,droped-border") == (2, "", said)


# ------------------------------------------------------------------------------------------------ pyproject.toml


def project(text: str, name: str = "pyproject.toml") -> None:
    write(name, f"[tool.cnncalc]\n{text}")


@pytest.mark.parametrize(
    ("choices", "options", "count"),
    [
        ('ignore = ["dropped-border"]', [], 0),
        ('select = ["even-kernel"]', [], 0),
        ('select = ["dropped-border"]', [], 1),
        ("select = []", [], 0),
        ('ignore = ["dropped-border"]', ["--select", "dropped-border"], 1),
        ('ignore = ["dropped-border"]', ["--ignore", "even-kernel"], 1),
        ('select = ["even-kernel"]', ["--ignore", "heavy-layer"], 0),
        ('per-file-ignores = {"net.yaml" = ["dropped-border"]}', [], 0),
        ('per-file-ignores = {"net.yaml" = ["dropped-border"]}', ["--select", "dropped-border"], 0),
        ('per-file-ignores = {"*.yml" = ["dropped-border"]}', [], 1),
        ('per-file-ignores = {"nets/*" = ["dropped-border"]}', [], 1),
        ('per-file-ignores = {"./net.yaml" = ["dropped-border"]}', [], 0),
        ('per-file-ignores = {"**/net.yaml" = ["dropped-border"]}', [], 0),
        ('per-file-ignores = {"**/et.yaml" = ["dropped-border"]}', [], 1),
    ],
)
def test_a_project_chooses_rules_and_the_command_line_wins(choices: str, options: list[str], count: int) -> None:
    project(choices)
    write("net.yaml", BORDER)
    assert len(check("net.yaml", *options)) == count


def test_the_nearest_file_with_a_table_holds_for_each_file(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    project('per-file-ignores = {"a/*.yaml" = ["dropped-border"]}')
    project('ignore = ["dropped-border"]', "b/pyproject.toml")
    write("b/deep/pyproject.toml", "[project]\nname = 'cnncalc-nets'\n")
    write("c/pyproject.toml", "this is no TOML, and none of our business")
    for name in ("a/net.yaml", "b/deep/net.yaml", "c/net.yaml", "net.yaml"):
        write(name, BORDER)
    assert [line.partition(":")[0] for line in check("a", "b", "c", "net.yaml")] == ["c/net.yaml", "net.yaml"]
    monkeypatch.chdir(folder / "c")
    assert [line.partition(":")[0] for line in check("../a/net.yaml", "../b/deep/net.yaml", "net.yaml")] == ["net.yaml"]


def test_standard_input_goes_by_the_working_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    project('strict = true\nselect = ["dropped-border"]')
    write("net.yaml", BORDER)
    assert invoke("check", "net.yaml").code == 1
    assert invoke("check", "-", input=BORDER).code == 1
    write("elsewhere/pyproject.toml", "[tool.cnncalc]\nselect = []\n")
    monkeypatch.chdir(folder / "elsewhere")
    assert invoke("check", "../net.yaml").code == 1  # its own project is strict
    assert invoke("check", "-f", "text", "-", input=BORDER).out == ""


def test_an_option_of_a_rule() -> None:
    write("net.yaml", "{input: {channels: 1, size: 28}, layers: [flatten, dense: 1200, relu, dense: 1200]}")
    assert check("net.yaml") == [
        "net.yaml:1:71: warning heavy-layer `dense2` holds 1,441,200 of the 2,383,200 params (60.4 %, more than 50 %)"
    ]
    project("max-share = 61")
    assert check("net.yaml") == []
    project("max-share = 39")
    assert [line.split()[3] for line in check("net.yaml")] == ["`dense1`", "`dense2`"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "[tool.cnncalc]: unknown key `selct`: did you mean `select`?"),
        (
            "zzz = 1",
            "unknown key `zzz`: there are `files`, `exclude`, `baseline`, `max-growth`, `select`, `ignore`, "
            f"`per-file-ignores`, `strict`, `memory`, {', '.join(f'`max-{name}`' for name in LIMITS)}, "
            "`max-share`, `overrides`",
        ),
        ('ignore = ["hevy-layer"]', "[tool.cnncalc]: `ignore`: no rule `hevy-layer`: did you mean `heavy-layer`?"),
        ('select = "heavy-layer"', '[tool.cnncalc]: `select` must be a list of codes: `["heavy-layer"]`'),
        ("select = [1]", '[tool.cnncalc]: `select` must be a list of codes: `["heavy-layer"]`'),
        ("strict = 1", "[tool.cnncalc]: `strict` must be true or false"),
        ("max-share = 0", "[tool.cnncalc]: `max-share` must be a whole number from 1 to 100"),
        ("max-share = true", "[tool.cnncalc]: `max-share` must be a whole number from 1 to 100"),
        ("max-share = 50.5", "[tool.cnncalc]: `max-share` must be a whole number from 1 to 100"),
        ("max-share = 2020-01-01", "[tool.cnncalc]: `max-share` must be a whole number from 1 to 100"),
        (
            "per-file-ignores = []",
            '[tool.cnncalc]: `per-file-ignores` must be a table: `{"fragments/*" = ["heavy-layer"]}`',
        ),
        (
            'per-file-ignores = {"a" = ["x"]}',
            "[tool.cnncalc]: `per-file-ignores`: no rule `x`: `cnncalc rules` lists them",
        ),
        (
            f'per-file-ignores = {{"{"*" * 201}" = []}}',
            "[tool.cnncalc]: `per-file-ignores` has a pattern of 201 characters (limit: pattern 200)",
        ),
        ('"\\u001b[31m" = 1', "unknown key `�[31m`: there are "),
        ("strict = ", "Invalid value (at end of document)"),
        (f"x = {'[' * 20_000}", "nested too deeply"),
        (f"x = {'9' * 5_000}", "Exceeds the limit"),
        ("#" + "x" * 2**20, "too large (limit: file size 1 MB)"),
    ],
)
def test_a_choice_that_cannot_be_used_is_exit_code_2(text: str, message: str) -> None:
    project(text)
    write("net.yaml", BORDER)
    ran = invoke("check", "net.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "pyproject.toml: " in ran.err
    assert message in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[tool]\ncnncalc = 1", "must be a table"),
        (b"tool = 'cnncalc'", None),
        (b"[tool.other]\nname = 'cnncalc'", None),
        (b"\xff # cnncalc", "'utf-8' codec"),
    ],
)
def test_odd_files(folder: Path, data: bytes, message: str | None) -> None:
    path = folder / "pyproject.toml"
    if message is None:
        assert read_config(str(path), data) is None
    else:
        with pytest.raises(BadConfig, match=message):
            read_config(str(path), data)


def test_a_folder_called_pyproject_toml_is_passed_over() -> None:
    Path("pyproject.toml").mkdir()
    write("net.yaml", BORDER)
    assert len(check("net.yaml")) == 1


def test_many_patterns_of_many_stars_cost_little(folder: Path) -> None:
    patterns = tuple((f"{'*a' * 90}{number}", frozenset(RULES)) for number in range(100))
    config = Config(path=str(folder / "pyproject.toml"), per_file_ignores=patterns)
    start = time.process_time()
    assert config.ignored("a" * 200 + ".yaml") == frozenset()
    assert time.process_time() - start < allowed(15)


# ------------------------------------------------------------------------------------------------ cost


def test_a_summary_knows_nothing_of_lint() -> None:
    code = "import sys; from cnncalc.__main__ import main; sys.argv = ['cnncalc', 'summary', 'lenet5', '-f', 'csv']\n"
    code += "try: main()\nexcept SystemExit: pass\n"
    code += "lint = tuple(f'cnncalc.analyses.checks.{name}' for name in ('rules', 'lint', 'config'))\n"
    code += "print(sorted(m for m in sys.modules if m.startswith(lint)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=environment()
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.sweep
def test_a_hundred_thousand_layers_cost_a_few_seconds() -> None:
    text = (
        "input: {channels: 4, size: 8}\n"
        "blocks: {unit: {layers: [conv: [4, 1, padding: 1], crop: {from: [previous, input]}, relu, relu]}}\n"
        "layers: [unit: {repeat: 25000}] # cnncalc: ignore[heavy-layer]\n"
    )
    graph = cnncalc.loads(text)
    start = time.process_time()
    found = lint(graph).findings
    assert time.process_time() - start < allowed(40)
    assert [problem.code for problem in found] == ["wide-padding", "repeated-activation", "unused-ignore"]
    assert "and at 24,999 more places" in found[0].notes[0]
