"""Whether what is written reads the size of the input: a network may then be another one at another size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cnncalc.formats.source import Node, texts
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Entry

_SIZE = re.compile(r"(?<!\w)((?:\w+\.)*)(height|width|depth|length|channels)\b")


def reads_sizes(found: Description, channels: bool = False) -> bool:
    """Whether any expression may read a side of the input, or what follows from it; with `channels` also those.

    In doubt it does: a word is no size only where a var or a param of that name hides it.

    >>> import cnncalc
    >>> reads_sizes(cnncalc.load("hrnet_w18").document.description)
    False
    """
    own = [(set(found.vars), [*found.vars.values(), *_defaults(found), *_written(found.entries)])]
    for block in found.blocks.values():
        params = {param.name for param in block.params}
        nodes = [*block.vars.values(), *_written(block.entries)]
        nodes += [] if block.trainable is None else [block.trainable]
        own.append(({*found.vars, *params, *block.vars}, nodes))
        own[-1][1].extend(block.use.vars.values() if block.use else ())
        if block.network is not None and reads_sizes(block.network, channels):
            return True
        if any(_reads(param.default or "", set(found.vars), channels) for param in block.params):
            return True
    return any(_reads(text, hidden, channels) for hidden, nodes in own for text in texts(nodes))


def _reads(text: str, hidden: set[str], channels: bool) -> bool:
    return any((size != "channels" or channels) and (stem or size not in hidden) for stem, size in _SIZE.findall(text))


def _defaults(found: Description) -> Iterator[Node]:
    for given in found.defaults.values():
        yield from given.values()


def _written(entries: Iterable[Entry]) -> Iterator[Node]:
    """All that entries say, but for names."""
    for entry in entries:
        yield from entry.positional
        yield from (node for _, node in entry.named)
        yield from (node for node in (entry.repeat, entry.when, entry.trainable) if node is not None)
        for branch in entry.branches or ():
            yield from (node for node in (branch.when, branch.trainable) if node is not None)
            yield from _written(branch.entries)
