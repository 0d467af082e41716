"""The layer types, their attributes and formulas."""

from __future__ import annotations

from typing import Any

import click

from cnncalc.cli import options
from cnncalc.cli.command import REFERENCE, Command, argument
from cnncalc.cli.files import TextType
from cnncalc.cli.formats import OutputFormat, pages


class _LayerType(TextType):
    name = "type"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from cnncalc.cli import completion
        from cnncalc.core.layers import LAYERS

        return completion.of(LAYERS, incomplete)


class LayersCommand(Command, options.WithOutput, options.WithDrawing):
    """The layer types; with TYPE its attributes, formulas and an example."""

    section = REFERENCE
    examples = ("cnncalc layers", "cnncalc layers conv", "cnncalc layers max_pool avg_pool")

    types: tuple[str, ...] = argument("[TYPE]...", type=_LayerType())
    form: OutputFormat = options.formats(*pages("render.reference:document", "text"))

    def run(self) -> int:
        from cnncalc.core.layers import LAYERS
        from cnncalc.core.problem import nearest
        from cnncalc.render.reference import Pages

        for name in self.types:
            if name not in LAYERS:
                found = nearest(name, LAYERS)
                cure = f"Did you mean '{found}'?" if found else "'cnncalc layers' lists them."
                raise click.UsageError(f"No layer type '{name}'. {cure}")
        self.write(Pages([LAYERS[name] for name in self.types or LAYERS], listed=not self.types))
        return 0
