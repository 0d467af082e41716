"""`cnncalc layers` and `schema`."""

from __future__ import annotations

from typing import Any

import click

from cnncalc.cli import options, streams


class _LayerType(options.TextType):
    name = "type"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from cnncalc.cli import completion
        from cnncalc.core.layers import LAYERS

        return completion.of(LAYERS, incomplete)


@options.command(
    "layers", epilog=options.examples("cnncalc layers", "cnncalc layers conv", "cnncalc layers max_pool avg_pool")
)
@click.argument("types", metavar="[TYPE]...", nargs=-1, type=_LayerType())
@options.format_option("text", *options.PAGES, idle={"latex": ("ascii",)})
@options.output_option()
@options.drawing_options()
def layers_command(types: tuple[str, ...], form: str, output: str | None, no_color: bool, ascii: bool) -> int:
    """The layer types; with TYPE its attributes, formulas and an example."""
    from cnncalc.analyses.columns import Style
    from cnncalc.core.layers import LAYERS
    from cnncalc.core.problem import nearest

    for name in types:
        if name not in LAYERS:
            found = nearest(name, LAYERS)
            raise click.UsageError(
                f"No layer type '{name}'." + (f" Did you mean '{found}'?" if found else " 'cnncalc layers' lists them.")
            )
    if types or form != "text":
        from cnncalc.render.reference import document

        page = document([LAYERS[name] for name in types or LAYERS])
    else:
        from cnncalc.render.catalog import layer_types

        page = layer_types(LAYERS.values(), Style(ascii=ascii))
    streams.show(page, form, output, no_color, ascii)
    return 0


@options.command(
    "schema",
    epilog=options.examples(
        "cnncalc schema -o cnncalc.schema.json",
        "# first line of a file: # yaml-language-server: $schema=cnncalc.schema.json",
    ),
)
@options.output_option()
def schema_command(output: str | None) -> int:
    """The JSON Schema (2020-12) of the architecture file, for editors and validators."""
    from json import dumps

    from cnncalc.analyses.schema import schema

    streams.emit(dumps(schema(), ensure_ascii=False, indent=1) + "\n", output)
    return 0
