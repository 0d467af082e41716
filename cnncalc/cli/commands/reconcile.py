"""Figures of other tools beside ours, and the terms between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cnncalc.analyses.conventions import names
from cnncalc.cli import options, streams
from cnncalc.cli.choice import Choice
from cnncalc.cli.command import NETWORKS, SHOWN, Command, argument, option
from cnncalc.cli.formats import OutputFormat, pages


def _types() -> Iterable[str]:
    from cnncalc.core.layers import LAYERS

    return LAYERS


def _functional(given: str) -> tuple[str, ...]:
    from cnncalc.core.layers import LAYERS

    return options.some_of(given, LAYERS, "layer type")


def _figure(given: str) -> tuple[str, Any]:
    from cnncalc.analyses.reconcile import figure_of

    figure = figure_of(given)
    if figure is None:
        raise ValueError(f"a whole number or a rounded one like 4.11G, not '{given}'")
    return given, figure


class ReconcileCommand(Command, options.WithNetwork, options.WithOutput, options.WithExact, options.WithDrawing):
    """What other tools and frameworks print for FILE, and the terms that lead from our figure to theirs.

    FILE is an architecture file, the name of a bundled one, - for standard input, or git:REF:PATH for an older version.
    Exit code 0; 1 where nobody prints a figure that is looked for; 2 where FILE cannot be used.
    """

    section = NETWORKS
    examples = (
        "cnncalc reconcile resnet50_v1_5",
        "cnncalc reconcile resnet50_v1_5 --convention thop,fvcore",
        "cnncalc reconcile resnet50_v1_5 --figure 4.11G       who prints that?",
        "cnncalc reconcile resnet50 --figure 25,636,712       whose params?",
        "cnncalc reconcile mobilenet_v2 --functional global_avg_pool",
    )

    file: str = argument("FILE", type=options.Architecture())
    form: OutputFormat = options.formats(
        *pages("render.reconciliation:document", "table"),
        OutputFormat("json", "render.reconciliation:json", ("exact", "ascii"), always=True),
        OutputFormat("csv", "render.reconciliation:csv", ("exact", "ascii")),
    )
    figure: tuple[str, Any] | None = option(
        "--figure",
        read=_figure,
        metavar="FIGURE",
        help="Whose figure is it: 4.11G, 4.1GMac or 25,636,712? Also of the network with another input, head, norms or "
        "strides.",
        group=SHOWN,
    )
    convention: tuple[str, ...] | None = option(
        "--convention",
        cls=options.Listed,
        type=options.Names(names),
        read=lambda given: options.some_of(given, names(), "convention"),
        metavar="NAME,...",
        help="Only of:",
        group=SHOWN,
    )
    functional: tuple[str, ...] | None = option(
        "--functional",
        type=options.Names(_types),
        read=_functional,
        metavar="TYPE,...",
        help="Layer types that the code calls as functions: counters of modules do not see them.",
        group=SHOWN,
    )

    attention: str = option(
        "--attention",
        type=Choice(["multihead", "no_grad", "sdpa", "matmul"]),
        default="multihead",
        help="How the code writes attention: as nn.MultiheadAttention, that under torch.no_grad(), "
        "F.scaled_dot_product_attention or products of matrices.",
        group=SHOWN,
    )

    def run(self) -> int:
        from cnncalc.analyses.conventions import convention
        from cnncalc.analyses.conventions.base import CodeStyle
        from cnncalc.analyses.reconcile import Reconciliation, reconcile, search
        from cnncalc.core.analysis import analyze

        (loaded,) = self.load(self.file)
        if loaded.problems:
            if self.form.always:
                from cnncalc.formats.writing import shown_json
                from cnncalc.render.json import render_problems

                streams.emit(shown_json(f"{render_problems(self.file, loaded.problems)}\n"), self.output)
            streams.complain(loaded.problems)
            return 2
        analysis = analyze(loaded.graph)
        chosen = [convention(name) for name in self.convention or names()]
        if self.figure is None:
            code = CodeStyle(self.functional or (), self.attention)
            self.write(Reconciliation(self.file, analysis, tuple(reconcile(analysis, chosen, code)), code))
            return 0
        looked = search(analysis, *self.figure, chosen)
        self.write(Reconciliation(self.file, analysis, search=looked))
        return 0 if looked.matches else 1
