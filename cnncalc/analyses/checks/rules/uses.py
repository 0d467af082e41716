"""Which names the expressions of a description use. A word too many is no harm: a rule is silent then."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cnncalc.formats.source import Map, Node, Text
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Block, Entry

_WORD = re.compile(r"\$?[A-Za-z_][\w.-]*")
_NAME = re.compile(r"\$?[A-Za-z_]\w*", re.ASCII)


def written_here(found: Description, node: Node) -> bool:
    """Whether the file itself says it, and not one that it extends."""
    return node.source is found.source


def keys_of(node: Node | None, key: str | None = None) -> list[tuple[Text, Node]]:
    """The pairs of a mapping, or of the mapping that it has for `key`."""
    if key is not None:
        node = node.get(key) if isinstance(node, Map) else None
    return node.pairs if isinstance(node, Map) else []


def entries_of(found: Description) -> Iterator[Entry]:
    """Every entry as written: of `layers` and of all blocks, inside branches too."""
    for entries in (found.entries, *(block.entries for block in found.blocks.values())):
        yield from _below(entries)


def used_blocks(found: Description) -> set[str]:
    """The blocks that can be reached from `layers`: called, or handed on as a word."""
    used: set[str] = set()
    open_lists = [_block_words(found.entries)]
    while open_lists:
        for name in open_lists.pop():
            block = found.blocks.get(name)
            if block is not None and name not in used:
                used.add(name)
                defaults = {word for param in block.params for word in _WORD.findall(param.default or "")}
                open_lists.append(_block_words(block.entries) | defaults)
    return used


def handed_on(found: Description) -> set[str]:
    """The words that calls give and params have as their defaults: a block of that name may be called through them."""
    words = {
        word for block in found.blocks.values() for param in block.params for word in _WORD.findall(param.default or "")
    }
    return words | _given_words(entries_of(found))


def file_words(found: Description) -> set[str]:
    """The names that expressions read from the file's own scope, those that a block calls its own left out."""
    words = _words(found.vars.values()) | _entry_words(found.entries)
    words |= _words(found.fields[key] for key in ("input", "inputs") if key in found.fields)
    words |= _words(value for given in found.defaults.values() for value in given.values())
    for block in found.blocks.values():
        words |= words_of_block(block) - {param.name for param in block.params} - set(block.vars)
    return words


def words_of_block(block: Block) -> set[str]:
    """The names that the expressions inside a block read."""
    words = _words(block.vars.values()) | _entry_words(block.entries)
    for param in block.params:
        words |= set(_NAME.findall(param.default or ""))
    return words


def _below(entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        for branch in entry.branches or ():
            yield from _below(branch.entries)


def _block_words(entries: Iterable[Entry]) -> set[str]:
    """What may name a block: the types of entries, and every word among their attributes."""
    below = list(_below(entries))
    return {entry.type for entry in below} | _given_words(below)


def _given_words(entries: Iterable[Entry]) -> set[str]:
    values = (value for entry in entries for value in (*entry.positional, *(value for _, value in entry.named)))
    return {text for text in _texts(values) if _WORD.fullmatch(text)}


def _entry_words(entries: Iterable[Entry]) -> set[str]:
    found = set()
    for entry in _below(entries):
        if entry.type.startswith("$"):
            found.add(entry.type)
        values = [*entry.positional, *(value for _, value in entry.named)]
        found |= _words([*values, *(node for node in (entry.repeat, entry.when) if node is not None)])
    return found


def _words(nodes: Iterable[Node]) -> set[str]:
    return {word for text in _texts(nodes) if not text.isdigit() for word in _NAME.findall(text)}


def _texts(nodes: Iterable[Node]) -> Iterator[str]:
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, Text):
            yield node.text
        elif isinstance(node, Map):
            stack += [value for _, value in node.pairs]
        else:
            stack += node.items
