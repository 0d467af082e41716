"""The command line. Each command is a file of `commands`, which is imported only when that command runs."""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from cnncalc import __version__
from cnncalc.cli import commands, streams
from cnncalc.cli.command import SECTIONS, Command, Documented, click_command, said_and_done
from cnncalc.formats.writing import SHOWN


class _Commands(Documented, click.Group):
    """Finds commands by the names of their files."""

    def list_commands(self, ctx: click.Context | None) -> list[str]:
        return command_names()

    def get_command(self, ctx: click.Context | None, name: str) -> click.Command | None:
        if name not in command_names():
            return None
        return click_command(name, command_class(name))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if not name.startswith("-") and name not in command_names():
            ctx.fail(no_such_command(name))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        names = command_names()
        for section in SECTIONS:
            with formatter.section(section):
                own = [name for name in names if command_class(name).section == section]
                formatter.write_dl([(name.ljust(max(map(len, names))), one_line(name)) for name in own])


@cache
def command_names() -> list[str]:
    """All commands, in the order of the alphabet: a file is one."""
    return sorted(name[:-3] for name in os.listdir(commands.__path__[0]) if name.endswith(".py") and name[0] != "_")


def command_class(name: str) -> type[Command]:
    """The class of a command."""
    found: type[Command] = getattr(import_module(f"cnncalc.cli.commands.{name}"), f"{name.title()}Command")
    return found


def one_line(name: str) -> str:
    """The purpose of a command: the docstring of its file."""
    return import_module(f"cnncalc.cli.commands.{name}").__doc__ or ""


def no_such_command(name: str) -> str:
    """The message for a name that no command has."""
    from cnncalc.core.problem import nearest

    found = nearest(name, command_names())
    return f"No such command '{name}'." + (f" Did you mean '{found}'?" if found else "")


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="'cnncalc COMMAND --help' shows options and examples. Exit codes: 0 fine, 1 an expectation, a budget or a "
    "baseline is broken, 2 a file cannot be used or the command line is wrong.",
)
def cli() -> None:
    """Parameters and multiplies of convolutional networks, from a YAML file.

    \b
    cnncalc summary alexnet            a bundled architecture
    cnncalc explain alexnet conv1      where 34,848 comes from
    cnncalc new > net.yaml             a file to start from
    cnncalc check net.yaml             shapes fit, expectations hold
    cnncalc compare vgg16 resnet50     side by side
    """


cli.params.append(
    said_and_done("-V", "--version", help="Show the version and exit.", text=lambda ctx: f"cnncalc {__version__}")
)


def main() -> None:
    """The command line, run; no traceback, no message for Ctrl-C."""
    for name, mode in {"stdin": "r", "stdout": "w", "stderr": "w"}.items():
        if getattr(sys, name) is None:  # closed by whoever called us
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # what a stream cannot hold is shown as a sign
            stream.reconfigure(errors=SHOWN)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from cnncalc.cli.actions import guard

        guard()
    if "_CNNCALC_COMPLETE" in os.environ:  # a shell asks: what click has for fish is replaced
        import_module("cnncalc.cli.completion")
    try:
        code = _run()
    except OSError:  # standard error takes no text: nobody can be told
        code = 2
    sys.exit(code)


def _called() -> int:
    try:
        code: int = cli.main(prog_name="cnncalc", standalone_mode=False)
    except OSError as error:  # of what click writes by itself: --help, --version
        raise streams.ended(error) from None
    except SystemExit as error:
        if error.code == 1:  # so click answers a pipe that nobody reads
            raise click.exceptions.Exit(141) from None
        raise
    return code


def _run() -> int:
    try:
        code: int = _called()
    except click.ClickException as error:
        streams.show(error)
        code = error.exit_code
    except click.exceptions.Exit as error:
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    return code
