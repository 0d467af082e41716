"""Results as Python users and notebooks ask them for: by the writers by which the commands write."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnncalc.analyses.overview import Analyzed, Overview
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis
from cnncalc.render.document import Page
from cnncalc.render.formats import PAGES, written

if TYPE_CHECKING:
    from cnncalc.analyses.working import LayerWorking


def _pages(document: str) -> dict[str, str]:
    return dict.fromkeys(("text", *PAGES), document)


# Of each result the `module:function` that writes it, by format: the rows of its command.
WRITERS: dict[str, dict[str, str]] = {
    "Overview": _pages("render.summary:document") | {"json": "render.json:render", "csv": "render.csv:render"},
    "Comparison": _pages("render.comparison:document")
    | {"json": "render.comparison_data:json", "csv": "render.comparison_data:csv"},
    "Explanation": _pages("render.explanation:document") | {"json": "render.working_json:render"},
    "Reconciliation": _pages("render.reconciliation:document")
    | {"json": "render.reconciliation:json", "csv": "render.reconciliation:csv"},
    "Checked": _pages("render.check.report:document")
    | {"text": "render.check.text:render", "json": "render.check.json:render"},
    "Sizes": _pages("render.sizes:document") | {"json": "render.sizes:json"},
    "History": _pages("render.history:document") | {"json": "render.history:json", "csv": "render.history:csv"},
    "ProjectChange": _pages("render.project_change:document")
    | {"markdown": "render.project_change:markdown", "json": "render.project_change:json"},
    "Marks": _pages("teaching.pages.grades:document")
    | {"json": "teaching.pages.grades:json", "csv": "teaching.pages.grades:csv"},
    "Handout": _pages("teaching.pages.worksheet:document") | {"json": "teaching.pages.worksheet_json:render"},
}
RECORDS = {
    "Overview": "render.csv:records",
    "Comparison": "render.comparison_data:records",
    "Reconciliation": "render.reconciliation:records",
    "History": "render.history:records",
    "Marks": "teaching.pages.grades:records",
}


def _named(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(import_module(f"cnncalc.{module}"), function)


def _written_as(result: Any) -> Any:
    """The result that a command would write: of an analysis its summary."""
    return Overview([Analyzed(result.file, result)]) if isinstance(result, Analysis) else result


def write(result: Any, form: str, style: dict[str, Any]) -> str:
    """A result in a format, or as a `fragment` of a page for a notebook."""
    result = _written_as(result)
    writers = WRITERS[type(result).__name__]
    chosen = Style(**style)
    if form == "fragment":
        from cnncalc.render.html import fragment

        return fragment(_named(writers["html"])(result, chosen))
    made = _named(writers[form])(result, chosen)
    return written(made, form, chosen) if isinstance(made, Page) else str(made)


def records(result: Any) -> list[dict[str, Any]]:
    """The rows of a table, by column."""
    result = _written_as(result)
    head, *lines = _named(RECORDS[type(result).__name__])(result)
    return [dict(zip(head, line, strict=True)) for line in lines]


def mathematics(working: LayerWorking) -> str:
    """The equations of a layer's working, as a notebook shows mathematics."""
    from cnncalc.render.explanation import equations_of
    from cnncalc.render.latex import aligned

    return aligned(equations_of(working, Style()))


class Drawn:
    """A result that rich draws as wide as there is room."""

    def __init__(self, result: Any) -> None:
        self.result = _written_as(result)

    def __rich_console__(self, console: Any, options: Any) -> Any:
        from rich.segment import Segment
        from rich.style import Style as Ink

        from cnncalc.render.grid import Terminal
        from cnncalc.render.text import lines

        page = _named(WRITERS[type(self.result).__name__]["html"])(self.result, Style())
        for line in lines(page.blocks, Terminal(options.max_width, color=True)):
            for text, ink in line:
                yield Segment(text, Ink.parse(ink) if ink else None)
            yield Segment.line()
