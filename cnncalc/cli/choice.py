"""One of some words, as the value of an option."""

from __future__ import annotations

from typing import Any

import click


class Choice(click.Choice[str]):
    """The type of an option that is one of some words; whoever writes another is told the word that is near to it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            from cnncalc.core.problem import nearest

            if close := nearest(str(value), self.choices):
                raise click.BadParameter(f"{error.message} Did you mean '{close}'?", ctx, param) from None
            raise
