"""How results are written: figures, shapes, signs, and in how much room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.core.figures import exact, megabytes, short
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape, written_shape
from cnncalc.formats.writing import UTF8, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.analyses.measures import Measure, Value

MOST_DECIMALS = 6  # more of a MB than are usual: bytes


class Style(Record):
    """The style of a written result: its figures and shapes, and in how much room.

    `exact` None: figures to the last digit where they fit, else to four. `width` None: a file or a pipe, where nothing
    is folded. `encoding`: another one than UTF-8 where that lacks signs of ours. `standalone`: a whole document, and
    not what goes into one.
    """

    exact: bool | None = None
    layout: str = "hwc"
    encoding: str = UTF8
    width: int | None = None
    color: bool = False
    standalone: bool = False

    @property
    def ways(self) -> tuple[Style, ...]:
        """The same with figures to the last digit, and then to four, as far as that is open."""
        return (self._replace(exact=True), self._replace(exact=False)) if self.exact is None else (self,)

    def number(self, value: Value, zero: str = "–") -> str:
        """A figure as text: `zero` where it is 0, empty where it is not known."""
        if value == 0:
            return self.plain(zero)
        return "" if value is None else short(value) if self.exact is False else exact(value)

    def figure(self, measure: Measure, value: Value) -> str:
        """A value as the measure is written: a number, or bytes as MB."""
        return self.plain(megabytes(value)) if measure.in_bytes and isinstance(value, int) else self.number(value)

    def figures(self, measure: Measure, values: Sequence[Value]) -> list[str]:
        """Values side by side, with more digits where different ones would look the same."""
        texts = [self.figure(measure, value) for value in values]
        wanted = len(set(values))
        if len(set(texts)) == wanted:
            return texts
        if not measure.in_bytes:
            return [self.plain(exact(value)) if value else text for value, text in zip(values, texts, strict=True)]
        for more in range(1, MOST_DECIMALS):
            texts = [self.plain(megabytes(value, more)) if isinstance(value, int) else "" for value in values]
            if len(set(texts)) == wanted:
                break
        return texts

    def shape(self, shape: Shape | None) -> str:
        """A shape as text, in the layout of this style; empty where there is none."""
        return self.plain(written_shape(shape, self.layout, "×")) if shape else ""

    @property
    def ascii(self) -> bool:
        """Whether signs are replaced by letters, for the encoding has them not."""
        return self.encoding != UTF8

    def plain(self, text: str) -> str:
        """Text as the encoding has it."""
        return shown(text, self.encoding) if self.ascii else text
