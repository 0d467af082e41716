"""YAML trees → entries, blocks, vars."""

from __future__ import annotations

import re
from typing import NoReturn

from cnncalc.core.formula import RESERVED
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import Layer
from cnncalc.core.names import is_word
from cnncalc.core.problem import Problems, ProblemsFound, misspelt
from cnncalc.formats.source import Map, Node, Seq, Text
from cnncalc.formats.yaml.reading.entries import COMMON, Block, Branch, Entries, Entry, NetworkUse, Param
from cnncalc.formats.yaml.reading.problems import (
    call_cure,
    check_name,
    colon_cure,
    unknown_attribute,
    unknown_type,
    unseen_cure,
    value_is_null,
)

MOST_VARS = 10_000  # of a file, or of a block
MOST_PARAMS = 1_000
_OF_A_BRANCH = ("when", "from", "trainable", "dtype", "layers")
_OF_A_BLOCK = ("params", "vars", "inputs", "outputs", "trainable", "dtype", "layers", "network", "until", "set")
_OF_LAYERS = ("vars", "inputs", "layers")  # a block has either these
_OF_A_NETWORK = ("network", "until", "set")  # or these

_PARAM = re.compile(r"(\$?)([^\s=]+)\s*(?:=\s*(.+))?", re.DOTALL)


