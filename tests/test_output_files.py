"""`-o FILE`: its suffix names the format, what is read is not overwritten, and options without effect are told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cnncalc.analyses.measures import Use, used
from cnncalc.cli import command_names
from cnncalc.cli.formats import OutputFormat
from tests.running import command as command_of
from tests.running import environment, formats, invoke, sample

NET = "input: {channels: 3, size: 8}\nlayers: [conv: {filters: 4, kernel: 3}]\n"
CHILD = "extends: net.yaml\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two networks, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    Path("nets").mkdir()
    for name, text in (("net.yaml", NET), ("child.yaml", CHILD), ("net.txt", NET), ("nets/one.yaml", NET)):
        Path(name).write_text(text)
    Path("link.yaml").symlink_to("net.yaml")
    Path("hard.json").hardlink_to("net.txt")
    return tmp_path


# ------------------------------------------------------------------------------------------------ what is kept

READ = "'{}' is a file that is read: it would be overwritten."
THERE = "'{}' is there already, and an architecture file is not overwritten."
KEPT = "'{}' is there already; --force replaces it."
REFUSED: list[tuple[str, str]] = [
    ("summary net.yaml -o net.yaml", READ),
    ("summary net.yaml -o ./nets/../net.yaml", READ),
    ("summary net.yaml -o link.yaml", READ),
    ("summary link.yaml -f json -o net.yaml", READ),
    ("summary net.txt -o hard.json", READ),
    ("summary nets/one.yaml net.yaml -o net.yaml", READ),
    ("explain net.yaml -o net.yaml", READ),
    ("explain net.txt conv1 -o net.txt", READ),
    ("check net.yaml -f sarif -o net.yaml", READ),
    ("check nets -f sarif -o nets/one.yaml", READ),
    ("check net.yaml --write-baseline net.yaml", READ),
    ("check net.yaml --write-baseline link.yaml", READ),
    ("check net.yaml --baseline hard.json -f json -o net.txt", READ),
    ("compare nets/one.yaml net.txt -o net.txt", READ),
    ("exercise net.txt -o net.txt", READ),
    ("diagram net.yaml -o link.yaml", READ),
    ("grade net.txt nets -o net.txt", READ),
    ("grade sheet.md net.txt -f csv -o hard.json", READ),
    ("summary child.yaml -f json -o net.yaml", THERE),  # which the child extends
    ("check --since HEAD -f json -o net.yaml", THERE),
    ("check --staged child.yaml -f json -o net.yaml", THERE),
    ("check net.txt --write-baseline net.yaml", THERE),
    ("schema -o net.yaml", THERE),
    ("layers -o net.yaml", THERE),
    ("new -o net.txt", KEPT),
    ("new -o net.yaml", KEPT),
    ("new -o link.yaml", KEPT),
    ("show lenet5 -o net.yaml", KEPT),
]  # fmt: skip


@pytest.mark.parametrize(("command", "says"), REFUSED, ids=[command for command, _ in REFUSED])
def test_a_file_that_is_read_is_not_overwritten(command: str, says: str, folder: Path) -> None:
    ran = invoke(*command.split())
    *_, option, path = command.split()
    option = "'-o' / '--output'" if option == "-o" else f"'{option}'"
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Invalid value for {option}: {says.format(path)}"
    assert [Path(name).read_text() for name in ("net.yaml", "net.txt", "nets/one.yaml")] == [NET] * 3


def test_standard_input_may_be_a_file_too(folder: Path) -> None:
    line = f"{sys.executable} -m cnncalc summary - -f json -o net.yaml < net.yaml"
    done = subprocess.run(line, shell=True, capture_output=True, cwd=folder, env=environment(), check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().endswith(f"{READ.format('net.yaml')}\n")
    assert Path("net.yaml").read_text() == NET


def test_a_bundled_file_is_not_overwritten_either(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("lenet5.txt").write_text(NET)
    monkeypatch.setattr("cnncalc.formats.bundled.find", lambda name: "lenet5.txt" if name == "lenet5" else None)
    ran = invoke("summary", "lenet5", "-o", "./lenet5.txt")
    assert (ran.code, ran.err.partition(": ")[2]) == (2, READ.format("./lenet5.txt"))


def test_two_outputs_are_two_files(folder: Path) -> None:
    ran = invoke("check", "net.yaml", "-f", "json", "-o", "it.json", "--write-baseline", "nets/../it.json")
    assert ran.code == 2
    assert "'it.json' is written by --write-baseline, too." in ran.err
    assert not Path("it.json").exists()


def test_a_baseline_is_held_to_and_written_anew(folder: Path) -> None:
    assert invoke("check", "net.yaml", "--write-baseline", "base.json").code == 0
    assert invoke("check", "net.yaml", "--baseline", "base.json", "--write-baseline", "base.json").code == 0


def test_what_cnncalc_wrote_before_is_replaced(folder: Path) -> None:
    for name in ("it.json", "it.csv", "it"):
        for _ in range(2):
            assert invoke("summary", "net.yaml", "-o", name).code == 0


def test_force_replaces_a_file_to_start_from(folder: Path) -> None:
    for command in (["new"], ["show", "lenet5"]):
        assert invoke(*command, "-o", "net.yaml", "--force").code == 0
        assert Path("net.yaml").read_text() == invoke(*command).out
        assert invoke(*command, "-o", f"{command[0]}.yaml").code == 0
        assert invoke(*command, "-o", os.devnull).code == 0


# ------------------------------------------------------------------------------------------------ which format


def suffixes(command: str) -> dict[str, OutputFormat]:
    """The format that each suffix stands for."""
    return {suffix: form for form in formats(command).values() for suffix in form.endings}


ARGUMENTS = {
    "compare": ["resnet18", "resnet34"],
    "grade": ["sheet.md", "answers.json"],
    "rules": [],
    "layers": [],
    "list": ["lenet5"],
}
OUTPUTS = [
    (command, form.name, suffix)
    for command in command_names()
    if command not in ("grade", "diff", "history")  # which need a repository
    for suffix, form in suffixes(command).items()
]


def undated(path: Path) -> bytes:
    """What a file holds, without the time that a PDF has, and those that a JUnit report has."""
    return re.sub(rb"/CreationDate \([^)]*\)| time=\"[\d.]+\"", b"", path.read_bytes())


@pytest.mark.parametrize("output", sample(3, OUTPUTS, lambda case: case[0] + case[2]))
def test_a_suffix_names_the_format(output: tuple[str, str, str], folder: Path) -> None:
    command, form, suffix = output
    arguments = [command, *ARGUMENTS.get(command, ["lenet5"])]
    assert invoke(*arguments, "-o", f"by.suffix{suffix.upper()}").code == 0
    assert invoke(*arguments, "-o", "by.option", "-f", form).code == 0
    assert undated(Path(f"by.suffix{suffix.upper()}")) == undated(Path("by.option"))


def test_every_format_has_been_named_by_a_suffix() -> None:
    """But those of the terminal, and of GitHub's log."""
    offered = {form for command in command_names() for form in formats(command)}
    assert offered - {form for _, form, _ in OUTPUTS} == {"full", "github", "gitlab", "names"}


