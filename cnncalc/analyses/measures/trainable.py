"""What training changes of the params, and what it leaves as it is: `trainable: false` in the file."""

from operator import attrgetter

from cnncalc.analyses.measures.base import Measure, Use

_PLACES = Use.COLUMNS | Use.FIGURES | Use.LIMITS

Measure(
    name="trainable",
    help="params that training changes",
    of=attrgetter("trainable"),
    rests_on=("params",),
    uses=_PLACES,
)
Measure(
    name="frozen",
    help="params that training leaves as they are",
    of=attrgetter("frozen"),
    rests_on=("params",),
    uses=_PLACES | Use.COMPARED,
)
