"""The script with which a shell completes all of this."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from cnncalc.cli import completion, streams
from cnncalc.cli.choice import Choice
from cnncalc.cli.command import HELP, Command, argument


class CompletionCommand(Command):
    """The script with which a SHELL completes commands, options, files, and the names in a file.

    \b
    bash   eval "$(cnncalc completion bash)"          in ~/.bashrc
    zsh    eval "$(cnncalc completion zsh)"           in ~/.zshrc
    fish   cnncalc completion fish > ~/.config/fish/completions/cnncalc.fish
    """

    section = HELP
    examples = ('eval "$(cnncalc completion bash)"   in this very shell',)

    shell: str = argument("bash|zsh|fish", type=Choice(["bash", "zsh", "fish"]))

    def run(self) -> int:
        program = click.get_current_context().find_root()
        known = get_completion_class(self.shell)
        assert known is not None
        script = known(program.command, {}, "cnncalc", completion.ASKED)
        text = ShellComplete.source(script)  # not its own: that of bash starts a bash, to ask for the version
        streams.emit(f"{text.rstrip()}\n", None)
        return 0
