"""What the commands print: results, notes and problems, and what becomes of them where nothing can be written."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import StringIO
from typing import TYPE_CHECKING, Any

import click

from cnncalc.formats import writing

if TYPE_CHECKING:
    from cnncalc.core.problem import Problem

_UNKNOWN = 80  # columns of a terminal that does not say how wide it is


def wants_color(output: str | None, stream: Any = None) -> bool:
    """Whether to colour: as `--color` says; without it no file, else as the environment says, else a terminal.

    NO_COLOR goes before FORCE_COLOR and CLICOLOR_FORCE, these before CLICOLOR; one that is empty says nothing.
    """
    asked = _given("color", "auto")
    if asked != "auto" or output not in (None, "-"):
        return bool(asked == "always")
    said = os.environ.get
    if said("NO_COLOR"):
        return False
    if said("FORCE_COLOR") or said("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return said("CLICOLOR") != "0" and (stream or sys.stdout).isatty() and said("TERM") != "dumb"


def terminal_width(output: str | None, stream: Any = None) -> int | None:
    """The terminal's width; None where output goes to a file or a pipe, which have none."""
    stream = stream or sys.stdout
    if output not in (None, "-") or not stream.isatty():
        return None
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _UNKNOWN
    except (OSError, ValueError):
        return _UNKNOWN


def encoding(output: str | None, stream: Any = None) -> str:
    """UTF-8, or what has not all our signs: ASCII where that is asked for, else the encoding of a standard stream."""
    if _given("ascii", False):
        return "ascii"
    own = getattr(stream or sys.stdout, "encoding", None) if output in (None, "-") else None
    return writing.UTF8 if own is None or own.lower() == writing.UTF8 or writing.has_signs(own) else own


def _given(option: str, otherwise: Any) -> Any:
    """What was given for an option of the command that runs; something else where it has none such."""
    context = click.get_current_context(silent=True)
    return context.params.get(option, otherwise) if context else otherwise


class CannotWrite(click.ClickException):
    """A file, or standard output, that takes no text; the exit code is not that of a finding."""

    exit_code = 2

    def __init__(self, what: str, error: OSError | str) -> None:
        why = error if isinstance(error, str) else (error.strerror or str(error)).lower()
        super().__init__(f"cannot write {what}: {why}")


def ended(error: OSError) -> Exception:
    """The exit that follows when standard output takes no more text, whoever wrote it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at exit
    if isinstance(error, BrokenPipeError):  # `| head`: nobody reads on
        return click.exceptions.Exit(141)
    return CannotWrite("to standard output", error)


def emit(text: str | bytes, output: str | None, renews: str | None = None) -> None:
    """A command's result, written to standard output, or to the file that `-o` names; bytes as they are.

    No file that was read is replaced, but for the one that is renewed.
    """
    stream = _stream(output)
    if stream is not None:
        try:
            (stream.buffer if isinstance(text, bytes) else stream).write(text)
            stream.flush()
        except OSError as error:
            raise ended(error) from None
        return
    assert output is not None
    if writing.was_read(output) and not (renews and os.path.exists(renews) and os.path.samefile(output, renews)):
        raise CannotWrite(f"'{output}'", "it is a file that was read")
    try:
        writing.write(output, text if isinstance(text, bytes) else text.encode("utf-8", writing.SHOWN))
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
    """A text on standard output, folded to the terminal."""
    emit(f"{_folded(text, sys.stdout)}\n", None)


def complain(problems: Sequence[Problem]) -> None:
    """Problems on standard error."""
    from cnncalc.render.problems import render

    color, width, own = wants_color(None, sys.stderr), terminal_width(None, sys.stderr), encoding(None, sys.stderr)
    click.echo(render(problems, color=color, width=width, encoding=own), err=True, nl=False, color=color)


def remark(text: str) -> None:
    """A note on standard error."""
    tell(f"note: {text}")


def show(error: click.ClickException) -> None:
    """The message for a wrong command line, or for what could not be written."""
    from cnncalc.core.problem import clean

    shown = StringIO()
    error.show(shown)
    for line in shown.getvalue().splitlines():
        tell(clean(line))  # it may quote what was given


def tell(text: str) -> None:
    """A text on standard error, folded to the terminal."""
    click.echo(_folded(text, sys.stderr), err=True)


def _folded(text: str, stream: Any) -> str:
    """A text as a stream has it; in a terminal it takes several lines."""
    from cnncalc.core.problem import clean

    text, width = writing.shown(clean(text), encoding(None, stream)), terminal_width(None, stream)
    if width is None or len(text) < width // 2:  # most often
        return text
    from cnncalc.render.fold import fold

    return "\n  ".join(fold(text, width - 2, -2))
