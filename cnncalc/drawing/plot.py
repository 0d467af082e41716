"""The history of a network as a plot: a panel a quantity, a point a commit, the oldest on the left."""

from __future__ import annotations

from cnncalc.analyses.history import History
from cnncalc.analyses.measures import Measure, Use, used
from cnncalc.analyses.style import Style
from cnncalc.core.figures import many
from cnncalc.drawing import svg as written
from cnncalc.drawing.picture import Box, Caption, Item, Line, Picture, Point

WIDTH, PANEL = 720.0, 170.0  # pixels
_LEFT, _RIGHT, _TOP, _GAP = 24.0, 24.0, 78.0, 46.0
_DOT = 5.0


def svg(found: History, style: Style) -> str:
    """The plot; it follows the light or dark theme of its reader."""
    return written.render(picture(found, style._replace(exact=False)), "auto")


def picture(found: History, style: Style) -> Picture:
    """The panels below each other. A version that could not be used leaves a gap in the line."""
    title = f"History of {found.file}"
    dates = [one.date for one in found.versions if one.date]
    span = f", {dates[-1]} to {dates[0]}" if dates else ""
    subtitle = f"{many(len(found.versions), 'version')}{span}"
    items: list[Item] = [Caption(_LEFT, 34, title, "title"), Caption(_LEFT, 56, subtitle, "subtitle")]
    top = _TOP
    for measure in used(Use.HEADLINE).values():
        items += _panel(found, measure, top, style)
        top += PANEL + _GAP
    width = max(WIDTH, *(item.area.right + _RIGHT for item in items if isinstance(item, Caption)))
    return Picture(width, top - _GAP + 24, title, subtitle, tuple(items))


def _panel(found: History, measure: Measure, top: float, style: Style) -> list[Item]:
    versions = found.versions[::-1]
    known = [value for one in versions if one.values and (value := one.values[measure.name]) is not None]
    most = max(known, default=0) or 1
    low, high = top + PANEL, top + 24
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(versions) - 1)
    items: list[Item] = [
        Caption(_LEFT, top + 10, measure.label, "name"),
        Caption(WIDTH - _RIGHT, top + 10, f"0 to {style.figure(measure, most)}", "muted", "end"),
        Line((_LEFT, low), (((WIDTH - _RIGHT, low),),), "edge"),
    ]
    run: list[Point] = []
    dots: list[Item] = []
    for place, one in enumerate(versions):
        value = one.values[measure.name] if one.values else None
        if value is None:
            items += _line(run)
            run = []
            continue
        x, y = _LEFT + place * step, low - (low - high) * value / most
        run.append((x, y))
        tip = f"{one.commit[:8] or 'not committed'} {one.date}: {style.figure(measure, value)}, {one.subject}"
        dots.append(Box(x - _DOT / 2, y - _DOT / 2, _DOT, _DOT, "conv", tip=tip))
    return [*items, *_line(run), *dots]


def _line(run: list[Point]) -> list[Item]:
    return [Line(run[0], tuple((point,) for point in run[1:]), "edge")] if len(run) > 1 else []
