"""Pace of this machine at this moment: bounds of time are said for a quiet one, and must hold on a slow one, too."""

from __future__ import annotations

import time

QUIET = 0.0105  # processor seconds of the yardstick below on the quiet machine that the bounds were chosen on


def yardstick() -> float:
    """Processor seconds of work like the program's: names, lists and numbers in a dictionary."""
    started = time.process_time()
    seen = {}
    for number in range(40_000):
        seen[str(number)] = [number, number * 3]
    assert len(seen) == 40_000
    return time.process_time() - started


def allowed(seconds: float) -> float:
    """A bound in processor seconds as this machine keeps it now: never below that of the quiet machine."""
    return seconds * max(1.0, yardstick() / QUIET)
