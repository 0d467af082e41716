"""Inside GitHub Actions no text of a file, and no name, is a command to the runner; our annotations are."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from cnncalc.cli import actions, main
from tests.running import environment

SAID = [
    "::stop-commands::token",
    " \u00a0\u2003::stop-commands::token",
    "word\r::stop-commands::token",
    "word ###[stop-commands]token",
    "::##[stop-commands]token",
]
STOP = [
    *SAID,
    ":::stop-commands::token",
    "\t::stop-commands::token",
    "\ufeff::stop-commands::token",
    "word\n\n  ::stop-commands::token",
    "##[stop-commands]token",
]

NET = """\
name: {text}
note: {text}
input: {{channels: 3, size: 8}}
vars: {{n: 4}}
blocks: {{part: {{layers: [relu, flatten]}}}}
layers:
  - conv: {{name: stem, filters: n, kernel: 3}}
  - part
  - dense: 10
expect: {{total: {{params: 5}}, {text}: {{params: 1}}}}
"""
BROKEN = (
    "input: {{channels: 3, size: 8}}\nlayers: [{{{text}: 3}}, {{conv: {{{text}: 3, kernel: {text}}}}}]\n{text}: 1\n"
)
ANSWERS = '{{"1": {text}, {text}: {text}}}'

COMMANDS = [
    *(["summary", "NET", "-f", form] for form in ("table", "json", "csv", "markdown")),
    ["summary", "NET", "NET", "-f", "json"],
    *(["explain", "NET", "-f", form] for form in ("text", "markdown", "latex", "json")),
    *(["check", "NET", "BROKEN", "-f", form] for form in ("full", "text", "json", "github", "sarif", "junit")),
    ["check", "FOLDER"],
    *(["compare", "NET", "OTHER", "--by-layer", "-f", form] for form in ("table", "json", "csv", "markdown")),
    *(["reconcile", "NET", "-f", form] for form in ("table", "json", "csv", "markdown")),
    *(["diagram", "NET", "-f", form] for form in ("svg", "mermaid", "dot")),
    *(["exercise", "NET", "-f", form] for form in ("markdown", "html", "json")),
    *(["grade", "SHEET", "ANSWERS", "-f", form] for form in ("table", "json", "csv")),
    ["quiz", "NET", "--count", "2"],
    *([command, "BROKEN"] for command in ("summary", "explain", "diagram", "exercise", "quiz")),
    ["compare", "NET", "BROKEN"],
    *([command, "TEXT"] for command in ("summary", "explain", "check", "diagram", "list", "show", "layers", "rules")),
    ["TEXT"],
    ["--TEXT"],
    ["summary", "NET", "--TEXT"],
    ["summary", "NET", "--columns", "TEXT"],
    ["summary", "NET", "--set", "TEXT=1"],
    ["summary", "NET", "-f", "TEXT"],
    ["summary", "NET", "-o", "none/TEXT"],
    ["explain", "NET", "TEXT"],
    ["check", "NET", "--baseline", "TEXT"],
    ["check", "NET", "--max-params", "TEXT"],
    ["check", "--changed", "FOLDER/TEXT.yaml"],
    ["summary", "git:TEXT:net.yaml"],
    ["grade", "NET", "TEXT"],
    ["new", "-o", "none/TEXT"],
    ["schema"],
    ["--help"],
]


ANNOTATION = re.compile(r"::(error|warning|notice) (?:(?!##\[).)*")


class Said(NamedTuple):
    """What one run of the program wrote, byte for byte."""

    code: int
    out: str
    err: str


def run(monkeypatch: pytest.MonkeyPatch, *args: str, inside: bool, input: str = "") -> Said:
    """The program as `main` starts it, in this process."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true" if inside else "")
    written = io.BytesIO(), io.BytesIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["cnncalc", *args])
        patch.setattr(sys, "stdin", io.StringIO(input))
        patch.setattr(sys, "stdout", io.TextIOWrapper(written[0], encoding="utf-8", newline="\n"))
        patch.setattr(sys, "stderr", io.TextIOWrapper(written[1], encoding="utf-8", newline="\n", line_buffering=True))
        with pytest.raises(SystemExit) as ended:
            main()
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = (stream.getvalue().decode() for stream in written)
        sys.stdout.detach()  # else the buffers are closed with them
        sys.stderr.detach()
    assert isinstance(ended.value.code, int)
    return Said(ended.value.code, out, err)


