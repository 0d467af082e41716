"""`unused-default`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule
from cnncalc.analyses.checks.rules.uses import keys_of


class UnusedDefault(Rule):
    """A default that holds for no layer: the file has none of that type, or each says its own value.

    Who reads `defaults: {conv: {padding: same}}` takes it for the truth about the file. Each attribute is judged by
    itself; a type that stands only in a call of a block, as a word, counts as one of the network's.
    """

    bad = """\
input: {channels: 3, size: 32}
defaults:
  conv: {padding: same}
  max_pool: {kernel: 2}      # here
layers:
  - conv: {filters: 16, kernel: 3}
  - relu
"""
    good = """\
input: {channels: 3, size: 32}
defaults:
  conv: {padding: same}
  max_pool: {kernel: 2}
layers:
  - conv: {filters: 16, kernel: 3}
  - relu
  - max_pool
"""

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """Defaults of this very file, attribute by attribute, against the entries of their type."""
        found = net.description
        for type_key, attributes in keys_of(found.tree, "defaults"):
            if type_key.text in net.uses.blocks:
                continue  # a block of that name takes its place
            said = net.uses.said.get(type_key.text)
            for key, _ in keys_of(attributes):
                if said is None:
                    message = f"the network has no `{type_key.text}`: the default of `{key.text}` holds for nothing"
                elif key.text in said:
                    message = f"every `{type_key.text}` says its own `{key.text}`: the default holds for nothing"
                else:
                    continue
                yield Finding(message, key, None, "remove it", idle=True)
