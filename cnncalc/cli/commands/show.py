"""Print a bundled file, to read or to copy."""

from __future__ import annotations

import click

from cnncalc.cli import options, streams
from cnncalc.cli.command import REFERENCE, Command, argument


class ShowCommand(Command, options.WithKeptOutput):
    """Print a bundled file, to read, or to copy and change."""

    section = REFERENCE
    examples = ("cnncalc show lenet5", "cnncalc show resnet50 > mine.yaml")

    name: str = argument("NAME", type=options.Bundled())

    def run(self) -> int:
        from cnncalc.core.problem import nearest
        from cnncalc.formats import bundled

        path = bundled.find(self.name)
        if path is None:
            close = nearest(self.name, bundled.names())
            cure = f"Did you mean '{close}'?" if close else "'cnncalc list' shows them."
            raise click.UsageError(f"No bundled architecture '{self.name}'. {cure}")
        with open(path, encoding="utf-8") as file:
            streams.emit(file.read(), self.output)
        return 0
