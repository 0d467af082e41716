"""Entries → nodes: blocks, branches and repeats written out, every attribute and shape worked out.

One pass from top to bottom: an entry reads only what stands above it, so its input's channels are known when its
attributes are worked out. A layer that fails gives *no* shape, and what reads it stays silent.
"""

from __future__ import annotations

from typing import Any

from cnncalc.core.formula import written
from cnncalc.core.graph import Failed, Group, Node, Ref
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import Layer
from cnncalc.core.shape import Shape
from cnncalc.core.work import Impossible, Work, check_alike, work
from cnncalc.formats.source import DEEPEST, Text
from cnncalc.formats.source import Node as Written
from cnncalc.formats.yaml.expanding.attributes import Attributes
from cnncalc.formats.yaml.expanding.labels import branch_labels, free, labels, type_of
from cnncalc.formats.yaml.expanding.scope import ABSENT, Entity, Lookup, Port, Scope
from cnncalc.formats.yaml.expanding.trail import Trail
from cnncalc.formats.yaml.expanding.values import UNKNOWN, Silent, Values, how
from cnncalc.formats.yaml.reading.binding import bind
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Block, Branch, Entry
from cnncalc.formats.yaml.reading.problems import Problems

MOST_LAYERS = 200_000
MOST_ENTRIES = 210_000