@pytest.mark.parametrize(
    ("command", "suffix", "says"),
    [
        ("diagram lenet5", "jpg", "--format names one of svg, png, pdf, tikz, mermaid, dot."),
        ("diagram lenet5", "txt", "--format names one of svg, png, pdf, tikz, mermaid, dot."),
        ("explain lenet5", "pdf", "`pdflatex` makes one of a .tex that is written with --standalone."),
        ("exercise lenet5", "pdf", "a browser makes one of an .html, by printing it, `pdflatex` one of a .tex."),
        ("summary lenet5", "svg", "--format names one of table, markdown, html, latex, json, csv."),
        ("summary lenet5", "yaml", "--format names one of table, markdown, html, latex, json, csv."),
        ("list", "csv", "--format names one of table, markdown, html, latex, json, names."),
        ("check lenet5", "csv", "--format names one of full, text, json, github, sarif, gitlab, "
            "rdjson, junit, markdown, html, latex."),
    ],
)  # fmt: skip
def test_a_suffix_of_what_a_command_does_not_write(command: str, suffix: str, says: str, folder: Path) -> None:
    ran = invoke(*command.split(), "-o", f"it.{suffix}")
    name = command.partition(" ")[0]
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Invalid value for '-o' / '--output': 'it.{suffix}': {name} writes no .{suffix}; {says}"
    assert not Path(f"it.{suffix}").exists()


def test_a_format_that_is_named_wins(folder: Path) -> None:
    invoke("summary", "lenet5", "-f", "json", "-o", "it.csv")
    invoke("diagram", "lenet5", "-f", "svg", "-o", "it.png")
    assert Path("it.csv").read_text().startswith("{")
    assert Path("it.png").read_text().startswith("<svg ")


@pytest.mark.parametrize("name", ["it", "it.out", "it.json.bak", ".json/it"])
def test_another_name_says_nothing_of_the_format(name: str, folder: Path) -> None:
    Path(".json").mkdir()
    invoke("summary", "lenet5", "-o", name)
    assert Path(name).read_text() == invoke("summary", "lenet5").out


