"""A picture for a slide: volumes, or a flow graph."""

from __future__ import annotations

import click

from cnncalc.analyses.measures import Use, used
from cnncalc.cli import options, streams
from cnncalc.cli.choice import Choice
from cnncalc.cli.command import NETWORKS, OUTPUT, Command, argument, option
from cnncalc.cli.formats import OutputFormat

DRAWING = "Drawing"


def _depth(ctx: click.Context, param: click.Parameter, given: str | None) -> int | str | None:
    if given is None:
        return "auto"
    if given == "all":
        return None
    if not (given.isascii() and given.isdigit()) or len(given) > 4 or int(given) < 1:
        raise click.BadParameter("a whole number from 1 on, or 'all'")
    return int(given)


class DiagramCommand(Command, options.WithNetwork, options.WithOutput):
    """Draw FILE, or one BLOCK of it, as a picture for a slide or a README.

    BLOCK is a name as `summary --depth all` shows it. A layer's activation, norm and dropout are drawn into its box,
    and a block of one layer with them is drawn as that layer.
    """

    section = NETWORKS
    examples = (
        "cnncalc diagram alexnet -o alexnet.svg            volumes: boxes to scale",
        "cnncalc diagram resnet50 -o resnet50.svg          branches: a flow graph",
        "cnncalc diagram resnet50 conv3/unit1 -o unit.svg  one block of it",
        "cnncalc diagram vgg16 --depth 1 --theme dark -o vgg16.svg",
        "cnncalc diagram googlenet -f mermaid              a flowchart for Markdown",
        "cnncalc diagram alexnet pool1 --style window -o pool1.svg",
        "cnncalc diagram yolov3 --depth all --width 1000 -o yolov3.svg",
        "cnncalc diagram unet -f dot -d all | dot -Tpdf -o unet.pdf   with Graphviz",
    )

    file: str = argument("FILE", type=options.Architecture())
    block: str | None = argument("[BLOCK]", type=options.OfFile("blocks"))
    form: OutputFormat = options.formats(
        OutputFormat("svg", "drawing.formats:svg"),
        OutputFormat("png", "drawing.formats:png", suffixes=(".png",)),
        OutputFormat("pdf", "drawing.formats:pdf", suffixes=(".pdf",)),
        OutputFormat("tikz", "drawing.formats:tex", suffixes=(".tex", ".tikz")),
        OutputFormat("mermaid", "drawing.formats:mermaid"),
        OutputFormat("dot", "drawing.formats:dot"),
        help="svg and tikz are drawn here; png and pdf need `pip install 'cnncalc[pictures]'`; mermaid and dot are "
        "graphs for those programs.",
    )
    kind: str | None = option(
        "--style",
        type=Choice(["volumes", "flow", "window"]),
        help="volumes: H×W×C boxes to scale; flow: boxes and arrows; window: that of the layer BLOCK on a grid.  "
        "[default: volumes for a chain of layers and for twin towers, flow for a network with branches]",
        group=DRAWING,
    )
    depth: int | str | None = option(
        "-d",
        "--depth",
        callback=_depth,
        metavar="N|all",
        help="How far blocks are unfolded: 1 top-level entries.  [default: all where a slide shows that legibly, else "
        "1; mermaid and dot: 1]",
        group=DRAWING,
    )
    theme: str | None = option(
        "--theme",
        type=Choice(["light", "dark", "auto"]),
        help="Colours of the SVG; auto follows the reader's system.  [default: light]",
        group=DRAWING,
    )
    counts: tuple[str, ...] | None = option(
        "--counts",
        cls=options.Listed,
        type=options.Names(lambda: used(Use.COLUMNS)),
        read=lambda given: options.some_of(given, used(Use.COLUMNS), "count"),
        metavar="NAME,...",
        help="Write them on the boxes:",
        group=DRAWING,
    )
    every_copy: bool = option(
        "--every-copy",
        is_flag=True,
        help="Draw all the equal copies of a repeated block, not one with its ×N.",
        group=DRAWING,
    )
    width: int | None = option(
        "--width",
        type=options.Whole(200, 100_000),
        metavar="PIXELS",
        help="Break rows and graphs with branches so that the picture is no wider: for a page.  [default: as a slide "
        "of 1920×1080 shows it best]",
        group=DRAWING,
    )
    standalone: bool = option("--standalone", is_flag=True, help="With tikz: a whole document.", group=OUTPUT)
    layout: str = options.layout(DRAWING)

    def run(self) -> int:
        from cnncalc.core.analysis import analyze
        from cnncalc.core.problem import ProblemsFound
        from cnncalc.drawing.formats import Drawing, part_of
        from cnncalc.drawing.sketch import CannotDraw

        form = self.form.name
        pictured = {"style": self.kind, "theme": self.theme, "every-copy": self.every_copy, "width": self.width}
        for name, given in pictured.items():
            if form in ("mermaid", "dot") and given:
                raise click.UsageError(f"--{name} goes with a picture: {form} is a graph, drawn by another program.")
        if self.standalone and form != "tikz":
            raise click.UsageError("--standalone goes with --format tikz.")
        if self.kind == "window" and self.block is None:
            raise click.UsageError("--style window draws one layer: name it behind FILE.")
        if self.kind == "window" and self.width is not None:
            raise click.UsageError("--width breaks a flow or volumes: the window of a layer has no rows.")
        (loaded,) = self.load(self.file)
        try:
            if loaded.problems:
                raise ProblemsFound(loaded.problems)
            analysis = analyze(loaded.graph)
            layer = self.kind == "window"
            part = None if self.block is None else part_of(analysis, self.block, layer, self.file)
            counts, theme = self.counts or (), self.theme or "light"
            drawing = Drawing(analysis, part, self.kind, self.depth, counts, self.every_copy, theme, self.width)
            self.write(drawing)
        except ProblemsFound as error:
            streams.complain(error.problems)
            return 2
        except CannotDraw as error:
            streams.tell(f"Error: {error}")
            return 2
        return 0
