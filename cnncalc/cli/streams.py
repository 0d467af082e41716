"""What the commands print: results, notes and problems, and what becomes of them where nothing can be written."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from cnncalc.formats import writing

if TYPE_CHECKING:
    from cnncalc.core.problem import Problem


def wants_color(stream: Any = None, output: str | None = None) -> bool:
    """Whether to colour: as `--color` says, else the environment, else where a terminal shows it; a file has none."""
    asked = _given("color", "auto")
    if asked != "auto":
        return bool(asked == "always")
    if output not in (None, "-"):
        return False
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    stream = stream or sys.stdout
    return bool(stream.isatty() and os.environ.get("TERM") != "dumb")


def _given(option: str, otherwise: Any) -> Any:
    """What was given for an option of the command that runs; something else where it has none such."""
    context = click.get_current_context(silent=True)
    return context.params.get(option, otherwise) if context else otherwise


def terminal_width(output: str | None) -> int | None:
    """The terminal's width; None where output goes to a file or a pipe, which have none."""
    if output not in (None, "-") or not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


class CannotWrite(click.ClickException):
    """A file, or standard output, that takes no text; the exit code is not that of a finding."""

    exit_code = 2

    def __init__(self, what: str, error: OSError | str) -> None:
        why = error if isinstance(error, str) else (error.strerror or str(error)).lower()
        super().__init__(f"cannot write {what}: {why}")


def ended(error: OSError) -> Exception:
    """What follows when standard output takes no more text, whoever wrote it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at exit
    if isinstance(error, BrokenPipeError):  # `| head`: nobody reads on
        return click.exceptions.Exit(141)
    return CannotWrite("to standard output", error)


def emit(text: str, output: str | None, renews: str | None = None) -> None:
    """Write a command's result to standard output, or to the file that `-o` names.

    No file that was read is replaced, but for the one that is renewed.
    """
    stream = _stream(output)
    if stream is not None:
        try:
            stream.write(text)
            stream.flush()
        except OSError as error:
            raise ended(error) from None
        return
    assert output is not None
    if writing.was_read(output) and not (renews and os.path.exists(renews) and os.path.samefile(output, renews)):
        raise CannotWrite(f"'{output}'", "it is a file that was read")
    try:
        writing.write(output, text.encode("utf-8", writing.SHOWN))
    except OSError as error:
        raise CannotWrite(f"'{output}'", error) from None


def _stream(output: str | None) -> Any:
    """The standard stream that an output means: none or `-`, `/dev/stderr`, the file to which the shell leads one."""
    if output is None or output == "-":
        return sys.stdout
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # no such file; no such stream
            if os.path.samestat(os.stat(output), os.fstat(stream.fileno())):
                return stream
    return None


def say(text: str) -> None:
    """Print one line to standard output."""
    from cnncalc.core.problem import clean

    emit(f"{clean(text)}\n", None)


def complain(problems: Sequence[Problem]) -> None:
    """Print problems to standard error."""
    from cnncalc.render.problems import render

    color = wants_color(sys.stderr)
    click.echo(render(problems, color=color), err=True, nl=False, color=color)


def remark(text: str) -> None:
    """Print a note to standard error."""
    from cnncalc.core.problem import clean

    click.echo(f"note: {clean(text)}", err=True)
