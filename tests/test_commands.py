"""Commands as data: one file each, options under headings, help, and the scripts for shells."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from cnncalc.cli import command_class, command_names, commands
from cnncalc.cli.command import SECTIONS
from tests.running import command, environment, formats, invoke, process

NEW = '''\
"""How large a network is."""

from cnncalc.cli import options
from cnncalc.cli.command import NETWORKS, SHOWN, Command, argument, option
from cnncalc.cli.formats import OutputFormat


class SizeCommand(Command, options.WithNetwork, options.WithOutput):
    """How large FILE is."""

    section = NETWORKS
    examples = ("cnncalc size alexnet",)

    file: str = argument("FILE")
    form: OutputFormat = options.formats(
        OutputFormat("text", "cli.commands.size:text"), OutputFormat("csv", "cli.commands.size:csv", ("bits",))
    )
    bits: int = option("--bits", type=int, default=32, help="Of a number.", group=SHOWN)

    def run(self) -> int:
        from cnncalc.core.analysis import analyze

        (one,) = self.load(self.file)
        self.write(analyze(one.graph).totals.params * self.bits)
        return 0


def text(size, style):
    return f"{size:,} bits\\n"


def csv(size, style):
    return f"size\\n{size}\\n"
'''


def test_a_command_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "commands").mkdir()
    for path in Path(commands.__file__).parent.glob("*.py"):
        (tmp_path / "commands" / path.name).symlink_to(path)
    (tmp_path / "commands" / "size.py").write_text(NEW)
    monkeypatch.setattr(commands, "__path__", [str(tmp_path / "commands")])
    command_names.cache_clear()
    try:
        assert invoke("size", "lenet5").out == "1,974,592 bits\n"
        assert invoke("size", "lenet5", "--bits", "8").out == "493,648 bits\n"
        assert invoke("size", "lenet5", "--bits", "8", "-o", "it.csv").err == (
            "note: --bits has no effect with --format csv\nnote: lenet5.yaml is a bundled architecture\n"
        )
        assert Path("it.csv").read_text() == "size\n493648\n"
        assert "  size        How large a network is.\n" in invoke("--help").out
        assert "What is shown:\n  --bits INTEGER" in invoke("size", "--help").out
        assert "Did you mean 'size'?" in invoke("siz").err
    finally:
        command_names.cache_clear()
        sys.modules.pop("cnncalc.cli.commands.size", None)


def test_a_command_imports_no_other() -> None:
    code = (
        "import sys; from cnncalc.cli import cli; cli.main(['summary', 'lenet5', '-o', '/dev/null'], "
        "standalone_mode=False); print([name for name in sys.modules if name.startswith('cnncalc.cli.commands.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "['cnncalc.cli.commands.summary']\n"


@pytest.mark.parametrize("name", command_names())
def test_every_option_stands_under_a_heading_once(name: str) -> None:
    text = invoke(name, "--help").out
    shown, heading = {}, ""
    for line in text.partition("Examples:")[0].splitlines():
        heading = line.removesuffix(":") if re.fullmatch(r"[A-Z][\w ]*:", line) else heading
        for word in re.findall(r"^  (?:-\w, )?(--[a-z-]+)", line):
            assert word not in shown
            shown[word] = heading
    options = [param for param in command(name).params if isinstance(param, click.Option)]
    assert set(shown) == {"--help", *(next(one for one in param.opts if one[:2] == "--") for param in options)}
    assert shown.pop("--help") == "Options"
    assert "Options" not in shown.values()
    assert {shown[one] for one in ("--format", "--output", "--color", "--ascii", "--quiet") if one in shown} <= {
        "Output"
    }
    assert {shown.get(one, "Network") for one in ("--set", "--input-size")} == {"Network"}


def test_every_command_stands_in_a_section() -> None:
    assert [name for name in command_names() if command_class(name).section not in SECTIONS] == []


@pytest.mark.parametrize("name", command_names())
def test_what_is_idle_are_options_of_the_command(name: str) -> None:
    known = {param.name for param in command(name).params} | {"ascii"}  # a terminal's encoding may ask for it, too
    assert [(form.name, one) for form in formats(name).values() for one in form.idle if one not in known] == []


# ------------------------------------------------------------------------------------------------ help


@pytest.mark.parametrize("name", command_names())
def test_help_is_what_the_command_says_itself(name: str) -> None:
    assert invoke("help", name) == invoke(name, "--help")


def test_help_of_nothing_is_the_list_of_commands() -> None:
    assert process("help") == process("--help")


def test_help_of_what_there_is_not() -> None:
    ran = invoke("help", "sumary")
    assert (ran.code, ran.out, ran.err) == (2, "", "No such command 'sumary'. Did you mean 'summary'?")
    assert invoke("help", "xyz").err == "No such command 'xyz'."
    assert invoke("help", "summary", "explain").code == 2


# ------------------------------------------------------------------------------------------------ shells


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_the_one_that_the_shell_would_be_told(shell: str) -> None:
    told = process(env={"_CNNCALC_COMPLETE": f"{shell}_source"})
    assert process("completion", shell) == told
    assert "_cnncalc_completion" in told.out


def test_the_script_for_fish_splits_what_it_is_told_once() -> None:
    assert 'string split --max 1 "," $completion' in process("completion", "fish").out


def test_the_script_of_another_shell() -> None:
    ran = invoke("completion", "powershell")
    assert ran.code == 2
    assert "'powershell' is not one of 'bash', 'zsh', 'fish'" in ran.err


def test_the_help_says_how_a_script_is_installed() -> None:
    text = invoke("completion", "--help").out
    for line in (
        'bash   eval "$(cnncalc completion bash)"          in ~/.bashrc',
        'zsh    eval "$(cnncalc completion zsh)"           in ~/.zshrc',
        "fish   cnncalc completion fish > ~/.config/fish/completions/cnncalc.fish",
    ):
        assert line in text


def test_a_real_bash_completes(tmp_path: Path) -> None:
    """A bash at a terminal, in which Tab is pressed."""
    program = tmp_path / "bin" / "cnncalc"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cnncalc "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    ours, theirs = pty.openpty()
    bash = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        cwd=tmp_path,
        env=environment(PATH=path, TERM="dumb", PS1="$ ", HOME=str(tmp_path)),
    )
    os.close(theirs)

    def typed(text: str, until: str) -> str:
        """What is seen after that was typed, until that is there."""
        os.write(ours, text.encode())
        shown, end = "", time.monotonic() + 30
        while until not in shown and time.monotonic() < end:
            if select.select([ours], [], [], 1)[0]:
                shown += os.read(ours, 65536).decode()
        return shown

    try:
        typed('eval "$(cnncalc completion bash)"; echo rea""dy\n', "\nready")
        assert "cnncalc exercise " in typed("cnncalc exer\t", "exercise ")
        assert "lenet5_" in typed("lenet5_19\t", "lenet5_1998 ")
        assert "--level" in typed("--lev\t", "--level ")
    finally:
        bash.kill()
        bash.wait()
        os.close(ours)
