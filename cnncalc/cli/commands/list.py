"""The bundled architectures with their totals."""

from __future__ import annotations

import click

from cnncalc.cli import options
from cnncalc.cli.command import REFERENCE, Command, argument
from cnncalc.cli.formats import OutputFormat, pages


class ListCommand(Command, options.WithOutput, options.WithDrawing):
    """The bundled architectures with their totals; with WORDs those whose file or name holds them all."""

    section = REFERENCE
    examples = ("cnncalc list", "cnncalc list resnet", "cnncalc list -f json")

    words: tuple[str, ...] = argument("[WORD]...")
    form: OutputFormat = options.formats(
        *pages("render.catalog:document", "table"),
        OutputFormat("json", "render.catalog:json", ("ascii",)),
        OutputFormat("names", "render.catalog:names", ("ascii",)),
    )

    def run(self) -> int:
        from cnncalc.formats import bundled
        from cnncalc.render.catalog import BundledFile

        found = [BundledFile(name) for name in bundled.names() if _matches(name, self.words)]
        if not found:
            from cnncalc.core.problem import nearest

            close = nearest("_".join(self.words), bundled.names())
            cure = f"Did you mean '{close}'?" if close else "'cnncalc list' shows them all."
            raise click.UsageError(f"No bundled architecture matches '{' '.join(self.words)}'. {cure}")
        self.write(found)
        return 0


def _matches(name: str, words: tuple[str, ...]) -> bool:
    """Whether a file's name, or what it calls its network, holds all words; nothing is worked out for that."""
    if not words:
        return True
    from cnncalc.formats.open import read
    from cnncalc.formats.yaml.tree import title

    text = name
    if not all(word.lower() in text for word in words):
        text = f"{name} {title(read(name))}".lower()
    return all(word.lower() in text for word in words)
