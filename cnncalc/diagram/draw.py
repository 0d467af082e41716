"""A sketch → a whole picture: the style that shows it best, with a title above and the totals below."""

from __future__ import annotations

from cnncalc.analysis import Analysis, GroupRow
from cnncalc.diagram.card import Look
from cnncalc.diagram.flow import flow
from cnncalc.diagram.volumes import volumes
from cnncalc.diagram.metrics import fitted, text_width
from cnncalc.diagram.picture import FONTS, Item, Picture, Text, moved
from cnncalc.diagram.sketch import Sketch, sketch, stacked
from cnncalc.figures import exact
from cnncalc.problem import clean

MARGIN = 28.0
HEAD = 44.0
LINE = 18.0
FITS = 24  # boxes that a slide holds


def chosen_depth(analysis: Analysis, part: GroupRow | None = None) -> int | None:
    """All the way down where that gives a picture that a slide holds, else 1."""
    rows = part.stop - part.start if part else len(analysis.rows)
    if rows > 20 * FITS:
        return 1
    return None if len(stacked(sketch(analysis, None, part, simple=True)).vertices) <= FITS else 1


def totals(shown: Sketch) -> str:
    """The line below a picture."""
    bound = "≥ " if shown.lower_bound else ""
    return f"{bound}{exact(shown.counts.params)} params · {bound}{exact(shown.counts.multiplies)} multiplies"


def composed(shown: Sketch, inner: tuple[float, float, list[Item]], notes: list[str]) -> Picture:
    """A picture with its title and notes."""
    width, height, items = inner
    texts = [totals(shown), *notes]
    width = max(width, 420.0, *(text_width(text, FONTS["note"].size) for text in texts))
    font = FONTS["title"]
    title = fitted(clean(shown.title), font.size, width, font.bold)
    shift = (width - inner[0]) / 2
    placed: list[Item] = [Text(MARGIN, MARGIN + 18, title, "title")]
    placed += [moved(item, MARGIN + shift, MARGIN + HEAD) for item in items]
    y = MARGIN + HEAD + height + 34
    for text in texts:
        placed.append(Text(MARGIN, y, text, "note"))
        y += LINE
    description = f"{clean(shown.title)}: {totals(shown)}"
    return Picture(round(width + 2 * MARGIN), round(y - LINE + MARGIN - 4), clean(shown.title), description, tuple(placed))


def draw_flow(shown: Sketch, look: Look, file: str) -> Picture:
    """A flow graph."""
    return composed(shown, flow(shown, look, file), [])


def draw_volumes(shown: Sketch, look: Look, file: str) -> Picture:
    """Volumes in rows."""
    width, height, items, notes = volumes(shown, look, file)
    return composed(shown, (width, height, items), notes)
