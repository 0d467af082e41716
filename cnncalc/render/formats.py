"""The formats that every result has: text, as a terminal shows it, Markdown, HTML and LaTeX; one writer each."""

from __future__ import annotations

from importlib import import_module

from cnncalc.analyses.columns import Style
from cnncalc.render.document import Page

PAGES = ("markdown", "html", "latex")


def written(page: Page, form: str, style: Style) -> str:
    """A document in a format; of what is none of `PAGES`, `table` or `full`, the text."""
    text: str = import_module(f"cnncalc.render.{form if form in PAGES else 'text'}").write(page, style)
    if not style.ascii:
        return text
    return text.encode("ascii", "xmlcharrefreplace").decode() if form == "html" else style.plain(text)
