"""Colours: `--color` goes before NO_COLOR, that before FORCE_COLOR and CLICOLOR_FORCE, these before CLICOLOR."""

from __future__ import annotations

import io
import re
from pathlib import Path

import click
import pytest

from cnncalc.cli import streams
from tests.running import in_a_terminal, invoke, process

# --color, the environment, to a terminal, coloured. Sources: no-color.org and force-color.org (present and not empty,
# whatever it is), bixense.com/clicolors (CLICOLOR_FORCE and CLICOLOR, where 0 is no).
CASES: list[tuple[str, str, bool, bool]] = [
    ("auto", "", True, True),
    ("auto", "", False, False),
    ("auto", "TERM=dumb", True, False),
    ("auto", "NO_COLOR=1", True, False),
    ("auto", "NO_COLOR=0", True, False),
    ("auto", "NO_COLOR=", True, True),
    ("auto", "FORCE_COLOR=1", False, True),
    ("auto", "FORCE_COLOR=0", False, True),
    ("auto", "FORCE_COLOR=", False, False),
    ("auto", "FORCE_COLOR=1 TERM=dumb", True, True),
    ("auto", "CLICOLOR_FORCE=1", False, True),
    ("auto", "CLICOLOR_FORCE=0", False, False),
    ("auto", "CLICOLOR_FORCE=0", True, True),
    ("auto", "CLICOLOR_FORCE=", False, False),
    ("auto", "CLICOLOR=1", True, True),
    ("auto", "CLICOLOR=1", False, False),
    ("auto", "CLICOLOR=0", True, False),
    ("auto", "NO_COLOR=1 FORCE_COLOR=1 CLICOLOR_FORCE=1", False, False),
    ("auto", "FORCE_COLOR=1 CLICOLOR=0", False, True),
    ("auto", "CLICOLOR_FORCE=1 CLICOLOR=0", False, True),
    ("always", "", False, True),
    ("always", "NO_COLOR=1 CLICOLOR=0 TERM=dumb", False, True),
    ("never", "", True, False),
    ("never", "FORCE_COLOR=1 CLICOLOR_FORCE=1", True, False),
]


class Stream(io.StringIO):
    """A stream that may be a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(("option", "said", "terminal", "colored"), CASES, ids=[f"{c[0]} {c[1]} {c[2]}" for c in CASES])
def test_who_decides(option: str, said: str, terminal: bool, colored: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for one in said.split():
        monkeypatch.setenv(*one.split("="))
    with click.Context(click.Command("it")) as context:
        context.params["color"] = option
        assert streams.wants_color(None, Stream(terminal)) is colored
        assert streams.wants_color("it.txt", Stream(terminal)) is (option == "always")  # a file has no environment


def words(text: str) -> list[str]:
    """The words of a text, but for colours, bars and rules."""
    return re.sub(r"\x1b\[[\d;]*m|[─█▏▎▍▌▋▊▉]", "", text).split()


@pytest.mark.parametrize("command", ["summary lenet5", "compare lenet5 alexnet", "list lenet5", "layers", "rules"])
@pytest.mark.parametrize(
    ("more", "env", "colored"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color=always"], {"NO_COLOR": "1"}, True),
    ],
)
def test_a_table_in_a_pipe(command: str, more: list[str], env: dict[str, str], colored: bool) -> None:
    out = invoke(*command.split(), *more, env=env).out
    assert ("\x1b[" in out) is colored
    assert words(out) == words(invoke(*command.split()).out)


@pytest.mark.sweep
@pytest.mark.parametrize("command", ["summary", "explain", "check", "diagram", "exercise", "quiz"])
def test_errors_in_a_pipe(command: str) -> None:
    bold = "\x1b[1;31merror[unreadable]\x1b[0m"
    plain, forced = process(command, "none.yaml"), process(command, "none.yaml", env={"FORCE_COLOR": "1"})
    assert ("\x1b" in plain.err, bold in forced.err) == (False, True)


def test_a_terminal_that_is_asked_for_none() -> None:
    assert "\x1b[" in in_a_terminal("summary", "lenet5", "none.yaml")
    assert "\x1b" not in in_a_terminal("summary", "lenet5", "none.yaml", CLICOLOR="0")
    assert "\x1b" not in in_a_terminal("check", "--since", "nowhere", "--color", "never")


def test_data_has_no_colours_and_neither_has_a_file(tmp_path: Path) -> None:
    path = tmp_path / "it.txt"
    invoke("summary", "lenet5", "-o", str(path), env={"FORCE_COLOR": "1"})
    assert "\x1b" not in path.read_text()
    for form in ("json", "csv", "markdown"):
        assert "\x1b" not in invoke("summary", "lenet5", "-f", form, "--color", "always").out


def test_the_option_that_there_was() -> None:
    for command in ("summary", "check", "exercise", "rules"):
        ran = invoke(command, "lenet5", "--no-color")
        assert (ran.code, ran.out, ran.err) == (2, "", "No such option '--no-color'. It is --color never.")
