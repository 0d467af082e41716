"""How the tests run the program: in this process for speed, or as a process of its own where that matters."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
import yaml
from click.testing import CliRunner

import cnncalc
from cnncalc.analyses.checks.report import Report
from cnncalc.analyses.style import Style
from cnncalc.cli import cli
from cnncalc.cli.formats import FormatOption, OutputFormat
from cnncalc.formats import bundled
from cnncalc.render.check import Checked
from cnncalc.render.check.report import step_summary

ROOT = Path(cnncalc.__file__).resolve().parent.parent
DATA = Path(__file__).parent / "data"
_BASE: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_SAFE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def data(name: str) -> Any:
    """What a file of the tests' data holds."""
    return yaml.load((DATA / name).read_text(encoding="utf-8"), Loader=_SAFE)


class Ran(NamedTuple):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


def invoke(*args: str, input: str | bytes | None = None, env: dict[str, str] | None = None) -> Ran:
    """Run a command in this process; a wrong command line is exit code 2 with its message, as in `main`."""
    result = CliRunner().invoke(cli, args, input=input, env=env, standalone_mode=False)
    if isinstance(result.exception, click.ClickException):
        return Ran(result.exception.exit_code, result.stdout, result.stderr + result.exception.format_message())
    if result.exception is not None:
        raise result.exception
    return Ran(result.return_value, result.stdout, result.stderr)


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that runs this very code, in UTF-8."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COV_")}  # it would slow them
    return {**inherited, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", **more}


def process(*args: str, input: bytes | None = None, cwd: Path | None = None, env: dict[str, str] | None = None) -> Ran:
    """Run `python -m cnncalc` as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "cnncalc", *args],
        input=input if input is not None else b"",
        capture_output=True,
        cwd=cwd,
        env=environment(**(env or {})),
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def in_a_terminal(*args: str, typed: str = "", **env: str) -> str:
    """What the program prints to a terminal of eighty columns, where that is typed."""
    ours, theirs = pty.openpty()
    variables = environment(**{"TERM": "xterm-256color", "COLUMNS": "80", **env})
    command = [sys.executable, "-m", "cnncalc", *args]
    started = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables)
    os.close(theirs)
    os.write(ours, typed.encode())
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536) if select.select([ours], [], [], 30)[0] else b""
        except OSError:
            part = b""
        if not part:
            break
        shown += part
    os.close(ours)
    assert started.wait(30) in (0, 1, 2)
    return shown.decode().replace("\r\n", "\n")


def networks(every: int) -> list[Any]:
    """The bundled networks: one in so many for the default tests, the others for the sweep."""
    return sample(every, bundled.names())


def sample(every: int, cases: Iterable[Any], id: Callable[[Any], str] = str) -> list[Any]:
    """Cases that are many and slow: one in so many for the default tests, the others for the sweep."""
    return [
        pytest.param(case, id=id(case), marks=() if number % every == 0 else pytest.mark.sweep)
        for number, case in enumerate(cases)
    ]


def command(name: str) -> click.Command:
    """A command as click knows it."""
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


def formats(name: str) -> dict[str, OutputFormat]:
    """The formats of a command, by name; none where it has no such option."""
    options = [param for param in command(name).params if isinstance(param, FormatOption)]
    return options[0].formats if options else {}


def written(format: str, reports: Sequence[Report], root: str | None = None) -> str:
    """What a format of `check`, or the step summary, makes of reports."""
    checked = Checked(reports, root)
    return (
        step_summary(checked, Style()) if format == "step_summary" else formats("check")[format].write(checked, Style())
    )


def table(name: str) -> list[dict[str, object]]:
    """A table of cases; every scalar is the text that is written."""
    found: list[dict[str, object]] = yaml.load((DATA / name).read_text(encoding="utf-8"), Loader=_BASE)
    return found


def documented(page: str, language: str) -> dict[str, str]:
    """The files that a page of docs/ shows: those blocks of a language whose first line is `# NAME`."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.finditer(rf"^```{language}\n# (\S+\.\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return {block[1]: block[2] for block in blocks}
