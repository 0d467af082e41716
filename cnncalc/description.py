"""A YAML tree → the description of a network: entries, blocks, vars, with `extends` merged.

Nothing is worked out here; what can be wrong without numbers (unknown keys, types, attributes) is found here.
"""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

from cnncalc import bundled
from cnncalc.formula import RESERVED, FormulaError, names
from cnncalc.layers import LAYERS
from cnncalc.problem import Problem, ProblemsFound, Where, nearest
from cnncalc.source import Map, Node, Seq, Source, Text, read_file, where
from cnncalc.source import parse as parse_yaml

KEYS = (
    "name", "source", "note", "input", "inputs", "vars", "defaults", "blocks", "layers", "outputs", "expect", "budget",
    "extends",
)  # fmt: skip
COMMON = ("name", "from", "repeat", "when", "share")
TAKEN_NAMES = ("input", "total", "previous")
DEEPEST_EXTENDS = 8
MOST_PROBLEMS = 100

_NAME = re.compile(r"[\w.-]+", re.ASCII)
_PARAM = re.compile(r"(\$?)([A-Za-z_]\w*)\s*(?:=\s*(.+))?", re.DOTALL)


class Problems:
    """Collects what is wrong: each code once at each place, at most a hundred in all."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._seen: set[tuple[str, Where | None]] = set()

    def add(
        self, code: str, message: str, at: Node | Where | None, help: str | None = None, notes: tuple[str, ...] = ()
    ) -> None:
        place = at if isinstance(at, Where) or at is None else where(at)
        if (code, place) in self._seen:
            return
        self._seen.add((code, place))
        self.found.append(Problem(code, message, place, notes, help))
        if len(self.found) >= MOST_PROBLEMS:
            self.found.append(Problem("limit", f"more than {MOST_PROBLEMS} problems: the rest is not shown"))
            raise ProblemsFound(self.found)

    def stop_if_any(self) -> None:
        if self.found:
            raise ProblemsFound(self.found)


class Branch(NamedTuple):
    """A path that a merge joins."""

    name: Text | None
    entries: Entries
    node: Node


class Entry:
    """One entry of a list of layers, as written."""

    __slots__ = (
        "bound", "branches", "faulty", "key", "layers", "name", "named", "positional", "reads", "repeat", "share",
        "when",
    )  # fmt: skip

    def __init__(self, key: Text) -> None:
        self.key = key
        self.name: Text | None = None
        self.reads: list[Text] | None = None
        self.repeat: Node | None = None
        self.when: Node | None = None
        self.share: Text | None = None
        self.positional: list[Node] = []
        self.named: list[tuple[Text, Node]] = []
        self.branches: list[Branch] | None = None
        self.faulty = False  # an attribute is wrong, and that has been said: what seems missing may be just that one
        self.bound: dict[str, Node] | None = None  # attribute → what is written for it
        self.layers: Any = None  # the layers made of it, where they depend on nothing but the number of sides

    @property
    def type(self) -> str:
        return self.key.text


class Entries(list[Entry]):
    """A list of entries; `labels` keeps the names worked out for it."""

    labels: Any = None


class Param(NamedTuple):
    """A parameter of a block: `n`, `s=1`, or `$act`, which takes a word."""

    name: str
    word: bool
    default: str | None
    node: Text


class Block:
    """A layer type that a file defines."""

    __slots__ = ("entries", "inputs", "name", "node", "overrides", "params", "vars")

    def __init__(self, node: Text) -> None:
        self.name = node.text
        self.node = node
        self.params: list[Param] = []
        self.vars: dict[str, Node] = {}
        self.inputs: list[Text] = []
        self.entries = Entries()
        self.overrides: Where | None = None


class Description(NamedTuple):
    """A whole file after `extends`."""

    source: Source
    tree: Map  # the file itself, without what it extends
    fields: dict[str, Node]
    vars: dict[str, Node]
    defaults: dict[str, dict[str, Node]]
    blocks: dict[str, Block]
    entries: Entries
    outputs: list[Text] | None
    key_nodes: dict[str, Text]


def is_architecture(tree: Node) -> bool:
    """Whether a YAML tree means to be an architecture: a mapping with `layers` or `extends`."""
    return isinstance(tree, Map) and any(key.text in ("layers", "extends") for key, _ in tree)


def describe(source: Source, problems: Problems, tree: Node | None = None) -> Description:
    """Read a file and its parents; raises ProblemsFound where nothing can be read at all."""
    chain = _chain(source, problems, tree)
    main = chain[-1]
    if main.get("layers") is None and len(chain) == 1:
        problems.add(
            "missing-key", "no `layers` (and no `extends`)", where(main), "`cnncalc new` prints a file to start from"
        )
        raise ProblemsFound(problems.found)
    fields: dict[str, Node] = {}
    key_nodes: dict[str, Text] = {}
    vars: dict[str, Node] = {}
    defaults: dict[str, dict[str, Node]] = {}
    blocks: dict[str, Block] = {}
    reader = _Reader(problems)
    for level in chain:
        own = {key.text for key, _ in level}
        for one, other in (("input", "inputs"), ("inputs", "input")):
            if one in own:
                fields.pop(other, None)
        for key, value in level:
            key_nodes[key.text] = key
            if key.text == "vars":
                vars.update(reader.vars(value))
            elif key.text == "defaults":
                for type_name, given in reader.defaults(value).items():
                    defaults.setdefault(type_name, {}).update(given)
            elif key.text == "blocks":
                for name, block in reader.blocks(value).items():
                    block.overrides = where(blocks[name].node) if name in blocks else None
                    blocks[name] = block
            elif level is main or key.text not in ("expect", "budget", "source", "extends"):
                fields[key.text] = value
    entries = reader.entries(fields["layers"]) if "layers" in fields else Entries()
    if "layers" in fields and isinstance(fields["layers"], Seq) and not fields["layers"].items:
        problems.add("missing-key", "`layers` is empty", key_nodes["layers"], "a network has at least one layer")
    if "input" in fields and "inputs" in fields:
        problems.add(
            "unknown-key", "`input` and `inputs` exclude each other", key_nodes["inputs"], "name all inputs in `inputs`"
        )
    if "input" not in fields and "inputs" not in fields:
        problems.add("missing-key", "no `input`", where(main), "write, for example, `input: {channels: 3, size: 224}`")
    outputs = reader.words(fields["outputs"], "outputs") if "outputs" in fields else None
    found = Description(source, main, fields, vars, defaults, blocks, entries, outputs, key_nodes)
    binder = _Binder(found, problems)
    for block in blocks.values():
        binder.entries(block.entries, {param.name for param in block.params if param.word})
    binder.entries(entries, set())
    return found


def _chain(source: Source, problems: Problems, tree: Node | None) -> list[Map]:
    """The file and what it extends, eldest first."""
    chain: list[Map] = []
    seen = 0
    while True:
        tree = tree if tree is not None else parse_yaml(source)
        if not isinstance(tree, Map):
            what = "a list" if isinstance(tree, Seq) else "plain text"
            problems.add(
                "not-an-architecture", f"a file is a mapping with `name`, `input`, `layers`; this is {what}", tree
            )
            raise ProblemsFound(problems.found)
        for key, value in tree:
            if key.text not in KEYS:
                problems.add(
                    "unknown-key", f"unknown key `{key.text}`", key, colon_cure(key) or did_you_mean(key.text, KEYS)
                )
            elif value_is_null(value):
                problems.add("null-value", f"`{key.text}` has no value", key, "give it one, or remove the key")
        chain.insert(0, tree)
        parent = tree.get("extends")
        if parent is None:
            return chain
        seen += 1
        if seen > DEEPEST_EXTENDS:
            problems.add(
                "limit",
                f"more than {DEEPEST_EXTENDS} files extend each other (limit: extends {DEEPEST_EXTENDS})",
                parent,
            )
            raise ProblemsFound(problems.found)
        source = parent_of(source, parent, problems)
        tree = None


def parent_of(source: Source, node: Node, problems: Problems) -> Source:
    """The file that `extends` names; raises ProblemsFound."""
    if not isinstance(node, Text) or node.null:
        problems.add("extends", "`extends` names one file", node, "write `extends: resnet50.yaml`")
        raise ProblemsFound(problems.found)
    name = node.text
    if os.path.isabs(name):
        problems.add(
            "extends", "`extends` names a file beside this one or a bundled one", node, "write a relative path"
        )
        raise ProblemsFound(problems.found)
    if not source.bundled:
        for candidate in (name, f"{name}.yaml"):
            try:
                beside = source.beside(candidate)
            except ProblemsFound as error:
                problems.add("extends", error.problems[0].message, node, error.problems[0].help)
                raise ProblemsFound(problems.found) from None
            if beside is not None:
                return beside
    path = bundled.find(name)
    if path is None:
        known = bundled.names()
        places = "among the bundled architectures" if source.bundled else "beside this one, nor among the bundled ones"
        problems.add("extends", f"no file `{name}` {places}", node, did_you_mean(name.removesuffix(".yaml"), known))
        raise ProblemsFound(problems.found)
    return read_file(path, name if name.endswith(".yaml") else f"{name}.yaml", bundled=True, regular=True)


def did_you_mean(word: str, known: Any) -> str | None:
    """A cure for a misspelt word, None where nothing known is near."""
    found = nearest(word, list(known))
    return f"did you mean `{found}`?" if found else None


def value_is_null(node: Node) -> bool:
    """Whether nothing is written where a value belongs."""
    return isinstance(node, Text) and node.null


def colon_cure(key: Text) -> str | None:
    """`a:1` and `conv {k` are one key to YAML."""
    word = key.text.partition("{")[0].rstrip(": ")
    if "{" in key.text and word:
        return f"write `{word}: {{…}}`, with a colon and a space"
    if ":" in key.text:
        before, _, after = key.text.partition(":")
        return f"write `{before}: {after}`, with a space behind the colon"
    return None


class _Reader:
    """Tree → entries, blocks, vars; every fault is a problem, and reading goes on."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def mapping(self, node: Node, what: str) -> list[tuple[Text, Node]]:
        if isinstance(node, Map):
            return node.pairs
        self.problems.add("bad-value", f"`{what}` must be a mapping", node)
        return []

    def words(self, node: Node, what: str) -> list[Text]:
        items = node.items if isinstance(node, Seq) else [node]
        found = [item for item in items if isinstance(item, Text) and not item.null]
        if len(found) != len(items) or not items:
            self.problems.add("bad-value", f"`{what}` must be a name or a list of names", node)
        return found

    def vars(self, node: Node) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key, value in self.mapping(node, "vars"):
            if not re.fullmatch(r"[A-Za-z_]\w*", key.text, re.ASCII) or key.text in RESERVED:
                reason = "is a word of the language" if key.text in RESERVED else "must be letters, digits and _"
                self.problems.add("bad-name", f"a var's name {reason}: `{key.text}`", key, colon_cure(key))
            elif value_is_null(value):
                self.problems.add("null-value", f"var `{key.text}` has no value", key, colon_cure(key))
            elif not isinstance(value, Text):
                self.problems.add("bad-value", f"var `{key.text}` must be a number or an expression", value)
            else:
                found[key.text] = value
        return found

    def defaults(self, node: Node) -> dict[str, dict[str, Node]]:
        found: dict[str, dict[str, Node]] = {}
        for key, value in self.mapping(node, "defaults"):
            if key.text not in LAYERS:
                self.problems.add("unknown-layer", f"no layer type `{key.text}`", key, did_you_mean(key.text, LAYERS))
                continue
            given = found.setdefault(key.text, {})
            for attribute, content in self.mapping(value, f"defaults of {key.text}"):
                if attribute.text not in LAYERS[key.text].attributes:
                    help = did_you_mean(attribute.text, LAYERS[key.text].attributes)
                    self.problems.add(
                        "unknown-attribute", f"unknown attribute of `{key.text}`: `{attribute.text}`", attribute, help
                    )
                elif value_is_null(content):
                    self.problems.add(
                        "null-value", f"`{attribute.text}` has no value", attribute, colon_cure(attribute)
                    )
                else:
                    given[attribute.text] = content
        return found

    def blocks(self, node: Node) -> dict[str, Block]:
        found = {}
        for key, value in self.mapping(node, "blocks"):
            check_name(key, self.problems)
            block = Block(key)
            pairs = self.mapping(value, f"block {key.text}")
            for part, content in pairs:
                if part.text == "params":
                    block.params = self.params(content)
                elif part.text == "vars":
                    block.vars = self.vars(content)
                elif part.text == "inputs":
                    block.inputs = self.words(content, "inputs")
                elif part.text == "layers":
                    block.entries = self.entries(content)
                else:
                    help = did_you_mean(part.text, ("params", "vars", "inputs", "layers"))
                    self.problems.add("unknown-key", f"unknown key of a block: `{part.text}`", part, help)
            if pairs and all(part.text != "layers" for part, _ in pairs):
                self.problems.add("missing-key", f"block `{key.text}` has no `layers`", key)
            found[key.text] = block
        return found

    def params(self, node: Node) -> list[Param]:
        found: list[Param] = []
        for item in node.items if isinstance(node, Seq) else [node]:
            match = _PARAM.fullmatch(item.text) if isinstance(item, Text) else None
            if match is None or not isinstance(item, Text):
                self.problems.add("bad-name", "a param is `n`, `s=1` or `$act`", item)
                continue
            word, name, default = match.groups()
            if name in COMMON or name in RESERVED:
                self.problems.add("bad-name", f"a param cannot be called `{name}`: the word is taken", item)
                default = default or "0"  # calls of the block are not at fault
            elif any(param.name == word + name for param in found):
                self.problems.add("duplicate-name", f"two params are called `{name}`", item)
                default = default or "0"
            found.append(Param(word + name, bool(word), default, item))
        return found

    def entries(self, node: Node) -> Entries:
        if not isinstance(node, Seq):
            self.problems.add("bad-value", "layers are a list: each entry begins with `- `", node)
            return Entries()
        read = (self.entry(item) for item in node.items)
        return Entries(entry for entry in read if entry is not None)

    def entry(self, node: Node) -> Entry | None:
        if isinstance(node, Text):
            return self.typed(node)
        if not isinstance(node, Map) or len(node.pairs) != 1:
            keys = [key for key, _ in node] if isinstance(node, Map) else []
            known = [key.text for key in keys if key.text in LAYERS]
            help = f"indent the attributes below `{known[0]}:`" if known else "write `conv: {filters: 64, kernel: 3}`"
            self.problems.add(
                "bad-value", "an entry is one layer type with its attributes", keys[0] if keys else node, help
            )
            return None
        key, value = node.pairs[0]
        entry = self.typed(key)
        if entry is None:
            return None
        if isinstance(value, Map):
            for attribute, content in value.pairs:
                self.attribute(entry, attribute, content)
        elif isinstance(value, Seq):
            for item in value.items:
                if isinstance(item, Map):
                    for attribute, content in item.pairs:
                        self.attribute(entry, attribute, content)
                elif value_is_null(item):
                    entry.faulty = True
                    self.problems.add("null-value", f"an attribute of `{key.text}` has no value", item)
                elif entry.named or entry.name or entry.reads or entry.repeat or entry.when or entry.share:
                    entry.faulty = True
                    self.problems.add("bad-value", "attributes by position come first, named ones after them", item)
                else:
                    entry.positional.append(item)
        elif value.null:
            help = colon_cure(key) or f"write `{key.text}` alone, or give its attributes"
            self.problems.add("null-value", f"`{key.text}:` has no value", key, help)
            return None
        else:
            entry.positional.append(value)
        return entry

    def typed(self, key: Text) -> Entry | None:
        if key.null or not key.text:
            self.problems.add("null-value", "an entry without a layer", key)
            return None
        return Entry(key)

    def attribute(self, entry: Entry, key: Text, value: Node) -> None:
        text = key.text
        if value_is_null(value):
            entry.faulty = True
            help = colon_cure(key) or (f"write `{text}: VALUE`, or leave `{text}` out")
            self.problems.add("null-value", f"`{text}` has no value", key, help)
        elif text == "name" or text == "share":
            if not isinstance(value, Text):
                self.problems.add("bad-value", f"`{text}` must be a name", value)
            elif text == "name":
                check_name(value, self.problems)
                entry.name = value
            else:
                entry.share = value
        elif text == "from":
            entry.reads = self.words(value, "from") or None
        elif text == "repeat":
            entry.repeat = value
        elif text == "when":
            entry.when = value
        else:
            entry.named.append((key, value))

    def merge(self, entry: Entry) -> None:
        """Take the branches of add, multiply, concat out of the attributes."""
        given = entry.positional[:1] + [value for key, value in entry.named if key.text == "branches"]
        entry.positional = entry.positional[1:]
        entry.named = [(key, value) for key, value in entry.named if key.text != "branches"]
        if not given:
            return
        node = given[0]
        entry.branches = []
        if isinstance(node, Map):
            for key, value in node.pairs:
                check_name(key, self.problems)
                if value_is_null(value):
                    self.problems.add(
                        "null-value", f"branch `{key.text}` has no value", key, "write `[]` for the identity"
                    )
                else:
                    entry.branches.append(Branch(key, self.branch(value), value))
        elif isinstance(node, Seq):
            entry.branches = [Branch(None, self.branch(item), item) for item in node.items]
        else:
            entry.faulty = True
            entry.positional = []
            help = f"to join entries by name, write `{entry.type}: {{from: [A, B]}}`"
            self.problems.add("bad-value", "`branches` must be a mapping or a list of branches", node, help)

    def branch(self, node: Node) -> Entries:
        if isinstance(node, Seq):
            return self.entries(node)
        entry = self.entry(node)
        return Entries([entry] if entry else [])


