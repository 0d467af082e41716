"""`cnncalc compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cnncalc.cli import loading, options, streams

if TYPE_CHECKING:
    from fractions import Fraction

    from cnncalc.analyses.comparing.comparison import NetworkFigures
    from cnncalc.core.problem import Problem


@options.command(
    "compare",
    epilog=options.examples(
        "cnncalc compare vgg16 resnet50 mobilenet_v2",
        "cnncalc compare git:main:net.yaml net.yaml --by-layer",
        "cnncalc compare git:main:net.yaml net.yaml --by-layer -o comment.md",
        "cnncalc compare old.yaml new.yaml --max-growth params=5%   more is code 1",
    ),
)
@click.argument("files", metavar="FILE FILE...", nargs=-1, required=True, type=options.Architecture())
@click.option("--by-layer", is_flag=True, help="What was added, removed, changed and moved, for two FILEs.")
@options.format_option(
    "table",
    *options.PAGES,
    "json",
    "csv",
    help="markdown is made for a comment on a pull request.",
    idle={"json": ("exact", "layout", "ascii"), "csv": ("exact", "layout", "ascii")},
)
@options.output_option()
@options.max_growth_option(
    "Exit with 1 where params, multiplies or activations, or that quantity, grow more than this from the first FILE."
)
@options.depth_option("With --by-layer: how far blocks are unfolded; 1 compares top-level entries.", default="all")
@options.exact_option()
@options.set_option()
@options.input_size_option()
@options.layout_option()
@options.drawing_options()
def compare_command(
    files: tuple[str, ...],
    by_layer: bool,
    form: str,
    output: str | None,
    max_growth: dict[str, Fraction],
    depth: int | None,
    exact: bool | None,
    sets: tuple[str, ...],
    input_size: str | None,
    layout: str,
    no_color: bool,
    ascii: bool,
) -> int:
    """Networks side by side: params, multiplies, activations, depth, the heaviest layers; each beside the first.

    FILE is an architecture file, the name of a bundled one, - for standard input, or git:REF:PATH for an older version.
    Exit code 0, also where networks differ; 1 where a total grows more than --max-growth; 2 where a FILE cannot be
    used.
    """
    from cnncalc.analyses.columns import Style
    from cnncalc.analyses.comparing.comparison import network
    from cnncalc.analyses.comparing.diff import differences
    from cnncalc.core.analysis import analyze

    if len(files) < 2:
        raise click.UsageError("two or more FILEs are compared.")
    if by_layer and len(files) != 2:
        raise click.UsageError(f"--by-layer compares two FILEs, not {len(files)}.")
    loaded = loading.load_all(files, sets, input_size)
    networks = [network(one.file, analyze(one.graph)) for one in loaded if not one.problems]
    style = Style(exact is not False, layout, ascii)
    failed = [(one.file, one.problems) for one in loaded if one.problems]
    for _, problems in failed:
        streams.complain(problems, no_color)
    if loaded[0].problems or len(networks) < 2:  # there is nothing to compare, or nothing to compare it with
        if form == "json":
            from cnncalc.render.comparison_data import json_document

            streams.emit(json_document([], None, [], failed), output)
        return 2
    changes = differences(networks[0].analysis, networks[1].analysis, depth) if by_layer else None
    grown = _grown(networks, max_growth)
    if form == "json":
        from cnncalc.render.comparison_data import json_document

        streams.emit(json_document(networks, changes, grown, failed), output)
    elif form == "csv":
        from cnncalc.render.comparison_data import csv_of_layers, csv_table

        streams.emit(csv_table(networks) if changes is None else csv_of_layers(networks, changes), output)
    else:
        from cnncalc.render.comparison import document

        streams.show(document(networks, changes, grown, style, exact), form, output, no_color, ascii)
    if grown:
        streams.complain(grown, no_color)
    return 2 if failed else 1 if grown else 0


def _grown(networks: list[NetworkFigures], allowed: dict[str, Fraction]) -> list[Problem]:
    """A problem for every total that grew more than it may."""
    from cnncalc.analyses.checks.baselines import growth
    from cnncalc.core.problem import Problem

    totals = [growth.figures(one.analysis, allowed) for one in networks]
    return [
        Problem(
            "baseline",
            growth.message(quantity, totals[0][quantity], now[quantity], allowed),
            notes=(f"{other.file}, compared with {networks[0].file}",),
        )
        for other, now in zip(networks[1:], totals[1:], strict=True)
        for quantity in growth.exceeded(totals[0], now, allowed)
    ]
