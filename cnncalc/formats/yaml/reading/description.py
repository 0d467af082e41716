"""A YAML tree → the description of a network: entries, blocks, vars, with `extends` merged.

Nothing is worked out here; what can be wrong without numbers (unknown keys, types, attributes) is found here.
"""

from __future__ import annotations

from cnncalc.core.problem import Problems, ProblemsFound, misspelt
from cnncalc.core.record import Record
from cnncalc.formats.source import MODELS, Map, Node, Seq, Source, Text
from cnncalc.formats.yaml.reading.binding import bind_all
from cnncalc.formats.yaml.reading.entries import Block, Entries, NetworkUse
from cnncalc.formats.yaml.reading.extends import DEEPEST_EXTENDS, KEYS, chain, parent_of, too_many
from cnncalc.formats.yaml.reading.problems import value_is_null
from cnncalc.formats.yaml.reading.reader import Reader


class Description(Record):
    """A whole file after `extends`; with a `model`, what is written beside the network of another program."""

    source: Source
    tree: Map  # the file itself, without what it extends
    fields: dict[str, Node]
    vars: dict[str, Node]
    defaults: dict[str, dict[str, Node]]
    blocks: dict[str, Block]
    entries: Entries
    outputs: list[Text] | None
    key_nodes: dict[str, Text]
    height: int  # files that stand one on the other, by `extends` or as blocks, from the lowest up to this one
    model: Source | None = None

    @property
    def names(self) -> list[str]:
        """The given names of its entries, top-level ones alone."""
        return [entry.name.text for entry in self.entries if entry.name]


MOST_NETWORKS = 100
_Known = dict[tuple[bool, str, str], Description]

_OF_LAYERS = ("input", "inputs", "vars", "defaults", "blocks", "layers")  # what a model says itself
_MEANT = frozenset(KEYS) - {"name", "source", "note", "memory"}  # which other YAML has, too


def is_architecture(tree: Node) -> bool:
    """Whether a YAML tree means to be an architecture: a mapping with `layers`, `extends` or the `network` of a file.

    One of these may be misspelt, beside another key of the format: nobody else would notice.
    """
    if not isinstance(tree, Map):
        return False
    keys = {key.text for key, _ in tree}
    if keys & {"layers", "extends"}:
        return True
    if not keys & _MEANT:
        return False
    network = tree.get("network")
    if isinstance(network, Text) and (len(keys & _MEANT) > 1 or network.text.lower().endswith(MODELS)):
        return True  # many other programs have a `network`, of hosts
    from difflib import get_close_matches

    return any(get_close_matches(key.lower(), ("layers", "extends"), cutoff=0.8) for key in keys)


