"""Networks side by side, and layer by layer."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from cnncalc.cli import options, streams
from cnncalc.cli.command import NETWORKS, SHOWN, Command, argument, option
from cnncalc.cli.formats import OutputFormat, pages

if TYPE_CHECKING:
    from cnncalc.analyses.checks.baselines.growth import Allowance
    from cnncalc.analyses.measures import Measure


def _shown() -> Collection[str]:
    from cnncalc.analyses.comparing.comparison import compared

    return [measure.name for measure in compared()]


class CompareCommand(
    Command,
    options.WithNetwork,
    options.WithStorage,
    options.WithOutput,
    options.WithExact,
    options.WithLayout,
    options.WithDrawing,
):
    """Networks side by side: params, multiplies, activations, depth, the heaviest layers; each beside the first.

    FILE is an architecture file, the name of a bundled one, - for standard input, or git:REF:PATH for an older version.
    Exit code 0, also where networks differ; 1 where a total grows more than --max-growth; 2 where a FILE cannot be
    used.
    """

    section = NETWORKS
    examples = (
        "cnncalc compare vgg16 resnet50 mobilenet_v2",
        "cnncalc compare git:main:net.yaml net.yaml --by-layer",
        "cnncalc compare git:main:net.yaml net.yaml --by-layer -o comment.md",
        "cnncalc compare resnet50 mobilenet_v2 --figures additions,training_memory",
        "cnncalc compare old.yaml new.yaml --max-growth params=5%   more is code 1",
    )

    files: tuple[str, ...] = argument("FILE FILE...", type=options.Architecture())
    form: OutputFormat = options.formats(
        *pages("render.comparison:document", "table"),
        OutputFormat("json", "render.comparison_data:json", ("exact", "layout", "ascii"), always=True),
        OutputFormat("csv", "render.comparison_data:csv", ("exact", "layout", "ascii")),
        help="markdown is made for a comment on a pull request.",
    )
    by_layer: bool = option(
        "--by-layer", is_flag=True, help="What was added, removed, changed and moved, for two FILEs.", group=SHOWN
    )
    depth: int | None = options.depth(
        "With --by-layer: how far blocks are unfolded; 1 compares top-level entries.", default="all"
    )
    max_growth: dict[str, Allowance] = options.max_growth(
        "Exit with 1 where params, multiplies or activations, or that quantity, grow more than this from the first "
        "FILE.",
        group="Limits",
    )

    figures: tuple[str, ...] = options.figures(_shown)
    convention: Measure | None = options.convention("also multiplies or params")

    def run(self) -> int:
        from cnncalc.analyses.comparing.comparison import Comparison, compared_with_first, network
        from cnncalc.analyses.measures import MEASURES
        from cnncalc.core.analysis import analyze

        if len(self.files) < 2:
            raise click.UsageError("two or more FILEs are compared.")
        if self.by_layer and len(self.files) != 2:
            raise click.UsageError(f"--by-layer compares two FILEs, not {len(self.files)}.")
        given = click.get_current_context().get_parameter_source("depth")
        if given is ParameterSource.COMMANDLINE and not self.by_layer:
            streams.remark("--depth has no effect without --by-layer")
        loaded = self.stored(self.load(*self.files))
        also = [*(MEASURES[name] for name in self.figures), *([self.convention] if self.convention else [])]
        networks = [network(one.file, analyze(one.graph), *also) for one in loaded if not one.problems]
        failed = [(one.file, one.problems) for one in loaded if one.problems]
        for _, problems in failed:
            streams.complain(problems)
        if loaded[0].problems or len(networks) < 2:  # there is nothing to compare, or nothing to compare it with
            if self.form.always:
                self.write(Comparison([], failed=failed))
            return 2
        compared = compared_with_first(
            networks, by_layer=self.by_layer, depth=self.depth, allowed=dict(self.max_growth), failed=failed
        )
        self.write(compared)
        if compared.grown:
            streams.complain(compared.grown)
        return 2 if failed else 1 if compared.grown else 0
