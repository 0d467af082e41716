"""What `cnncalc check` writes in each format, and that hostile text stays inside it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from jsonschema import Draft4Validator

from cnncalc.analyses.checks.report import Report
from cnncalc.core.analysis import Counts
from cnncalc.core.codes import CODES
from cnncalc.core.problem import Place, Problem
from cnncalc.formats.writing import shown
from tests.running import DATA, Ran, environment, formats, invoke, process, written

NET = """\
name: Small
input: {channels: 3, size: 8}
layers:
  - conv: {name: first, filters: 4, kernel: 3}
  - relu
expect:
  first: {output: 6x6x4, params: 100}
budget: {params: {max: 111}, weights: {warn: 99}}
"""
GOOD = NET.partition("expect")[0] + "expect: {first: {params: 112}}\n"
BAD = "input: {channels: 3, size: 8}\nlayers:\n  - conv: {filters: 4, kernal: 3}\n"
EXPECTATION = "`first` params: expected 100, is 112 (12 more, +12.0 %)"
MAX = "`total` params: limit 111, is 112, over by 1 (+0.9 %)"
WARN = "`total` weights: limit 99, is 108, over by 9 (+9.1 %)"
MISSPELT = "unknown attribute of `conv`: `kernal`"
MISSING = "cannot read `none.yaml`: no such file, and no bundled architecture of that name"

FORMATS = [name for name in formats("check") if name != "full"]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {"net.yaml": NET, "good.yaml": GOOD, "bad.yaml": BAD}.items():
        Path(name).write_text(text, encoding="utf-8")


def check(
    format: str, *arguments: str, files: tuple[str, ...] = ("net.yaml", "good.yaml", "none.yaml", "bad.yaml")
) -> Ran:
    ran = invoke("check", *files, "-f", format, *arguments)
    assert ran.code == 2 or files != ("net.yaml", "good.yaml", "none.yaml", "bad.yaml")
    return ran


# ------------------------------------------------------------------------------------------------------- full, text


def test_full_shows_each_problem_at_its_line_in_the_order_of_the_file() -> None:
    ran = invoke("check", "net.yaml")
    assert ran == invoke("check", "net.yaml", "-f", "full")
    assert ran.out == "1 of 1 file failed, 4 figures checked, 1 warning\n"
    assert ran.err == (
        f"error[expectation]: {EXPECTATION}\n"
        " --> net.yaml:7:34\n"
        "  |\n"
        "7 |   first: {output: 6x6x4, params: 100}\n"
        "  |                                  ^^^\n"
        "\n"
        f"error[budget]: {MAX}\n"
        " --> net.yaml:8:24\n"
        "  |\n"
        "8 | budget: {params: {max: 111}, weights: {warn: 99}}\n"
        "  |                        ^^^\n"
        "\n"
        f"warning[budget]: {WARN}\n"
        " --> net.yaml:8:46\n"
        "  |\n"
        "8 | budget: {params: {max: 111}, weights: {warn: 99}}\n"
        "  |                                              ^^\n"
        "\n"
    )


def test_full_goes_to_the_terminal_and_to_no_file() -> None:
    ran = invoke("check", "net.yaml", "-o", "report")
    assert ran.code == 2
    assert (
        "--output wants another format than `full`: --format text, json, github, sarif, gitlab, rdjson, junit, markdown"
        in ran.err
    )


def test_what_follows_a_problem_is_set_apart(tmp_path: Path) -> None:
    for name, text in {"a": GOOD, "b": BAD, "c": "on: push\n", "d": GOOD, "e": BAD}.items():
        (tmp_path / "nets").mkdir(exist_ok=True)
        (tmp_path / "nets" / f"{name}.yaml").write_text(text, encoding="utf-8")
    line = f"{sys.executable} -m cnncalc check nets 2>&1"
    ran = subprocess.run(line, shell=True, capture_output=True, text=True, env=environment(), check=False)
    said = re.sub(r"(error.*\n)(?: .*\n|\d.*\n)+", "<an error>\n", ran.stdout)
    assert said.splitlines() == [
        "nets/a.yaml: 1 figure",
        "<an error>",
        "",
        "note: nets/c.yaml is passed over: no `layers` and no `extends`",
        "nets/d.yaml: 1 figure",
        "<an error>",
        "",
        "2 of 4 files failed, 2 figures checked",
    ]


def test_quiet_says_nothing_about_a_file_that_is_fine(tmp_path: Path) -> None:
    Path("list.yaml").write_text("- a\n", encoding="utf-8")
    Path("lint.yaml").write_text(GOOD + "budget: {params: {warn: 99}}\n", encoding="utf-8")
    for quiet in ("-q", "--quiet"):
        assert invoke("check", "good.yaml", "lenet5", quiet) == Ran(0, "All checks passed: 2 files, 23 figures\n", "")
    ran = invoke("check", ".", "-q")
    loud = invoke("check", ".")
    note = "note: ./list.yaml is passed over: no `layers` and no `extends`\n"
    assert (ran.code, ran.err) == (2, loud.err.replace(note, ""))
    assert note in loud.err
    assert ran.out.splitlines() == loud.out.splitlines()[-1:]
    assert "warning[budget]" in ran.err
    shown = [invoke("check", "good.yaml", "-f", form, *quiet) for form in ("text", "json") for quiet in ((), ("-q",))]
    assert shown[0] == shown[1]
    assert shown[2] == shown[3]


def test_text_is_one_line_a_problem() -> None:
    ran = check("text")
    assert ran.out == (
        f"net.yaml:7:34: error expectation {EXPECTATION}\n"
        f"net.yaml:8:24: error budget {MAX}\n"
        f"net.yaml:8:46: warning budget {WARN}\n"
        f"none.yaml:1:1: error unreadable {MISSING}\n"
        f"bad.yaml:3:24: error unknown-attribute {MISSPELT}\n"
    )
    assert ran.err == "3 of 4 files failed, 5 figures checked, 1 warning\n"
    assert check("text", files=("good.yaml",)) == Ran(0, "", "All checks passed: 1 file, 1 figure\n")


# -------------------------------------------------------------------------------------------------------------- json


def test_json_has_every_file_with_its_totals_and_problems() -> None:
    ran = check("json")
    found = json.loads(ran.out)
    files = found.pop("files")
    assert found == {"schema_version": 1, "exit_code": 2, "figures": 5, "errors": 4, "warnings": 1}
    totals = {
        "params": 112, "weights": 108, "biases": 4, "buffers": 0,
        "multiplies": 3888, "flops": 7776, "activations": 288, "trainable": 112, "frozen": 0,
    }  # fmt: skip
    assert files[1] == {
        "file": "good.yaml", "exit_code": 0, "status": "exact", "lower_bound": [],
        "figures": 1,
        "totals": totals, "budgets": [], "problems": [], "notes": [],
    }  # fmt: skip
    assert files[0]["totals"] == totals
    assert files[0]["problems"][2] == {
        "level": "warning", "code": "budget", "message": WARN,
        "file": "net.yaml", "place": "net.yaml:8", "line": 8, "column": 46, "length": 2,
    }  # fmt: skip
    assert files[2] == {
        "file": "none.yaml", "exit_code": 2, "status": "error", "lower_bound": [],
        "figures": 0, "totals": None, "budgets": [],
        "problems": [
            {
                "level": "error", "code": "unreadable", "message": MISSING,
                "help": "did you mean `net.yaml`?",
            }
        ],
        "notes": [],
    }  # fmt: skip
    assert files[3]["problems"][0]["help"] == "did you mean `kernel`?"
    assert ran.err == "3 of 4 files failed, 5 figures checked, 1 warning\n"


def test_json_has_each_limit_in_numbers_where_it_is_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    net = "input: {channels: 1, size: 8}\nlayers: [conv: {name: c, filters: 2, kernel: 3}]\n"
    Path("net.yaml").write_text(
        f"{net}budget: {{params: {{max: 30, warn: 16}}, c: {{params: 25}}}}\n", encoding="utf-8"
    )
    (file,) = json.loads(invoke("check", "net.yaml", "-f", "json").out)["files"]
    assert [tuple(one.values()) for one in file["budgets"]] == [
        ("total", "params", "error", 30, 20, 0.6667, True),
        ("total", "params", "warning", 16, 20, 1.25, False),
        ("c", "params", "error", 25, 20, 0.8, True),
    ]


def test_json_has_the_same_shape_for_one_file_and_tells_a_lower_bound() -> None:
    text = "input: {channels: 3, size: 8}\nlayers: [conv: [4, 3], operator: Deform]\n"
    ran = invoke("check", "-", "-f", "json", input=text)
    (file,) = json.loads(ran.out)["files"]
    assert (ran.code, file["file"], file["status"]) == (0, "-", "lower_bound")


def test_json_goes_into_a_file() -> None:
    printed = check("json").out
    ran = check("json", "-o", "report.json")
    assert (ran.out, Path("report.json").read_text(encoding="utf-8")) == ("", printed)


# ------------------------------------------------------------------------------------------------------------ github

ANNOTATIONS = (
    "::error file=net.yaml,line=7,col=34,endColumn=37,title=cnncalc expectation::"
    "`first` params: expected 100, is 112 (12 more, +12.0 %25)\n"
    "::error file=net.yaml,line=8,col=24,endColumn=27,title=cnncalc budget::"
    "`total` params: limit 111, is 112, over by 1 (+0.9 %25)\n"
    "::error file=none.yaml,title=cnncalc unreadable::"
    f"{MISSING}%0Ahelp: did you mean `net.yaml`?\n"
    "::error file=bad.yaml,line=3,col=24,endColumn=30,title=cnncalc unknown-attribute::"
    f"{MISSPELT}%0Ahelp: did you mean `kernel`?\n"
    "::warning file=net.yaml,line=8,col=46,endColumn=48,title=cnncalc budget::"
    "`total` weights: limit 99, is 108, over by 9 (+9.1 %25)\n"
)


def test_github_writes_errors_before_warnings() -> None:
    ran = check("github")
    assert (ran.out, ran.err) == (ANNOTATIONS, "3 of 4 files failed, 5 figures checked, 1 warning\n")


def test_github_is_chosen_inside_its_actions_unless_another_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    files = ("net.yaml", "good.yaml", "none.yaml", "bad.yaml")
    assert invoke("check", *files).out == ANNOTATIONS
    assert (
        invoke("check", *files, "-f", "full").out
        == "good.yaml: 1 figure\n3 of 4 files failed, 5 figures checked, 1 warning\n"
    )
    monkeypatch.setenv("GITHUB_ACTIONS", "false")
    assert invoke("check", "good.yaml").out.startswith("good.yaml: 1 figure\n")


def test_github_paths_are_those_of_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path.parent))
    for name in ("bad.yaml", "./bad.yaml", f"{tmp_path}/bad.yaml"):
        assert f"file={tmp_path.name}/bad.yaml,line=3" in check("github", files=(name,)).out
    monkeypatch.setenv("GITHUB_WORKSPACE", "/elsewhere")
    assert "file=bad.yaml,line=3" in check("github", files=("./bad.yaml",)).out


def test_the_step_summary_is_appended_with_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Of a step before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    check("github")
    assert summary.read_text(encoding="utf-8") == (
        "# Of a step before\n"
        "### cnncalc check\n"
        "\n"
        "3 of 4 files failed, 5 figures checked, 1 warning\n"
        "\n"
        "| place | level | code | message | help |\n"
        "| :--- | :--- | :--- | :--- | :--- |\n"
        "| net.yaml:7 | error | expectation | `first` params: expected 100, is 112 (12 more, +12.0 %) |  |\n"
        "| net.yaml:8 | error | budget | `total` params: limit 111, is 112, over by 1 (+0.9 %) |  |\n"
        "| none.yaml | error | unreadable | cannot read `none.yaml`: no such file, and no bundled architecture of "
        "that name | did you mean `net.yaml`? |\n"
        "| bad.yaml:3 | error | unknown-attribute | unknown attribute of `conv`: `kernal` | did you mean `kernel`? |\n"
        "| net.yaml:8 | warning | budget | `total` weights: limit 99, is 108, over by 9 (+9.1 %) |  |\n"
        "\n"
        "| file | result | params | multiplies | activations | errors | warnings |\n"
        "| :--- | :--- | ---: | ---: | ---: | ---: | ---: |\n"
        "| net.yaml | ❌ broken | 112 | 3,888 | 288 | 2 | 1 |\n"
        "| good.yaml | ✅ passed | 112 | 3,888 | 288 | – | – |\n"
        "| none.yaml | ❌ cannot be used |  |  |  | 1 | – |\n"
        "| bad.yaml | ❌ cannot be used |  |  |  | 1 | – |\n"
    )


def test_only_github_writes_the_step_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    for format in ("full", "text", "json", "sarif", "junit"):
        check(format)
    assert not (tmp_path / "summary.md").exists()


def test_a_step_summary_that_cannot_be_written_changes_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    ran = check("github")
    assert ran.out == ANNOTATIONS
    assert "note: the step summary is not written: is a directory\n" in ran.err


def test_what_github_does_not_show_is_counted() -> None:
    problems = [Problem("budget", f"number {number}", level="warning") for number in range(11)]
    out = written("github", [Report("net.yaml", 0, problems=tuple(problems))])
    assert len(out.splitlines()) == 12
    assert out.endswith(
        "::notice title=cnncalc::GitHub shows 10 of 11 warnings as annotations; the step summary has all\n"
    )


def test_a_step_summary_stays_below_what_github_takes() -> None:
    problems = tuple(Problem("budget", "×" * 1000) for _ in range(500))
    reports = [Report(f"{'n' * 200}{number}.yaml", 1, problems=problems[:1]) for number in range(5000)]
    out = written("step_summary", [Report("first.yaml", 1, problems=problems), *reports])
    assert 900_000 < len(out.encode()) < 2**20
    assert re.search(r"^\*\*The first \d{3} of 5,500 problems\*\*$", out, re.MULTILINE)
    assert re.search(r"^\*\*The first \d,\d{3} of 5,001 files\*\*$", out, re.MULTILINE)


# ------------------------------------------------------------------------------------------------------------- sarif


def sarif(text: str) -> dict[str, Any]:
    """The one run of a log that keeps to the published schema."""
    schema = json.loads((DATA / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    log = json.loads(text)
    assert [error.message for error in Draft4Validator(schema).iter_errors(log)] == []
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_the_schema_of_sarif_refuses_what_is_none() -> None:
    with pytest.raises(AssertionError, match="ruleIdd"):
        sarif('{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"ruleIdd": 1}]}]}')


def test_sarif_has_a_result_for_each_problem_with_its_region() -> None:
    run = sarif(check("sarif").out)
    found = []
    for result in run["results"]:
        (location,) = result["locations"]
        place = location["physicalLocation"]
        region = place["region"]
        ends = (region["startLine"], region.get("startColumn"), region.get("endColumn"))
        found.append((result["level"], result["ruleId"], place["artifactLocation"]["uri"], ends))
    assert found == [
        ("error", "expectation", "net.yaml", (7, 34, 37)),
        ("error", "budget", "net.yaml", (8, 24, 27)),
        ("warning", "budget", "net.yaml", (8, 46, 48)),
        ("error", "unreadable", "none.yaml", (1, None, None)),
        ("error", "unknown-attribute", "bad.yaml", (3, 24, 30)),
    ]
    assert run["results"][4]["message"]["text"] == f"{MISSPELT}\nhelp: did you mean `kernel`?"
    place = run["results"][4]["locations"][0]["physicalLocation"]
    assert place["region"]["snippet"]["text"] == "kernal"
    assert place["contextRegion"] == {"startLine": 3, "snippet": {"text": BAD.splitlines()[2]}}


def test_sarif_of_a_file_of_one_long_line_does_not_repeat_it() -> None:
    entries = ", ".join(["conv: {filters: 4, kernal: 3}"] * 50)
    Path("long.yaml").write_text(f"{{input: {{channels: 3, size: 8}}, layers: [{entries}]}}", encoding="utf-8")
    text = invoke("check", "long.yaml", "-f", "sarif").out
    assert len(sarif(text)["results"]) == 50
    assert len(text) < 100_000


def test_sarif_describes_the_rules_that_it_uses() -> None:
    run = sarif(check("sarif").out)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["budget", "expectation", "unknown-attribute", "unreadable"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert rules[3]["shortDescription"]["text"] == CODES["unreadable"].what
    assert rules[3]["help"]["text"] == f"{CODES['unreadable'].what} {CODES['unreadable'].cure}"


def test_every_code_makes_a_valid_rule() -> None:
    problems = tuple(Problem(code, "x") for code in CODES)
    run = sarif(written("sarif", [Report("net.yaml", 2, problems=problems)]))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == sorted(CODES)


@pytest.mark.parametrize(("files", "code"), [(("good.yaml",), 0), (("net.yaml",), 1), (("bad.yaml",), 2)])
def test_sarif_tells_the_exit_code_of_the_invocation(files: tuple[str, ...], code: int) -> None:
    assert sarif(check("sarif", files=files).out)["invocations"] == [{"executionSuccessful": True, "exitCode": code}]


def test_notes_are_notifications_of_the_invocation() -> None:
    (invocation,) = sarif(check("sarif", "--input-size", "9", files=("good.yaml",)).out)["invocations"]
    (note,) = invocation["toolExecutionNotifications"]
    assert (note["level"], note["message"]["text"]) == (
        "note", "`expect` is not checked: vars or the input size were changed",
    )  # fmt: skip


def test_a_result_keeps_its_fingerprint_when_lines_are_put_above_and_no_two_have_the_same() -> None:
    def fingerprints() -> list[str]:
        run = sarif(check("sarif", files=("net.yaml",)).out)
        return [result["partialFingerprints"]["codeAndLine/v1"] for result in run["results"]]

    before = fingerprints()
    Path("net.yaml").write_text(f"# one\n# two\n{NET}", encoding="utf-8")
    assert fingerprints() == before
    assert len(set(before)) == 3


def test_absolute_paths_and_spaces_are_uris(tmp_path: Path) -> None:
    (tmp_path / "a b%ü.yaml").write_text(BAD, encoding="utf-8")
    for name, uri in {
        "a b%ü.yaml": "a%20b%25%C3%BC.yaml",
        str(tmp_path / "bad.yaml"): (tmp_path / "bad.yaml").as_uri(),
    }.items():
        (result,) = sarif(check("sarif", files=(name,)).out)["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_braces_are_no_placeholders_and_brackets_no_links() -> None:
    problem = Problem("limit", "write `{max: 5M}`, see [here](http://example.org) and `[8000]`")
    run = sarif(written("sarif", [Report("net.yaml", 2, problems=(problem,))]))
    assert run["results"][0]["message"]["text"] == "write `{{max: 5M}}`, see \\[here](http://example.org) and `[8000]`"


# ------------------------------------------------------------------------------------------------------------- junit


def junit(text: str) -> ET.Element:
    """The one suite of a report that keeps to the schema of Jenkins, which has the `file` of GitLab on suites only."""
    xmlschema.XMLSchema(DATA / "schemas" / "junit-10.xsd").validate(
        re.sub(r'(<testcase .*?) file="[^"]*"', r"\1", text)
    )
    (suite,) = ET.fromstring(text)
    return suite


def test_junit_has_a_case_for_each_file() -> None:
    suite = junit(check("junit").out)
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4", "failures": "1", "errors": "2", "skipped": "0",
    }  # fmt: skip
    assert [(case.get("name"), [child.tag for child in case]) for case in suite] == [
        ("net.yaml", ["failure", "system-out"]),
        ("good.yaml", []),
        ("none.yaml", ["error"]),
        ("bad.yaml", ["error"]),
    ]
    failure, warnings = suite[0]
    assert failure.attrib == {"type": "expectation", "message": f"{EXPECTATION} (and 1 more)"}
    full = invoke("check", "net.yaml").err
    assert (failure.text or "") + "\n" + (warnings.text or "") + "\n" == full


def test_junit_fails_a_file_that_only_warns_when_that_breaks_it() -> None:
    Path("warns.yaml").write_text(GOOD + "budget: {weights: {warn: 99}}\n", encoding="utf-8")
    relaxed = junit(check("junit", files=("warns.yaml",)).out)
    assert [child.tag for child in relaxed[0]] == ["system-out"]
    strict = junit(check("junit", "--strict", files=("warns.yaml",)).out)
    assert strict[0][0].attrib == {"type": "budget", "message": WARN}


# ------------------------------------------------------------------------------------------------------ hostile text

HOSTILE = "\x00\x07\x1b[31m\x9b\r\n::error::x%0A]]><&\"'|`{0}[a](b)\u202e\ud800\ufffe\U0010ffff,:"
FILE = f"dir,a:b%{HOSTILE}.yaml".replace("\ud800", "\udcff")  # a byte that is no UTF-8, as the system hands it on
PLACE = Place(FILE, 3, 2, 4, HOSTILE)
PROBLEMS = (
    Problem("bad-value", HOSTILE, PLACE, (HOSTILE,), HOSTILE),
    Problem("limit", HOSTILE, None, (), HOSTILE, "warning"),
)
REPORTS = [
    Report(FILE, 1, 1, PROBLEMS, (HOSTILE,), Counts(1, 2), ("params",)),
    Report(FILE, 2, 0, PROBLEMS[:1], ()),
    Report(FILE, 0, 1, PROBLEMS[1:], (HOSTILE,), Counts()),
]


def drawn(format: str) -> str:
    return written(format, REPORTS, "/")


@pytest.mark.parametrize("format", [*FORMATS, "step_summary"])
def test_no_format_lets_control_characters_through(format: str) -> None:
    text = drawn(format)
    assert {unicodedata.category(character) for character in text.replace("\n", "")} & {"Cc", "Cf", "Cs", "Cn"} == set()
    assert text.encode("utf-8").decode("utf-8") == text


def test_hostile_text_adds_no_line_and_no_annotation() -> None:
    assert len(drawn("text").splitlines()) == 2  # each problem once
    assert all(re.match(r".*: (error bad-value|warning limit) ", line) for line in drawn("text").splitlines())
    lines = drawn("github").splitlines()
    assert len(lines) == 2
    for line in lines:
        match = re.fullmatch(r"::(?:error|warning) ((?:\w+=[^,:]*,?)+)::(.*)", line)
        assert match, line
        assert {name.partition("=")[0] for name in match[1].split(",")} <= {"file", "line", "col", "endColumn", "title"}


def test_hostile_text_comes_back_from_json_but_for_half_characters() -> None:
    file, _, _ = json.loads(drawn("json"))["files"]
    assert file["file"] == shown(FILE)
    assert file["problems"][0]["message"] == shown(HOSTILE)
    assert file["notes"] == [shown(HOSTILE)]


def test_hostile_text_is_valid_sarif_and_junit() -> None:
    run = sarif(drawn("sarif"))
    assert run["results"][0]["locations"][0]["physicalLocation"]["contextRegion"]["snippet"]["text"] == shown(HOSTILE)
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w./%~-]+", uri, re.ASCII)
    assert ",a:b%" in unquote(uri)
    assert len(junit(drawn("junit"))) == 3


def test_hostile_text_stays_in_its_cell_of_the_step_summary() -> None:
    rows = [line for line in drawn("step_summary").splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 2 + 2 + 3
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6, 8}
    assert not re.search(r"(?<!\\)[<`]", "".join(rows))


CODE = {  # a message: how it is written in a cell
    "`conv_1` params": "`conv_1` params",
    "`a`, `b` and *c*": "`a`, `b` and \\*c\\*",
    "`<b>@octocat #1`": "`<b>@octocat #1`",
    "a ` b": "a \\` b",
    "`a`b`": "`a`b\\`",
    "``": "\\`\\`",
    "`` a ``": "\\`\\` a \\`\\`",
    "` `": "\\` \\`",
    "`a|b`": "\\`a\\|b\\`",
    "`a\\`|b`": "\\`a\\\\\\`\\|b\\`",
    "`a\\\\|b`": "\\`a\\\\\\\\\\|b\\`",
    "$`a`$": "\\$\\`a\\`\\$",
    "\\`a`": "\\\\`a`",
}


@pytest.mark.parametrize(("text", "shown"), CODE.items())
def test_names_in_backticks_are_code_that_nothing_breaks_out_of(text: str, shown: str) -> None:
    problem = Problem("bad-value", text, Place("net.yaml", 1, 1))
    rows = written("step_summary", [Report("net.yaml", 1, 1, (problem,))]).splitlines()
    assert f"| net.yaml:1 | error | bad-value | {shown} |  |" in rows


@pytest.mark.sweep
def test_a_file_name_that_is_no_text_breaks_no_format() -> None:
    for format in ("full", *FORMATS):
        ran = process("check", "-f", format, "none\udcff\n.yaml", env={"GITHUB_STEP_SUMMARY": "summary.md"})
        assert ran.code == 2
        assert "Traceback" not in ran.err


# -------------------------------------------------------------------------------------------------- the command line


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_files_give_the_same_bytes(format: str) -> None:
    first, second = (re.sub(r' time="[\d.]+"', "", check(format).out) for _ in range(2))
    assert first == second


def test_an_unknown_format_is_a_wrong_command_line() -> None:
    ran = invoke("check", "good.yaml", "-f", "yaml")
    assert ran.code == 2
    assert (
        "'yaml' is not one of 'full', 'text', 'json', 'github', 'sarif', 'gitlab', 'rdjson', 'junit', 'markdown'"
        in ran.err
    )


def test_shells_complete_the_formats() -> None:
    env = {"_CNNCALC_COMPLETE": "bash_complete", "COMP_WORDS": "cnncalc check net.yaml -f ", "COMP_CWORD": "4"}
    assert process(env=env).out.splitlines() == [f"plain,{format}" for format in ("full", *FORMATS)]


# ------------------------------------------------------------------------------------------- places, counted by hand

PLACES: list[tuple[str, str, tuple[int, int, int], str]] = [
    # what is odd, file, (line, column, length), the line's text
    ("a tab counts one", "layers:\n  - conv:\t{\tkernal: 3}\n", (2, 13, 6), "  - conv:\t{\tkernal: 3}"),
    (
        "so does a wide letter",
        'layers: [conv: {"日本😀": 1, kernal: 3}]\n',
        (1, 27, 6),
        'layers: [conv: {"日本😀": 1, kernal: 3}]',
    ),
    ("CR LF", "name: n\r\nlayers:\r\n- conv: {kernal: 3}\r\n", (3, 10, 6), "- conv: {kernal: 3}"),
    ("CR alone", "name: n\rlayers:\r- conv: {kernal: 3}\r", (3, 10, 6), "- conv: {kernal: 3}"),
    ("YAML's other line ends", "name: n\x85layers:\u2028- conv: {kernal: 3}\n", (3, 10, 6), "- conv: {kernal: 3}"),
    ("a byte order mark", "\ufefflayers: [conv: {kernal: 3}]\n", (1, 17, 6), "layers: [conv: {kernal: 3}]"),
]


@pytest.mark.parametrize(("what", "text", "place", "line"), PLACES, ids=[case[0] for case in PLACES])
def test_a_place_counts_code_points_from_1(what: str, text: str, place: tuple[int, int, int], line: str) -> None:
    Path("odd.yaml").write_bytes(text.encode())
    (file,) = json.loads(invoke("check", "odd.yaml", "-f", "json").out)["files"]
    found = {(one["line"], one["column"], one["length"]) for one in file["problems"] if "line" in one}
    assert place in found
    log = sarif(invoke("check", "odd.yaml", "-f", "sarif").out)
    places = [result["locations"][0]["physicalLocation"] for result in log["results"]]
    region = {"startLine": place[0], "startColumn": place[1], "endColumn": place[1] + place[2]}
    context = {"startLine": place[0], "snippet": {"text": line}}
    assert ({**region, "snippet": {"text": "kernal"}}, context) in [
        (physical["region"], physical.get("contextRegion")) for physical in places
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("input: {channels: 1}\nlayers: [relu", "2:9"),
        ("input: {channels: 1}\nlayers: [relu\n\n\n", "2:9"),
        ('input: {channels: 1}\nlayers: "relu', "2:9"),
        ("input: {channels: 1}\nlayers:\n  -", "3:4"),
        ("{", "1:2"),
    ],
)
def test_what_is_not_closed_is_told_where_it_opens_and_no_line_is_made_up(text: str, place: str) -> None:
    Path("open.yaml").write_text(text, encoding="utf-8")
    assert invoke("check", "open.yaml", "-f", "text").out.startswith(f"open.yaml:{place}: error ")


def test_what_is_underlined_is_what_is_meant_below_wide_letters_too() -> None:
    Path("odd.yaml").write_text('input: {channels: 1}\nlayers: [dense: {"日本": 1, unitz: 3}]\n', encoding="utf-8")
    shown = [line for line in invoke("check", "odd.yaml").err.splitlines() if line.startswith(("2 |", "  |  "))]
    assert shown == [
        '2 | layers: [dense: {"日本": 1, unitz: 3}]',
        "  |                  ^^^^^^",  # two columns for each of the two letters
        '2 | layers: [dense: {"日本": 1, unitz: 3}]',
        "  |                             ^^^^^",
    ]


def test_problems_of_different_files_stand_apart() -> None:
    assert "\n\nerror[unknown-attribute]" in invoke("check", "net.yaml", "bad.yaml").err
