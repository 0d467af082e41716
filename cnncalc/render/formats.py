"""The formats that every result has: text, as a terminal shows it, Markdown, HTML and LaTeX; one writer each."""

from __future__ import annotations

from importlib import import_module

from cnncalc.render.document import Page

PAGES = ("markdown", "html", "latex")


def written(page: Page, form: str, *, width: int | None = None, color: bool = False, ascii: bool = False) -> str:
    """A document in a format; of formats that are not `PAGES`, whatever a command calls them, the text."""
    if form not in PAGES:
        from cnncalc.render.text import write

        return write(page, width, color=color, ascii=ascii)
    text: str = import_module(f"cnncalc.render.{form}").write(page)
    if not ascii:
        return text
    if form == "html":
        return text.encode("ascii", "xmlcharrefreplace").decode()
    from cnncalc.analyses.columns import Style

    return Style(ascii=True).plain(text)
