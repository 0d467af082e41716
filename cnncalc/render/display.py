"""Display of an analysis by whoever asks the object itself: notebooks ask for `_repr_html_`, rich for `__rich__`."""

from __future__ import annotations

from typing import Any

from cnncalc.core.analysis import Analysis


def _html(analysis: Analysis) -> str:
    from cnncalc.render.html import fragment
    from cnncalc.render.summary import summary

    return fragment(summary(analysis))


class Drawn:
    """A document that rich draws as wide as there is room."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis

    def __rich_console__(self, console: Any, options: Any) -> Any:
        from rich.segment import Segment
        from rich.style import Style

        from cnncalc.render.grid import Terminal
        from cnncalc.render.summary import summary
        from cnncalc.render.text import lines

        for line in lines(summary(self.analysis).blocks, Terminal(options.max_width, color=True)):
            for text, style in line:
                yield Segment(text, Style.parse(style) if style else None)
            yield Segment.line()


def _rich(analysis: Analysis) -> Drawn:
    return Drawn(analysis)


def show_analyses() -> None:
    """The table of every Analysis from now on: the core, which knows of no output, has none."""
    setattr(Analysis, "_repr_html_", _html)  # noqa: B010
    setattr(Analysis, "__rich__", _rich)  # noqa: B010