def check_name(node: Text, problems: Problems) -> None:
    """A name is letters, digits and `_ - .`, not a number alone, and not taken."""
    text = node.text
    if not _NAME.fullmatch(text):
        help = colon_cure(node) or "a name is letters, digits, `_`, `-` and `.`"
        problems.add("bad-name", f"`{text}` is no name", node, help)
    elif re.fullmatch(r"-?\d+(\.\d+)?", text):
        problems.add("bad-name", f"a name is not a number alone: `{text}`", node, f"write, for example, `stage{text}`")
    elif text in TAKEN_NAMES:
        problems.add("bad-name", f"the name `{text}` is taken", node, "choose another name")


class _Binder:
    """Gives every written value its attribute, and finds unknown types and attributes."""

    def __init__(self, description: Description, problems: Problems) -> None:
        self.blocks = description.blocks
        self.problems = problems

    def entries(self, entries: Entries, words: set[str]) -> None:
        for entry in entries:
            self.entry(entry, words)
            for branch in entry.branches or ():
                self.entries(branch.entries, words)

    def entry(self, entry: Entry, words: set[str]) -> None:
        type_name = entry.type
        if type_name.startswith("$"):
            if type_name not in words:
                self.problems.add("unknown-name", f"no param `{type_name}`", entry.key, did_you_mean(type_name, words))
                entry.bound = {}
            return
        layer = LAYERS.get(type_name)
        if layer and layer.inputs is None and type_name not in self.blocks:
            _Reader(self.problems).merge(entry)
        entry.bound = bind(entry, type_name, self.blocks, self.problems)


