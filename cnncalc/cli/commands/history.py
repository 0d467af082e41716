"""The figures of a network in each commit that changed it."""

from __future__ import annotations

from cnncalc.cli import options, streams
from cnncalc.cli.command import NETWORKS, SHOWN, Command, argument, option
from cnncalc.cli.formats import OutputFormat, pages


class HistoryCommand(Command, options.WithOutputs, options.WithExact, options.WithDrawing):
    """The figures of FILE in each commit that changed it, or a file that it extends or uses, the newest first.

    Its former names are followed, and so are the parents that it had. What is not committed stands first. A version
    that could not be used says why; where git cannot read one, the exit code is 2. svg is a plot over the commits.
    """

    section = NETWORKS
    examples = (
        "cnncalc history net.yaml",
        "cnncalc history net.yaml -n 10 -f markdown",
        "cnncalc history net.yaml -o history.csv -o history.svg",
    )

    file: str = argument("FILE", type=options.Architecture())
    number: int = option(
        "-n",
        "--number",
        type=options.Whole(min=1),
        default=100,
        show_default=True,
        help="How many commits are shown at most.",
        group=SHOWN,
    )
    form: OutputFormat = options.formats(
        *pages("render.history:document", "table"),
        OutputFormat("csv", "render.history:csv", ("exact", "ascii")),
        OutputFormat("json", "render.history:json", ("exact", "ascii")),
        OutputFormat("svg", "drawing.plot:svg", ("ascii",)),
    )

    def run(self) -> int:
        from cnncalc.analyses.history import history
        from cnncalc.core.problem import ProblemsFound

        try:
            found = history(self.file, self.number)
        except ProblemsFound as error:
            streams.complain(error.problems)
            return 2
        self.write(found)
        return found.code
