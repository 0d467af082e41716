"""Result: what every result of an analysis can be written as, for Python users and notebooks."""

from __future__ import annotations

from typing import Any

WRITERS = "cnncalc.render.results"  # which knows the formats: the core knows the name alone, and imports it when asked


class Result:
    """A result that is written in the formats of its command: the same text as `-f json`, `-f markdown`, …

    `exact`: figures to the last digit, or False: to four; None: exact where it fits. `layout` is the order in which
    shapes are written, `hwc` or `chw`; JSON has them channels first.
    """

    __slots__ = ()

    def to_json(self) -> str:
        """The text that the command writes with `-f json`."""
        return _write(self, "json", {})

    def to_dict(self) -> dict[str, Any]:
        """The JSON as Python has it: mappings, lists, numbers, texts."""
        from json import loads

        found: dict[str, Any] = loads(self.to_json())
        return found

    def to_text(self, *, exact: bool | None = None, layout: str = "hwc", width: int | None = None) -> str:
        """The text that the command writes to a terminal of that `width`; without one nothing is folded."""
        return _write(self, "text", {"exact": exact, "layout": layout, "width": width})

    def to_markdown(self, *, exact: bool | None = None, layout: str = "hwc") -> str:
        """Markdown: plain tables."""
        return _write(self, "markdown", {"exact": exact, "layout": layout})

    def to_html(self, *, exact: bool | None = None, layout: str = "hwc") -> str:
        """A whole page of HTML, which fetches nothing."""
        return _write(self, "html", {"exact": exact, "layout": layout})

    def to_latex(self, *, exact: bool | None = None, layout: str = "hwc", standalone: bool = False) -> str:
        """LaTeX to paste, or a `standalone` document."""
        return _write(self, "latex", {"exact": exact, "layout": layout, "standalone": standalone})

    def __str__(self) -> str:
        """The text: what print shows."""
        return self.to_text()

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return _write(self, "fragment", {})

    def __rich__(self) -> Any:
        """What rich prints, as wide as there is room."""
        return _writers().Drawn(self)


class Tabular(Result):
    """A result that is a table, too: for spreadsheets and for pandas."""

    __slots__ = ()

    def to_csv(self, *, layout: str = "hwc") -> str:
        """Comma-separated values: exact figures, shapes as text."""
        return _write(self, "csv", {"layout": layout})

    def records(self) -> list[dict[str, Any]]:
        """The rows of the CSV as mappings, one figure a column, as `pandas.DataFrame` takes them.

        Shapes are tuples, channels first.
        """
        found: list[dict[str, Any]] = _writers().records(self)
        return found


class Mathematics:
    """A result whose formulas a notebook shows as mathematics."""

    __slots__ = ()

    def _repr_latex_(self) -> str:
        text: str = _writers().mathematics(self)
        return text


def _write(result: Result, form: str, style: dict[str, Any]) -> str:
    text: str = _writers().write(result, form, style)
    return text


def _writers() -> Any:
    from importlib import import_module

    return import_module(WRITERS)
