"""Where each number comes from: formula, numbers, result."""

from __future__ import annotations

from dataclasses import replace

import click

from cnncalc.analyses.measures import MEASURES
from cnncalc.cli import options, streams
from cnncalc.cli.command import NETWORKS, OUTPUT, SHOWN, Command, argument, option
from cnncalc.cli.formats import OutputFormat, pages


def _worked() -> list[str]:
    """The quantities that are not counted, and have a working."""
    return [name for name, measure in MEASURES.items() if measure.worked]


class ExplainCommand(
    Command, options.WithNetwork, options.WithStorage, options.WithOutput, options.WithLayout, options.WithDrawing
):
    """Every number of a LAYER: its formula, the numbers put in, and the result.

    LAYER is a name as `summary --depth all` shows it, a block or branch, or `total`; a block and the total are sums,
    with a table of what is added. Without LAYER the whole network is explained.

    Of a FILE that does not fit: the working up to where it breaks, with the exit code 2.
    """

    section = NETWORKS
    examples = (
        "cnncalc explain alexnet conv1             35k = 11·11·3·48·2",
        "cnncalc explain resnet50 conv2/unit1/cb3  a unique short form of a path",
        "cnncalc explain googlenet 3a total        addends of a block, of all",
        "cnncalc explain googlenet 3a -d all       a block, all its layers first",
        "cnncalc explain net.yaml                  every layer; or why none fits",
        "cnncalc explain vgg16 pool5 --of receptive_field",
        "cnncalc explain alexnet conv2 --against conv1",
        "cnncalc explain lenet5 --standalone -o it.tex && pdflatex it.tex",
    )

    file: str = argument("FILE", type=options.Architecture())
    names: tuple[str, ...] = argument("[LAYER]...", type=options.OfFile("entries"))
    form: OutputFormat = options.formats(
        *pages("render.explanation:document", "text"),
        OutputFormat("json", "render.working_json:render", ("layout", "ascii"), always=True),
        help="latex: a fragment to paste.",
        advice={".pdf": "`pdflatex` makes one of a .tex that is written with --standalone"},
    )
    standalone: bool = option("--standalone", is_flag=True, help="With latex: a whole document.", group=OUTPUT)
    of: tuple[str, ...] | None = option(
        "--of",
        cls=options.Listed,
        type=options.Names(_worked),
        read=lambda given: options.some_of(given, _worked(), "quantity"),
        metavar="NAME,...",
        help="The working of these, too:",
        group=SHOWN,
    )
    against: str | None = option(
        "--against",
        type=options.OfFile("entries"),
        metavar="LAYER",
        help="How many times as much as LAYER, or `total`, it has of each quantity.",
        group=SHOWN,
    )
    depth: int | None = options.depth(
        "How far blocks are unfolded: 0 the sum alone, 1 also the entries below.  [default: 0; without LAYER 1]"
    )

    def run(self) -> int:
        from cnncalc.analyses.working import explained, where_it_breaks
        from cnncalc.core.analysis import analyze
        from cnncalc.core.problem import ProblemsFound

        if self.standalone and self.form.name != "latex":
            raise click.UsageError("--standalone goes with --format latex.")
        self.note_without_memory(self.of or (), "--of peak_memory")
        (loaded,) = self.stored(self.load(self.file))
        problems = loaded.problems
        explanation = None
        try:
            if not problems:
                depth = "auto" if self.depth == options.UNSET else self.depth
                explanation = explained(
                    analyze(loaded.graph), self.names, depth, self.file, self.of or (), self.against
                )
            elif understood := loaded.understood():
                explanation = where_it_breaks(understood, self.names, self.file)
        except ProblemsFound as error:
            problems = [*error.problems, *problems]
        if explanation and (not explanation.broken or explanation.broken.fits or explanation.broken.failed):
            self.write(replace(explanation, problems=problems, file=self.file))
        elif self.form.always:
            from cnncalc.render.json import render_problems

            streams.emit(f"{render_problems(self.file, problems)}\n", self.output)
        if problems:
            streams.complain(problems)
        return 2 if problems else 0
