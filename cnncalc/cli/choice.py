"""One of some words, as the value of an option."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import click


class Choice(click.Choice[str]):
    """The type of an option that is one of some words; whoever writes another is told the word that is near to it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            if close := meant(str(value), self.choices):
                raise click.BadParameter(f"no value '{value}'; did you mean '{close}'?", ctx, param) from None
            raise


def meant(word: str, known: Collection[str]) -> str | None:
    """The known word that another one most likely means, also where others call a quantity so."""
    import cnncalc.analyses.measures  # noqa: F401 — each quantity enters the words of others
    from cnncalc.core.problem import nearest

    return nearest(word, known)