class Expander:
    """Writes the entries of a description out into `nodes` and `groups`."""

    def __init__(
        self, found: Description, file_vars: dict[str, Any], input_shapes: list[Shape | None], problems: Problems
    ) -> None:
        self.found = found
        self.file_vars = dict(file_vars)
        self.trail = Trail(problems)
        self.values = Values(problems, self.trail.notes)
        self.attributes = Attributes(found, self.values, self.trail)
        self.lookup = Lookup(self.trail)
        self.input_shapes = input_shapes
        self.nodes: list[Node] = []
        self.written: list[Entry] = []  # for each node the entry that wrote it
        self.groups: dict[str, Group] = {}
        self.failed: list[Failed] = []
        self.count = 0
        self.depth = 0
        self.works: dict[tuple[Layer, tuple[Shape, ...]], Work] = {}

    def entries(self, scope: Scope, current: Port, prefix: str) -> Port:
        """The nodes of a list of entries, in order; what the last one gives."""
        entries = scope.listed
        self.depth += 1
        if self.depth > DEEPEST:
            self.trail.stop(
                "limit",
                f"blocks and branches nested deeper than {DEEPEST} (limit: nesting {DEEPEST})",
                entries[0].key if entries else None,
            )
        for entry, label in zip(entries, labels(entries, scope.env, self.trail.problems), strict=True):
            scope.before = current
            current = self.entry(entry, label, scope, current, prefix)
        self.depth -= 1
        return current

    def entry(self, entry: Entry, label: Any, scope: Scope, current: Port, prefix: str) -> Port:
        self.count += 1
        if self.count > MOST_ENTRIES:
            self.trail.stop(
                "limit",
                f"more than {MOST_ENTRIES:,} entries, blocks and repeats written out (limit: entries {MOST_ENTRIES:,})",
                entry.key,
            )
        name, branch_names = label
        reads = self.reads(entry, scope, current)
        start = len(self.nodes)
        path = prefix + name
        env = scope.env
        env["channels"] = self.channels(reads[0])
        try:
            if entry.when is not None and not self.values.truth(entry.when, env):
                return self.absent(entry, scope, current)
            if entry.repeat is None:
                beside = None if branch_names is None else [prefix + branch for branch in branch_names]
                output = self.instance(entry, path, beside, reads, scope)
            else:
                times = self.times(entry.repeat, env)
                if times == 0:
                    return self.absent(entry, scope, current)
                output = self.copies(entry, path, times, reads, scope)
        except Silent:
            output = None
        if entry.name is not None:
            scope.entities[entry.name.text] = Entity(output, start, len(self.nodes))
        if entry.share is not None and output is not None:
            self.share(entry, entry.share, scope, start)
        return output

    def absent(self, entry: Entry, scope: Scope, current: Port) -> Port:
        if entry.name is not None:
            scope.entities[entry.name.text] = ABSENT
        return current

    def copies(self, entry: Entry, path: str, times: int, reads: list[Port], scope: Scope) -> Port:
        if len(reads) > 1:
            self.trail.add(
                "bad-value",
                "an entry that reads several others cannot be repeated",
                entry.repeat,
                "put it in a block with one input",
            )
            return None
        start = len(self.nodes)
        output = reads[0]
        for number in range(1, times + 1):
            self.count += 1
            scope.env["channels"] = self.channels(output)
            scope.before = output
            self.trail.calls.append((None, entry, f"copy {number} of {times}"))
            output = self.instance(entry, f"{path}/{number}", None, [output], scope)
            self.trail.calls.pop()
            if output is None:
                return None
        assert output is not None
        self.group(path, f"{type_of(entry, scope.env)} ×{times}", start, output, entry)
        return output

    def instance(self, entry: Entry, path: str, beside: list[str] | None, reads: list[Port], scope: Scope) -> Port:
        """What an entry is, once; `beside` are the paths of its branches, where these stand beside it."""
        type_name = type_of(entry, scope.env)
        if type_name in self.found.blocks:
            return self.call(entry, self.found.blocks[type_name], path, reads, scope)
        if type_name not in LAYERS:
            if entry.type.startswith("$") and type_name != entry.type:
                bind(entry, type_name, self.found.blocks, self.trail.problems)
            return None
        if entry.branches is not None:
            return self.merge(entry, type_name, path, beside, reads, scope)
        return self.leaf(entry, LAYERS[type_name], path, reads, scope)

    def call(self, entry: Entry, block: Block, path: str, reads: list[Port], scope: Scope) -> Port:
        if any(caller is block for caller, _, _ in self.trail.calls):
            chain = [caller.name for caller, _, _ in self.trail.calls if caller] + [block.name]
            self.trail.stop(
                "recursive-block",
                f"block `{block.name}` calls itself: {' → '.join(chain)}",
                entry.key,
                "break the cycle",
            )
        env = self.attributes.params(entry, block, scope.env, self.file_vars)
        names = [node.text for node in block.inputs] or ["input"]
        if len(reads) != len(names):
            needs, help = "one input", None
            if block.inputs:
                needs = f"{len(names)} inputs ({', '.join(names)})"
                help = f"write `from: [{', '.join(names).upper()}]`"
            self.trail.add("wrong-input", f"block `{block.name}` reads {needs}, not {len(reads)}", entry.key, help)
            return None
        inputs = dict(zip(names, reads, strict=True))
        start = len(self.nodes)
        self.trail.calls.append((block, entry, path))
        self.values.add_vars(block.vars, env)
        output = self.entries(Scope(block.entries, env, inputs), reads[0], f"{path}/")
        self.trail.calls.pop()
        if output is not None:
            self.group(path, block.name, start, output, entry)
        return output

    def merge(
        self, entry: Entry, type_name: str, path: str, beside: list[str] | None, reads: list[Port], scope: Scope
    ) -> Port:
        """Branches that all read one input, joined by a layer; a named or repeated merge is a group of its own."""
        assert entry.branches is not None
        if len(reads) > 1:
            help = "give it either branches, or `from: [A, B]`"
            self.trail.add(
                "wrong-input",
                f"the branches of `{type_name}` read one input, `from` names {len(reads)}",
                entry.key,
                help,
            )
            return None
        if beside is None:
            names = branch_labels(entry.branches, set())
            paths = [f"{path}/{name}" for name in names]
            leaf_path = f"{path}/{free(type_name, 1, set(names))[0]}"
        else:
            paths, leaf_path = beside, path
        start = len(self.nodes)
        outputs = []
        for branch, branch_path in zip(entry.branches, paths, strict=True):
            first = len(self.nodes)
            inner = Scope(branch.entries, scope.env, scope.inputs, scope)
            output = self.entries(inner, reads[0], f"{branch_path}/")
            outputs.append(output)
            if output is not None:
                self.group(branch_path, "branch", first, output, branch)
        result = self.leaf(entry, LAYERS[type_name], leaf_path, outputs, scope)
        if beside is None and result is not None:
            self.group(path, type_name, start, result, entry)
        return result

    def group(self, path: str, kind: str, start: int, output: Ref, at: Entry | Branch) -> None:
        node = at.key if isinstance(at, Entry) else at.name or at.node
        self.groups[path] = Group(path, kind, start, len(self.nodes), output, node.mark.line + 1, node.mark.name.name)

    def leaf(self, entry: Entry, layer_type: type[Layer], path: str, reads: list[Port], scope: Scope) -> Port:
        like = self.attributes.bound(entry, layer_type.type).get(layer_type.second_input or "")
        if isinstance(like, Text):
            reads = [*reads, self.lookup.port(like, scope, scope.before, "like")]
        wanted, most = layer_type.inputs, 2 if layer_type.second_input else layer_type.inputs
        if len(reads) < 2 if wanted is None else len(reads) not in (wanted, most):
            needs = {None: "two or more inputs", 1: "one input"}.get(wanted, f"{wanted} inputs")
            if layer_type.second_input:
                needs = "one or two inputs"
            help = f"write branches, or `{layer_type.type}: {{from: [A, B]}}`" if wanted != 1 else None
            message = f"`{layer_type.type}` reads {needs}, not {len(reads)}"
            if not entry.faulty:
                self.trail.add("wrong-input", message, entry.key, help)
            return None
        shapes = tuple(self.shape(ref) for ref in reads)
        rank = max((len(shape) - 1 for shape in shapes if shape), default=-1)
        try:
            layer = self.attributes.layer(entry, layer_type, scope.env, rank)
        except Silent:
            return None
        if None in shapes or layer is None:
            return None
        known: tuple[Shape, ...] = shapes  # type: ignore[assignment]
        place = len(self.nodes)
        mark = entry.key.mark
        if (done := self.works.get((layer, known))) is None:
            failed = Failed(path, layer, tuple(reads), place, mark.line + 1, mark.name.name)  # type: ignore[arg-type]
            if not check_alike(layer, known):
                from cnncalc.formats.yaml.expanding.mismatch import report_mismatch  # here, for most files are fine

                self.failed.append(failed)
                report_mismatch(entry, layer, path, reads, known, self.nodes, self.trail)
                return None
            try:
                done = self.works[layer, known] = work(layer, known)
            except Impossible as error:
                self.failed.append(failed)
                self.trail.add(error.code, error.what, entry.key, error.cure, path=path)
                return None
        if place >= MOST_LAYERS:
            self.trail.stop("limit", f"more than {MOST_LAYERS:,} layers (limit: layers {MOST_LAYERS:,})", entry.key)
        self.nodes.append(Node(path, layer, tuple(reads), done, mark.line + 1, mark.name.name, place))  # type: ignore[arg-type]
        self.written.append(entry)
        return place

    def share(self, entry: Entry, target: Text, scope: Scope, start: int) -> None:
        found = scope.find(target.text)
        if not isinstance(found, Entity):
            self.lookup.unknown(target, scope, "share")
            return
        if found is ABSENT:
            self.lookup.missed(target)
        if found.output is None:
            return
        own = self.nodes[start:]
        other = self.nodes[found.start : found.stop]
        if len(own) != len(other) and (entry.repeat is None or not other or len(own) % len(other)):
            many = f"{len(other)} layer{'s' * (len(other) != 1)}"
            message = f"`{target.text}` has {many}, this entry {len(own)}: they cannot share weights"
            self.trail.add("bad-share", message, target)
            return
        for index, node in enumerate(own):
            first = other[index % len(other)]
            same = node.layer is first.layer and self.channels(node.inputs[0]) == self.channels(first.inputs[0])
            same = same and node.work.weights == first.work.weights  # an embedding is as long as its tokens
            if not same:
                reason = f"`{node.name}` and `{first.name}` differ in type, attributes or input channels"
                self.trail.add("bad-share", f"{reason}: they cannot share weights", target)
                return
            self.nodes[start + index] = Node(
                node.name, node.layer, node.inputs, node.work, node.line, node.file, first.shares
            )

    def reads(self, entry: Entry, scope: Scope, current: Port) -> list[Port]:
        if entry.reads is None:
            return [self.lookup.previous(entry.key, scope, current)]
        return [self.lookup.port(node, scope, current, "from") for node in entry.reads]

    def shape(self, ref: Port) -> Shape | None:
        if ref is None:
            return None
        return self.nodes[ref].work.output if ref >= 0 else self.input_shapes[-1 - ref]

    def channels(self, ref: Port) -> Any:
        shape = self.shape(ref)
        return shape[0] if shape else UNKNOWN

    def times(self, node: Written, env: dict[str, Any]) -> int:
        value = self.values.value(node, env)
        if type(value) is not int or value < 0:
            self.trail.add(
                "bad-value",
                f"`repeat` must be a whole number, at least 0, is {written(value)}{how(node, env)}",
                node,
            )
            raise Silent
        if value > MOST_LAYERS:
            self.trail.stop("limit", f"`repeat: {value:,}` (limit: layers {MOST_LAYERS:,})", node)
        return value
