"""The quantities of a network, the only list of them: each file beside this one adds some, and is found by itself.

>>> list(MEASURES)[:3], MEASURES["params"].help
(['params', 'weights', 'biases'], 'weights and biases')
"""

from cnncalc.analyses.measures.base import ANYWHERE, MEASURES, Measure, Use, Value, Worked, told, used
from cnncalc.core.registry import import_all

import_all(__name__, __path__, first=("counts", "structure"))  # ours in this order, then others

__all__ = ["ANYWHERE", "MEASURES", "Measure", "Use", "Value", "Worked", "told", "used"]
