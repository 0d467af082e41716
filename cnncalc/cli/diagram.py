"""`cnncalc diagram`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cnncalc.analyses.measures import Use, used
from cnncalc.cli import loading, options, streams

if TYPE_CHECKING:
    from cnncalc.core.analysis import Analysis, GroupRow


def _depth(ctx: click.Context, param: click.Parameter, value: str | None) -> int | str | None:
    if value is None:
        return "auto"
    if value == "all":
        return None
    if not value.isdigit() or len(value) > 4 or int(value) < 1:
        raise click.BadParameter("a whole number from 1 on, or 'all'")
    return int(value)


def _counts(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    return options.some_of(value, used(Use.COLUMNS), "count") or ()


@options.command(
    "diagram",
    epilog=options.examples(
        "cnncalc diagram alexnet -o alexnet.svg            volumes: boxes to scale",
        "cnncalc diagram resnet50 -o resnet50.svg          branches: a flow graph",
        "cnncalc diagram resnet50 conv3/unit1 -o unit.svg  one block of it",
        "cnncalc diagram vgg16 --depth 1 --theme dark -o vgg16.svg",
        "cnncalc diagram googlenet -f mermaid              a flowchart for Markdown",
        "cnncalc diagram unet -f dot --depth all | dot -Tpdf -o unet.pdf",
    ),
)
@click.argument("file", metavar="FILE", type=options.Architecture())
@click.argument("block", metavar="[BLOCK]", required=False, type=options.OfFile("blocks"))
@options.format_option(
    "svg",
    "mermaid",
    "dot",
    help="svg is drawn here; mermaid and dot are graphs for those programs.",
    advice={
        ".png": "a browser or Inkscape makes one of an .svg, Graphviz of a graph: `-f dot | dot -Tpng -o {output}`",
        ".pdf": "a browser or Inkscape makes one of an .svg, Graphviz of a graph: `-f dot | dot -Tpdf -o {output}`",
    },
)
@options.output_option()
@click.option(
    "--style",
    type=click.Choice(["volumes", "flow"]),
    help="volumes: H×W×C boxes to scale; flow: boxes and arrows.  [default: volumes for a chain of layers and for "
    "twin towers, flow for a network with branches]",
)
@click.option(
    "-d",
    "--depth",
    callback=_depth,
    metavar="N|all",
    help="How far blocks are unfolded: 1 top-level entries.  [default: all where a slide shows that legibly, else 1; "
    "mermaid and dot: 1]",
)
@click.option(
    "--theme",
    type=click.Choice(["light", "dark", "auto"]),
    help="Colours of the SVG; auto follows the reader's system.  [default: light]",
)
@click.option(
    "--counts",
    cls=options.Listed,
    type=options.Names(lambda: used(Use.COLUMNS)),
    callback=_counts,
    metavar="NAME,...",
    help="Write them on the boxes:",
)
@click.option("--every-copy", is_flag=True, help="Draw all the equal copies of a repeated block, not one with its ×N.")
@options.set_option()
@options.input_size_option()
@options.layout_option()
def diagram_command(
    file: str,
    block: str | None,
    form: str,
    output: str | None,
    style: str | None,
    depth: int | str | None,
    theme: str | None,
    counts: tuple[str, ...],
    every_copy: bool,
    sets: tuple[str, ...],
    input_size: str | None,
    layout: str,
) -> int:
    """Draw FILE, or one BLOCK of it, as a picture for a slide or a README.

    BLOCK is a name as `summary --depth all` shows it. A layer's activation, norm and dropout are drawn into its box,
    and a block of one layer with them is drawn as that layer.
    """
    from cnncalc.core.analysis import analyze
    from cnncalc.core.problem import ProblemsFound, clean
    from cnncalc.diagram.card import Look
    from cnncalc.diagram.sketch import CannotDraw

    for given, option in ((style, "--style"), (theme, "--theme"), (every_copy, "--every-copy")):
        if form != "svg" and given:
            raise click.UsageError(f"{option} goes with --format svg: {form} is a graph, drawn by another program.")
    (loaded,) = loading.load_all((file,), sets, input_size)
    try:
        if loaded.problems:
            raise ProblemsFound(loaded.problems)
        analysis = analyze(loaded.graph)
        part = _block(analysis, block, file) if block is not None else None
        look = Look(layout, counts)
        if form == "svg":
            from cnncalc.diagram import svg
            from cnncalc.diagram.draw import draw

            picture = draw(analysis, style=style, depth=depth, part=part, look=look, every_copy=every_copy)
            text = svg.render(picture, theme or "light")
        else:
            from cnncalc.diagram.draw import graph

            shown = graph(analysis, 1 if isinstance(depth, str) else depth, part)
            if form == "mermaid":
                from cnncalc.diagram import mermaid

                text = mermaid.render(shown, look)
            else:
                from cnncalc.diagram import dot

                text = dot.render(shown, look)
    except ProblemsFound as error:
        streams.complain(error.problems)
        return 2
    except CannotDraw as error:
        click.echo(f"Error: {clean(str(error))}", err=True)
        return 2
    streams.emit(text, output)
    return 0


def _block(analysis: Analysis, name: str, file: str) -> GroupRow:
    """The block that a name means."""
    from cnncalc.core.analysis import GroupRow
    from cnncalc.core.problem import Problem, ProblemsFound, nearest

    found = analysis.matches(name)
    if len(found) == 1 and isinstance(found[0], GroupRow) and found[0].stop > found[0].start:
        return found[0]
    if len(found) == 1:
        problem = Problem(
            "unknown-name", f"`{name}` is no block of layers", help="a diagram draws the whole or a block"
        )
    elif found:
        listed = ", ".join(f"`{entry.name}`" for entry in found[:5]) + (" …" if len(found) > 5 else "")
        problem = Problem(
            "unknown-name", f"`{name}` may mean {len(found)} entries of {file}: {listed}", help="write more of the path"
        )
    else:
        close = nearest(name, analysis.groups)
        help = f"did you mean `{close}`?" if close else f"`cnncalc summary {file} --depth all` shows every name"
        problem = Problem("unknown-name", f"no block `{name}` in {file}", help=help)
    raise ProblemsFound([problem])