def describe(source: Source, problems: Problems, below: int = 0, known: _Known | None = None) -> Description:
    """The description in a file, its parents, and the networks that are its blocks; raises ProblemsFound.

    `below` are the files that lead to it, one by the other, and `known` the networks that were read before.
    """
    levels = chain(source, problems, below)
    main = levels[-1]
    if main.get("layers") is None and main.get("network") is None and len(levels) == 1:
        problems.add(
            "missing-key", "no `layers` (and no `extends`)", main.origin, "`cnncalc new` prints a file to start from"
        )
        raise ProblemsFound(problems.found)
    fields: dict[str, Node] = {}
    key_nodes: dict[str, Text] = {}
    vars: dict[str, Node] = {}
    defaults: dict[str, dict[str, Node]] = {}
    blocks: dict[str, Block] = {}
    reader = Reader(problems)
    for level in levels:
        own = {key.text for key, _ in level}
        for one, other in (("input", "inputs"), ("inputs", "input")):
            if one in own:
                fields.pop(other, None)
        if "network" in own:
            fields = {key: node for key, node in fields.items() if key not in _OF_LAYERS}
            key_nodes = {key: node for key, node in key_nodes.items() if key not in _OF_LAYERS}
            vars, defaults, blocks = {}, {}, {}
        elif "layers" in own:
            fields.pop("network", None)
            key_nodes.pop("network", None)
        for key, value in level:
            key_nodes[key.text] = key
            if value_is_null(value):  # which has been reported
                continue
            if key.text == "vars":
                vars.update(reader.vars(value))
            elif key.text == "defaults":
                for type_name, given in reader.defaults(value).items():
                    defaults.setdefault(type_name, {}).update(given)
            elif key.text == "blocks":
                for name, block in reader.blocks(value).items():
                    block.overrides = blocks[name].node.origin if name in blocks else None
                    blocks[name] = block
            elif level is main or key.text not in ("expect", "budget", "source", "extends"):
                fields[key.text] = value
    outputs = reader.words(fields["outputs"], "outputs") if "outputs" in fields else None
    if "network" in key_nodes:
        model = _model(fields.get("network"), key_nodes, problems)
        height = len(levels) + 1
        return Description(source, main, fields, {}, {}, {}, Entries(), outputs, key_nodes, height, model)
    entries = reader.entries(fields["layers"]) if "layers" in fields else Entries()
    if "layers" in fields and isinstance(fields["layers"], Seq) and not fields["layers"].items:
        problems.add("missing-key", "`layers` is empty", key_nodes["layers"], "a network has at least one layer")
    if "input" in fields and "inputs" in fields:
        problems.add(
            "unknown-key", "`input` and `inputs` exclude each other", key_nodes["inputs"], "name all inputs in `inputs`"
        )
    if "input" not in key_nodes and "inputs" not in key_nodes:
        problems.add("missing-key", "no `input`", main.origin, "write, for example, `input: {channels: 3, size: 224}`")
    networks = {} if known is None else known
    heights = [0]
    for block in blocks.values():
        if block.use is not None:
            block.network = _network(block, block.use, problems, below + len(levels), networks)
            heights.append(block.network.height)
    height = len(levels) + max(heights)
    found = Description(source, main, fields, vars, defaults, blocks, entries, outputs, key_nodes, height)
    for block in blocks.values():
        bind_all(block.entries, {param.name for param in block.params if param.word}, blocks, problems)
    bind_all(entries, set(), blocks, problems)
    return found


def _model(node: Node | None, key_nodes: dict[str, Text], problems: Problems) -> Source:
    """The file of another program that is the network of a whole file; raises ProblemsFound."""
    for key in _OF_LAYERS:
        if key in key_nodes:
            help = "the network says itself what it reads and does: remove one of the two"
            problems.add("unknown-key", f"`network` and `{key}` exclude each other", key_nodes[key], help)
    if node is None:  # without a value, which has been reported
        raise ProblemsFound(problems.found)
    found = parent_of(node.source, node, problems, "network")
    if found.format is None:
        message = f"the `network` of a whole file is one of another program, and `{found.name}` is YAML"
        problems.add("extends", message, node, f"write `extends: {getattr(node, 'text', '')}`")
        raise ProblemsFound(problems.found)
    return found


def _network(block: Block, use: NetworkUse, problems: Problems, below: int, known: _Known) -> Description:
    """The network that a block stands for, read once however many blocks use it; raises ProblemsFound."""
    if below > DEEPEST_EXTENDS:
        raise too_many(use.node, problems)
    source = parent_of(use.node.source, use.node, problems, "network")
    key = (source.bundled, source.folder, source.name)
    found = known.get(key)
    if found is None:
        if len(known) >= MOST_NETWORKS:
            message = f"more than {MOST_NETWORKS} networks used as blocks (limit: networks {MOST_NETWORKS})"
            problems.add("limit", message, use.node)
            raise ProblemsFound(problems.found)
        if source.format is None:
            found = describe(source, problems, below, known)
        else:
            found = Description(source, Map(use.node.mark), {}, {}, {}, {}, Entries(), None, {}, 1, source)
        known[key] = found
    if below + found.height > DEEPEST_EXTENDS + 1:
        raise too_many(use.node, problems)
    for var, at in use.vars.items():
        if var in found.vars:
            continue
        listed = ", ".join(f"`{var}`" for var in found.vars)
        help = misspelt(var, found.vars) or f"its vars are {listed or 'none'}"
        problems.add("unknown-name", f"`set`: `{source.name}` has no var `{var}`", at, help)
    for name in block.gives if found.model is None else ():  # what a model gives is known when it is read
        if name.text not in found.names and name.text.rpartition(".")[0] not in found.names:
            listed = ", ".join(f"`{one}`" for one in found.names)
            help = misspelt(name.text, found.names) or f"its names are {listed or 'none'}"
            problems.add("unknown-name", f"`{source.name}` gives no entry the name `{name.text}`", name, help)
    return found