def test_a_suffix_goes_before_what_github_actions_would_have(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    invoke("check", "net.yaml", "-o", "it.json")
    assert Path("it.json").read_text().startswith("{")


def test_a_suffix_is_the_format_for_the_other_options_too(folder: Path) -> None:
    assert invoke("explain", "lenet5", "--standalone", "-o", "it.tex").code == 0
    ran = invoke("diagram", "lenet5", "--theme", "dark", "-o", "it.dot")
    assert "--theme goes with a picture" in ran.err


def test_the_help_says_which_suffixes_there_are() -> None:
    text = " ".join(invoke("diagram", "--help").out.split())
    suffixes = ".svg .png .pdf .tex .mmd .dot."
    assert f"Write to this file instead of standard output. Without --format its suffix names one: {suffixes}" in text
    text = " ".join(invoke("check", "--help").out.split())
    assert "Without --format its suffix names one: .txt .json .sarif .rdjson .xml .md .html .tex." in text
    assert "suffix" not in invoke("schema", "--help").out


# ------------------------------------------------------------------------------------------------ without effect

OPTIONS = {
    "columns": ["--columns", "layer,params"],
    "depth": ["--depth", "all"],
    "exact": ["--short"],
    "layout": ["--layout", "chw"],
    "ascii": ["--ascii"],
}
IDLE = [
    (command, form, name)
    for command in command_names()
    if command not in ("grade", "diagram", "exercise", "check", "diff", "history")
    for form in formats(command)
    for name in OPTIONS
    if any(param.name == name for param in command_of(command).params)
]


@pytest.mark.parametrize(("command", "form", "name"), IDLE, ids=["-".join(case) for case in IDLE])
@pytest.mark.sweep
def test_an_option_changes_what_is_written_or_a_note_says_that_it_does_not(command: str, form: str, name: str) -> None:
    arguments = [command, *ARGUMENTS.get(command, ["inception_v4"]), "-f", form]
    option = OPTIONS[name]
    if command == "compare" and name == "depth":
        arguments.append("--by-layer")
        option = ["--depth", "1"]
    plain, changed = invoke(*arguments), invoke(*arguments, *option)
    shown = "--exact/--short" if name == "exact" else OPTIONS[name][0]
    note = f"note: {shown} has no effect with --format {form}\n"
    assert changed.err == (note if changed.out == plain.out else "") + plain.err


def test_json_tells_quantities_that_are_asked_for_by_column_and_says_of_none_that_it_does_not() -> None:
    plain = invoke("summary", "lenet5", "-f", "json")
    for name in used(Use.COLUMNS):
        ran = invoke("summary", "lenet5", "-f", "json", "--columns", f"layer,{name}")
        note = "note: --columns has no effect with --format json\n" if ran.out == plain.out else ""
        assert ran.err == note + plain.err, name
        assert f'"{name}": ' in ran.out or note


def test_a_note_is_of_the_format_that_a_suffix_names(folder: Path) -> None:
    ran = invoke("summary", "net.yaml", "-o", "it.json", "--depth", "1", "--columns", "layer", "--layout", "hwc")
    assert ran.err.splitlines() == [
        "note: --depth has no effect with --format json",
        "note: --columns has no effect with --format json",
        "note: --layout has no effect with --format json",
    ]


def test_columns_are_those_of_a_csv_too(folder: Path) -> None:
    ran = invoke("summary", "net.yaml", "-f", "csv", "--columns", "line,share,layer,input,output,flops,inputs,type")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "file,line,share,name,input_shapes,output_shape,flops,inputs,type\n"
        "net.yaml,2,1.000000,conv1,8x8x3,6x6x4,7776,input,conv\n"
    )
    Path("idle.yaml").write_text("input: {channels: 3, size: 8}\nlayers: [relu]\n")
    assert invoke("summary", "idle.yaml", "-f", "csv", "--columns", "share").out == "file,share\nidle.yaml,\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("show lenet5 --force", "--force goes with --output."),
        ("new --force -o -", "--force goes with --output."),
        ("check lenet5 --select dead-taps --no-lint", "--select and --no-lint exclude each other."),
    ],
)
def test_options_that_say_nothing_alone_or_contradict_each_other(arguments: str, error: str) -> None:
    ran = invoke(*arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == error


def test_room_for_answers_has_no_effect_where_the_answers_are() -> None:
    ran = invoke("exercise", "lenet5", "--key", "--room", "3")
    assert ran.err.startswith("note: --room has no effect with --key\n")
    assert ran.out == invoke("exercise", "lenet5", "--key").out
