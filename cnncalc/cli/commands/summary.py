"""Layers, shapes, params and multiplies as a table."""

from __future__ import annotations

from collections.abc import Iterable

from cnncalc.analyses.measures import Measure, Use, told, used
from cnncalc.cli import options, streams
from cnncalc.cli.choice import Choice
from cnncalc.cli.command import NETWORKS, SHOWN, Command, argument, option
from cnncalc.cli.formats import OutputFormat, pages


def _known_columns() -> Iterable[str]:
    from cnncalc.analyses.columns import COLUMNS

    return COLUMNS


def _columns(given: str) -> tuple[str, ...]:
    from cnncalc.analyses.columns import COLUMNS

    return options.some_of(given, COLUMNS, "column")


def _add_keys(columns: tuple[str, ...]) -> bool:
    """Whether a column is a quantity that JSON tells only where it is asked for."""
    return len(told(Use.FIGURES, columns)) > len(told(Use.FIGURES, ()))


class SummaryCommand(
    Command,
    options.WithNetwork,
    options.WithStorage,
    options.WithOutput,
    options.WithExact,
    options.WithLayout,
    options.WithDrawing,
):
    """Layers, output shapes, params and multiplies (MACs) of each FILE, and their totals.

    FILE is an architecture file, the name of a bundled one, - for standard input, or git:REF:PATH for an older version.
    """

    section = NETWORKS
    examples = (
        "cnncalc summary alexnet                      a bundled architecture",
        "cnncalc summary net.yaml --depth all         every layer inside blocks",
        "cnncalc summary resnet50 --sort params --top 5",
        "cnncalc summary vgg16 --input-size 256 --set classes=10",
        "cnncalc summary net.yaml --convention thop   the multiplies of thop",
        "cnncalc summary net.yaml -f json | jq .totals",
        "cnncalc summary *.yaml -f csv -o layers.csv",
    )

    files: tuple[str, ...] = argument("FILE...", type=options.Architecture())
    form: OutputFormat = options.formats(
        *pages("render.summary:document", "table"),
        OutputFormat(
            "json",
            "render.json:render",
            ("depth", "exact", "columns", "layout", "ascii"),
            always=True,
            unless={"columns": _add_keys},
        ),
        OutputFormat("csv", "render.csv:render", ("depth", "exact", "ascii"), always=True),
        help="json and csv list leaf layers, exact.",
    )
    depth: int | None = options.depth("How far blocks are unfolded: 1 top-level entries, 0 totals only.", default="1")
    columns: tuple[str, ...] | None = option(
        "--columns",
        cls=options.Listed,
        type=options.Names(_known_columns),
        read=_columns,
        metavar="NAME,...",
        help="Of:",
        group=SHOWN,
    )
    sort: str | None = option(
        "--sort",
        type=Choice(list(used(Use.FIGURES))),
        metavar="QUANTITY",
        help=f"Largest first, by one of {', '.join(used(Use.FIGURES))}.",
        group=SHOWN,
    )
    top: int | None = option(
        "--top",
        type=options.Whole(1),
        metavar="N",
        help="Only the first N rows; the others are summed up in one.",
        group=SHOWN,
    )

    convention: Measure | None = options.convention("multiplies or params")

    def run(self) -> int:
        from cnncalc.analyses.overview import Analyzed, Overview
        from cnncalc.core.analysis import analyze

        self.note_without_memory((*(self.columns or ()), self.sort or ""), "--columns peak_memory")
        loaded = self.stored(self.load(*self.files))
        networks = [Analyzed(one.file, None if one.problems else analyze(one.graph), one.problems) for one in loaded]
        if self.form.always or any(one.analysis for one in networks):
            self.write(Overview(networks, self.columns, self.depth, self.sort, self.top, self.convention))
        failed = [one for one in networks if one.problems]
        for one in failed:
            streams.complain(one.problems)
        return 2 if failed else 0
