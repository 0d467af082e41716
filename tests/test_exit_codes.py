"""What the command line ends with, and what it says by then: `main`, in this process."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from cnncalc import cli
from cnncalc.cli.commands.list import ListCommand
from cnncalc.cli.streams import CannotWrite

NET = "input: {channels: 3, size: 8}\nlayers: [conv: {filters: 1, kernel: 3}]\n"
NETS = {
    "fine.yaml": f"{NET}expect: {{total: {{params: 28}}}}\n",
    "warned.yaml": f"{NET}budget: {{total: {{params: {{warn: 27}}}}}}\n",
    "broken.yaml": f"{NET}expect: {{total: {{params: 27}}}}\n",
    "unusable.yaml": NET.replace("conv", "convv"),
    "empty/none.txt": "",
}


@pytest.fixture(autouse=True)
def nets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of networks, in which the commands run, on the terminal of nobody."""
    for name, text in NETS.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


def ended(monkeypatch: pytest.MonkeyPatch, line: str) -> Any:
    """The exit code of a command line."""
    monkeypatch.setattr(sys, "argv", ["cnncalc", *line.split()])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code


CODES = [
    ("check fine.yaml", 0, ""),
    ("check warned.yaml", 0, "warning[budget]: `total` params: limit 27, is 28"),
    ("check warned.yaml --strict", 1, "warning[budget]: `total` params: limit 27, is 28"),
    ("check broken.yaml", 1, "error[expectation]: `total` params: expected 27, is 28"),
    ("check fine.yaml broken.yaml fine.yaml", 1, "error[expectation]: "),
    ("check unusable.yaml", 2, "error[unknown-layer]: "),
    ("check unusable.yaml broken.yaml", 2, "error[unknown-layer]: "),
    ("check gone.yaml", 2, "error[unreadable]: cannot read `gone.yaml`: no such file"),
    ("check empty/none.txt", 2, "error[not-an-architecture]: `empty/none.txt` is empty\n = help: `cnncalc new` prints"),
    ("check fine.yaml empty", 2, "error[unreadable]: no architecture file in `empty`"),
    ("check broken.yaml --exit-zero", 0, "error[expectation]: "),
    ("check fine.yaml --max-params 27", 1, "error[budget]: `total` params: limit 27, is 28"),
    ("check fine.yaml --max-params 28", 0, ""),
    ("check broken.yaml --update", 0, ""),
    ("check", 2, ""),
    ("summary fine.yaml unusable.yaml", 2, "error[unknown-layer]: "),
    ("summary broken.yaml", 0, ""),
    ("compare fine.yaml broken.yaml", 0, ""),
    ("chek fine.yaml", 2, "Error: No such command 'chek'. Did you mean 'check'?"),
    ("check --nothing", 2, "Error: No such option '--nothing'."),
    ("check fine.yaml -f nothing", 2, "Error: Invalid value for '-f' / '--format': "),
    ("check fine.yaml -o fine.yaml", 2, "Error: Invalid value for '-o' / '--output': 'fine.yaml' is a file that is "),
    ("check fine.yaml -o fine.yaml", 2, "Usage: cnncalc check [OPTIONS] FILE|FOLDER..."),
    ("check fine.yaml -f json -o empty/gone/it", 2, "Error: cannot write 'empty/gone/it': no such file or directory"),
    ("--help", 0, ""),
    ("--version", 0, ""),
    ("check --help", 0, ""),
    ("", 2, "Usage: cnncalc [OPTIONS] COMMAND [ARGS]..."),
]


@pytest.mark.parametrize(("line", "code", "says"), CODES)
def test_the_exit_code_of_a_command_line(
    line: str, code: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, line) == code
    said = capsys.readouterr()
    assert says in said.err
    assert "Traceback" not in said.err
    assert bool(said.out or said.err)


def raising(error: BaseException) -> Callable[[object], int]:
    def run(command: object) -> int:
        raise error

    return run


RAISED: dict[str, tuple[BaseException, int, str]] = {
    "Ctrl-C": (KeyboardInterrupt(), 130, ""),
    "Ctrl-C at a question": (click.Abort(), 130, ""),
    "an end": (click.exceptions.Exit(2), 2, ""),
    "a wrong command line": (click.UsageError("It is wrong."), 2, "Error: It is wrong."),
    "a message of click": (click.ClickException("It is wrong."), 1, "Error: It is wrong."),
    "a file that takes no text": (
        CannotWrite("'it'", OSError(errno.ENOSPC, "No space left on device")),
        2,
        "Error: cannot write 'it': no space left on device",
    ),
    "what drives a terminal": (click.UsageError("a\u202eb"), 2, "Error: a�b"),
}  # fmt: skip


@pytest.mark.parametrize("what", RAISED)
def test_how_a_command_ends(what: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    error, code, says = RAISED[what]
    monkeypatch.setattr(ListCommand, "run", raising(error))
    assert ended(monkeypatch, "list") == code
    said = capsys.readouterr()
    assert (said.out, said.err.strip()[-len(says) :] if says else said.err.strip()) == ("", says)


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_code_of_a_command_is_that_of_the_program(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ListCommand, "run", lambda command: code)
    assert ended(monkeypatch, "list") == code


@pytest.fixture
def nobody_reads() -> Iterator[int]:
    """The end of a pipe that nobody reads."""
    read, written = os.pipe()
    os.close(read)
    yield written
    os.close(written)


FULL = "Error: cannot write to standard output: no space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("line", ["list lenet5", "--version", "check --help", "check fine.yaml"])
def test_a_standard_output_that_is_full(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert ended(monkeypatch, line) == 2
        sys.stdout.flush()  # at exit Python does, and does not complain once more
    assert capsys.readouterr().err == FULL


@pytest.mark.parametrize("line", ["list lenet5", "--version", "check --help", "check broken.yaml -f json"])
def test_a_pipe_that_nobody_reads_ends_quietly(
    line: str, nobody_reads: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open(nobody_reads, "w", encoding="utf-8", closefd=False) as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert ended(monkeypatch, line) == 141  # as of a program that SIGPIPE ends, and no code of ours
        sys.stdout.flush()  # at exit Python does, and does not complain once more
        os.dup2(os.open(os.devnull, os.O_WRONLY), nobody_reads)
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("line", ["check unusable.yaml", "chek"])
def test_where_nobody_can_be_told(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w", encoding="utf-8", buffering=1) as full:
        monkeypatch.setattr(sys, "stderr", full)
        assert ended(monkeypatch, line) == 2
        os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())


@pytest.mark.parametrize("line", ["list lenet5", "check fine.yaml"])
def test_streams_that_whoever_called_has_closed(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    assert ended(monkeypatch, line) == 0
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.close()
