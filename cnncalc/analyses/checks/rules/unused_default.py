"""`unused-default`."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.rules.base import Finding, Network, Rule
from cnncalc.analyses.checks.rules.uses import entries_of, keys_of, used_blocks


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
        defaults = keys_of(found.tree, "defaults")
        if not defaults:
            return
        used = used_blocks(found)
        given_by_all: dict[str, set[str]] = {}  # type → what every entry of it says itself
        for entry in entries_of(found):
            own = set(entry.bound or ())
            given_by_all[entry.type] = given_by_all.get(entry.type, own) & own
        for node in net.nodes:  # `$act` is a type only in a call
            given_by_all.setdefault(node.layer.type, set())
        for type_key, attributes in defaults:
            if type_key.text in used:
                continue  # a block of that name takes its place
            for key, _ in keys_of(attributes):
                if type_key.text not in given_by_all:
                    message = f"the network has no `{type_key.text}`: the default of `{key.text}` holds for nothing"
                elif key.text in given_by_all[type_key.text]:
                    message = f"every `{type_key.text}` says its own `{key.text}`: the default holds for nothing"
                else:
                    continue
                yield Finding(message, key, None, "remove it")
