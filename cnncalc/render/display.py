"""Display of an analysis by whoever asks the object itself: notebooks ask for `_repr_html_`, rich for `__rich__`."""

from __future__ import annotations

from typing import Any

from cnncalc.core.analysis import Analysis


def _html(analysis: Analysis) -> str:
    from cnncalc.render.html import table_html

    return table_html(analysis)


def _rich(analysis: Analysis) -> Any:
    from cnncalc.render.table import rich_table

    return rich_table(analysis)


def show_analyses() -> None:
    """Give every Analysis its table: the core, which knows of no output, has none."""
    setattr(Analysis, "_repr_html_", _html)  # noqa: B010
    setattr(Analysis, "__rich__", _rich)  # noqa: B010