def obeyed(written: str) -> list[str]:
    """The lines that GitHub's runner takes for commands, of whatever name."""
    lines = re.split(r"\r\n|\r|\n", written)
    return [line for line in lines if line.lstrip().lstrip("\ufeff").startswith("::") or "##[" in line]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hostile(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Files called and full of a text, by the words that stand for them in COMMANDS."""
    name = text.replace("/", "")
    names = {"NET": f"{name}.yaml", "OTHER": f"{name}2.yaml", "BROKEN": f"{name}3.yaml", "FOLDER": f"{name}.d"}
    names |= {"ANSWERS": f"{name}.json", "SHEET": "sheet.md", "TEXT": text}
    quoted = json.dumps(text)
    (folder / names["FOLDER"]).mkdir()
    for file, pattern in (("NET", NET), ("OTHER", NET), ("BROKEN", BROKEN), ("ANSWERS", ANSWERS)):
        (folder / names[file]).write_text(pattern.format(text=quoted), encoding="utf-8")
    (folder / names["FOLDER"] / f"{name}.yaml").write_text(BROKEN.format(text=quoted), encoding="utf-8")
    assert run(monkeypatch, "exercise", names["NET"], "-o", "sheet.md", inside=False).code == 0
    return names


def words(command: list[str], names: dict[str, str]) -> list[str]:
    """A command with the names put in."""
    return [re.sub(r"[A-Z]{3,}", lambda word: names.get(word[0], word[0]), word) for word in command]


@pytest.mark.parametrize("text", SAID)
@pytest.mark.sweep
def test_nothing_that_is_printed_is_a_command(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = hostile(folder, text, monkeypatch)
    broken = annotations = 0
    for command in COMMANDS:
        args, input = words(command, names), f"{text}\n?\n{text}\nq\n"
        plain, said = (run(monkeypatch, *args, inside=inside, input=input) for inside in (False, True))
        assert said.code == plain.code, command
        assert obeyed(said.err) == [], command
        broken += len(obeyed(plain.err))
        found = obeyed(said.out)
        if "github" in command or (command[0] == "check" and "-f" not in command):
            assert [line for line in found if not ANNOTATION.fullmatch(line)] == [], command
            annotations += len(found)
        else:
            assert found == [], command
            broken += len(obeyed(plain.out))
        if command[-1] in ("json", "sarif"):  # the data stay
            assert json.loads(said.out) == json.loads(plain.out), command
    assert annotations
    assert broken or not text.isascii()  # such spaces stand nowhere as they are


@pytest.mark.parametrize("text", [SAID[0], SAID[-1]])
def test_a_file_has_the_text_as_it_is(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = hostile(folder, text, monkeypatch)
    for command in COMMANDS:
        if "-f" in command and command[-1] not in ("TEXT", "full") and command[0] != "quiz":
            written = []
            for inside in (False, True):
                run(monkeypatch, *words(command, names), "-o", "written", inside=inside)
                written.append(re.sub(rb' time="[\d.]+"', b"", (folder / "written").read_bytes()))  # JUnit's seconds
            assert written[0] == written[1], command


def test_what_is_broken_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = hostile(folder, "::stop-commands::x ##[group]", monkeypatch)
    said = run(monkeypatch, "summary", names["NET"], inside=True)
    assert said.out.startswith(r":\u003astop-commands::x ##\u005bgroup]   input 8×8×3")


def test_annotations_are_commands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "net.yaml").write_text(NET.format(text='"x##[y]"'), encoding="utf-8")
    said = run(monkeypatch, "check", "net.yaml", inside=True)
    assert [line.partition(",")[0] for line in said.out.splitlines()] == ["::error file=net.yaml"]
    assert r"x##\u005by]" in said.out
    assert "##[" not in said.out


@pytest.mark.parametrize("text", STOP)
@pytest.mark.parametrize("trusted", [False, True])
def test_a_text_in_pieces_is_a_text_in_one(text: str, trusted: bool) -> None:
    said = f"a line\n{text}\n\n ##\n[x]{text} :: ##[\r\n{text}"
    whole = io.BytesIO()
    guard = actions.Guard(whole)
    guard.trusted = trusted
    assert guard.write(said.encode()) == len(said.encode())
    assert (obeyed(whole.getvalue().decode()) == []) is not (trusted and "::" in text.split("#")[0])
    assert "##[" not in whole.getvalue().decode()
    for size in (1, 2, 3, 5):
        parts = io.BytesIO()
        guard = actions.Guard(parts)
        guard.trusted = trusted
        for start in range(0, len(said), size):
            guard.write(said[start : start + size].encode())
        assert parts.getvalue() == whole.getvalue()


def test_what_is_no_command_is_left_alone() -> None:
    data = "a::b x ::y # #[ ## [ #[ : :\n a :: b\n##\n[\n:\n:\n\udcff".encode("utf-8", "surrogateescape")
    under = io.BytesIO()
    actions.Guard(under).write(data)
    assert under.getvalue() == data


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("summary lenet5 -f csv > /dev/full", 2, "Error: cannot write to standard output: no space left on device"),
        ("--help > /dev/full", 2, "Error: cannot write to standard output: no space left on device"),
        ("check lenet5 > /dev/full", 2, "Error: cannot write to standard output: no space left on device"),
        ("explain lenet5 >&- 2>&-", 0, ""),
        ("summary none.yaml 2>&-", 2, ""),
        ("chek 2> /dev/full", 2, ""),
    ],
)
def test_full_and_closed_streams_are_told_as_elsewhere(command: str, code: int, said: str) -> None:
    line = f"{sys.executable} -m cnncalc {command}"
    variables = environment(GITHUB_ACTIONS="true")
    done = subprocess.run(line, shell=True, stderr=subprocess.PIPE, env=variables, check=False)
    last = done.stderr.decode().splitlines()[-1:]
    assert (done.returncode, last) == (code, [said] if said else [])


def test_a_closed_pipe_ends_quietly() -> None:
    read, written = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "cnncalc", "list", "lenet5"]
    variables = environment(GITHUB_ACTIONS="true")
    done = subprocess.run(command, stdout=written, stderr=subprocess.PIPE, env=variables, check=False)
    os.close(written)
    assert (done.returncode, done.stderr) == (141, b"")
