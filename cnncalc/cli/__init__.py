"""The command line. Each command's module is imported only when that command runs."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from cnncalc import __version__
from cnncalc.formats.writing import SHOWN

COMMANDS = {
    "summary": ("summary", "Layers, shapes, params and multiplies as a table."),
    "explain": ("explain", "Where each number comes from: formula, numbers, result."),
    "check": ("check", "Hold files to the figures that they expect, and to the lint rules."),
    "compare": ("compare", "Networks side by side, and layer by layer."),
    "exercise": ("exercise", "A worksheet with blanks, and its answer key."),
    "grade": ("grade", "Mark filled-in worksheets, and name the likely slips."),
    "quiz": ("quiz", "The same questions one by one, with hints."),
    "diagram": ("diagram", "A picture for a slide: volumes, or a flow graph."),
    "list": ("catalog", "The bundled architectures with their totals."),
    "show": ("catalog", "Print a bundled file, to read or to copy."),
    "new": ("catalog", "Print a file to start from."),
    "layers": ("reference", "The layer types, their attributes and formulas."),
    "rules": ("rules", "The lint rules that check runs, with examples."),
    "schema": ("reference", "The JSON Schema of the file format."),
}


class _Commands(click.Group):
    """Finds commands by name in their modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"cnncalc.cli.{COMMANDS[name][0]}"), f"{name}_command")
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from cnncalc.core.problem import nearest

            found = nearest(name, COMMANDS)
            ctx.fail(f"No such command '{name}'." + (f" Did you mean '{found}'?" if found else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="'cnncalc COMMAND --help' shows options and examples. Exit codes: 0 fine, 1 an expectation, a budget or a "
    "baseline is broken, 2 a file cannot be used or the command line is wrong.",
)
@click.version_option(__version__, prog_name="cnncalc", message="%(prog)s %(version)s")
def cli() -> None:
    """Parameters and multiplies of convolutional networks, from a YAML file.

    \b
    cnncalc summary alexnet            a bundled architecture
    cnncalc explain alexnet conv1      where 34,848 comes from
    cnncalc new > net.yaml             a file to start from
    cnncalc check net.yaml             shapes fit, expectations hold
    cnncalc compare vgg16 resnet50     side by side
    """


def main() -> None:
    """Run the command line; no traceback, no message for Ctrl-C."""
    for name, mode in {"stdin": "r", "stdout": "w", "stderr": "w"}.items():
        if getattr(sys, name) is None:  # closed by whoever called us
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # what a stream cannot hold is shown as a sign
            stream.reconfigure(errors=SHOWN)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        from cnncalc.cli.actions import guard

        guard()
    try:
        code = _run()
    except OSError:  # standard error takes no text: nobody can be told
        code = 2
    sys.exit(code)


def _called() -> int:
    try:
        code: int = cli.main(prog_name="cnncalc", standalone_mode=False)
    except OSError as error:  # of what click writes by itself: --help, --version
        from cnncalc.cli.streams import ended

        raise ended(error) from None
    except SystemExit as error:
        if error.code == 1:  # so click answers a pipe that nobody reads
            raise click.exceptions.Exit(141) from None
        raise
    return code


def _run() -> int:
    try:
        code: int = _called()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.exceptions.Exit as error:
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    return code
