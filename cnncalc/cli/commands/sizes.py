"""Which input sizes fit a network, and what it costs at them."""

from __future__ import annotations

import click

from cnncalc.cli import options, streams
from cnncalc.cli.command import NETWORKS, Command, argument
from cnncalc.cli.formats import OutputFormat, pages


class SizesCommand(Command, options.WithNetwork, options.WithStorage, options.WithOutput, options.WithDrawing):
    """The input sizes at which FILE fits together, those that lose no border pixel, and the counts as formulas.

    A rule about all sizes is proved from the formulas of the layers, or the sizes up to which it was checked are named.
    FILE may be one that does not fit at its own size. Exit code 2 where no size fits, or FILE cannot be used.
    """

    section = NETWORKS
    examples = (
        "cnncalc sizes resnet50",
        "cnncalc sizes net.yaml --set classes=10",
        "cnncalc sizes net.yaml --dtype int8",
        "cnncalc sizes net.yaml -f json | jq .smallest",
    )

    file: str = argument("FILE", type=options.Architecture())
    form: OutputFormat = options.formats(
        *pages("render.sizes:document", "text"), OutputFormat("json", "render.sizes:json", ("ascii",))
    )

    def run(self) -> int:
        from cnncalc.analyses.sizes import sizes
        from cnncalc.cli.loading import TORCH, note_bundled
        from cnncalc.core.problem import ProblemsFound
        from cnncalc.formats import open as api

        if self.file.startswith(TORCH):
            raise click.UsageError("sizes are told of a file: a program would be run once for each of them.")
        note_bundled(self.file)
        try:
            source = api.read(self.file, allow_outside=self.allow_outside, format=self.from_)
            self.write(sizes(source, self.vars, self.input_size, self.storage))
        except ProblemsFound as error:
            streams.complain(error.problems)
            return 2
        return 0
