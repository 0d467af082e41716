"""What a command does, and its options."""

from __future__ import annotations

from typing import Any

import click

from cnncalc.cli import command_names, no_such_command, streams
from cnncalc.cli.command import HELP, Command, argument
from cnncalc.cli.files import TextType


class _CommandName(TextType):
    name = "command"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from cnncalc.cli import completion

        return completion.of(command_names(), incomplete)


class HelpCommand(Command):
    """What a COMMAND does, its options and examples, as its --help shows them; without COMMAND what there is."""

    section = HELP
    examples = ("cnncalc help", "cnncalc help summary")

    command: str | None = argument("[COMMAND]", type=_CommandName())

    def run(self) -> int:
        above = click.get_current_context().parent
        assert above is not None
        assert isinstance(above.command, click.Group)
        text = above.get_help()
        if self.command is not None:
            command = above.command.get_command(above, self.command)
            if command is None:
                raise click.UsageError(no_such_command(self.command))
            text = command.get_help(click.Context(command, above, self.command))
        streams.emit(f"{text}\n", None)
        return 0