def bind(entry: Entry, type_name: str, blocks: dict[str, Block], problems: Problems) -> dict[str, Node]:
    """What is written for each attribute of a layer or param of a block; faults are added to `problems`."""
    if type_name in blocks:
        known = [param.name.lstrip("$") for param in blocks[type_name].params]
    elif type_name in LAYERS:
        known = list(LAYERS[type_name].attributes)
    else:
        help = (
            colon_cure(entry.key)
            or did_you_mean(type_name, [*blocks, *LAYERS])
            or "`cnncalc layers` lists the layer types"
        )
        problems.add("unknown-layer", f"no layer or block `{type_name}`", entry.key, help)
        return {}
    bound = dict(zip(known, entry.positional, strict=False))
    if len(entry.positional) > len(known):
        takes = ", ".join(f"`{name}`" for name in known) or "no attributes"
        extra = entry.positional[len(known)]
        problems.add("unknown-attribute", f"`{type_name}` takes {takes}: one value too many", extra)
    for key, value in entry.named:
        if key.text not in known:
            entry.faulty = True
            cure = colon_cure(key) or did_you_mean(key.text, [*known, *COMMON, *_branches(type_name)])
            if cure is None and known:
                cure = f"`{type_name}` has {', '.join(f'`{name}`' for name in known)}"
            problems.add("unknown-attribute", f"unknown attribute of `{type_name}`: `{key.text}`", key, cure)
        elif key.text in bound:
            problems.add(
                "duplicate-name", f"`{key.text}` is given twice, by position and by name", key, "keep one of the two"
            )
        else:
            bound[key.text] = value
    return bound


def _branches(type_name: str) -> list[str]:
    return ["branches"] if type_name in LAYERS and LAYERS[type_name].inputs is None else []


def in_order(vars: dict[str, Node], problems: Problems) -> list[str]:
    """The vars so that each stands behind those that it reads; a circle is a problem.

    A walk with its own stack: a chain of vars may be longer than Python's.
    """
    order: list[str] = []
    state: dict[str, str] = {}
    stack = [(name, False) for name in reversed(vars)]
    while stack:
        name, finished = stack.pop()
        if finished:
            state[name] = "done"
            order.append(name)
        elif state.get(name) == "open":
            problems.add("recursive-var", f"var `{name}` is worked out from itself", vars[name], "break the circle")
        elif name not in state:
            state[name] = "open"
            stack.append((name, True))
            stack += [(other, False) for other in _names_in(vars[name]) if other in vars]
    return order


def _names_in(node: Node) -> list[str]:
    try:
        return sorted(names(node.text)) if isinstance(node, Text) else []
    except FormulaError:
        return []
