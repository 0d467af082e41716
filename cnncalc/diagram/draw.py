"""A sketch → a whole picture: the style that shows it best, with a title above and the totals below."""

from __future__ import annotations

from cnncalc.analysis import Analysis, GroupRow
from cnncalc.diagram.card import Look
from cnncalc.diagram.flow import flow
from cnncalc.diagram.metrics import fitted, text_width
from cnncalc.diagram.picture import FONTS, Item, Picture, Text, moved
from cnncalc.diagram.sketch import MOST_LAYERS, CannotDraw, Sketch, sketch, stacked
from cnncalc.diagram.solids import columns_of, is_chain_of_volumes, solids
from cnncalc.diagram.volumes import volumes
from cnncalc.figures import exact
from cnncalc.problem import clean

MARGIN = 28.0
MOST_NODES = 5_000  # of a graph for another program
HEAD = 44.0
LINE = 18.0
FITS = {"flow": 48, "volumes": 24}  # boxes, or volumes in a row, that a slide holds


def chosen_style(analysis: Analysis, part: GroupRow | None = None) -> str:
    """`volumes` for a chain and for twin towers, `flow` where a network branches."""
    start, stop = (part.start, part.stop) if part else (0, len(analysis.rows))
    if stop - start > MOST_LAYERS:
        return "flow" if any(len(row.inputs) > 1 for row in analysis.rows[start:stop]) else "volumes"
    return "volumes" if is_chain_of_volumes(sketch(analysis, None, part, simple=True)) else "flow"


def chosen_depth(analysis: Analysis, style: str, part: GroupRow | None = None) -> int | None:
    """All the way down where a slide holds that, else 1."""
    try:
        whole = sketch(analysis, None, part, simple=True, once=style == "flow")
    except CannotDraw:
        return 1
    boxes = len(stacked(whole).vertices) if style == "flow" else len(columns_of(solids(whole)))
    return None if boxes <= FITS[style] else 1


def draw(
    analysis: Analysis,
    *,
    style: str | None = None,
    depth: int | str | None = "auto",
    part: GroupRow | None = None,
    look: Look | None = None,
    every_copy: bool = False,
) -> Picture:
    """A network, or one of its groups, as a picture.

    `style` is `flow` or `volumes`; without it the network decides. `depth` says how far blocks are unfolded: a number,
    None for all the way, or `auto`. Of equal copies of a block a flow shows one, unless `every_copy`.

    >>> import cnncalc
    >>> draw(cnncalc.analyze(cnncalc.load("lenet5"))).title
    'LeNet-5'
    """
    style = style or chosen_style(analysis, part)
    unfolded = chosen_depth(analysis, style, part) if isinstance(depth, str) else depth
    shown = sketch(analysis, unfolded, part, simple=True, once=style == "flow" and not every_copy)
    look = look or Look()
    if style == "volumes":
        width, height, items, notes = volumes(shown, look, analysis.file)
        return composed(shown, (width, height, items), notes)
    return composed(shown, flow(shown, look, analysis.file), _notes(shown))


def graph(analysis: Analysis, depth: int | None = 1, part: GroupRow | None = None) -> Sketch:
    """The whole graph at a depth, layer by layer, for programs that lay it out themselves."""
    return sketch(analysis, depth, part, most=MOST_NODES)


def _notes(shown: Sketch) -> list[str]:
    if not shown.once:
        return []
    return ["A frame or box with ×N stands for N equal blocks, one after the other; it is drawn once."]


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
    return Picture(
        round(width + 2 * MARGIN), round(y - LINE + MARGIN - 4), clean(shown.title), description, tuple(placed)
    )