class Reader:
    """Tree → entries, blocks, vars; every fault is a problem, and reading goes on."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def stop(self, message: str, node: Node) -> NoReturn:
        """Report a limit that is passed; raises ProblemsFound."""
        self.problems.add("limit", message, node)
        raise ProblemsFound(self.problems.found)

    def mapping(self, node: Node, what: str) -> list[tuple[Text, Node]]:
        """Pairs of a mapping; none where it is something else, which is reported."""
        if isinstance(node, Map):
            return node.pairs
        from cnncalc.formats.yaml.reading.elsewhere import mapping_meant  # here, for most files are fine

        self.problems.add("bad-value", f"`{what}` must be a mapping", node, mapping_meant(what, node))
        return []

    def words(self, node: Node, what: str) -> list[Text]:
        """Names in a list, or one alone; anything else is reported."""
        items = node.items if isinstance(node, Seq) else [node]
        found = [item for item in items if isinstance(item, Text) and not item.null]
        if len(found) != len(items) or not items:
            self.problems.add("bad-value", f"`{what}` must be a name or a list of names", node)
        return found

    def vars(self, node: Node) -> dict[str, Node]:
        """Vars by name, as they are written; raises ProblemsFound where there are too many."""
        found: dict[str, Node] = {}
        pairs = self.mapping(node, "vars")
        if len(pairs) > MOST_VARS:
            message = f"{len(pairs):,} vars (limit: vars {MOST_VARS:,})"
            self.stop(message, pairs[MOST_VARS][0])
        for key, value in pairs:
            if not is_word(key.text) or key.text in RESERVED:
                reason = "is a word of the language" if key.text in RESERVED else "must be letters, digits and _"
                cure = unseen_cure(key.text) or colon_cure(key)
                self.problems.add("bad-name", f"a var's name {reason}: `{key.text}`", key, cure)
            elif value_is_null(value):
                self.problems.add("null-value", f"var `{key.text}` has no value", key, colon_cure(key))
            elif not isinstance(value, Text):
                self.problems.add("bad-value", f"var `{key.text}` must be a number or an expression", value)
            else:
                found[key.text] = value
        return found

    def defaults(self, node: Node) -> dict[str, dict[str, Node]]:
        """Defaults by layer type and attribute, as they are written."""
        found: dict[str, dict[str, Node]] = {}
        for key, value in self.mapping(node, "defaults"):
            if key.text not in LAYERS:
                from cnncalc.formats.yaml.reading.renamed import renamed_default  # here, for most files are fine

                what, help = renamed_default(key.text) or (
                    f"no layer type `{key.text}`",
                    unknown_type(key.text, LAYERS),
                )
                self.problems.add("unknown-layer", what, key, help)
                continue
            given = found.setdefault(key.text, {})
            for attribute, content in self.mapping(value, f"defaults of {key.text}"):
                if attribute.text not in LAYERS[key.text].attributes and attribute.text not in ("trainable", "dtype"):
                    from cnncalc.formats.yaml.reading.renamed import renamed_default

                    told: tuple[str, str | None] = renamed_default(key.text, attribute.text, content) or (
                        f"unknown attribute of `{key.text}`: `{attribute.text}`",
                        unknown_attribute(key.text, attribute.text, LAYERS[key.text].attributes),
                    )
                    self.problems.add("unknown-attribute", told[0], attribute, told[1])
                elif value_is_null(content):
                    self.problems.add(
                        "null-value", f"`{attribute.text}` has no value", attribute, colon_cure(attribute)
                    )
                else:
                    given[attribute.text] = content
        return found

    def blocks(self, node: Node) -> dict[str, Block]:
        """Blocks by name."""
        found = {}
        for key, value in self.mapping(node, "blocks"):
            check_name(key, self.problems, call_cure)
            if key.text in _OF_A_BRANCH:
                message = f"a block cannot be called `{key.text}`: a branch has a key of that name"
                self.problems.add("bad-name", message, key, "choose another name")
            found[key.text] = self.block(key, self.mapping(value, f"block {key.text}"))
        return found

    def block(self, key: Text, pairs: list[tuple[Text, Node]]) -> Block:
        """The block that these pairs of a key and a value describe."""
        block = Block(key)
        given: dict[str, Text] = {}
        network: Node | None = None
        until: Text | None = None
        vars: dict[str, Text] = {}
        for part, content in pairs:
            given[part.text] = part
            if part.text not in _OF_A_BLOCK:
                cure = colon_cure(part) or misspelt(part.text, _OF_A_BLOCK)
                self.problems.add("unknown-key", f"unknown key of a block: `{part.text}`", part, cure)
            elif part.text == "params":
                block.params = self.params(content)
            elif part.text == "vars":
                block.vars = self.vars(content)
            elif part.text == "inputs":
                block.inputs = self.words(content, "inputs")
            elif part.text == "outputs":
                block.outputs = self.outputs(content)
            elif part.text in ("trainable", "dtype"):
                if value_is_null(content):
                    self.problems.add("null-value", f"`{part.text}` has no value", part, colon_cure(part))
                else:
                    setattr(block, part.text, content)
            elif part.text == "layers":
                block.entries = self.entries(content)
            elif part.text == "network":
                network = content
            elif part.text == "until":
                until = self.word(content, "until")
            else:
                vars = self.set(content)
        if network is not None:
            for name in _OF_LAYERS:
                if name in given:
                    message = f"block `{key.text}` is a network, which has its own `{name}`"
                    cure = "`set` changes its vars" if name == "vars" else f"remove `network` or `{name}`"
                    self.problems.add("unknown-key", message, given[name], cure)
            block.use = NetworkUse(network, until, vars)
        elif "layers" in given:
            for name in _OF_A_NETWORK:
                if name in given:
                    message = f"block `{key.text}` has `{name}`, which goes with `network`"
                    self.problems.add("unknown-key", message, given[name], "name a network, or remove it")
        elif pairs:
            help = "write `layers: […]`, or `network: NAME` for a network of a file of its own"
            self.problems.add("missing-key", f"block `{key.text}` has no `layers`", key, help)
        return block

    def outputs(self, node: Node) -> list[Text]:
        """The names of what a block gives, each once."""
        found: list[Text] = []
        for name in self.words(node, "outputs"):
            if any(name.text == other.text for other in found):
                self.problems.add("duplicate-name", f"`outputs` names `{name.text}` twice", name, "name it once")
            else:
                found.append(name)
        return found

    def set(self, node: Node) -> dict[str, Text]:
        """The values that a block gives to the vars of its network."""
        found: dict[str, Text] = {}
        for key, value in self.mapping(node, "set"):
            if value_is_null(value):
                self.problems.add("null-value", f"`{key.text}` has no value", key, colon_cure(key))
            elif not isinstance(value, Text):
                self.problems.add("bad-value", f"`{key.text}` must be a number or an expression", value)
            else:
                found[key.text] = value
        return found

    def word(self, node: Node, what: str) -> Text | None:
        """A name alone."""
        if isinstance(node, Text) and not node.null:
            return node
        self.problems.add("bad-value", f"`{what}` must be a name", node)
        return None

    def params(self, node: Node) -> list[Param]:
        """Params of a block, each once; raises ProblemsFound where there are too many."""
        found: dict[str, Param] = {}
        items: list[Node] = node.items if isinstance(node, Seq) else [node]
        if isinstance(node, Map):
            from cnncalc.formats.yaml.reading.elsewhere import params_meant

            meant = params_meant(node)
            items = [*meant]
            help = f"write `params: [{', '.join(param.text for param in meant[:3])}]`"
            self.problems.add("bad-value", "`params` is a list of names, with defaults where they have any", node, help)
        if len(items) > MOST_PARAMS:
            message = f"a block with {len(items):,} params (limit: params {MOST_PARAMS:,})"
            self.stop(message, items[MOST_PARAMS])
        for item in items:
            match = _PARAM.fullmatch(item.text) if isinstance(item, Text) else None
            if match is None or not isinstance(item, Text) or not is_word(match[2]):
                cure = unseen_cure(item.text) if isinstance(item, Text) else None
                self.problems.add("bad-name", "a param is `n`, `s=1` or `$act`", item, cure)
                continue
            word, name, default = match.groups()
            if name in COMMON or name in RESERVED:
                self.problems.add("bad-name", f"a param cannot be called `{name}`: the word is taken", item)
                default = default or "0"  # calls of the block are not at fault
            elif word + name in found:
                self.problems.add("duplicate-name", f"two params are called `{name}`", item)
                default = default or "0"
            found.setdefault(word + name, Param(word + name, bool(word), default, item))
        return list(found.values())

    def entries(self, node: Node) -> Entries:
        """Entries of a list of layers; those that cannot be read are reported and left out."""
        if not isinstance(node, Seq):
            help = "write `- conv: {filters: 64, kernel: 3}`"
            self.problems.add("bad-value", "layers are a list: each entry begins with `- `", node, help)
            return Entries()
        read = (self.entry(item) for item in node.items)
        return Entries(entry for entry in read if entry is not None)

    def entry(self, node: Node) -> Entry | None:
        """The entry that is written here; None where it is none, which is reported."""
        if isinstance(node, Text):
            return self.typed(node)
        if not isinstance(node, Map) or len(node.pairs) != 1:
            keys = [key for key, _ in node] if isinstance(node, Map) else []
            known = [key.text for key in keys if key.text in LAYERS]
            help = f"indent the attributes below `{known[0]}:`" if known else "write `conv: {filters: 64, kernel: 3}`"
            if isinstance(node, Map) and not known:
                from cnncalc.formats.yaml.reading.elsewhere import entry_meant

                help = entry_meant(node, LAYERS) or help
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
                elif entry.says_more:
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
        """An entry of that layer type without attributes; None where no type is written."""
        if key.null or not key.text:
            self.problems.add("null-value", "an entry without a layer", key)
            return None
        return Entry(key)

    def attribute(self, entry: Entry, key: Text, value: Node) -> None:
        """One attribute, or a key that every entry has, put into an entry."""
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
        elif text == "trainable":
            entry.trainable = value
        elif text == "dtype":
            entry.dtype = value
        else:
            entry.named.append((key, value))

    def merge(self, entry: Entry, layer: type[Layer]) -> None:
        """The branches of add, multiply, concat, taken out of the attributes; they stand behind the required ones."""
        place = sum(attribute.required for attribute in layer.attributes.values())
        given = entry.positional[place : place + 1]
        given += [value for key, value in entry.named if key.text == "branches"]
        beside = entry.positional[place : place + 2]
        if len(beside) == 2 and all(isinstance(item, Seq) for item in beside):  # [[relu], [tanh]]
            more = [item for item in entry.positional[place:] if isinstance(item, Seq)]
            help = f"write `{entry.type}: {{branches: [[…], […]]}}`"
            self.problems.add("bad-value", "the branches are one list of lists", beside[1], help)
            entry.positional = entry.positional[:place]
            entry.branches = [self.branch(None, item) for item in more]
            return
        entry.positional = entry.positional[:place] + entry.positional[place + 1 :]
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
                    entry.branches.append(Branch(key, Entries(), value))
                else:
                    entry.branches.append(self.branch(key, value))
        elif isinstance(node, Seq):
            entry.branches = [self.branch(None, item) for item in node.items]
        else:
            texts = [node, *(item for item in entry.positional if isinstance(item, Text))]
            names = ", ".join(item.text for item in texts) if len(texts) > 1 else "A, B"
            entry.faulty = True
            entry.positional = []
            help = f"to join entries by name, write `{entry.type}: {{from: [{names}]}}`"
            self.problems.add("bad-value", "`branches` must be a mapping or a list of branches", node, help)

    def branch(self, name: Text | None, node: Node) -> Branch:
        """A list of entries, one alone, or a mapping that says more of the branch."""
        if isinstance(node, Seq):
            return Branch(name, self.entries(node), node)
        if not isinstance(node, Map) or not any(key.text in _OF_A_BRANCH for key, _ in node):
            entry = self.entry(node)
            return Branch(name, Entries([entry] if entry else []), node)
        branch = Branch(name, Entries(), node)
        for key, value in node:
            if value_is_null(value):
                self.problems.add("null-value", f"`{key.text}` has no value", key, colon_cure(key))
            elif key.text == "when":
                branch = branch._replace(when=value)
            elif key.text == "trainable":
                branch = branch._replace(trainable=value)
            elif key.text == "dtype":
                branch = branch._replace(dtype=value)
            elif key.text == "from":
                branch = branch._replace(reads=self.word(value, "from"))
            elif key.text == "layers":
                branch = branch._replace(entries=self.entries(value))
            else:
                help = "a branch has `when`, `from`, `trainable`, `dtype`, `layers`: entries stand in `layers: […]`"
                self.problems.add("unknown-key", f"unknown key of a branch: `{key.text}`", key, help)
        return branch
