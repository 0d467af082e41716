"""`unused-var`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule
from cnncalc.analyses.checks.rules.uses import keys_of, written_here
from cnncalc.core.problem import nearest

_MOST_PAIRS = 2_000  # looking for the nearest takes its time


class UnusedVar(Rule):
    """A var that no expression reads.

    Changing it, or `--set`, changes nothing. In a file that `extends` another the name is often misspelt: instead of
    overriding the parent's var it makes a new one. The same goes for the `vars` of a block.

    An expression counts wherever it stands, also behind a `when` that is false or in the branch of an `if` that is
    not taken: with another `--set` it would be read. A word that merely looks like the var, such as the name of an
    entry, an attribute or a function, does not count, and neither does a param of the same name.
    """

    bad = """\
input: {channels: 3, size: 32}
vars:
  classes: 10
  width: 2            # here
layers:
  - conv: {filters: 16, kernel: 3}
  - flatten
  - dense: classes
"""
    good = """\
input: {channels: 3, size: 32}
vars:
  classes: 10
  width: 2
layers:
  - conv: {filters: 16 * width, kernel: 3}
  - flatten
  - dense: classes
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Vars of this very file whose name stands in no expression that sees them."""
        found = net.description
        read = net.uses.vars
        own = {key.text for key, _ in keys_of(found.tree, "vars")}
        others = [name for name in found.vars if name not in own and name in read]  # of the parent
        unused = [key for key, _ in keys_of(found.tree, "vars") if key.text not in read]
        if len(unused) * len(others) > _MOST_PAIRS:
            others = []
        for key in unused:
            close = nearest(key.text, others) if others else None
            help = f"did you mean to set `{close}`?" if close else "use it, or remove it"
            yield Finding(f"nothing reads the var `{key.text}`", key, None, help, idle=close is None)
        for block_key, content in keys_of(found.tree, "blocks"):
            block = found.blocks.get(block_key.text)
            if block is not None and block.name in net.uses.blocks and written_here(found, block.node):
                for key, _ in keys_of(content, "vars"):
                    if key.text not in net.uses.block_vars[block.name]:
                        message = f"nothing in the block `{block.name}` reads its var `{key.text}`"
                        yield Finding(message, key, None, "use it, or remove it", idle=True)
