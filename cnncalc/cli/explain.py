"""`cnncalc explain`."""

from __future__ import annotations

import click

from cnncalc.cli import options
from cnncalc.problem import Problem


@click.command(
    "explain",
    epilog=options.examples(
        "cnncalc explain alexnet conv1            35k = 11·11·3·48·2",
        "cnncalc explain resnet50 conv2/cb3       a unique short form of a path",
        "cnncalc explain googlenet 3a total       a block's and the network's addends",
        "cnncalc explain net.yaml                 every layer, then the total",
    ),
)
@click.argument("file", metavar="FILE", type=options.Architecture())
@click.argument("names", metavar="[LAYER]...", nargs=-1)
@options.output_option()
@options.set_option()
@options.input_size_option()
@options.layout_option()
@options.drawing_options()
def explain_command(
    file: str,
    names: tuple[str, ...],
    output: str | None,
    sets: tuple[str, ...],
    input_size: str | None,
    layout: str,
    no_color: bool,
    ascii: bool,
) -> int:
    """Every number of a LAYER: its formula, the numbers put in, and the result.

    LAYER is a name as `summary --depth all` shows it, a block or branch, or `total`; a block and the total print
    their addends. Without LAYER every layer is explained.
    """
    from cnncalc.analysis import GroupRow, Row, analyze
    from cnncalc.columns import Style
    from cnncalc.problem import nearest
    from cnncalc.render.working import render
    from cnncalc.working import explain

    (loaded,) = options.load_all((file,), sets, input_size)
    if loaded.problems:
        options.complain(loaded.problems, no_color)
        return 2
    analysis = analyze(loaded.graph)
    entries: list[Row | GroupRow | None] = [] if names else [None]
    problems = []
    for name in names:
        found = analysis.matches(name) if name != "total" else [None]
        if len(found) == 1:
            entries += found
        elif found:
            listed = ", ".join(f"`{entry.name}`" for entry in found[:5] if entry) + (" …" if len(found) > 5 else "")
            problems.append(
                Problem(
                    "unknown-name",
                    f"`{name}` may mean {len(found)} entries of {file}: {listed}",
                    help="write more of the path",
                )
            )
        else:
            close = nearest(name, ["total", *(row.name for row in analysis.rows), *analysis.groups])
            help = f"did you mean `{close}`?" if close else f"`cnncalc summary {file} --depth all` shows every name"
            problems.append(Problem("unknown-name", f"no entry `{name}` in {file}", help=help))
    if problems:
        options.complain(problems, no_color)
        return 2
    explanation = explain(analysis, entries, 0 if names else 1)
    options.emit(render(explanation, Style(layout=layout, ascii=ascii), options.terminal_width(output)), output)
    return 0
