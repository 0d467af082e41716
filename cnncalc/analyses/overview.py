"""Networks side by side as files were named, and what of each is shown: what `summary` gives its formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cnncalc.analyses.measures import MEASURES, Measure
from cnncalc.core.record import Record
from cnncalc.core.result import Tabular

if TYPE_CHECKING:
    from cnncalc.analyses.outline import SummaryLine
    from cnncalc.core.analysis import Analysis, Row
    from cnncalc.core.problem import Problem


class Analyzed(Record):
    """A FILE as it was named, and its analysis; None where it cannot be used, for these problems."""

    file: str
    analysis: Analysis | None
    problems: Sequence[Problem] = ()


class _Overview(Record):
    networks: Sequence[Analyzed]
    columns: tuple[str, ...] | None = None
    depth: int | None = 1
    sort: str | None = None
    top: int | None = None
    instead: Measure | None = None


class Overview(_Overview, Tabular):
    """Networks in the order in which they were named, and what is shown of each; `columns` None: the standard ones.

    `instead` is shown for the quantity that it counts as another tool does.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Overview of {', '.join(one.file for one in self.networks)}>"

    @property
    def analyses(self) -> Iterator[Analysis]:
        """Analyses of those files that can be used."""
        return (one.analysis for one in self.networks if one.analysis)

    def lines(self, analysis: Analysis) -> list[SummaryLine]:
        """The lines of one network for people, at the depth."""
        from cnncalc.analyses.outline import outline

        return outline(analysis, self.depth, sort=self.sort, top=self.top)

    def leaves(self, analysis: Analysis) -> Sequence[Row]:
        """The layers of one network for programs."""
        rows: Sequence[Row] = analysis.rows
        if self.sort:
            from cnncalc.analyses.outline import largest_first

            measure = MEASURES[self.sort]
            rows = sorted(rows, key=lambda row: largest_first(measure.value(analysis, row)))
        return rows[: self.top]
