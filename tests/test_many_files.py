"""Many files in one call of `cnncalc check`: in the order given, one that fails stops no other, a bar shows how far."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from cnncalc.analyses.checks.report import Checks, Report
from cnncalc.core.problem import Place, Problem, ProblemsFound
from cnncalc.formats.listing import File, listing
from tests.running import ROOT, in_a_terminal, invoke, process

NET = """\
input: {channels: 3, size: 8}
layers: [conv: {name: first, filters: 4, kernel: 3}]
expect: {first: {params: 112}}
"""
ARCHITECTURES = ROOT / "architectures"
MOST_LEFT = 10  # objects that stay of a file: its report


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(*names: str, text: str = NET) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


# ------------------------------------------------------------------------------------------------------ a thousand


@pytest.mark.sweep
def test_a_thousand_files_in_one_call_one_of_them_unreadable() -> None:
    names = [f"nets/n{number:03}.yaml" for number in range(1000)]
    write(*names)
    write(names[500], text=NET.replace("112", "100"))
    write(names[700], text="layers: [\n")
    Path(names[900]).unlink()
    Path(names[900]).symlink_to("nowhere.yaml")
    ran = process("check", *reversed(names), "-f", "json")
    assert ran.code == 2
    found = json.loads(ran.out)
    assert [file["file"] for file in found["files"]] == names[::-1]
    failed = {file["file"]: file["exit_code"] for file in found["files"] if file["exit_code"]}
    assert failed == {names[500]: 1, names[700]: 2, names[900]: 2}
    assert ran.err == "3 of 1,000 files failed, 998 figures checked\n"


def test_what_is_said_stands_in_the_order_given_on_both_streams() -> None:
    write("a.yaml", "c.yaml")
    write("b.yaml", "d.yaml", text=NET.replace("112", "100"))
    ran = invoke("check", "d.yaml", "c.yaml", "none.yaml", "b.yaml", "a.yaml")
    assert re.findall(r"^(?: -->|error.*cannot read) `?(\w+)", ran.err, re.MULTILINE) == ["d", "none", "b"]
    assert ran.out == "c.yaml: 1 figure\na.yaml: 1 figure\n3 of 5 files failed, 4 figures checked\n"


def test_a_file_named_twice_is_checked_twice() -> None:
    write("a.yaml")
    assert invoke("check", "a.yaml", "a.yaml").out.endswith("All checks passed: 2 files, 2 figures\n")


def test_standard_input_is_read_once() -> None:
    ran = invoke("check", "-", "-", input=NET)
    assert ran.code == 2
    assert "can be read only once" in ran.err


@pytest.mark.sweep
@pytest.mark.parametrize(
    "text",
    [
        (ARCHITECTURES / "lenet5.yaml").read_text(encoding="utf-8"),
        "extends: resnet18\nlayers: [conv: {filtrs: 3}]\n",
        "input: {channels: 3, size: 8}\nlayers:\n  - relu\n    - relu\n",
        "layers: [\n",
        "extends: resnet18\n",
        "extends: parent.yaml\n",
    ],
    ids=["fine", "wrong", "indented", "no YAML", "bundled parent", "own parent"],
)
def test_memory_is_given_back_while_the_collector_rests(text: str) -> None:
    """What is made of a file is not tied into circles, so it goes with the file."""
    left = {}
    gc.disable()
    try:
        for count in (3, 3, 13):  # the first time fills the caches
            names = [f"nets{count}/n{number:02}.yaml" for number in range(count)]
            write(*names, text=text)
            write(f"nets{count}/parent.yaml", text=(ARCHITECTURES / "lenet5.yaml").read_text(encoding="utf-8"))
            before = len(gc.get_objects())
            invoke("check", f"nets{count}", "-f", "text")
            left[count] = len(gc.get_objects()) - before
    finally:
        gc.enable()
    assert left[13] - left[3] < 10 * MOST_LEFT


# ------------------------------------------------------------------------------------------------------------ folders


def test_a_folder_is_listed_in_order_and_hidden_ones_are_skipped() -> None:
    write("nets/b.yaml", "nets/a/z.yml", "nets/a.yaml", "nets/.git/x.yaml", "nets/read.me")
    found = [file.name.replace(os.sep, "/") for file in listing(["nets", "one.yaml", "-"])]
    assert found == ["nets/a.yaml", "nets/a/z.yml", "nets/b.yaml", "one.yaml", "-"]


def test_a_folder_that_cannot_be_listed_is_a_failure_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    write("nets/a.yaml", "nets/shut/b.yaml", "nets/z.yaml")
    whole = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return whole(path)

    monkeypatch.setattr(os, "scandir", scandir)
    ran = invoke("check", "nets")
    assert ran.code == 2
    assert ran.err == "error[unreadable]: cannot read the folder `nets/shut`: permission denied\n\n"
    assert ran.out == "nets/a.yaml: 1 figure\nnets/z.yaml: 1 figure\n1 of 3 files failed, 2 figures checked\n"


def test_other_yaml_below_a_folder_is_in_no_report() -> None:
    write("nets/a.yaml")
    write("nets/workflow.yaml", text="on: push\n")
    ran = invoke("check", "nets", "-f", "json")
    assert [file["file"] for file in json.loads(ran.out)["files"]] == ["nets/a.yaml"]
    assert ran.err.splitlines()[0] == "note: nets/workflow.yaml is passed over: no `layers` and no `extends`"
    assert invoke("check", "nets/workflow.yaml").code == 2  # named, it is meant


# -------------------------------------------------------------------------------------------------------- progress


@pytest.mark.sweep
def test_a_bar_on_a_terminal_for_many_files_only() -> None:
    write(*(f"many/n{number:02}.yaml" for number in range(30)), *(f"few/n{number}.yaml" for number in range(5)))
    shown = in_a_terminal("check", "many")
    assert re.search(r"\[#+-+\] +\d+/30", shown)
    assert "All checks passed: 30 files, 30 figures" in shown
    assert "/5" not in in_a_terminal("check", "few")
    assert "/30" not in in_a_terminal("check", "many", TERM="dumb")


def test_nothing_of_the_bar_is_left_on_the_screen() -> None:
    write(*(f"many/n{number:02}.yaml" for number in range(30)))
    lines = on_a_screen(in_a_terminal("check", "many"))
    assert lines == ["All checks passed: 30 files, 30 figures"]


def test_of_many_files_only_those_in_which_something_is_wrong_are_named() -> None:
    write(*(f"nets/n{number:02}.yaml" for number in range(20)))
    assert len(invoke("check", "nets").out.splitlines()) == 21
    write("nets/more.yaml")
    Path("nets/wrong.yaml").write_text("layers: [\n", encoding="utf-8")
    ran = invoke("check", "nets")
    assert ran.out == "1 of 22 files failed, 21 figures checked\n"
    assert " --> nets/wrong.yaml:" in ran.err


def test_no_bar_where_nobody_looks() -> None:
    write(*(f"many/n{number:02}.yaml" for number in range(30)))
    ran = process("check", "many", "-f", "text")
    assert (ran.out, ran.err) == ("", "All checks passed: 30 files, 30 figures\n")


def on_a_screen(text: str) -> list[str]:
    """The lines that a terminal shows in the end, for the few codes that the bar uses."""
    lines, row, column = [""], 0, 0
    for code, character in re.findall(r"(\x1b\[[?\d;]*[A-Za-z])|([\s\S])", text):
        if code == "\x1b[2K":
            lines[row] = ""
        elif code == "\x1b[1A":
            row -= 1
        elif character == "\r":
            column = 0
        elif character == "\n":
            row, column = row + 1, 0
            if row == len(lines):
                lines.append("")
        elif character:
            lines[row] = lines[row][:column].ljust(column) + character + lines[row][column + 1 :]
            column += 1
    return [line for line in lines if line]


# ------------------------------------------------------------------------------------------------- called from Python


def test_reports_come_one_by_one_and_are_frozen() -> None:
    write("a.yaml")
    write("b.yaml", text=NET.replace("112", "100"))
    reports = Checks().run(["a.yaml", "b.yaml", "none.yaml"])
    first = next(reports)
    assert (first.file, first.code, first.figures, first.problems) == ("a.yaml", 0, 1, ())
    assert first.totals is not None
    assert first.totals.params == 112
    assert [(report.file, report.code) for report in reports] == [("b.yaml", 1), ("none.yaml", 2)]
    with pytest.raises(AttributeError):
        first.code = 1  # type: ignore[misc]


def test_the_python_of_the_page_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")
    ((program, printed),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
    exec(program, {})
    assert capsys.readouterr().out == printed


def test_further_problems_stand_among_the_others_in_the_order_of_the_file() -> None:
    write("a.yaml", text=NET.replace("112", "100"))

    def rule(source: object, analysis: object) -> list[Problem]:
        file = source.name  # type: ignore[attr-defined]
        rows = analysis.rows  # type: ignore[attr-defined]
        return [
            Problem("z", "of no place", level="warning"),
            Problem("y", "of another file", Place("parent.yaml", 1, 1), level="warning"),
            Problem("x", f"{len(rows)} rows", Place(file, 2, 10), level="warning"),
        ]

    report = Checks(finders=(rule,)).report("a.yaml")
    assert [problem.code for problem in report.problems] == ["x", "expectation", "y", "z"]
    assert ([one.code for one in report.errors], [one.code for one in report.warnings]) == (
        ["expectation"],
        ["x", "y", "z"],
    )


@pytest.mark.parametrize(
    ("level", "strict", "code"), [("warning", False, 0), ("warning", True, 1), ("error", False, 1)]
)
def test_what_breaks_a_file(level: str, strict: bool, code: int) -> None:
    write("a.yaml")
    problem = Problem("x", "found", level=level)  # type: ignore[arg-type]
    assert Checks(finders=(lambda source, analysis: [problem],), strict=strict).report("a.yaml").code == code


def test_a_source_of_problems_may_refuse_a_file() -> None:
    def refuses(source: object, analysis: object) -> list[Problem]:
        raise ProblemsFound([Problem("x", "no judgement")])

    write("a.yaml")
    report = Checks(finders=(refuses,)).report("a.yaml")
    assert (report.code, [problem.code for problem in report.problems]) == (2, ["x"])


def test_a_listed_file_that_is_no_architecture_is_skipped_with_its_reason() -> None:
    write("a.yaml", text="on: push\n")
    assert Checks().report(File("a.yaml", listed=True)) == Report("a.yaml", skipped="no `layers` and no `extends`")


def test_folders_are_walked_however_deep(tmp_path: Path) -> None:
    for _ in range(1_500):
        os.mkdir("a")
        os.chdir("a")
    Path("net.yaml").write_text("input: {channels: 3, size: 8}\nlayers: [relu]\n")
    os.chdir(tmp_path)
    ran = invoke("check", "a", "-f", "json")
    assert (ran.code, json.loads(ran.out)["files"][0]["file"]) == (0, f"{'a/' * 1_500}net.yaml")
    subprocess.run(["rm", "-rf", "a"], check=True)


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnncalc.formats.listing.MOST_FILES", 3)
    for number in range(4):
        assert invoke("check", ".").code == (0 if number else 2)
        Path(f"net{number}.yaml").write_text("input: {channels: 3, size: 8}\nlayers: [relu]\n")
    ran = invoke("check", ".")
    assert ran.code == 2
    assert "`.` has more than 3 YAML files (limit: files 3)" in ran.err
