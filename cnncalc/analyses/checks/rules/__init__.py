"""The lint rules: each file beside this one holds one, and is found by itself."""

from cnncalc.analyses.checks.rules.base import RULES, Rule
from cnncalc.core.registry import import_all

import_all(__name__, __path__)

__all__ = ["RULES", "Rule"]
