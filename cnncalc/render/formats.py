"""The formats that every result has: text, as a terminal shows it, Markdown, HTML and LaTeX; one writer each."""

from __future__ import annotations

from importlib import import_module

from cnncalc.analyses.style import Style
from cnncalc.render.document import Page

PAGES = ("markdown", "html", "latex")


def written(page: Page, form: str, style: Style) -> str:
    """A document in a format; of what is none of `PAGES`, `table` or `full`, the text."""
    text: str = import_module(f"cnncalc.render.{form if form in PAGES else 'text'}").write(page, style)
    if form == "html" and style.ascii:  # which has a way to write every letter
        return text.encode(style.encoding, "xmlcharrefreplace").decode(style.encoding)
    return text
