"""A sketch → a whole picture: the style that shows it best, with a title above and the totals below."""

from __future__ import annotations

from cnncalc.analyses.measures import Use, used
from cnncalc.core.analysis import Analysis, GroupRow
from cnncalc.core.figures import exact
from cnncalc.core.problem import clean
from cnncalc.drawing.card import Look
from cnncalc.drawing.flow import flow
from cnncalc.drawing.metrics import fitted, text_width, wrapped
from cnncalc.drawing.picture import FONTS, Caption, Item, Picture, moved
from cnncalc.drawing.sketch import MOST_LAYERS, CannotDraw, Sketch, sketch
from cnncalc.drawing.solids import columns_of, is_chain_of_volumes, solids
from cnncalc.drawing.stack import stacked
from cnncalc.drawing.volumes import volumes

MARGIN = 28.0
LEAST = 420.0  # of a picture without its margins
NOTE_LINES = 8
MOST_NODES = 5_000  # of a graph for another program
HEAD = 44.0
LINE = 18.0
FITS = {"flow": 64, "volumes": 30}  # boxes, or volumes in a row: with more no slide is tried
SCREEN = (1920, 1080)
LEGIBLE = 0.88  # of the size at which a picture is drawn: texts of 10 pixels on such a screen


def chosen_style(analysis: Analysis, part: GroupRow | None = None) -> str:
    """`volumes` for a chain and for twin towers, `flow` where a network branches."""
    start, stop = (part.start, part.stop) if part else (0, len(analysis.rows))
    if stop - start > MOST_LAYERS:
        return "flow" if any(len(row.inputs) > 1 for row in analysis.rows[start:stop]) else "volumes"
    return "volumes" if is_chain_of_volumes(sketch(analysis, None, part, simple=True)) else "flow"


def draw(
    analysis: Analysis,
    *,
    style: str | None = None,
    depth: int | str | None = "auto",
    part: GroupRow | None = None,
    look: Look | None = None,
    every_copy: bool = False,
    width: int | None = None,
) -> Picture:
    """A network, or one of its groups, as a picture.

    `style` is `flow` or `volumes`; without it the network decides. `depth` says how far blocks are unfolded: a number,
    None for all the way, or `auto`: all the way where a slide shows that legibly, else 1. Of equal copies of a block a
    flow shows one, unless `every_copy`. `width` is the most that the picture is wide, in pixels: a page, which may be
    long, instead of a slide. Raises CannotDraw where boxes need more.

    >>> import cnncalc
    >>> draw(cnncalc.analyze(cnncalc.load("lenet5"))).title
    'LeNet-5'
    """
    style = style or chosen_style(analysis, part)
    look = look or Look()

    def unfolded(depth: int | None) -> Sketch:
        return sketch(analysis, depth, part, simple=True, once=style == "flow" and not every_copy)

    if not isinstance(depth, str):
        return _drawn(unfolded(depth), style, look, analysis.file, width)
    try:
        whole = unfolded(None)
    except CannotDraw:
        return _drawn(unfolded(1), style, look, analysis.file, width)
    boxes = len(stacked(whole).vertices) if style == "flow" else len(columns_of(solids(whole)))
    if boxes <= FITS[style]:
        found = _drawn(whole, style, look, analysis.file, width)
        if width is not None or min(SCREEN[0] / found.width, SCREEN[1] / found.height) >= LEGIBLE:
            return found
    return _drawn(unfolded(1), style, look, analysis.file, width)


def _drawn(shown: Sketch, style: str, look: Look, file: str, width: int | None) -> Picture:
    if not shown.vertices:
        raise CannotDraw(f"{file} has no layers: there is nothing to draw")
    room = None if width is None else width - 2 * MARGIN
    if style == "volumes":
        inner, notes = volumes(shown, look, file, room)
        return composed(shown, inner, notes, room)
    notes = ["A frame with ×N stands for N equal blocks, one after the other; one of them is drawn."]
    return composed(shown, flow(shown, look, file, room), notes if shown.once else [], room)


def graph(analysis: Analysis, depth: int | None = 1, part: GroupRow | None = None) -> Sketch:
    """The whole graph at a depth, layer by layer, for programs that lay it out themselves."""
    return sketch(analysis, depth, part, most=MOST_NODES)


def totals(shown: Sketch) -> str:
    """The line below a picture."""
    values = [(measure, measure.of(shown.counts)) for measure in used(Use.HEADLINE).values() if measure.of]
    bound = shown.lower_bound
    return " · ".join(f"{measure.sign(bound)}{exact(value or 0)} {measure.name}" for measure, value in values)


def composed(
    shown: Sketch, inner: tuple[float, float, list[Item]], notes: list[str], room: float | None = None
) -> Picture:
    """A picture with its title and notes, which are broken where there is a room."""
    width, height, items = inner
    texts = [totals(shown), *notes]
    if room is not None:
        texts = [line for text in texts for line in wrapped(text, FONTS["note"].size, room, NOTE_LINES)]
    width = max(width, min(LEAST, room or LEAST), *(text_width(text, FONTS["note"].size) for text in texts))
    font = FONTS["title"]
    title = fitted(clean(shown.title), font.size, width, font.bold)
    shift = (width - inner[0]) / 2
    placed: list[Item] = [Caption(MARGIN, MARGIN + 18, title, "title")]
    placed += [moved(item, MARGIN + shift, MARGIN + HEAD) for item in items]
    y = MARGIN + HEAD + height + 34
    for text in texts:
        placed.append(Caption(MARGIN, y, text, "note"))
        y += LINE
    description = f"{clean(shown.title)}: {totals(shown)}"
    return Picture(
        round(width + 2 * MARGIN), round(y - LINE + MARGIN - 4), clean(shown.title), description, tuple(placed)
    )
