"""YAML text → values that know where they were written.

The tree is built from the parser's *events*, so depth, node count and aliases are bounded before anything is built,
and no YAML tag, merge key or resolver ever runs: a scalar is the text that was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from cnncalc.core.names import composed
from cnncalc.core.problem import Place, ProblemsFound, fail
from cnncalc.formats.source import BREAKS, DEEPEST, REST_OF_LINE, Map, Node, Seq, Source, Text
from cnncalc.formats.writing import shown

MOST_ALIASES = 1_000
MOST_NODES = 2_000_000
MOST_COMMENTS = 10_000

try:
    from yaml.cyaml import CParser as _YamlParser  # type: ignore[attr-defined]

    HAS_C_PARSER = True
except ImportError:  # PyYAML was built without libyaml
    HAS_C_PARSER = False

    class _YamlParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):  # type: ignore[no-redef]
        def __init__(self, stream: Any) -> None:
            yaml.reader.Reader.__init__(self, stream)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)


class _Stream:
    """What the YAML parser reads; its marks carry `name`, and so lead back to the Source."""

    def __init__(self, source: Source) -> None:
        self.name = source
        self._position = 0

    def read(self, size: int = -1, /) -> str:
        start = self._position
        self._position = start + size
        return self.name.text[start : start + size]


class _Frame:
    """An open collection while its events arrive."""

    __slots__ = ("aliases", "anchor", "brackets", "key", "keys", "node", "size")

    def __init__(self, node: Seq | Map, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.key: Text | None = None
        self.keys: set[str] = set()
        self.size = 1  # nodes below, aliases written out
        self.aliases = 0
        self.brackets = False  # whether one of its scalars may be torn by a comma


def parse(source: Source) -> Node:
    """The tree of a YAML text; raises ProblemsFound at the first fault that YAML itself has."""
    if source.root is not None:
        return source.root
    if source.format is not None:
        raise fail("not-an-architecture", f"`{source.name}` is {source.format.called}, and not YAML")
    try:
        node = _tree(source)
    except yaml.YAMLError as error:
        from cnncalc.formats.yaml.syntax import syntax_problem  # here, for most files are YAML

        raise syntax_problem(error, source) from None
    except UnicodeEncodeError as error:  # half a character, as only a text of Python's has; libyaml reads bytes
        from cnncalc.formats.yaml.syntax import not_allowed

        half = error.object[error.start]
        raise not_allowed(source, half, source.text.index(half)) from None
    if node is None or (isinstance(node, Text) and node.null):
        raise fail("not-an-architecture", f"`{source.name}` is empty", help="`cnncalc new` prints a file to start from")
    if isinstance(node, Map):
        source.root = node
    return node


def title(source: Source) -> str:
    """The `name` that a file gives its network, read no further than there; empty where it gives none.

    >>> title(Source("net.yaml", "name: LeNet\\nlayers: [and much more"))
    'LeNet'
    """
    next_event = _YamlParser(_Stream(source)).get_event
    depth, key = 0, ""
    try:
        while True:
            event: Any = next_event()
            kind = type(event)
            if kind is StreamEndEvent:
                return ""
            if kind in (MappingStartEvent, SequenceStartEvent):
                depth, key = depth + 1, ""
            elif kind in (MappingEndEvent, SequenceEndEvent):
                depth -= 1
            elif kind is ScalarEvent and depth == 1:
                if key == "name":
                    return str(event.value)
                key = "" if key else event.value
    except yaml.YAMLError:  # what is wrong with the file is told by who reads it
        pass
    return ""


def _tree(source: Source) -> Node | None:
    parser = _YamlParser(_Stream(source))
    next_event = parser.get_event
    stack: list[_Frame] = []
    anchors: dict[str, tuple[Node, int, int]] = {}
    root: Node | None = None
    node: Node
    total = 0
    while True:
        event: Any = next_event()
        kind = type(event)
        aliases = 0
        if kind is ScalarEvent:
            size = 1
            total += 1
            plain = not event.style  # libyaml says "", PyYAML's own parser None
            if stack and "(" in event.value:
                stack[-1].brackets = True
            if plain and " - " in event.value and stack and isinstance(stack[-1].node, Seq):
                _refuse_swallowed(event, source)
            node = Text(composed(event.value if HAS_C_PARSER else shown(event.value)), event.start_mark, plain)
            if event.tag is not None or event.anchor is not None:
                _refuse_tag(event, node)
                if event.anchor is not None:
                    anchors[event.anchor] = (node, 1, 0)
        elif kind is SequenceStartEvent or kind is MappingStartEvent:
            total += 1
            collection = (Seq if kind is SequenceStartEvent else Map)(event.start_mark)
            if event.tag is not None:
                _refuse_tag(event, collection)
            if len(stack) >= DEEPEST:
                raise fail("limit", f"nested deeper than {DEEPEST} (limit: nesting {DEEPEST})", collection.origin)
            frame = _Frame(collection, event.anchor)
            if event.anchor is not None:
                anchors.pop(event.anchor, None)
            stack.append(frame)
            continue
        elif kind is SequenceEndEvent or kind is MappingEndEvent:
            frame = stack.pop()
            node, size, aliases = frame.node, frame.size, frame.aliases
            if frame.anchor is not None:
                anchors[frame.anchor] = (node, size, aliases)
            if frame.brackets:
                _refuse_split(node)
                if stack:
                    stack[-1].brackets = True
        elif kind is AliasEvent:
            total += 1
            if event.anchor not in anchors:
                raise _unknown_alias(event, source, stack)
            node, size, aliases = anchors[event.anchor]
            if stack:
                stack[-1].brackets = True
            aliases += 1
            if aliases + sum(frame.aliases for frame in stack) > MOST_ALIASES:
                place = source.where(event.start_mark, len(event.anchor) + 1)
                message = f"aliases expand to more than {MOST_ALIASES:,} (limit: aliases {MOST_ALIASES:,})"
                raise fail("limit", message, place)
            total += size
        elif kind is DocumentStartEvent:
            if root is not None:
                place = source.where(event.start_mark, 3)
                raise fail("yaml-syntax", "a second document in the file", place, "one file describes one network")
            continue
        elif kind is StreamEndEvent:
            return root
        else:
            continue

        if total > MOST_NODES:
            raise fail("limit", f"more than {MOST_NODES:,} values (limit: values {MOST_NODES:,})", node.origin)
        if not stack:
            root = node
            continue
        frame = stack[-1]
        frame.size += size
        frame.aliases += aliases
        parent = frame.node
        if isinstance(parent, Seq):
            parent.items.append(node)
        elif frame.key is None:
            frame.key = _key(node, frame.keys)
        else:
            parent.pairs.append((frame.key, node))
            frame.key = None


_BREAK_OR_HASH = f"\r\n|[{BREAKS}]|#"


def comments(source: Source, word: str) -> list[tuple[Place, str]]:
    """The comments that hold `word`, each from its `#` to the end of its line; for a text that `parse` accepts.

    Raises ProblemsFound where they are too many.

    A `#` inside a scalar, quoted or not, begins no comment: the scalars' own marks say where they stand.

    >>> [text for _, text in comments(Source("net.yaml", "a: 'no # x'  # x, yes"), "x")]
    ['# x, yes']
    """
    text = source.text
    if word not in text:
        return []
    found: list[tuple[Place, str]] = []
    spans = _scalar_spans(source)
    start, end = next(spans)
    line, line_start, comment_end = 1, 0, 0
    for match in re.finditer(_BREAK_OR_HASH, text):
        place = match.start()
        if match[0] != "#":
            line, line_start = line + 1, match.end()
            continue
        while end <= place:
            start, end = next(spans)
        alone = place == 0 or text[place - 1].isspace()
        if alone and place >= comment_end and not start <= place < end:
            comment = REST_OF_LINE.match(text, place)
            assert comment is not None
            comment_end = comment.end()
            if word in comment[0]:
                if len(found) >= MOST_COMMENTS:
                    message = f"more than {MOST_COMMENTS:,} comments with `{word}` (limit: comments {MOST_COMMENTS:,})"
                    raise fail("limit", message, Place(source.name, line, 1))
                whole = text[line_start:comment_end]
                found.append((Place(source.name, line, place - line_start + 1, len(comment[0]), whole), comment[0]))
    return found


def _scalar_spans(source: Source) -> Iterator[tuple[int, int]]:
    """Where the scalars of a text begin and end, in order; then its end."""
    next_event = _YamlParser(_Stream(source)).get_event
    kind: Any = None
    while kind is not StreamEndEvent:
        event: Any = next_event()
        kind = type(event)
        if kind is ScalarEvent and event.end_mark.index > event.start_mark.index:
            start = event.start_mark.index
            if event.style in ("|", ">"):  # behind the sign a comment may stand
                start = source.text.find("\n", start, event.end_mark.index) + 1 or event.end_mark.index
            yield start, event.end_mark.index
    yield len(source.text), len(source.text) + 1


def _key(node: Node, keys: set[str]) -> Text:
    if not isinstance(node, Text):
        raise fail("yaml-syntax", "a key must be a plain word", node.origin, "quote an expression that has { or [")
    if node.text == "<<" and node.plain:
        raise fail("yaml-feature", "merge keys `<<` are not read", node.origin, "use `defaults:`, `vars:` or a block")
    torn = node.text.count(")") > node.text.count(
        "("
    )  # the rest of an expression with a comma: a better message follows
    if node.text in keys and not torn:
        raise fail(
            "duplicate-key", f"`{node.text}` is written twice in one mapping", node.origin, "keep one of the two"
        )
    keys.add(node.text)
    return node


def _refuse_swallowed(event: Any, source: Source) -> None:
    """An entry that is indented too far is a part of the one above to YAML."""
    start, end = event.start_mark.index, event.end_mark.index
    if re.search(r"\n[ \t]*- ", source.text[start:end]):
        from cnncalc.formats.yaml.syntax import swallowed

        if problems := swallowed(source, start, event.start_mark.line + 1):
            raise ProblemsFound(problems)


def _refuse_tag(event: Any, node: Node) -> None:
    if event.tag is not None and event.tag != "!":
        raise fail("yaml-feature", f"YAML tags are not read: `{event.tag}`", node.origin, "remove the tag")


def _refuse_split(node: Map | Seq) -> None:
    """`{n: max(1, c // 4)}` is two keys to YAML, and `[4, max(1, c)]` three items; say so at what was torn."""
    pairs = node.pairs if isinstance(node, Map) else [pair for item in node.items for pair in _as_pairs(item)]
    torn: Text | None = None
    name = ""
    for key, value in pairs:
        part = value if isinstance(value, Text) and value.plain and not value.null else key
        text = part.text
        if text.count("(") > text.count(")"):
            torn, name = part, key.text
        elif torn is not None and text.count(")") > text.count("("):
            inside, what = ("{ }", f"`{name}` is") if isinstance(node, Map) else ("[ ]", "one value is")
            message = f"a comma inside {inside} splits the entry: {what} `{torn.text}`"
            tuple_cure = f"a list stands in brackets: `{name}: [224, 224]`"
            raise fail("split-expression", message, torn.origin, tuple_cure if torn.text[0] == "(" else SPLIT_CURE)


def _as_pairs(item: Node) -> list[tuple[Text, Node]]:
    if isinstance(item, Text):
        return [(item, item)]
    return item.pairs if isinstance(item, Map) else []


SPLIT_CURE = "quote the expression or move it to `vars:` in block style"


def _unknown_alias(event: Any, source: Source, stack: list[_Frame]) -> ProblemsFound:
    place = source.where(event.start_mark, len(event.anchor) + 1)
    if any(frame.anchor == event.anchor for frame in stack):
        return fail("yaml-feature", f"`*{event.anchor}` holds itself", place, "write the values out")
    message = f"`*{event.anchor}` is a YAML alias, and no `&{event.anchor}` stands above it"
    return fail(
        "yaml-syntax", message, place, f"to use a var, write `{event.anchor}`; quote an expression that begins with `*`"
    )
