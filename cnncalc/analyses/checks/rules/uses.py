"""Names that the expressions of a description read, each in the scope in which it stands, and blocks that are called.

An expression counts whether or not it is worked out: behind a `when` that is false, with a `repeat` of 0, in the
branch of an `if` that is not taken, it is read with other vars. What is bound to an attribute or a param that takes a
word is no expression. Only what a `$type` is given may be either, for each call says what that is: it counts as both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cnncalc.core.formula import FormulaError, names
from cnncalc.core.layers import LAYERS
from cnncalc.core.record import Record
from cnncalc.formats.source import Map, Node, Text, texts
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Entry

_WORD = re.compile(r"\$?[^\W\d]\w*")


class Uses(Record):
    """The vars of the file that are read; of each block its own params and vars that it reads; and what is called.

    `blocks` can be reached from `layers`. `words` are handed on by calls, or are defaults of params: a `$type` may be
    any of them. `said` has for each layer type the attributes that all its entries give, and leave to no default.
    """

    vars: set[str]
    params: dict[str, set[str]]
    block_vars: dict[str, set[str]]
    blocks: set[str]
    words: set[str]
    said: dict[str, set[str]]


def written_here(found: Description, node: Node) -> bool:
    """Whether the file itself says it, and not one that it extends."""
    return node.source is found.source


def keys_of(node: Node | None, key: str | None = None) -> list[tuple[Text, Node]]:
    """The pairs of a mapping, or of the mapping that it has for `key`."""
    if key is not None:
        node = node.get(key) if isinstance(node, Map) else None
    return node.pairs if isinstance(node, Map) else []


def uses(found: Description) -> Uses:
    """Names read and called anywhere in a description; what an unused block reads counts, for that block is told.

    >>> from cnncalc import loads
    >>> graph = loads("{input: {channels: 3}, vars: {relu: 1, n: 2}, layers: [dense: n, relu]}")
    >>> uses(graph.document.description).vars
    {'n'}
    """
    lists = [found.entries, *(block.entries for block in found.blocks.values())]
    words = _word_defaults(found, found.blocks).union(*(_handed_on(found, entries) for entries in lists))
    read = _names(found.vars.values()) | _read_by(found, found.entries, words)
    read |= _names(found.fields[key] for key in ("input", "inputs") if key in found.fields)
    read |= _names(value for given in found.defaults.values() for value in given.values())
    params: dict[str, set[str]] = {}
    block_vars: dict[str, set[str]] = {}
    for name, block in found.blocks.items():
        inside = _names(block.vars.values()) | _read_by(found, block.entries, words)
        inside |= _names(block.use.vars.values()) if block.use else set()
        inside |= set() if block.trainable is None else _names([block.trainable])
        block_vars[name] = inside & set(block.vars)
        outside = inside - block_vars[name]
        before: set[str] = set()
        params[name] = set()
        for param in block.params:  # a default reads the params before it
            default = set() if param.word else _names_of(param.default or "")
            params[name] |= default & before
            read |= default - before
            before.add(param.name)
        params[name] |= outside & before
        read |= outside - before
    said: dict[str, set[str]] = {}
    for entry in (entry for entries in lists for entry in _below(entries)):
        for type_name, given in _layers(found, entry, words):
            said[type_name] = said.get(type_name, set(given)) & set(given)
    return Uses(read, params, block_vars, _reached(found), words, said)


def _below(entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        for branch in entry.branches or ():
            yield from _below(branch.entries)


def _reached(found: Description) -> set[str]:
    """The blocks that can be reached from `layers`."""
    reached: set[str] = set()
    called = _called(found, found.entries)
    while new := (called & found.blocks.keys()) - reached:
        reached |= new
        called = _word_defaults(found, new).union(*(_called(found, found.blocks[name].entries) for name in new))
    return reached


def _called(found: Description, entries: Iterable[Entry]) -> set[str]:
    """The types of entries, and the words that they hand on: a block of that name may be called."""
    return {entry.type for entry in _below(entries)} | _handed_on(found, entries)


def _handed_on(found: Description, entries: Iterable[Entry]) -> set[str]:
    """The words that entries give to params, or to a `$type`."""
    given: list[Node] = []
    for entry in _below(entries):
        if entry.bound is None:
            given += _values(entry)
        elif entry.type in found.blocks:
            words = [param.name[1:] for param in found.blocks[entry.type].params if param.word]
            given += [entry.bound[name] for name in words if name in entry.bound]
    return set(texts(given))


def _word_defaults(found: Description, blocks: Iterable[str]) -> set[str]:
    """The words that params of some blocks have as their defaults."""
    return {param.default for name in blocks for param in found.blocks[name].params if param.word and param.default}


def _read_by(found: Description, entries: Iterable[Entry], words: set[str]) -> set[str]:
    """The names that the expressions of entries read, those of the defaults that they take too."""
    types = {entry.type for entry in _below(entries) if entry.bound is None}
    return types | _names(node for entry in _below(entries) for node in _expressions(found, entry, words))


def _expressions(found: Description, entry: Entry, words: set[str]) -> Iterator[Node]:
    branches = [node for branch in entry.branches or () for node in (branch.when, branch.trainable)]
    yield from (node for node in (entry.repeat, entry.when, entry.trainable, *branches) if node is not None)
    if entry.bound is None:
        yield from _values(entry)
    elif entry.type in found.blocks:
        for param in found.blocks[entry.type].params:
            node = entry.bound.get(param.name.lstrip("$"))
            if node is not None and not (param.word and _is_word(node)):
                yield node
    for type_name, given in _layers(found, entry, words):
        for name, node in {**found.defaults.get(type_name, {}), **given}.items():
            if name == "dtype":  # a word
                continue
            attribute = LAYERS[type_name].attributes.get(name)  # none of `trainable`
            if not (attribute and isinstance(node, Text) and _is_word(node) and attribute.is_value(node.text)):
                yield node


def _layers(found: Description, entry: Entry, words: set[str]) -> Iterator[tuple[str, dict[str, Node]]]:
    """The layer type of an entry with what is given for attributes; of a `$type` each that `defaults` speak of."""
    said = {"trainable": entry.trainable, "dtype": entry.dtype}
    own = {name: node for name, node in said.items() if node is not None}
    if entry.bound is None:
        for type_name in found.defaults:
            if type_name in words and type_name not in found.blocks:
                known = LAYERS[type_name].attributes
                given = dict(zip(known, entry.positional, strict=False))
                yield type_name, given | {key.text: node for key, node in entry.named if key.text in known} | own
    elif entry.type in LAYERS and entry.type not in found.blocks:
        yield entry.type, entry.bound | own


def _values(entry: Entry) -> list[Node]:
    return [*entry.positional, *(node for _, node in entry.named)]


def _is_word(node: Node) -> bool:
    """Whether a value is a word where one is taken: plain text, and not `$act`."""
    return isinstance(node, Text) and not node.text.startswith("$")


def _names(nodes: Iterable[Node]) -> set[str]:
    return set().union(*(_names_of(text) for text in texts(nodes) if not text.isdigit()))


def _names_of(text: str) -> frozenset[str]:
    try:
        return frozenset(names(text))
    except FormulaError:  # where it is never worked out; else it would have been told
        return frozenset(_WORD.findall(text))
