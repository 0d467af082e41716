"""What training changes of the params, and what it leaves as it is: `trainable: false` in the file."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from cnncalc.analyses.measures.base import Measure, Use, Worked

if TYPE_CHECKING:
    from cnncalc.core.analysis import Analysis, GroupRow, Row


def _worked(analysis: Analysis, entry: Row | GroupRow | None) -> list[Worked]:
    """The params, without those that are frozen."""
    counts = entry.counts if entry else analysis.totals
    return [Worked("trainable", "params − frozen", f"{counts.params:,} − {counts.frozen:,}", f"{counts.trainable:,}")]


def _worked_frozen(analysis: Analysis, entry: Row | GroupRow | None) -> list[Worked]:
    """The params of what says `trainable: false`."""
    counts = entry.counts if entry else analysis.totals
    return [Worked.said("frozen", f"{counts.frozen:,} of {counts.params:,} params: where it says `trainable: false`")]


_PLACES = Use.COLUMNS | Use.FIGURES | Use.LIMITS

Measure(
    name="trainable",
    also=("trainable_params", "trainable_parameters", "learnable"),
    help="params that training changes",
    of=attrgetter("trainable"),
    rests_on=("params",),
    uses=_PLACES,
    worked=_worked,
)
Measure(
    name="frozen",
    help="params that training leaves as they are",
    of=attrgetter("frozen"),
    rests_on=("params",),
    uses=_PLACES | Use.COMPARED,
    worked=_worked_frozen,
)
