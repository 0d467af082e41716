"""The command line, command by command: what is printed where, and the exit code."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.analyses.checks.report import Checks
from cnncalc.analyses.columns import COLUMNS
from cnncalc.analyses.outline import outline
from cnncalc.cli import command_names
from cnncalc.core.layers import LAYERS
from cnncalc.formats import bundled
from tests.running import environment, in_a_terminal, invoke, networks, process

NET = """\
name: Small
input: {channels: 3, size: 8}
vars: {n: 4}
layers:
  - conv: {name: first, filters: n, kernel: 3}
  - relu
expect:
  first: {output: 6x6x4, params: 112}
  total: {multiplies: 3888}
"""
TWO_INPUTS = """\
inputs:
  left: {channels: 1, height: 8, width: 6}
  right: {channels: 1, height: 8, width: 6}
layers: [concat: {from: [left, right]}]
"""
NOTHING = "input: {channels: 3, size: 8}\nlayers: [convv]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return tmp_path


def write(name: str, text: str = NET) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def rows(table: str) -> list[list[str]]:
    """The cells of a table in text, header first, what stands below it left out."""
    lines = [line for line in table.split("\n\n")[1].splitlines() if not re.fullmatch(r"[─-]+", line)]
    return [re.split(r"\s{2,}", line.strip()) for line in lines]


# ----------------------------------------------------------------------------------------------------- summary


def test_a_summary_is_a_table_with_name_input_rows_and_totals(folder: Path) -> None:
    write("net.yaml")
    ran = invoke("summary", "net.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0] == "Small   input 8×8×3"
    assert rows(ran.out) == [
        ["layer", "type", "output", "params", "multiplies", "share"],
        ["first", "conv 3×3, 4", "6×6×4", "112", "3,888", "100.0%"],
        ["relu1", "relu", "6×6×4", "–", "–", "–"],
        ["total", "112", "3,888"],
    ]
    for line in (
        " params       112 = 108 weights + 4 biases; 0.000 MB as float32",
        " FLOPs        7,776 = 2 × multiplies",
        " activations  288 values",
    ):
        assert line in ran.out.splitlines()


def test_a_summary_as_json(folder: Path) -> None:
    write("net.yaml")
    found = json.loads(invoke("summary", "net.yaml", "-f", "json").out)
    assert (found["schema_version"], found["name"], found["file"], found["status"]) == (1, "Small", "net.yaml", "exact")
    assert found["inputs"] == {"input": [3, 8, 8]}
    assert found["outputs"] == ["relu1"]
    assert found["totals"] == {
        "params": 112, "weights": 108, "biases": 4, "buffers": 0, "multiplies": 3888, "flops": 7776, "activations": 288,
        "trainable": 112, "frozen": 0,
    }  # fmt: skip
    first, relu = found["layers"]
    assert first["attributes"]["kernel"] == [3, 3]
    del first["attributes"]
    assert first == {
        "name": "first", "type": "conv", "line": 5, "place": "net.yaml:5", "inputs": ["input"],
        "input_shapes": [[3, 8, 8]],
        "output_shape": [4, 6, 6], "params": 112, "weights": 108, "biases": 4, "buffers": 0, "multiplies": 3888,
        "activations": 144, "trainable": 112, "frozen": 0,
    }  # fmt: skip
    assert relu["inputs"] == ["first"]


def test_several_files_are_a_json_array_with_the_problems_of_those_that_fail(folder: Path) -> None:
    write("net.yaml")
    write("bad.yaml", NOTHING)
    ran = invoke("summary", "net.yaml", "bad.yaml", "lenet5", "-f", "json")
    small, bad, lenet = json.loads(ran.out)
    assert ran.code == 2
    assert (small["name"], lenet["totals"]["params"]) == ("Small", 61706)
    assert (bad["schema_version"], bad["file"], bad["status"]) == (1, "bad.yaml", "error")
    (problem,) = bad["problems"]
    assert (problem["code"], problem["line"], problem["column"]) == ("unknown-layer", 2, 10)


def test_a_summary_as_csv(folder: Path) -> None:
    write("net.yaml")
    found = list(csv.DictReader(io.StringIO(invoke("summary", "net.yaml", "lenet5", "-f", "csv").out)))
    assert len(found) == 2 + 15
    assert found[0] == {
        "file": "net.yaml", "name": "first", "type": "conv", "inputs": "input", "input_shapes": "8x8x3",
        "output_shape": "6x6x4", "params": "112", "weights": "108", "biases": "4", "buffers": "0",
        "multiplies": "3888", "activations": "144", "trainable": "112", "frozen": "0", "line": "5",
    }  # fmt: skip
    assert sum(int(row["params"]) for row in found if row["file"] == "lenet5.yaml") == 61706


def test_a_summary_as_markdown(folder: Path) -> None:
    write("net.yaml")
    lines = invoke("summary", "net.yaml", "-f", "markdown").out.splitlines()
    assert lines[0] == "### Small"
    assert "| layer | type | output | params | multiplies | share |" in lines
    assert "| :--- | :--- | ---: | ---: | ---: | ---: |" in lines
    assert "| first | conv 3×3, 4 | 6×6×4 | 112 | 3,888 | 100.0% |" in lines
    assert "| **total** |  |  | **112** | **3,888** |  |" in lines


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_the_same_input_gives_the_same_bytes(form: str) -> None:
    assert invoke("summary", "googlenet", "-f", form) == invoke("summary", "googlenet", "-f", form)


@pytest.mark.parametrize("name", networks(every=8))
def test_the_rows_shown_add_up_at_every_depth(name: str) -> None:
    analysis = cnncalc.analyze(cnncalc.load(name))
    deepest = max(row.name.count("/") for row in analysis.rows) + 1
    for depth in [*range(1, deepest + 2), None]:
        shown = [line.counts for line in outline(analysis, depth) if line.counts is not None]
        assert sum(shown, cnncalc.Counts()) == analysis.totals, f"depth {depth}"
    assert outline(analysis, 0) == []
    whole = [line for line in outline(analysis, None) if line.counts is not None]
    assert [line.name for line in whole if line.entry in analysis.rows] == [row.name for row in analysis.rows]
    for sort in (None, "params", "multiplies"):
        top = outline(analysis, 1, sort=sort, top=2)
        assert sum((line.counts for line in top if line.counts), cnncalc.Counts()) == analysis.totals


@pytest.mark.parametrize("depth", ["0", "1", "2", "3", "all"])
def test_the_rows_of_a_table_add_up(depth: str) -> None:
    found = rows(invoke("summary", "resnet18", "-d", depth, "--columns", "layer,params").out)
    figures = [int(row[-1].replace(",", "")) for row in found[1:] if len(row) == 2 and re.fullmatch(r"[\d,]+", row[-1])]
    assert figures.pop() == 11_689_512
    assert sum(figures) == (0 if depth == "0" else 11_689_512)


@pytest.mark.parametrize("depth", ["-1", "two", "1.5", "99999"])
def test_another_depth_is_refused(depth: str) -> None:
    ran = invoke("summary", "lenet5", f"--depth={depth}")
    assert ran.code == 2
    assert "a whole number (0: totals only) or 'all'" in ran.err


@pytest.mark.parametrize("sort", ["params", "weights", "biases", "buffers", "multiplies", "activations"])
def test_sorting_puts_the_largest_first_and_top_sums_up_the_others(sort: str) -> None:
    found = json.loads(invoke("summary", "resnet50", "-f", "json", "--sort", sort).out)["layers"]
    figures = [row[sort] for row in found]
    assert figures == sorted(figures, reverse=True)
    shown = rows(invoke("summary", "resnet50", "--sort", sort, "--top", "3", "--columns", f"layer,{sort}").out)
    assert len(shown) == 1 + 3 + 1 + 1
    assert shown[4][0].startswith("… ")
    *kept, total = [int(row[-1].replace(",", "").replace("–", "0")) for row in shown[1:]]
    assert sum(kept) == total
    assert kept[:3] == sorted(kept[:3], reverse=True)


def test_top_more_than_there_is_shows_everything(folder: Path) -> None:
    write("net.yaml")
    assert rows(invoke("summary", "net.yaml", "--top", "9").out) == rows(invoke("summary", "net.yaml").out)
    assert invoke("summary", "net.yaml", "--top", "0").code == 2


def test_every_column_can_be_chosen_in_any_order(folder: Path) -> None:
    write("net.yaml")
    for name in COLUMNS:
        assert rows(invoke("summary", "net.yaml", "--columns", name).out)[0] == [name]
    shown = rows(invoke("summary", "net.yaml", "--columns", "line,input,flops,layer").out)
    assert shown[:2] == [["line", "input", "flops", "layer"], ["5", "8×8×3", "7,776", "first"]]


def test_an_unknown_column_is_refused_with_the_nearest() -> None:
    ran = invoke("summary", "lenet5", "--columns", "layer,parms")
    assert ran.code == 2
    assert "no column 'parms'; did you mean 'params'?" in ran.err


def test_figures_are_exact_or_short() -> None:
    assert "61,706" in invoke("summary", "lenet5", "--exact").out
    short = invoke("summary", "lenet5", "--short").out
    assert rows(short)[-1] == ["total", "61.71k", "416.5k"]
    assert not re.search(r"\d,\d{3}", short.split(" note")[0])


def test_shapes_are_channels_last_or_first() -> None:
    assert "28×28×6" in invoke("summary", "lenet5").out
    assert "input 1×32×32" in invoke("summary", "lenet5", "--layout", "chw").out
    assert "6×28×28" in invoke("summary", "lenet5", "--layout", "chw").out
    assert "6x28x28" in invoke("summary", "lenet5", "-f", "csv", "--layout", "chw").out
    assert invoke("summary", "lenet5", "--layout", "nchw").code == 2


ASCII_COMMANDS = [
    *(["summary", name] for name in bundled.names()[::8]),
    ["summary", "googlenet", "--depth", "all"],
    ["summary", "lenet5", "-f", "markdown"],
    ["summary", "resnet50", "--top", "2"],
    ["explain", "alexnet"],
    ["explain", "googlenet", "3a", "total"],
    ["list", "lenet5"],
    ["layers"],
    ["layers", *LAYERS],
]


@pytest.mark.parametrize("arguments", ASCII_COMMANDS, ids=lambda arguments: "-".join(arguments)[:40])
def test_ascii_is_ascii(arguments: list[str]) -> None:
    assert [line for line in invoke(*arguments, "--ascii").out.splitlines() if not line.isascii()] == []


def test_a_file_that_fails_does_not_stop_the_others(folder: Path) -> None:
    write("net.yaml")
    write("bad.yaml", NOTHING)
    ran = invoke("summary", "bad.yaml", "none.yaml", "net.yaml")
    assert ran.code == 2
    assert ran.out == invoke("summary", "net.yaml").out
    assert "error[unknown-layer]" in ran.err
    assert "error[unreadable]: cannot read `none.yaml`" in ran.err


def test_standard_input_is_a_file(folder: Path) -> None:
    ran = invoke("summary", "-", input=NET)
    assert (ran.code, ran.err) == (0, "")
    assert rows(ran.out)[-1] == ["total", "112", "3,888"]
    assert invoke("check", "-", input=NET).code == 0
    assert "3·3·3·4" in invoke("explain", "-", "first", input=NET).out
    bad = invoke("summary", "-", input=NOTHING)
    assert bad.code == 2
    assert "<stdin>:2:10" in bad.err
    twice = invoke("summary", "-", "-", input=NET)
    assert twice.code == 2
    assert "only once" in twice.err


def test_standard_input_extends_a_file_of_the_working_folder(folder: Path) -> None:
    write("net.yaml")
    assert invoke("summary", "-", input="extends: net.yaml\nvars: {n: 8}\n").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["summary", "lenet5"],
        ["explain", "lenet5", "C1"],
        ["list", "-f", "names"],
        ["show", "lenet5"],
        ["new"],
        ["layers"],
        ["schema"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_output_goes_to_a_file(arguments: list[str], folder: Path) -> None:
    ran = invoke(*arguments, "-o", "out.txt")
    assert (ran.code, ran.out) == (0, "")
    assert (folder / "out.txt").read_bytes().decode() == invoke(*arguments).out
    assert invoke(*arguments, "-o", "-").out == invoke(*arguments).out
    failed = invoke(*arguments, "-o", "no/folder/out.txt")
    assert failed.code == 2  # 1 would say that a figure is broken
    assert "cannot write 'no/folder/out.txt': no such file or directory" in failed.err


def test_set_overrides_vars(folder: Path) -> None:
    write("net.yaml")
    assert rows(invoke("summary", "net.yaml", "--set", "n=8").out)[-1] == ["total", "224", "7,776"]
    assert rows(invoke("summary", "net.yaml", "--set", "n = 2 * 4").out)[-1] == ["total", "224", "7,776"]
    for arguments, says in (
        (["--set", "n"], "--set takes NAME=VALUE, not 'n'"),
        (["--set", "=3"], "--set takes NAME=VALUE, not '=3'"),
        (["--set", "m=3"], "--set: no var `m`"),
        (["--set", "n=2 +"], "error[bad-expression]"),
        (["--set", "n=[1]"], "error["),
        (["--set", "n=0"], "error[bad-value]"),
    ):
        ran = invoke("summary", "net.yaml", *arguments)
        assert ran.code == 2
        assert says in ran.err


@pytest.mark.parametrize(
    ("size", "shapes"),
    [
        ("10", ["10x10x1", "10x10x1"]),
        ("9x7", ["9x7x1", "9x7x1"]),
        ("left=9x7,right=9x7", ["9x7x1", "9x7x1"]),
        ("left=8x6", ["8x6x1", "8x6x1"]),
    ],
)
def test_another_input_size(size: str, shapes: list[str], folder: Path) -> None:
    write("two.yaml", TWO_INPUTS)
    ran = invoke("summary", "two.yaml", "-f", "csv", "--input-size", size)
    (row,) = csv.DictReader(io.StringIO(ran.out))
    assert row["input_shapes"].split() == shapes


@pytest.mark.parametrize(
    ("size", "says"),
    [
        ("8x8x8", "--input-size has 3 numbers for an input with 2 sides"),
        ("0", "`0` is no size"),
        ("8×8", "is no size"),
        ("lefd=8", "no input `lefd`"),
        ("8 x 8", "is no size"),
        ("-8", "is no size"),
    ],
)
def test_an_input_size_that_does_not_fit(size: str, says: str, folder: Path) -> None:
    write("two.yaml", TWO_INPUTS)
    ran = invoke("summary", "two.yaml", f"--input-size={size}")
    assert ran.code == 2
    assert says in ran.err


def test_an_input_size_is_height_by_width() -> None:
    ran = invoke("summary", "vgg16", "--input-size", "256x320")
    assert "input 256×320×3" in ran.out


# ------------------------------------------------------------------------------------------- terminals and pipes


def test_colours_only_in_a_terminal_that_wants_them() -> None:
    assert "\x1b[" in in_a_terminal("summary", "lenet5")
    assert "\x1b[1;31m" in in_a_terminal("check", "none.yaml")
    assert "\x1b" not in in_a_terminal("summary", "lenet5", "none.yaml", NO_COLOR="1")
    assert "\x1b" not in in_a_terminal("summary", "lenet5", "none.yaml", "--color", "never")
    assert "\x1b" not in "".join(invoke("summary", "lenet5", "none.yaml")[1:])


def test_a_table_fits_the_terminal() -> None:
    shown = in_a_terminal("summary", "resnet50", "--depth", "2", "--color", "never")
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_nothing_is_folded_or_cut_in_a_pipe(folder: Path) -> None:
    name, note = "n" * 200, "word " * 200
    write("net.yaml", f"note: {note}\ninput: {{channels: 3, size: 8}}\nlayers: [relu: {{name: {name}}}]\n")
    ran = process("summary", "net.yaml", cwd=folder, env={"COLUMNS": "40"})
    assert any(line.startswith(name) for line in ran.out.splitlines())
    assert any(note.strip() in line for line in ran.out.splitlines())


@pytest.mark.sweep
@pytest.mark.parametrize(
    "line", ["--help", "list lenet5", *(f"summary net.yaml -f {form}" for form in ("table", "json", "csv", "markdown"))]
)
def test_a_closed_pipe_ends_quietly(line: str, folder: Path) -> None:
    write("net.yaml")
    read, written = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "cnncalc", *line.split()]
    done = subprocess.run(command, stdout=written, stderr=subprocess.PIPE, env=environment(), check=False)
    os.close(written)
    assert done.stderr == b""
    assert done.returncode == 141  # as of a program that SIGPIPE ends, and no code of ours


@pytest.mark.sweep
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("check net.yaml > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        ("check net.yaml -f json > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        ("explain net.yaml > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        ("summary net.yaml > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        ("list lenet5 > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        ("layers > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        ("layers conv > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        ("rules > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        ("schema > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        (
            "compare net.yaml net.yaml > /dev/full",
            2,
            "Error: cannot write to standard output: no space left on device\n",
        ),
        ("--help > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        ("list --help > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        ("--version > /dev/full", 2, "Error: cannot write to standard output: no space left on device\n"),
        ("list lenet5 > /dev/full 2> /dev/full", 2, ""),
        ("--help > /dev/full 2>&1", 2, ""),
        ("check none.yaml 2> /dev/full", 2, ""),
        ("chek net.yaml 2> /dev/full", 2, ""),
        ("check net.yaml >&-", 0, ""),
        ("explain net.yaml >&- 2>&-", 0, ""),
        ("summary none.yaml 2>&-", 2, ""),
        ("check - <&-", 2, "error[not-an-architecture]: `<stdin>` is empty\n"),
    ],
)
def test_streams_that_are_full_or_closed_give_no_traceback(command: str, code: int, said: str, folder: Path) -> None:
    write("net.yaml")
    line = f"{sys.executable} -m cnncalc {command}"
    done = subprocess.run(line, shell=True, stderr=subprocess.PIPE, cwd=folder, env=environment(), check=False)
    assert (done.returncode, done.stderr.decode()[: len(said) or None]) == (code, said)
    assert b"Traceback" not in done.stderr


def waits(pipe: int) -> bool:
    """Whether bytes stand in a pipe that nobody has read yet."""
    return fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4) != b"\0" * 4


def test_an_interrupt_ends_quietly() -> None:
    command = [sys.executable, "-m", "cnncalc", "summary", "-"]
    pipe = subprocess.PIPE
    heard = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731 - a shell's background jobs ignore it
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment(), preexec_fn=heard
    ) as started:
        assert started.stdin is not None
        started.stdin.write(b"name: net\n")
        started.stdin.flush()
        while waits(started.stdin.fileno()):  # until it has read this, and waits for the rest
            time.sleep(0.05)
        started.send_signal(signal.SIGINT)
        out, error = started.communicate(timeout=30)
    assert (started.returncode, out, error.strip()) == (130, b"", b"")


def test_python_dash_m_is_the_command(folder: Path) -> None:
    write("net.yaml")
    ran = process("summary", "net.yaml", cwd=folder)
    assert ran == invoke("summary", "net.yaml")
    assert process("--version").out == f"cnncalc {cnncalc.__version__}\n"
    assert process("summary", "net.yaml", "none.yaml", cwd=folder).code == 2


# ------------------------------------------------------------------------------------------------ names of files


def test_a_bundled_architecture_is_found_by_name_and_noted(folder: Path) -> None:
    for name in ("lenet5", "lenet5.yaml"):
        ran = invoke("summary", name)
        assert (ran.code, ran.err) == (0, "note: lenet5.yaml is a bundled architecture\n")
        assert ran.out.startswith("LeNet-5 ")
    fragment = next(name for name in bundled.names() if "/" in name)
    for name in (fragment, f"{fragment}.yaml"):
        assert invoke("summary", name).code == 0


def test_a_file_wins_over_a_bundled_architecture(folder: Path) -> None:
    write("lenet5.yaml")
    ran = invoke("summary", "lenet5.yaml")
    assert ran.err == ""
    assert ran.out.startswith("Small ")
    write("alexnet")
    assert invoke("summary", "alexnet").out.startswith("Small ")


@pytest.mark.parametrize("name", ["./lenet5.yaml", "nets/lenet5", "fragment/gap", "../lenet5", "/lenet5.yaml"])
def test_a_path_with_a_folder_is_never_a_bundled_architecture(name: str, folder: Path) -> None:
    ran = invoke("summary", name)
    assert ran.code == 2
    assert f"error[unreadable]: cannot read `{name}`: no such file\n" in ran.err


def test_a_misspelt_name_gets_a_suggestion(folder: Path) -> None:
    assert "did you mean the bundled `googlenet`?" in invoke("summary", "googlnet").err
    assert "did you mean the bundled `googlenet`?" in invoke("summary", "googlnet.yaml").err


# --------------------------------------------------------------------------------------------------------- check


def test_check_says_how_many_figures_hold(folder: Path) -> None:
    write("net.yaml")
    ran = invoke("check", "net.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "net.yaml: 3 figures\nAll checks passed: 1 file, 3 figures\n"
    write("bare.yaml", NET.partition("expect")[0])
    assert invoke("check", "net.yaml", "bare.yaml").out.endswith("All checks passed: 2 files, 3 figures\n")


def test_a_broken_figure_is_shown_at_its_line(folder: Path) -> None:
    write("net.yaml", NET.replace("112", "100"))
    ran = invoke("check", "net.yaml")
    assert ran.code == 1
    assert ran.err == (
        "error[expectation]: `first` params: expected 100, is 112 (12 more, +12.0 %)\n"
        " --> net.yaml:8:34\n"
        "  |\n"
        "8 |   first: {output: 6x6x4, params: 100}\n"
        "  |                                  ^^^\n"
        "\n"
    )
    assert ran.out == "1 of 1 file failed, 3 figures checked\n"


@pytest.mark.parametrize(
    ("figure", "says"),
    [
        ("113", "expected 113, is 112 (1 less, −0.9 %)"),
        ("1k", "expected 1k, is 112 (888 less, −88.8 %)"),
        ("~1.0k", "expected 1.0k within 5 %, is 112 (888 less, −88.8 %)"),
        ("<112", "expected less than 112, is 112 (0 more, +0.0 %)"),
        ("0", "expected 0, is 112 (112 more)"),
    ],
)
def test_what_was_expected_what_is_and_by_how_much(figure: str, says: str, folder: Path) -> None:
    write("net.yaml", NET.replace("112", f'"{figure}"'))
    assert says in invoke("check", "net.yaml").err


def test_every_broken_figure_is_shown(folder: Path) -> None:
    write("net.yaml", NET.replace("112", "100").replace("6x6x4", "6x6x5").replace("3888", "1"))
    ran = invoke("check", "net.yaml")
    assert ran.code == 1
    assert re.findall(r"--> net.yaml:(\d+)", ran.err) == ["8", "8", "9"]
    assert "`first` output: expected 6×6×5, is 6×6×4" in ran.err


def test_the_exit_code_is_the_highest(folder: Path) -> None:
    write("good.yaml")
    write("broken.yaml", NET.replace("112", "100"))
    write("bad.yaml", NOTHING)
    assert invoke("check", "good.yaml", "broken.yaml").code == 1
    assert invoke("check", "bad.yaml", "good.yaml", "broken.yaml").code == 2
    ran = invoke("check", "broken.yaml", "bad.yaml", "good.yaml")
    assert ran.code == 2
    assert ran.out == "good.yaml: 3 figures\n2 of 3 files failed, 6 figures checked\n"


@pytest.mark.parametrize(
    ("expect", "code", "says"),
    [
        ("{firts: {params: 1}}", "unknown-name", "did you mean `first`?"),
        ("{first: {parms: 1}}", "unknown-key", "did you mean `params`?"),
        ("{first: {params: many}}", "bad-value", "`many` is no figure"),
        ("{first: {output: 6x6}}", "expectation", "expected 6×6, is 6×6×4"),
        ("{first: 112}", "bad-value", "must be a mapping of quantities"),
        ("[first]", "bad-value", "`expect` must be a mapping"),
    ],
)
def test_an_expectation_that_says_nothing_is_an_error(expect: str, code: str, says: str, folder: Path) -> None:
    write("net.yaml", NET.partition("expect")[0] + f"expect: {expect}\n")
    ran = invoke("check", "net.yaml")
    assert ran.code == (1 if code == "expectation" else 2)
    assert f"error[{code}]" in ran.err
    assert says in ran.err
    assert invoke("summary", "net.yaml").code == 0  # `summary` does not read `expect`


def test_a_folder_means_every_architecture_below_it(folder: Path) -> None:
    write("nets/b.yaml")
    write("nets/a.yml")
    write("nets/deep/c.yaml")
    write("nets/.hidden/bad.yaml", NOTHING)
    write("nets/workflow.yaml", "on: push\njobs: {}\n")
    write("nets/list.yml", "- a\n- b\n")
    write("nets/read.me", NOTHING)
    ran = invoke("check", "nets")
    assert ran.code == 0
    assert [line.partition(":")[0] for line in ran.out.splitlines()] == [
        "nets/a.yml", "nets/b.yaml", "nets/deep/c.yaml", "All checks passed",
    ]  # fmt: skip
    assert ran.err.splitlines() == [
        "note: nets/list.yml is passed over: no `layers` and no `extends`",
        "note: nets/workflow.yaml is passed over: no `layers` and no `extends`",
    ]
    assert ran.out.endswith("All checks passed: 3 files, 9 figures\n")


def test_a_file_below_a_folder_that_cannot_be_read_is_not_passed_over(folder: Path) -> None:
    write("nets/a.yaml")
    write("nets/b.yaml", "layers: [\n")
    ran = invoke("check", "nets")
    assert ran.code == 2
    assert "error[yaml-syntax]" in ran.err
    assert "nets/b.yaml" in ran.err


def test_a_folder_without_architectures_is_an_error_also_beside_others(folder: Path) -> None:
    write("nets/workflow.yaml", "on: push\n")
    write("nets/net.json", "{}")
    write("good/net.yaml", NET)
    (folder / "empty").mkdir()
    passed_over = "note: nets/workflow.yaml is passed over: no `layers` and no `extends`\n"
    said = "error[unreadable]: no architecture file in `{}`\n\n"
    assert invoke("check", "nets") == (2, "1 of 1 file failed, 0 figures checked\n", passed_over + said.format("nets"))
    ran = invoke("check", "good", "empty/", "nets")
    assert (ran.code, ran.err) == (2, passed_over + said.format("empty/") + said.format("nets"))
    assert ran.out == "good/net.yaml: 3 figures\n2 of 3 files failed, 3 figures checked\n"
    assert [(report.file, report.code) for report in Checks().run(["good", "empty"])] == [
        ("good/net.yaml", 0),
        ("empty", 2),
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nonsense/", "cannot read `nonsense/`: no such file"),
        ("nonsense.yaml", "cannot read `nonsense.yaml`: no such file, and no bundled architecture of that name"),
        ("nets/*.yml", "cannot read `nets/*.yml`: no such file"),
    ],
)
def test_a_path_that_is_nowhere_fails_also_beside_others(folder: Path, name: str, said: str) -> None:
    write("nets/net.yaml", NET)
    for names in ([name], ["nets", name]):
        ran = invoke("check", *names)
        assert ran.code == 2
        assert f"error[unreadable]: {said}\n" in ran.err


def test_a_link_below_a_folder_that_leads_to_no_file_fails(folder: Path) -> None:
    write("nets/net.yaml", NET)
    (folder / "nets/current.yaml").symlink_to("gone.yaml")
    ran = invoke("check", "nets")
    assert ran.code == 2
    assert ran.err == "error[unreadable]: `nets/current.yaml` is a symbolic link that leads to no file\n\n"
    assert ran.out == "nets/net.yaml: 3 figures\n1 of 2 files failed, 3 figures checked\n"


def test_what_below_a_folder_is_no_file_fails(folder: Path) -> None:
    write("nets/net.yaml", NET)
    os.mkfifo("nets/pipe.yaml")
    ran = invoke("check", "nets")
    assert (ran.code, ran.err) == (2, "error[unreadable]: `nets/pipe.yaml` is not a regular file\n\n")


@pytest.mark.parametrize("key", ["layer", "Layers", "layesr", "extend", "extneds"])
def test_a_file_below_a_folder_in_which_layers_is_misspelt_is_not_passed_over(folder: Path, key: str) -> None:
    write("nets/net.yaml", NET)
    write("nets/other.yaml", f"input: {{channels: 3, size: 8}}\n{key}: []\n")
    ran = invoke("check", "nets")
    assert ran.code == 2
    assert f"error[unknown-key]: unknown key `{key}`\n" in ran.err
    write("nets/other.yaml", f"{key}: []\n")
    assert invoke("check", "nets").code == 0


def test_no_code_is_no_choice_of_rules(folder: Path) -> None:
    write("net.yaml", NET)
    assert invoke("check", "net.yaml", "--select", ",") == (2, "", "--select names no rule; --no-lint runs none.")


def test_with_other_vars_or_sizes_expectations_are_not_checked(folder: Path) -> None:
    write("net.yaml", NET.replace("112", "100"))
    for arguments in (["--set", "n=8"], ["--input-size", "16"]):
        ran = invoke("check", "net.yaml", *arguments)
        assert ran.code == 0
        assert "`expect` is not checked" in ran.err
    assert invoke("check", "net.yaml", "--set", "n=0").code == 2


@pytest.mark.parametrize(
    ("budget", "code", "says"),
    [
        ("{params: {max: 112}}", 0, ""),
        ("{params: {max: 100}}", 1, "error[budget]: `total` params: limit 100, is 112, over by 12 (+12.0 %)"),
        ("{params: {warn: 100}}", 0, "warning[budget]: `total` params: limit 100, is 112, over by 12 (+12.0 %)"),
        ("{params: {max: 1k, warn: 111}}", 0, "warning[budget]"),
        (
            "{first: {multiplies: {max: 3.8k}}}",
            1,
            "error[budget]: `first` multiplies: limit 3.8k, is 3.9k, over by 0.1k (+2.3 %)",
        ),
        (
            "{size: {max: 100 kB, warn: 400}}",
            0,
            "warning[budget]: `total` size: limit 400 bytes, is 448 bytes, over by 48 bytes",
        ),
        ("{size: {max: 0.4 kB}}", 1, "error[budget]: `total` size"),
        ("{size: {max: 1 MiB}}", 0, ""),
        ("{total: {params: {max: 100}}}", 1, "error[budget]: `total` params"),
        ("{parms: {max: 5M}}", 2, "error["),
        ("{params: {most: 5M}}", 2, "a limit is `max` or `warn`, not `most`"),
        ("{params: 112}", 0, ""),
        ("{params: 100}", 1, "error[budget]: `total` params: limit 100, is 112, over by 12 (+12.0 %)"),
        ("{params: [5M]}", 2, "write `5M` or `{max: 5M, warn: 4.5M}`"),
        ("{params: {max: ~5M}}", 2, "not a limit"),
        ("{params: {max: 5 MB}}", 2, "not a limit"),
    ],
)
def test_budgets(budget: str, code: int, says: str, folder: Path) -> None:
    write("net.yaml", NET + f"budget: {budget}\n")
    ran = invoke("check", "net.yaml")
    assert ran.code == code
    assert says in ran.err
    assert (ran.err == "") == (says == "")


# ------------------------------------------------------------------------------------------------ check --update

UPDATES: dict[str, tuple[str, str]] = {
    "an integer": ("{params: 100}", "{params: 112}"),
    "a shape": ("{output: 1x1x1}", "{output: 6x6x4}"),
    "a shape with signs": ("{output: 1×1×1}", "{output: 6×6×4}"),
    "precision": ("{params: 0.3k, multiplies: 3.77k}", "{params: 0.1k, multiplies: 3.89k}"),
    "an approximate figure": ("{params: ~200, multiplies: ~5k}", "{params: ~112, multiplies: ~4k}"),
    "a bound": ("{multiplies: <3k}", "{multiplies: <4k}"),
    "approximate figures that hold": (
        "{params: ~115, multiplies: 3.9k, weights: <1k, biases: 5}",
        "{params: ~115, multiplies: 3.9k, weights: <1k, biases: 4}",
    ),
    "quotes": ("{params: \"100\", multiplies: '1'}", "{params: \"112\", multiplies: '3888'}"),
    "order, spaces and comments": (
        "  # of page 5\n    multiplies:   1   # wrong\n\n    params: 100  # too\n    output:  6x6x4",
        "  # of page 5\n    multiplies:   3888   # wrong\n\n    params: 112  # too\n    output:  6x6x4",
    ),
    "an anchor": ("{params: &p 100, multiplies: 1}", "{params: &p 112, multiplies: 3888}"),
    "letters outside ASCII before it": ("{output: 1×1×1, params: 100}  # ü 😀", "{output: 6×6×4, params: 112}  # ü 😀"),
}


@pytest.mark.parametrize("marked", [False, True], ids=["plain", "with-BOM"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("what", UPDATES)
def test_update_rewrites_the_figures_that_do_not_hold(what: str, ends: str, marked: bool, folder: Path) -> None:
    before, after = (
        (f"# Ünïcode 😀 above\n{NET.partition('expect')[0]}# kept\nexpect:\n  first: {figures}\n# the end").replace(
            "\n", ends
        )
        for figures in UPDATES[what]
    )
    mark = b"\xef\xbb\xbf" if marked else b""
    path = folder / "net.yaml"
    path.write_bytes(mark + before.encode())
    path.chmod(0o640)
    ran = invoke("check", "net.yaml", "--update")
    assert path.read_bytes().decode() == (mark + after.encode()).decode()
    assert (ran.code, ran.err) == (0, "")
    assert re.search(r"^net.yaml: \d figures? of `expect` rewritten$", ran.out, re.MULTILINE)
    assert "All checks passed: 1 file" in ran.out
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(folder) == ["net.yaml"]


@pytest.mark.parametrize(
    "figure", ["|-\n      100", ">-\n      100", '"1\\u00300"'], ids=["literal", "folded", "escape"]
)
def test_update_of_a_figure_in_another_style_breaks_no_file(figure: str, folder: Path) -> None:
    write("net.yaml", NET.partition("expect")[0] + f"expect:\n  first:\n    params: {figure}\n    weights: 108\n")
    invoke("check", "net.yaml", "--update")
    assert invoke("check", "net.yaml").code in (0, 1)
    assert invoke("summary", "net.yaml").code == 0


def test_update_leaves_a_file_that_holds(folder: Path) -> None:
    path = write("net.yaml")
    before = path.stat().st_mtime_ns
    ran = invoke("check", "net.yaml", "--update")
    assert ran.out == "net.yaml: 3 figures\nAll checks passed: 1 file, 3 figures\n"
    assert (path.read_text(), path.stat().st_mtime_ns) == (NET, before)


def test_update_writes_no_budget_and_no_broken_file(folder: Path) -> None:
    text = NET.replace("112", "100") + "budget: {params: {max: 5}}\n"
    write("net.yaml", text)
    assert invoke("check", "net.yaml", "--update").code == 1
    assert Path("net.yaml").read_text() == text.replace("params: 100", "params: 112")
    write("bad.yaml", NET.replace("relu", "rely").replace("112", "100"))
    assert invoke("check", "bad.yaml", "--update").code == 2
    assert "params: 100" in Path("bad.yaml").read_text()


def test_update_follows_a_link_and_keeps_it(folder: Path) -> None:
    write("real.yaml", NET.replace("112", "100"))
    Path("link.yaml").symlink_to("real.yaml")
    assert invoke("check", "link.yaml", "--update").code == 0
    assert Path("link.yaml").is_symlink()
    assert Path("real.yaml").read_text() == NET


def test_update_refuses_what_it_cannot_rewrite(folder: Path) -> None:
    write("net.yaml", NET.replace("112", "100"))
    ran = invoke("check", "-", "--update", input=NET.replace("112", "100"))
    assert ran.code == 2
    assert "standard input is none" in ran.err
    for arguments in (["--set", "n=8"], ["--input-size", "16"]):
        ran = invoke("check", "net.yaml", "--update", *arguments)
        assert ran.code == 2
        assert "without --set and --input-size" in ran.err


# ---------------------------------------------------------------------------------------------------- explain


def test_explain_a_layer_line_by_line() -> None:
    ran = invoke("explain", "alexnet", "conv1")
    assert ran.code == 0
    working, legend = ran.out.split("\n\n")
    assert legend.startswith("where\n  W ")
    head, *lines = working.splitlines()
    assert re.fullmatch(r"conv1 · conv 11×11, 96, stride 4, no bias · alexnet.yaml:\d+", head)
    assert [line.split(maxsplit=1)[0] for line in lines] == [
        "reads", "size", "channels", "output", "weights", "multiplies", "activations", "share",
    ]  # fmt: skip
    for working in (
        "(W − F + 2P) // S + 1",
        "= (227 − 11 + 2·0) // 4 + 1",
        "= 11·11·3·96",
        "= 34,848",
        "= 11·11·3·96·55·55",
        "= 105,415,200",
        "55×55×96",
    ):
        assert working in ran.out


def test_explain_a_block_a_branch_and_the_total_by_their_addends() -> None:
    ran = invoke("explain", "googlenet", "3a", "3a/5x5", "total")
    block, branch, total = ran.out.split("\n\n")
    assert re.match(r"3a · inception, 14 layers · googlenet_aux.yaml:\d+\n", block)
    head, *parts = [line.split() for line in block.splitlines()[1:]]
    params = head.index("params")
    assert {line[0]: line[params] for line in parts} == {
        "1x1": "12,352", "3x3": "129,248", "5x5": "15,920", "pool": "6,176", "concat1": "–",
        "───────": "───────", "sum": "163,696",
    }  # fmt: skip
    assert branch.startswith("3a/5x5 · branch, 4 layers")
    assert re.search(r"^  sum .* 15,920 ", branch, re.MULTILINE)
    assert total.startswith("total · GoogLeNet · googlenet.yaml")
    assert re.search(r"^  sum .* 6,998,552 ", total, re.MULTILINE)


def test_explain_without_names_explains_the_network_from_its_entries_to_its_total() -> None:
    ran = invoke("explain", "lenet5")
    *parts, idle, legend = ran.out.split("\n\n")
    rows = cnncalc.analyze(cnncalc.load("lenet5")).rows
    silent = [row.name for row in rows if row.type in ("relu", "tanh", "sigmoid", "softmax")]
    heads = [part.partition(" · ")[0] for part in parts]
    assert heads == [row.name for row in rows if row.name not in silent] + ["total"]
    assert idle == f"Nothing changes and nothing is counted in: {', '.join(silent)}."
    assert legend.startswith("where\n")


def test_explain_takes_a_unique_short_form_and_refuses_an_ambiguous_one() -> None:
    assert invoke("explain", "resnet50", "conv2/unit1/cb3").out.startswith("conv2/unit1/main/body1/cb3 · ")
    ran = invoke("explain", "resnet50", "conv2/conv1")
    assert (ran.code, ran.out) == (2, "")
    assert re.search(r"error\[unknown-name\]: `conv2/conv1` may mean \d+ entries of resnet50: `conv2/", ran.err)
    assert "write more of the path" in ran.err


def test_explain_an_unknown_name() -> None:
    ran = invoke("explain", "alexnet", "conv9", "conv1")
    assert (ran.code, ran.out) == (2, "")
    assert "error[unknown-name]: no entry `conv9` in alexnet" in ran.err
    assert re.search(r"did you mean `conv\d`\?", ran.err)


def test_explain_of_a_file_that_fails(folder: Path) -> None:
    write("net.yaml", NOTHING)
    ran = invoke("explain", "net.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "error[unknown-layer]" in ran.err


EXPLAINED = ("lenet5", "lenet5_1998", "alexnet", "vgg16_c", "googlenet", "resnet18", "densenet40_k12_cifar", "nin")


@pytest.mark.parametrize("name", EXPLAINED)
def test_every_number_of_a_summary_is_explained(name: str) -> None:
    analysis = cnncalc.analyze(cnncalc.load(name))
    entries: list[Any] = [*analysis.rows, *analysis.groups.values()]
    *parts, legend = invoke("explain", name, *[entry.name for entry in entries], "total").out.split("\n\n")
    assert legend.startswith("where\n")
    assert len(parts) == len(entries) + 1
    shown = {part.partition(" · ")[0]: part for part in parts}
    for depth in ("1", "all"):
        for line in outline(analysis, None if depth == "all" else 1):
            if line.counts is None or line.entry is None:
                continue
            missing = _not_in(line.counts, line.output, shown[line.name])
            assert not missing, f"{line.name}: {missing}"
    assert not _not_in(analysis.totals, None, shown["total"])


def _not_in(counts: cnncalc.Counts, output: tuple[int, ...] | None, text: str) -> list[str]:
    """The figures of a line of a summary that its explanation does not give as a result."""
    wanted = [
        f"{getattr(counts, quantity):,}"
        for quantity in ("params", "weights", "biases", "buffers", "multiplies", "activations")
        if getattr(counts, quantity)
    ]
    if output is not None:
        wanted.append("×".join(map(str, (*output[1:], output[0]))))
    return [figure for figure in wanted if not re.search(rf"(?<![\d,]){re.escape(figure)}(?![\d,])", text)]


# ------------------------------------------------------------------------------- list, show, new, layers, schema


@pytest.mark.sweep
def test_list_names_every_bundled_architecture_with_its_totals() -> None:
    ran = invoke("list")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()[2:]] == list(bundled.names())
    assert re.search(r"^lenet5 +LeNet-5 +32×32×1 +61,706 +416,520$", ran.out, re.MULTILINE)


def test_list_finds_words_in_names() -> None:
    assert invoke("list", "resnet", "cifar", "-f", "names").out.split() == [
        name for name in bundled.names() if "resnet" in name and "cifar" in name
    ]
    found = json.loads(invoke("list", "LeNet", "-f", "json").out)
    assert {row["file"] for row in found} >= {"lenet5", "lenet5_1998"}
    assert next(row for row in found if row["file"] == "lenet5")["params"] == 61706
    assert "lenet5" in invoke("list", "LENET", "5").out


@pytest.mark.parametrize("form", ["table", "json", "names"])
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("foo", "No bundled architecture matches 'foo'. 'cnncalc list' shows them all."),
        ("resnt50", "No bundled architecture matches 'resnt50'. Did you mean 'resnet50'?"),
        ("alexnet tower", ""),
        ("mobilnet v2", "No bundled architecture matches 'mobilnet v2'. Did you mean 'mobilenet_v2'?"),
        ("resnet lenet", "No bundled architecture matches 'resnet lenet'. "),
    ],
)
def test_a_list_of_nothing_is_exit_code_2_as_show_is(words: str, says: str, form: str) -> None:
    ran = invoke("list", *words.split(), "-f", form)
    assert (ran.code, ran.out == "") == ((2, True) if says else (0, False))
    assert ran.err.startswith(says)


def test_the_forms_of_list_agree_on_what_they_find() -> None:
    words = ["lenet-5"]  # in its name, not in its file's
    names = invoke("list", *words, "-f", "names").out.split()
    assert names == [row["file"] for row in json.loads(invoke("list", *words, "-f", "json").out)]


@pytest.mark.parametrize("name", bundled.names())
def test_show_prints_the_file_as_it_is(name: str) -> None:
    path = bundled.find(name)
    assert path is not None
    assert invoke("show", name).out == Path(path).read_text(encoding="utf-8")


def test_show_of_an_unknown_name() -> None:
    ran = invoke("show", "resnet51")
    assert ran.code == 2
    assert "No bundled architecture 'resnet51'. Did you mean 'resnet50'?" in ran.err


def test_the_starter_file_passes_and_can_be_changed(folder: Path) -> None:
    assert invoke("new", "-o", "net.yaml").code == 0
    assert Path("net.yaml").read_text() == invoke("new").out
    ran = invoke("check", "net.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("All checks passed: 1 file, 5 figures\n")
    assert invoke("summary", "net.yaml", "--set", "classes=100").code == 0


def test_layers_lists_every_type() -> None:
    out = invoke("layers").out
    assert [name for name in LAYERS if not re.search(rf"^{name}\b", out, re.MULTILINE)] == []


@pytest.mark.parametrize("name", LAYERS)
def test_layers_tells_all_of_a_type(name: str) -> None:
    ran = invoke("layers", name)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"{name}\n")
    assert [attribute for attribute in LAYERS[name].attributes if attribute not in ran.out] == []


def test_layers_of_an_unknown_type() -> None:
    ran = invoke("layers", "convv")
    assert ran.code == 2
    assert "No layer type 'convv'. Did you mean 'conv'?" in ran.err


def test_the_schema_is_json() -> None:
    assert json.loads(invoke("schema").out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


# --------------------------------------------------------------------------------------------- the program itself


def test_help_lists_the_commands_and_each_has_examples() -> None:
    for option in ("--help", "-h"):
        text = invoke(option).out.partition("Options:")[2]
        assert sorted(re.findall(r"^  ([a-z]+)  ", text, re.MULTILINE)) == command_names()
    for name in command_names():
        text = invoke(name, "--help").out
        assert "Examples:" in text
        assert f"cnncalc {name}" in text
        assert [line for line in text.splitlines() if len(line) > 80] == []


def test_an_unknown_command_or_option_is_exit_code_2() -> None:
    ran = invoke("summry")
    assert ran.code == 2
    assert "No such command 'summry'. Did you mean 'summary'?" in ran.err
    assert invoke("summary").code == 2
    assert invoke("compare").code == 2
    ran = invoke("summary", "lenet5", "--formt", "json")
    assert ran.code == 2
    assert "--format" in ran.err


def test_the_version() -> None:
    assert invoke("--version").out == invoke("-V").out == f"cnncalc {cnncalc.__version__}\n"


COMPLETIONS: list[tuple[str, dict[str, str], str]] = [
    ("bash", {"COMP_WORDS": "cnncalc summary lene", "COMP_CWORD": "2"}, "plain,lenet5"),
    ("zsh", {"COMP_WORDS": "cnncalc show lene", "COMP_CWORD": "2"}, "lenet5"),
    ("fish", {"COMP_WORDS": "cnncalc layers con", "COMP_CWORD": "con"}, "plain,conv"),
    ("fish", {"COMP_WORDS": "cnncalc summary x --columns layer,pa", "COMP_CWORD": "layer,pa"}, "plain,layer,params"),
    ("fish", {"COMP_WORDS": "cnncalc summary x --format=js", "COMP_CWORD": "--format=js"}, "plain,--format=json"),
    ("bash", {"COMP_WORDS": "cnncalc su", "COMP_CWORD": "1"}, "plain,summary"),
    ("bash", {"COMP_WORDS": "cnncalc summary lenet5 --inp", "COMP_CWORD": "3"}, "plain,--input-size"),
    ("bash", {"COMP_WORDS": "cnncalc summary lenet5 --sort mul", "COMP_CWORD": "4"}, "plain,multiplies"),
]


@pytest.mark.parametrize(("shell", "env", "found"), COMPLETIONS)
def test_shells_complete_commands_options_and_bundled_names(shell: str, env: dict[str, str], found: str) -> None:
    ran = process(env={"_CNNCALC_COMPLETE": f"{shell}_complete", **env})
    assert ran.err == ""
    assert found in ran.out.splitlines()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_shells_get_their_script(shell: str) -> None:
    ran = process(env={"_CNNCALC_COMPLETE": f"{shell}_source"})
    assert (ran.code, ran.err) == (0, "")
    assert "_CNNCALC_COMPLETE" in ran.out
