"""A YAML text without one of its keys: nothing else changes, and no comment is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from cnncalc.core.problem import Place
from cnncalc.core.record import Record
from cnncalc.formats.source import Source
from cnncalc.formats.yaml.tree import HAS_C_PARSER, comments

_LOADER: Any = yaml.CSafeLoader if HAS_C_PARSER else yaml.SafeLoader


class CannotEdit(ValueError):
    """A place that is left as it is; the text says why."""


class _Pair(Record):
    """A key with its value; the pairs of its mapping, whether that is in braces, and the pair whose value that is."""

    key: Any
    value: Any
    among: Any
    braces: bool
    around: Any


def without_key(source: Source, place: Place) -> str:
    """The text without the key at a place and its value, and without what is empty then; raises CannotEdit."""
    tree = yaml.compose(source.text, Loader=_LOADER)
    found = next((one for one in _pairs(tree) if _at(one.key) == (place.line, place.column)), None)
    while found and len(found.among) == 1:
        found = found.around
    if found is None:
        raise CannotEdit("it stands alone")
    text, start = source.text, found.key.start_mark.index
    if found.value.start_mark.index < start:
        raise CannotEdit("its value is an alias")
    end = _end(found.value, text)
    index = next(index for index, (key, _) in enumerate(found.among) if key is found.key)
    if not found.braces:
        start, end = text.rfind("\n", 0, start) + 1, (text.find("\n", end) + 1 or len(text))
        if text[start : found.key.start_mark.index].strip():
            raise CannotEdit("something stands before it on its line")
    elif index + 1 < len(found.among):
        end = found.among[index + 1][0].start_mark.index
    else:
        start = _end(found.among[index - 1][1], text)
    if any(start <= _index(text, one) < end for one, _ in comments(source, "#")):
        raise CannotEdit("a comment stands beside it")
    return text[:start] + text[end:]


def without_ignore(source: Source, place: Place, code: str) -> str:
    """The text without a code in the brackets of a comment, or without the comment; raises CannotEdit."""
    text, start = source.text, _index(source.text, place)
    end = start + place.length
    codes = re.search(r"\[([^\]]*)\]", text[start:end])
    assert codes is not None
    left = [one.strip() for one in codes[1].split(",") if one.strip() and one.strip() != code]
    if left:
        return f"{text[:start]}{text[start:end][: codes.start(1)]}{', '.join(left)}{text[start + codes.end(1) :]}"
    line, rest = text.rfind("\n", 0, start) + 1, (text.find("\n", end) + 1 or len(text))
    if text[end:rest].strip():
        raise CannotEdit("more stands in the comment")
    if not text[line:start].strip():
        return text[:line] + text[rest:]
    return text[:start].rstrip(" \t") + text[end:]


def _pairs(node: Any, around: _Pair | None = None) -> Iterator[_Pair]:
    """The pairs of all mappings; what an alias repeats is passed over."""
    seen: set[int] = set()
    waiting: list[tuple[Any, _Pair | None]] = [(node, around)]
    while waiting:
        one, outer = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, yaml.SequenceNode):
            waiting += ((item, None) for item in one.value)
        elif isinstance(one, yaml.MappingNode):
            for key, value in one.value:
                pair = _Pair(key, value, one.value, bool(one.flow_style), outer)
                yield pair
                waiting.append((value, pair))


def _at(key: Any) -> tuple[int, int]:
    return key.start_mark.line + 1, key.start_mark.column + 1


def _end(node: Any, text: str) -> int:
    """Where a value ends: libyaml lets a mapping without braces end where the next thing begins."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end: int = node.end_mark.index
    return len(text[:end].rstrip()) if end > node.start_mark.index else end


def _index(text: str, place: Place) -> int:
    start = 0
    for _ in range(place.line - 1):
        start = text.index("\n", start) + 1
    return start + place.column - 1
