"""A badge with a figure of a network, for a README."""

from __future__ import annotations

from cnncalc.analyses.measures import Use, used
from cnncalc.cli import options, streams
from cnncalc.cli.choice import Choice
from cnncalc.cli.command import NETWORKS, SHOWN, Command, argument, option
from cnncalc.cli.formats import OutputFormat


class BadgeCommand(Command, options.WithNetwork, options.WithOutput):
    """A badge with a figure of FILE: a picture, or JSON for the endpoint badge of shields.io.

    It is red where a budget of the file on that figure is broken.
    """

    section = NETWORKS
    examples = (
        "cnncalc badge net.yaml -o params.svg",
        "cnncalc badge net.yaml --quantity multiplies -o multiplies.json",
        "cnncalc badge resnet50 --label ResNet-50 > badge.svg",
    )

    file: str = argument("FILE", type=options.Architecture())
    form: OutputFormat = options.formats(
        OutputFormat("svg", "drawing.badge:svg"), OutputFormat("json", "drawing.badge:json")
    )
    quantity: str = option(
        "--quantity",
        type=Choice(list(used(Use.LIMITS))),
        metavar="QUANTITY",
        default="params",
        show_default=True,
        help=f"One of {', '.join(used(Use.LIMITS))}.",
        group=SHOWN,
    )
    label: str | None = option("--label", metavar="TEXT", help="The left half.  [default: the quantity]", group=SHOWN)

    def run(self) -> int:
        from cnncalc.analyses.checks.expect import check
        from cnncalc.core.analysis import analyze
        from cnncalc.core.problem import ProblemsFound
        from cnncalc.drawing.badge import badge

        (loaded,) = self.load(self.file)
        try:
            if loaded.problems:
                raise ProblemsFound(loaded.problems)
            analysis = analyze(loaded.graph)
            budgets = check(loaded.graph, analysis).budgets
        except ProblemsFound as error:
            streams.complain(error.problems)
            return 2
        self.write(badge(analysis, self.quantity, budgets, self.label))
        return 0
