"""A badge: a word and a figure side by side, as READMEs show them."""

from __future__ import annotations

from collections.abc import Iterable
from json import dumps
from typing import Any
from xml.sax.saxutils import escape

from cnncalc.analyses.checks.budget import Held
from cnncalc.analyses.measures import MEASURES
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Analysis
from cnncalc.core.problem import clean
from cnncalc.core.record import Record
from cnncalc.drawing.metrics import text_width
from cnncalc.drawing.svg import FAMILY
from cnncalc.formats.writing import shown_json

HEIGHT, SIZE, EDGE = 20, 11, 6  # pixels
_COLORS = {"blue": "#2f6db3", "red": "#c0392b"}  # white letters on either are read well
_LABEL = "#4d5766"


class _Badge(Record):
    label: str
    message: str
    broken: bool = False


class Badge(_Badge):
    """The two halves, and whether a budget is broken."""

    __slots__ = ()

    def to_svg(self) -> str:
        """The picture, which a notebook shows."""
        return svg(self, Style())

    def to_json(self) -> str:
        """The JSON that the endpoint badge of shields.io reads."""
        return json(self, Style())

    def to_dict(self) -> dict[str, Any]:
        """The JSON as Python has it."""
        return {"schemaVersion": 1, "label": self.label, "message": self.message, "color": self.color}

    def _repr_svg_(self) -> str:
        return self.to_svg()

    @property
    def color(self) -> str:
        """The colour of the figure, by a name that shields.io knows."""
        return "red" if self.broken else "blue"


def badge(analysis: Analysis, quantity: str, budgets: Iterable[Held] = (), label: str | None = None) -> Badge:
    """The badge of a total, to four digits.

    >>> import cnncalc
    >>> badge(cnncalc.analyze(cnncalc.load("resnet50")), "params")
    Badge(label='params', message='25.56M', broken=False)
    """
    measure = MEASURES[quantity]
    value = measure.value(analysis)
    message = measure.sign(analysis.lower_bound) + (Style(exact=False).figure(measure, value) or "–")
    held = (one for one in budgets if one.name == "total" and one.quantity == quantity and one.level == "error")
    return Badge(clean(measure.label if label is None else label), message, any(one.broken for one in held))


def json(one: Badge, style: Style) -> str:
    """JSON as the endpoint badge of shields.io reads it."""
    return shown_json(dumps(one.to_dict(), ensure_ascii=False)) + "\n"


def svg(one: Badge, style: Style) -> str:
    """The badge as a picture that needs nobody."""
    left, right = (text_width(text, SIZE) + 2 * EDGE for text in (one.label, one.message))
    width = left + right
    title = escape(f"{one.label}: {one.message}", {'"': "&quot;"})
    texts = "".join(
        f'<text x="{x + half / 2:.1f}" y="14" textLength="{half - 2 * EDGE:.1f}">{escape(text)}</text>'
        for x, half, text in ((0.0, left, one.label), (left, right, one.message))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.1f}" height="{HEIGHT}" role="img"'
        f' aria-label="{title}">'
        f"<title>{title}</title>"
        f'<clipPath id="edge"><rect width="{width:.1f}" height="{HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#edge)"><rect width="{left:.1f}" height="{HEIGHT}" fill="{_LABEL}"/>'
        f'<rect x="{left:.1f}" width="{right:.1f}" height="{HEIGHT}" fill="{_COLORS[one.color]}"/></g>'
        f'<g fill="#fff" text-anchor="middle" font-family="{FAMILY}" font-size="{SIZE}">{texts}</g></svg>\n'
    )
