"""Entries → nodes: blocks, branches and repeats written out, every attribute and shape worked out.

One pass from top to bottom: an entry reads only what stands above it, so its input's channels are known when its
attributes are worked out. A layer that fails gives *no* shape, and what reads it stays silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnncalc.core.builder import MOST_LAYERS, Builder, Stretch, rank_of, wrong_number
from cnncalc.core.formula import written
from cnncalc.core.graph import Ref
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import Layer
from cnncalc.core.problem import Problems
from cnncalc.core.shape import Shape
from cnncalc.formats.source import DEEPEST, Text
from cnncalc.formats.source import Node as Written
from cnncalc.formats.yaml.expanding.attributes import Attributes
from cnncalc.formats.yaml.expanding.env import UNKNOWN, Env, Silent
from cnncalc.formats.yaml.expanding.labels import branch_labels, free, labels, type_of
from cnncalc.formats.yaml.expanding.scope import ABSENT, Entity, Lookup, Port, Scope
from cnncalc.formats.yaml.expanding.trail import Trail
from cnncalc.formats.yaml.expanding.values import Values, how
from cnncalc.formats.yaml.reading.binding import bind
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Block, Branch, Entry

MOST_ENTRIES = 210_000


class _Call(NamedTuple):
    """A call of a block that was worked out: its layers, and how many entries were written out for them."""

    stretch: Stretch
    entries: int


class Expander:
    """Writes the entries of a description out into the layers and groups of `builder`."""

    def __init__(
        self, found: Description, file_vars: Mapping[str, Any], inputs: dict[str, Shape | None], problems: Problems
    ) -> None:
        self.found = found
        self.file_vars = dict(file_vars)
        self.trail = Trail(problems)
        key = found.key_nodes.get("inputs") or found.key_nodes.get("input")
        file = found.source.name
        self.builder = Builder(
            inputs, file=file, origin=key.origin if key else None, problems=problems, report=self.trail.add
        )
        self.values = Values(problems, self.trail.notes)
        self.attributes = Attributes(found, self.values, self.trail, self.builder)
        self.lookup = Lookup(self.trail)
        self.nodes = self.builder.nodes
        self.written: list[Entry] = []  # for each node the entry that wrote it
        self.count = 0
        self.depth = 0
        self.done: dict[tuple[Any, ...] | None, _Call] = {}

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
            what = f"more than {MOST_ENTRIES:,} entries, blocks and repeats written out"
            self.trail.stop("limit", f"{what} (limit: entries {MOST_ENTRIES:,})", entry.key)
        name, branch_names = label
        reads = self.reads(entry, scope, current)
        start = len(self.nodes)
        path = prefix + name
        env = scope.env
        env.at(self.builder.shape(reads[0]), scope)
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
        last: _Call | None = None  # a copy that gives what it reads: those behind it are equal
        closed = self.is_closed(entry, scope)
        env = scope.env
        around = env.number, env.counted
        for number in range(1, times + 1):
            if last is not None and self.has_room(last):
                output = self.again(last, f"{path}/{number}", [output])
                continue
            since, before = self.so_far(), output
            self.count += 1
            env.at(self.builder.shape(output), scope)
            env.number, env.counted = number, False
            scope.before = output
            self.trail.calls.append((None, entry, f"copy {number} of {times}"))
            output = self.instance(entry, f"{path}/{number}", None, [output], scope)
            self.trail.calls.pop()
            if output is None:
                break
            if closed and not env.counted and self.builder.shape(output) == self.builder.shape(before):
                last = self.worked_out(since, f"{path}/{number}", [before], output)
        env.number, env.counted = around
        if output is not None:
            self.group(path, type_of(entry, env), start, output, entry, times)
        return output

    def is_closed(self, entry: Entry, scope: Scope) -> bool:
        """Whether an entry reads nothing but what stands before it: a block, or a layer with one input."""
        type_name = type_of(entry, scope.env)
        layer_type = LAYERS.get(type_name)
        return type_name in self.found.blocks or (
            layer_type is not None and layer_type.inputs == 1 and not layer_type.second_input
        )

    def so_far(self) -> tuple[int, int, int, int]:
        """How many layers, groups, entries and problems there are."""
        return len(self.nodes), len(self.builder.groups), self.count, len(self.trail.problems.found)

    def worked_out(self, since: tuple[int, int, int, int], path: str, reads: list[Port], output: Port) -> _Call | None:
        """What was built below a path since then, to be copied; None where something is wrong with it."""
        start, groups, count, problems = since
        if output is None or None in reads or len(self.trail.problems.found) > problems:
            return None
        below = tuple(self.builder.groups[groups:])
        stretch = Stretch(path, start, len(self.nodes), below, tuple(reads), output)  # type: ignore[arg-type]
        return _Call(stretch, self.count - count)

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
        names = [node.text for node in block.inputs] or ["input"]
        env = Env(self.file_vars)
        inner = Scope(block.entries, env, dict(zip(names, reads, strict=False)), self.builder.shape)
        env.at(self.builder.shape(reads[0]), inner)
        self.attributes.params(entry, block, scope.env, env)
        if len(reads) != len(names):
            needs, help = "one input", None
            if block.inputs:
                needs = f"{len(names)} inputs ({', '.join(names)})"
                help = f"write `from: [{', '.join(names).upper()}]`"
            self.trail.add("wrong-input", f"block `{block.name}` reads {needs}, not {len(reads)}", entry.key, help)
            return None
        since = self.so_far()
        key = self.equal(block, env, reads)
        done = self.done.get(key)
        if done is not None and self.has_room(done):
            output: Port = self.again(done, path, reads)
        else:
            self.trail.calls.append((block, entry, path))
            self.values.add_vars(block.vars, env)
            output = self.entries(inner, reads[0], f"{path}/")
            self.trail.calls.pop()
            if key is not None and (call := self.worked_out(since, path, reads, output)):
                self.done[key] = call
        if output is not None:
            self.group(path, block.name, since[0], output, entry)
        return output

    def equal(self, block: Block, env: Env, reads: list[Port]) -> tuple[Any, ...] | None:
        """What calls of a block must have in common to give the same layers; None where something is not known."""
        shapes = self.builder.shapes(reads)
        values = [env[param.name] for param in block.params]
        if None in shapes or UNKNOWN in values or len(set(reads)) < len(reads):
            return None
        return (block.name, self.depth, *shapes, *map(exactly, values))

    def has_room(self, call: _Call) -> bool:
        """Whether a call can be repeated within the limits; else it is worked out, up to where they are passed."""
        layers = call.stretch.stop - call.stretch.start
        return len(self.nodes) + layers <= MOST_LAYERS and self.count + call.entries <= MOST_ENTRIES

    def again(self, call: _Call, path: str, reads: list[Port]) -> Ref:
        """What a block gives that was called before with equal params on equal shapes: nothing is worked out anew."""
        stretch = call.stretch
        self.count += call.entries
        output = self.builder.again(stretch, path, tuple(reads))  # type: ignore[arg-type]
        self.written += self.written[stretch.start : stretch.stop]
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
            inner = Scope(branch.entries, scope.env, scope.inputs, self.builder.shape, scope)
            output = self.entries(inner, reads[0], f"{branch_path}/")
            outputs.append(output)
            if output is not None:
                self.group(branch_path, "branch", first, output, branch)
        scope.env.at(self.builder.shape(reads[0]), scope)
        result = self.leaf(entry, LAYERS[type_name], leaf_path, outputs, scope)
        if beside is None and result is not None:
            self.group(path, type_name, start, result, entry)
        return result

    def group(self, path: str, kind: str, start: int, output: Ref, at: Entry | Branch, copies: int = 0) -> None:
        origin = at.origin if isinstance(at, Entry) else (at.name or at.node).origin
        self.builder.group(path, kind, start, output, origin, copies=copies, named=given(at, path))

    def leaf(self, entry: Entry, layer_type: type[Layer], path: str, reads: list[Port], scope: Scope) -> Port:
        like = self.attributes.bound(entry, layer_type.type).get(layer_type.second_input or "")
        if isinstance(like, Text):
            reads = [*reads, self.lookup.port(like, scope, scope.before, "like")]
        if wrong := wrong_number(layer_type, len(reads)):
            if not entry.faulty:
                self.trail.add("wrong-input", wrong[0], entry.key, wrong[1])
            return None
        shapes = self.builder.shapes(reads)
        try:
            layer = self.attributes.layer(entry, layer_type, scope.env, rank_of(shapes))
        except Silent:
            return None
        if None in shapes or layer is None:
            return None
        ref = self.builder.put(
            layer,
            tuple(reads),  # type: ignore[arg-type]
            shapes,  # type: ignore[arg-type]
            path,
            entry.origin,
            named=given(entry, path),
            labels=entry.labels,
        )
        if ref is not None:
            self.written.append(entry)
        return ref

    def share(self, entry: Entry, target: Text, scope: Scope, start: int) -> None:
        found = scope.find(target.text)
        if not isinstance(found, Entity):
            self.lookup.unknown(target, scope, "share")
            return
        if found is ABSENT:
            self.lookup.missed(target)
        if found.output is None:
            return
        own, other = len(self.nodes) - start, found.stop - found.start
        if own != other and (entry.repeat is None or not other or own % other):
            many = f"{other} layer{'s' * (other != 1)}"
            message = f"`{target.text}` has {many}, this entry {own}: they cannot share weights"
            self.trail.add("bad-share", message, target)
            return
        for index in range(own):
            if not self.builder.share(start + index, found.start + index % other, target):
                return

    def reads(self, entry: Entry, scope: Scope, current: Port) -> list[Port]:
        if entry.reads is None:
            return [self.lookup.previous(entry.key, scope, current)]
        return [self.lookup.port(node, scope, current, "from") for node in entry.reads]

    def times(self, node: Written, env: Env) -> int:
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


def exactly(value: Any) -> Any:
    """A value that is equal to another one only where both are of one type: 1 is not true."""
    return tuple(map(exactly, value)) if isinstance(value, tuple) else (type(value), value)


def given(at: Entry | Branch, path: str) -> bool:
    """Whether the last part of a path is the name that an entry or a branch has in the file."""
    return at.name is not None and path.rpartition("/")[2] == at.name.text
