"""`cnncalc summary`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from cnncalc.analyses.measures import MEASURES, Use, used
from cnncalc.cli import loading, options, streams


def _known_columns() -> Iterable[str]:
    from cnncalc.analyses.columns import COLUMNS

    return COLUMNS


def _columns(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    if value is None:  # most often, and then the names are not needed
        return None
    from cnncalc.analyses.columns import COLUMNS

    return options.some_of(value, COLUMNS, "column")


@options.command(
    "summary",
    epilog=options.examples(
        "cnncalc summary alexnet                      a bundled architecture",
        "cnncalc summary net.yaml --depth all         every layer inside blocks",
        "cnncalc summary resnet50 --sort params --top 5",
        "cnncalc summary vgg16 --input-size 256 --set classes=10",
        "cnncalc summary net.yaml -f json | jq .totals",
        "cnncalc summary *.yaml -f csv -o layers.csv",
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=options.Architecture())
@options.format_option(
    "table",
    "json",
    "csv",
    *options.PAGES,
    help="json and csv list leaf layers, exact.",
    idle={"json": ("depth", "exact", "columns", "layout", "ascii"), "csv": ("depth", "exact", "ascii")},
)
@options.output_option()
@options.depth_option("How far blocks are unfolded: 1 top-level entries, 0 totals only.", default="1")
@options.exact_option()
@click.option(
    "--columns",
    cls=options.Listed,
    type=options.Names(_known_columns),
    callback=_columns,
    metavar="NAME,...",
    help="Of:",
)
@click.option("--sort", type=click.Choice(list(used(Use.FIGURES))), help="Largest first.")
@click.option(
    "--top", type=click.IntRange(1), metavar="N", help="Only the first N rows; the others are summed up in one."
)
@options.set_option()
@options.input_size_option()
@options.layout_option()
@options.drawing_options()
def summary_command(
    files: tuple[str, ...],
    form: str,
    output: str | None,
    depth: int | None,
    exact: bool | None,
    columns: tuple[str, ...] | None,
    sort: str | None,
    top: int | None,
    sets: tuple[str, ...],
    input_size: str | None,
    layout: str,
    no_color: bool,
    ascii: bool,
) -> int:
    """Layers, output shapes, params and multiplies of each FILE, and their totals.

    FILE is an architecture file, the name of a bundled one, - for standard input, or git:REF:PATH for an older version.
    """
    from cnncalc.core.analysis import analyze

    loaded = loading.load_all(files, sets, input_size)
    failed = [one for one in loaded if one.problems]
    analyses = {id(one): analyze(one.graph) for one in loaded if not one.problems}
    texts = []
    if form == "json":
        from cnncalc.render import json

        for one in loaded:
            analysis = analyses.get(id(one))
            texts.append(
                json.render(analysis, _leaves(analysis, sort, top), one.file)
                if analysis
                else json.render_problems(one.file, one.problems)
            )
        streams.emit(json.documents(texts, len(loaded) > 1), output)
    elif form == "csv":
        from cnncalc.render import csv

        streams.emit(
            csv.render([(analysis, _leaves(analysis, sort, top)) for analysis in analyses.values()], layout, columns),
            output,
        )
    elif analyses:
        from cnncalc.analyses.columns import STANDARD, Style
        from cnncalc.analyses.outline import outline
        from cnncalc.render.summary import document

        found = [(analysis, outline(analysis, depth, sort=sort, top=top)) for analysis in analyses.values()]
        page = document(found, columns or STANDARD, Style(exact is not False, layout, ascii), exact)
        streams.show(page, form, output, no_color, ascii)
    for one in failed:
        streams.complain(one.problems, no_color)
    return 2 if failed else 0


def _leaves(analysis: Any, sort: str | None, top: int | None) -> Any:
    rows = analysis.rows
    if sort:
        from cnncalc.analyses.outline import largest_first

        rows = sorted(rows, key=lambda row: largest_first(MEASURES[sort].value(analysis, row)))
    return tuple(rows[:top])
