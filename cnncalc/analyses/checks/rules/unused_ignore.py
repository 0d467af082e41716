"""`unused-ignore`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule


class UnusedIgnore(Rule):
    """A comment that ignores a rule which finds nothing there.

    The reason for it is gone, or its code is misspelt; left standing it would hide the next finding. It is told for
    the rules that run, and of the file as it stands: with `--set` and `--input-size` the rule is silent.
    """

    bad = """\
input: {channels: 3, size: 227}
layers:
  - conv: {filters: 96, kernel: 11, stride: 4}   # cnncalc: ignore[dropped-border] here
"""
    good = """\
input: {channels: 3, size: 224}
layers:
  - conv: {filters: 96, kernel: 11, stride: 4}   # cnncalc: ignore[dropped-border] as in the paper
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Nothing by itself: `lint` knows which comments were of use."""
        return iter(())
