"""Entries → nodes: blocks, branches and repeats written out, every attribute and shape worked out.

One pass from top to bottom: an entry reads only what stands above it, so its input's channels are known when its
attributes are worked out. A layer that fails gives *no* shape, and what reads it stays silent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import compress, islice
from typing import Any

from cnncalc.core.builder import MOST_LAYERS, MOST_LETTERS, Builder, Stretch, rank_of, wrong_number
from cnncalc.core.figures import many
from cnncalc.core.formula import written
from cnncalc.core.graph import Ref
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import Layer
from cnncalc.core.problem import Problems
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape, written_shape
from cnncalc.formats.source import DEEPEST, Source, Text
from cnncalc.formats.source import Node as Written
from cnncalc.formats.yaml.expanding.attributes import Attributes
from cnncalc.formats.yaml.expanding.env import UNKNOWN, Env, Silent
from cnncalc.formats.yaml.expanding.inputs import input_names, inputs_and_vars
from cnncalc.formats.yaml.expanding.labels import branch_labels, free, labels, type_of
from cnncalc.formats.yaml.expanding.scope import ABSENT, Entity, Lookup, Port, Scope
from cnncalc.formats.yaml.expanding.trail import Trail
from cnncalc.formats.yaml.expanding.values import Values, how
from cnncalc.formats.yaml.reading.binding import bind
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Block, Branch, Entry

MOST_ENTRIES = 250_000
ANEW = 16  # steps for an entry of a block, or a copy, that is worked out once more
Ports = tuple[Port, ...]  # what an entry gives: nothing where it is absent, several where a block has `outputs`
_FAILED: Ports = (None,)


class _Call(Record):
    """A call of a block that was worked out: its layers, and how many entries were written out for them."""

    stretch: Stretch
    entries: int


class _SoFar(Record):
    """How many layers, groups, entries and problems there are, and letters of paths."""

    layers: int
    groups: int
    entries: int
    problems: int
    letters: int


class Expander:
    """The writing out of a description's entries into the layers and groups of `builder`."""

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
        self.said: dict[str, None] = {}  # the notes of files of other programs
        self.written: list[Entry] = []  # for each node the entry that wrote it
        self.count = 0
        self.depth = 0
        self.trainable = True  # false inside of what is frozen
        self.dtype = ""  # of the innermost around that says one
        self.ways_out = 0  # how much that is open could end a block that uses itself: a `when`, a `repeat`, a `$word`
        self.anew = False  # inside of what was worked out before, with other values
        self.met: set[Block] = set()  # blocks that were worked out
        self.open: dict[Block, int] = {}  # blocks that are being called, and the ways out when they were
        self.done: dict[tuple[Any, ...], _Call | None] = {}  # nothing: it failed on what is not known
        self.given_to: list[tuple[Block, tuple[Port, ...]]] = []  # calls of blocks that read several

    def entries(self, scope: Scope, current: Port, prefix: str, most: int | None = None) -> Port:
        """The nodes of a list of entries, or the first ones of it, in order; what the last one gives."""
        entries = scope.listed
        self.depth += 1
        if self.depth > DEEPEST:
            called = sum(block is not None for block, _, _ in self.trail.calls)
            endless = "a block that uses itself needs a `when` that is false in the end"
            self.trail.stop(
                "limit",
                f"blocks and branches nested deeper than {DEEPEST} (limit: nesting {DEEPEST})",
                entries[0].key if entries else None,
                endless if called > len(self.open) else None,
            )
        named = zip(entries, labels(entries, scope.env, self.trail.problems), strict=True)
        for entry, label in islice(named, most):
            scope.before = current
            current = self.entry(entry, label, scope, current, prefix)
        self.depth -= 1
        return current

    def counted(self, more: int, entry: Entry) -> None:
        """The count of what is written out, with so much more; stops where it is too much."""
        self.count += more
        if self.anew:
            self.values.spend(ANEW * more, entry.key)
        if self.count > MOST_ENTRIES:
            what = f"more than {MOST_ENTRIES:,} entries, blocks and repeats written out"
            self.trail.stop("limit", f"{what} (limit: entries {MOST_ENTRIES:,})", entry.key)

    def entry(self, entry: Entry, label: Any, scope: Scope, current: Port, prefix: str) -> Port:
        """The output of an entry, whose layers are added below `prefix`; `current` is the output before it."""
        self.counted(1 if entry.reads is None else len(entry.reads), entry)
        name, branch_names = label
        reads, absent = self.reads(entry, scope, current)
        start = len(self.nodes)
        path = prefix + name
        env = scope.env
        env.at(self.builder.shape(reads[0]), scope)
        ways_out = self.ways_out
        self.ways_out += may_end(entry)
        outputs: Ports = ()
        try:
            if entry.when is None or self.values.truth(entry.when, env):
                times = None if entry.repeat is None else self.times(entry.repeat, env)
                if times != 0:
                    self.missed(absent)
                    if times is None:
                        beside = None if branch_names is None else [prefix + branch for branch in branch_names]
                        outputs = self.instance(entry, path, beside, reads, scope)
                    else:
                        outputs = self.copies(entry, path, times, reads, scope)
        except Silent:
            self.missed(absent)  # which may be why
            outputs = _FAILED
        self.ways_out = ways_out
        if not outputs:
            if entry.name is not None:
                scope.entities[entry.name.text] = ABSENT
            return current
        if entry.name is not None:
            block = self.found.blocks.get(type_of(entry, env))
            names = [node.text for node in block.gives] if block else []
            given = dict.fromkeys(names) if None in outputs else dict(zip(names, outputs, strict=False))
            scope.entities[entry.name.text] = Entity(outputs[0], start, len(self.nodes), given)
        if entry.share is not None and outputs[0] is not None:
            self.share(entry, entry.share, scope, start)
        return outputs[0]

    def missed(self, absent: list[Text]) -> None:
        """Report entries that are read and not there."""
        for node in absent:
            self.lookup.missed(node)

    def copies(self, entry: Entry, path: str, times: int, reads: list[Port], scope: Scope) -> Ports:
        """The outputs of the last copy of a repeated entry; each copy reads what the one before gives."""
        start = len(self.nodes)
        block = self.found.blocks.get(type_of(entry, scope.env))
        outputs: Ports = tuple(reads)
        last: _Call | None = None  # a copy that gives what it reads: those behind it are equal
        closed = self.is_closed(entry, scope)
        if len(reads) != max(1, len(block.gives) if block else 0):
            self.refuse_copies(entry, block, len(reads))
            return _FAILED
        env = scope.env
        around = env.number, env.counted
        anew = self.anew
        there = False
        for number in range(1, times + 1):
            if last is not None and self.has_room(last, f"{path}/{number}"):
                outputs = self.again(last, f"{path}/{number}", outputs)
                continue
            since, before = self.so_far(), outputs
            self.anew = anew or number > 1
            self.counted(1, entry)
            env.at(self.builder.shape(outputs[0]), scope)
            env.number, env.counted = number, False
            scope.before = outputs[0]
            self.trail.calls.append((None, entry, f"copy {number} of {times}"))
            outputs = self.instance(entry, f"{path}/{number}", None, list(outputs), scope)
            self.trail.calls.pop()
            if None in outputs:
                break
            there = there or bool(outputs)
            outputs = outputs or before  # a merge of which no branch is there
            if closed and not env.counted and self.builder.shapes(outputs) == self.builder.shapes(before):
                last = self.worked_out(since, f"{path}/{number}", list(before), outputs)
        env.number, env.counted = around
        self.anew = anew
        if None in outputs:
            return outputs
        if not there:
            return ()
        self.group(path, type_of(entry, env), start, outputs, entry, times, block)
        return outputs

    def refuse_copies(self, entry: Entry, block: Block | None, reads: int) -> None:
        """Report an entry that cannot be repeated, for it reads and gives unequally many."""
        if block is not None and block.gives:
            gives = len(block.gives)
            message = f"block `{block.name}` reads {reads} and gives {gives}: it cannot be repeated"
            help = "each copy reads what the one before gives: name as many `outputs` as `inputs`"
        else:
            message = "an entry that reads several others cannot be repeated"
            help = "put it in a block with one input, or with as many `outputs` as `inputs`"
        self.trail.add("bad-value", message, entry.repeat, help)

    def is_closed(self, entry: Entry, scope: Scope) -> bool:
        """Whether an entry reads nothing but what stands before it: a block, or a layer with one input."""
        type_name = type_of(entry, scope.env)
        layer_type = LAYERS.get(type_name)
        return type_name in self.found.blocks or (
            layer_type is not None and entry.branches is None and not layer_type.second_input
        )

    def so_far(self) -> _SoFar:
        """The amount built so far."""
        builder = self.builder
        return _SoFar(len(self.nodes), len(builder.groups), self.count, len(self.trail.problems.found), builder.letters)

    def worked_out(self, since: _SoFar, path: str, reads: list[Port], outputs: Ports) -> _Call | None:
        """The layers built below a path since then, to be copied; None where something is wrong with them."""
        start, groups, count, problems, letters = since
        if None in outputs or None in reads or len(self.trail.problems.found) > problems:
            return None
        below = tuple(self.builder.groups[groups:])
        letters = self.builder.letters - letters
        stretch = Stretch(path, start, len(self.nodes), below, tuple(reads), outputs, letters)  # type: ignore[arg-type]
        return _Call(stretch, self.count - count)

    def instance(self, entry: Entry, path: str, beside: list[str] | None, reads: list[Port], scope: Scope) -> Ports:
        """The outputs of an entry, once; `beside` are the paths of its branches, where these stand beside it."""
        if entry.trainable is None and entry.dtype is None:
            return self.one(entry, path, beside, reads, scope)
        around = self.trainable, self.dtype
        if not self.inside(entry, scope.env):
            return _FAILED
        outputs = self.one(entry, path, beside, reads, scope)
        self.trainable, self.dtype = around
        return outputs

    def inside(self, at: Entry | Block | Branch, env: Env) -> bool:
        """Attributes of all layers inside, taken over; False where they cannot be read, which is reported."""
        trainable, dtype = self.trainable, self.dtype
        try:
            if at.trainable is not None:
                trainable = self.values.truth(at.trainable, env, "trainable") and trainable
            if at.dtype is not None:
                dtype = self.values.dtype(at.dtype)
        except Silent:
            return False
        self.trainable, self.dtype = trainable, dtype
        return True

    def one(self, entry: Entry, path: str, beside: list[str] | None, reads: list[Port], scope: Scope) -> Ports:
        """The outputs of an entry as a block, branches or a layer."""
        type_name = type_of(entry, scope.env)
        if type_name in self.found.blocks:
            return self.call(entry, self.found.blocks[type_name], path, reads, scope)
        if type_name not in LAYERS:
            if entry.type.startswith("$") and type_name != entry.type:
                bind(entry, type_name, self.found.blocks, self.trail.problems)
            return _FAILED
        if entry.branches is not None:
            return self.merge(entry, type_name, path, beside, reads, scope)
        return (self.leaf(entry, LAYERS[type_name], path, reads, scope, entry.labels),)

    def call(self, entry: Entry, block: Block, path: str, reads: list[Port], scope: Scope) -> Ports:
        """The outputs of a block, built below `path` on what it reads; one that calls itself without end is refused."""
        opened = self.open.get(block)
        if opened == self.ways_out:
            chain = [caller.name for caller, _, _ in self.trail.calls if caller] + [block.name]
            self.trail.stop(
                "recursive-block",
                f"block `{block.name}` calls itself: {' → '.join(chain)}",
                entry.key,
                "break the cycle, or end it: `when: depth > 1`",
            )
        self.values.spend(1 + 2 * (len(block.params) + len(block.vars)) + len(self.file_vars) // 32, entry.key)
        names = [node.text for node in block.inputs] or ["input"]
        if block.network is not None and block.network.model is not None:
            names = [f"input {number}" for number in range(1, len(reads) + 1)]  # how many it reads it says when read
        elif block.network is not None:
            names = input_names(block.network)
        env = Env(self.file_vars)
        inner = Scope(block.entries, env, dict(zip(names, reads, strict=False)), self.builder.shape)
        env.at(self.builder.shape(reads[0]), inner)
        self.attributes.params(entry, block, scope.env, env)
        if len(reads) != len(names):
            needs, help = "one input", None
            if len(names) > 1:
                needs = f"{len(names)} inputs ({', '.join(names)})"
                help = f"write `from: [{', '.join(names).upper()}]`"
            self.trail.add("wrong-input", f"block `{block.name}` reads {needs}, not {len(reads)}", entry.key, help)
            return _FAILED
        if len(reads) > 1:
            self.given_to.append((block, tuple(reads)))
        around = self.trainable, self.dtype
        if not self.inside(block, env):
            return _FAILED
        since = self.so_far()
        key = self.equal(block, env, reads)
        done = self.done.get(key)
        if done is None and key in self.done:
            return _FAILED
        if done is not None and self.has_room(done, path):
            outputs: Ports = self.again(done, path, reads)
        else:
            self.trail.calls.append((block, entry, path))
            self.open[block] = self.ways_out
            anew, self.anew = self.anew, self.anew or block in self.met
            self.met.add(block)
            if block.network is not None and block.network.model is not None:
                outputs = self.model(block, block.network.model, reads, path)
            elif block.network is not None:
                outputs = self.network(block, env, inner.inputs, path)
            else:
                self.values.add_vars(block.vars, env)
                outputs = self.given(block, inner, self.entries(inner, reads[0], f"{path}/"))
            if opened is None:
                del self.open[block]
            else:
                self.open[block] = opened
            self.trail.calls.pop()
            self.anew = anew
            if (None in reads or UNKNOWN in key) and None in outputs:
                self.done[key] = None
            elif call := self.worked_out(since, path, reads, outputs):
                self.done[key] = call
        self.trainable, self.dtype = around
        if None not in outputs:
            self.group(path, block.name, since[0], outputs, entry, block=block)
        return outputs

    def given(self, block: Block, inner: Scope, last: Port) -> Ports:
        """The outputs of a block: its `outputs`, else what its last entry gives."""
        return tuple([self.lookup.given(node, inner) for node in block.outputs]) if block.outputs else (last,)

    def network(self, block: Block, env: Env, inputs: dict[str, Port], path: str) -> Ports:
        """The outputs of another network as a block, with its own vars, blocks, defaults and the sizes that it reads.

        What leads to none of its outputs is left out.
        """
        found, use = block.network, block.use
        assert use is not None
        start, groups, *_ = self.so_far()
        given: dict[str, Any] = {}
        for name, value in use.vars.items():
            try:
                given[name] = self.values.value(value, env)
            except Silent:
                given[name] = UNKNOWN
        self.values.spend(2 * len(found.vars) + len(found.entries), use.node)
        shapes = {name: self.builder.shape(port) for name, port in inputs.items()}
        file_vars, wanted = inputs_and_vars(found, found.vars, given, self.values, shapes=shapes)
        if not self.fits(block, wanted, shapes):
            return _FAILED
        outer = self.found, self.file_vars, self.done
        self.found, self.file_vars, self.done = found, dict(file_vars), {}
        self.attributes.found = found
        ends = block.gives
        names = {name for end in ends for name in (end.text, end.text.rpartition(".")[0])}
        most = max((n for n, one in enumerate(found.entries, 1) if one.name and one.name.text in names), default=None)
        scope = Scope(found.entries, Env(file_vars), inputs, self.builder.shape)
        last = self.entries(scope, next(iter(inputs.values())) if len(inputs) == 1 else UNKNOWN, f"{path}/", most)
        self.found, self.file_vars, self.done = outer
        self.attributes.found = self.found
        outputs = [self.lookup.port(end, scope, None, "outputs") for end in ends] or [last]
        stay, outputs = self.builder.prune(start, groups, outputs)
        self.written[start:] = compress(self.written[start:], stay)
        return tuple(outputs)

    def model(self, block: Block, source: Source, reads: list[Port], path: str) -> Ports:
        """The outputs of a file of another program as a block, read at the sizes of what it is given.

        What leads to none of its outputs is left out; what was left open is a size that it takes.
        """
        from cnncalc.formats.yaml.expanding.model import found_in, model_at  # here, for most files use none

        caller = self.trail.calls[-1][1]
        shapes = self.builder.shapes(reads)
        if None in reads or None in shapes:
            return _FAILED
        graph = model_at(source, [shape for shape in shapes if shape])
        if len(graph.inputs) != len(reads):
            names = ", ".join(f"`{name}`" for name in graph.inputs)
            message = f"block `{block.name}` reads {many(len(graph.inputs), 'input')} ({names}), not {len(reads)}"
            self.trail.add("wrong-input", message, caller.key)
            return _FAILED
        if not self.fits(block, dict(graph.inputs), dict(zip(graph.inputs, shapes, strict=True)), exactly=True):
            return _FAILED
        self.said.update(dict.fromkeys(f"block `{block.name}`: {note}" for note in graph.notes))
        start, groups, *_ = self.so_far()
        refs = [ref for ref in reads if ref is not None]
        given = self.builder.insert(graph, f"{path}/", refs, caller.origin, self.trainable, self.dtype)
        self.written += [caller] * len(graph.nodes)
        ends: list[Port] = [found_in(graph, given, node, self.trail) for node in block.gives]
        ends = ends or [given[graph.outputs[0]]]
        stay, outputs = self.builder.prune(start, groups, ends)
        self.written[start:] = compress(self.written[start:], stay)
        return tuple(outputs)

    def fits(
        self,
        block: Block,
        wanted: Mapping[str, Shape | None],
        given: Mapping[str, Shape | None],
        exactly: bool = False,
    ) -> bool:
        """Whether the network of a block can read what it is given: as many sides, as many channels.

        A file of another program that was read at its own sizes is to have `exactly` these.
        """
        at = self.trail.calls[-1][1].key
        fine = True
        for name, shape in given.items():
            own = wanted.get(name)
            if own is None or shape is None:
                fine = False
            elif len(own) != len(shape) or own[0] != shape[0] or (exactly and own != shape):
                fine = False
                other = len(own) != len(shape) or own[0] == shape[0]
                reads = written_shape(own) if other else many(own[0], "channel")
                message = f"the network of block `{block.name}` reads {reads}, and not {written_shape(shape)}"
                self.trail.add("wrong-input", message, at)
        return fine

    def equal(self, block: Block, env: Env, reads: list[Port]) -> tuple[Any, ...]:
        """The key that is equal for calls of a block which give the same layers, or fail alike on what is not known."""
        values = (env[param.name] for param in block.params)
        shapes = self.builder.shapes(reads)
        around = (self.depth, self.trainable, self.dtype)
        return (block.name, *around, *map(reads.index, reads), *shapes, *map(exactly, values))

    def has_room(self, call: _Call, path: str) -> bool:
        """Whether a call can be repeated within the limits; else it is worked out, up to where they are passed."""
        stretch = call.stretch
        return (
            len(self.nodes) + stretch.stop - stretch.start <= MOST_LAYERS
            and self.count + call.entries <= MOST_ENTRIES
            and self.builder.letters + stretch.letters_below(path) <= MOST_LETTERS
        )

    def again(self, call: _Call, path: str, reads: Sequence[Port]) -> tuple[Ref, ...]:
        """The outputs of a block called before with equal params on equal shapes: nothing is worked out anew."""
        stretch = call.stretch
        self.count += call.entries
        outputs = self.builder.again(stretch, path, tuple(reads))  # type: ignore[arg-type]
        self.written += self.written[stretch.start : stretch.stop]
        return outputs

    def merge(
        self, entry: Entry, type_name: str, path: str, beside: list[str] | None, reads: list[Port], scope: Scope
    ) -> Ports:
        """Branches, which read one input or what each names, joined by a layer; a named merge is a group of its own.

        Branches that are absent are not joined: one alone is what the merge gives, and of none there is no merge.
        """
        assert entry.branches is not None
        self.counted(sum(not branch.entries for branch in entry.branches), entry)  # of the others the entries count
        if len(reads) > 1:
            help = "give it either branches, or `from: [A, B]`"
            self.trail.add(
                "wrong-input",
                f"the branches of `{type_name}` read one input, `from` names {len(reads)}",
                entry.key,
                help,
            )
            return _FAILED
        if beside is None:
            names = branch_labels(entry.branches, set())
            paths = [f"{path}/{name}" for name in names]
            leaf_path = f"{path}/{free(type_name, 1, set(names))[0]}"
        else:
            paths, leaf_path = beside, path
        start = len(self.nodes)
        labels: list[str] = []
        outputs: list[Port] = []
        for number, (branch, branch_path) in enumerate(zip(entry.branches, paths, strict=True), 1):
            first = len(self.nodes)
            found = self.branch(branch, branch_path, reads[0], scope)
            if found:
                outputs += found
                labels.append(branch.name.text if branch.name else f"branch {number}")
                if None not in found:
                    self.group(branch_path, "branch", first, found, branch)
        if len(outputs) == len(entry.branches) or len(outputs) > 1:
            first_read = next((port for port in (reads[0], *outputs) if port is not None), None)
            scope.env.at(self.builder.shape(first_read), scope)
            result: Ports = (self.leaf(entry, LAYERS[type_name], leaf_path, outputs, scope, lambda: labels),)
        else:
            result = tuple(outputs)
        if beside is None and result and None not in result:
            self.group(path, type_name, start, result, entry)
        return result

    def branch(self, branch: Branch, path: str, before: Port, scope: Scope) -> Ports:
        """The outputs of a branch; nothing where its own `when` is false."""
        port = before if branch.reads is None else self.lookup.found(branch.reads, scope, before, "from")
        absent = [branch.reads] if branch.reads is not None and port is ABSENT else []
        port = None if isinstance(port, Entity) else port
        scope.env.at(self.builder.shape(port), scope)
        ways_out = self.ways_out
        if branch.when is not None:
            self.ways_out += 1
            try:
                there = self.values.truth(branch.when, scope.env)
            except Silent:
                self.missed(absent)
                return _FAILED
            finally:
                self.ways_out = ways_out
            if not there:
                return ()
            self.ways_out += 1
        self.missed(absent)
        around = self.trainable, self.dtype
        if not self.inside(branch, scope.env):
            return _FAILED
        inner = Scope(branch.entries, scope.env, scope.inputs, self.builder.shape, scope)
        output = self.entries(inner, port, f"{path}/")
        self.ways_out = ways_out
        self.trainable, self.dtype = around
        return (output,)

    def unread(self, ref: Ref) -> str | None:
        """The reason that nobody reads what a layer or an input gives: a block is given it, and has no use for it."""
        for block, reads in self.given_to:
            for name, port in zip(block.inputs, reads, strict=False):
                if port == ref:
                    return f"block `{block.name}` is given it as `{name.text}`, and does not read that"
        return None

    def group(
        self,
        path: str,
        kind: str,
        start: int,
        outputs: Ports,
        at: Entry | Branch,
        copies: int = 0,
        block: Block | None = None,
    ) -> None:
        """A group of all layers since `start`, for an entry or a branch."""
        origin = at.origin if isinstance(at, Entry) else (at.name or at.node).origin
        names = tuple([node.text for node in block.gives]) if block else ()
        output = outputs[0]
        assert output is not None
        self.builder.group(path, kind, start, output, origin, copies=copies, named=given(at, path), outputs=names)

    def leaf(
        self,
        entry: Entry,
        layer_type: type[Layer],
        path: str,
        reads: list[Port],
        scope: Scope,
        labels: Callable[[], list[str]],
    ) -> Port:
        """The output of an entry that is one layer; None where it cannot be worked out."""
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
            trainable = self.trainable and self.attributes.trainable(entry, layer_type, scope.env)
            dtype = self.dtype or self.attributes.dtype(layer_type)
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
            trainable=trainable,
            dtype=dtype,
            labels=labels,
        )
        if ref is not None:
            self.written.append(entry)
        return ref

    def share(self, entry: Entry, target: Text, scope: Scope, start: int) -> None:
        """The weights of another entry for the layers of this one, those since `start`."""
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
            message = f"`{target.text}` has {many(other, 'layer')}, this entry {own}: they cannot share weights"
            self.trail.add("bad-share", message, target)
            return
        for index in range(own):
            if not self.builder.share(start + index, found.start + index % other, target):
                return

    def reads(self, entry: Entry, scope: Scope, current: Port) -> tuple[list[Port], list[Text]]:
        """The outputs that an entry reads, and the names among them that are absent."""
        if entry.reads is None:
            if current is UNKNOWN and entry.branches and all(branch.reads for branch in entry.branches):
                return [None], []
            return [self.lookup.previous(entry.key, scope, current)], []
        found = [self.lookup.found(node, scope, current, "from") for node in entry.reads]
        absent = [node for node, port in zip(entry.reads, found, strict=True) if port is ABSENT]
        return [None if isinstance(port, Entity) else port for port in found], absent

    def times(self, node: Written, env: Env) -> int:
        """The number of copies that `repeat` asks for; raises Silent after reporting what is wrong."""
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


def may_end(entry: Entry) -> bool:
    """Whether an entry may be absent, or something else, the next time: so a block that uses itself comes to an end."""
    repeat = entry.repeat
    times = isinstance(repeat, Text) and not repeat.text.isdigit()
    return entry.when is not None or times or entry.type.startswith("$")


def exactly(value: Any) -> Any:
    """A value that is equal to another one only where both are of one type: 1 is not true."""
    if value is UNKNOWN:
        return value
    return tuple(map(exactly, value)) if isinstance(value, tuple) else (type(value), value)


def given(at: Entry | Branch, path: str) -> bool:
    """Whether the last part of a path is the name that an entry or a branch has in the file."""
    return at.name is not None and path.rpartition("/")[2] == at.name.text
