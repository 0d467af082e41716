"""The growth that a file's own `budget` allows, which goes before all else, and limits that have become loose."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cnncalc.analyses.checks.baselines.growth import Allowed, Growth, growth
from cnncalc.analyses.checks.budget import Held, budget
from cnncalc.analyses.measures import MEASURES, Value
from cnncalc.core.analysis import Analysis, GroupRow, Row
from cnncalc.core.figures import told
from cnncalc.core.graph import whole_path
from cnncalc.core.problem import Problems
from cnncalc.formats.yaml.document import document_of


class Own:
    """The `budget` of an analysed file; one that cannot be read has been told."""

    def __init__(self, analysis: Analysis) -> None:
        graph = analysis.graph
        document = document_of(graph) if graph and not graph.changed else None
        self.written = document.field("budget") if document else None
        self.analysis = analysis
        self.growth = tuple(growth(analysis, self.written, Problems()))

    def over(self, allowed: Allowed) -> Allowed:
        """The growth that is allowed to the total: by the file, where it says nothing by others."""
        return {**allowed, **{one.quantity: one.allowance for one in self.growth if one.name == "total"}}

    @property
    def named(self) -> Iterator[tuple[Growth, Value, Row | GroupRow]]:
        """The growth that is allowed to layers and blocks, each with the value that it has."""
        for one in self.growth:
            entry = self.analysis.find(whole_path(one.name, self.analysis.groups))
            if one.name != "total" and entry:
                yield one, MEASURES[one.quantity].value(self.analysis, entry), entry

    def loose(self, before: Callable[[Held], Value], when: str) -> Iterator[str]:
        """A note on each limit of what is smaller than it was, and uses much less than the limit."""
        for held, _ in budget(self.analysis, self.written, Problems()):
            was, is_ = before(held), held.actual
            if was is not None and is_ is not None and is_ < was and held.loose:
                tight = held.amount.tight(is_)
                yield (
                    f"`{held.name}` {held.quantity} was {told(was)} {when}, is {told(is_)}: "
                    f"`--tighten` makes its limit {tight}, which is {held.amount}"
                )
