"""Entries → nodes: blocks, branches and repeats written out, every attribute and shape worked out.

One pass from top to bottom: an entry reads only what stands above it, so its input's channels are known when its
attributes are worked out. A layer that fails gives *no* shape, and what reads it stays silent.
"""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

from cnncalc.description import Block, Branch, Description, Entries, Entry, Param, Problems, bind, did_you_mean
from cnncalc.formula import written
from cnncalc.graph import Failed, Group, Node, Ref
from cnncalc.labels import branch_labels, free, new_labels
from cnncalc.layers import LAYERS
from cnncalc.layers.base import BadValue, Layer
from cnncalc.problem import ProblemsFound
from cnncalc.shape import Shape, written_shape
from cnncalc.source import DEEPEST, Text, where
from cnncalc.source import Node as Written
from cnncalc.values import UNKNOWN, Silent, Values, how
from cnncalc.work import Impossible, Work, check_alike, work

MOST_LAYERS = 200_000
MOST_ENTRIES = 210_000

Port = Ref | None  # None: unknown, because of a problem already reported


class Entity(NamedTuple):
    """What a given name stands for in a list: its output, and its nodes."""

    output: Port
    start: int
    stop: int


ABSENT = Entity(None, 0, 0)


class Scope:
    """The names that a list of entries may read, and the vars its expressions may use."""

    __slots__ = ("before", "entities", "env", "inputs", "listed", "outer")

    def __init__(
        self, listed: Entries, env: dict[str, Any], inputs: dict[str, Port], outer: Scope | None = None
    ) -> None:
        self.entities: dict[str, Entity] = {}
        self.listed = listed
        self.env = env
        self.inputs = inputs
        self.outer = outer
        self.before: Port = None  # what `previous` stands for


class Expander:
    """Writes the entries of a description out into `nodes` and `groups`."""

    def __init__(
        self, found: Description, file_vars: dict[str, Any], input_shapes: list[Shape | None], problems: Problems
    ) -> None:
        self.found = found
        self.file_vars = dict(file_vars)
        self.problems = problems
        self.values = Values(problems, self.context)
        self.input_shapes = input_shapes
        self.nodes: list[Node] = []
        self.written: list[Entry] = []  # for each node the entry that wrote it
        self.groups: dict[str, Group] = {}
        self.failed: list[Failed] = []
        self.count = 0
        self.depth = 0
        self.calls: list[tuple[Block | None, Entry, str]] = []  # open block calls and copies, outermost first
        self.layers: dict[tuple[Any, ...], Layer] = {}
        self.works: dict[tuple[Layer, tuple[Shape, ...]], Work] = {}

    def entries(self, scope: Scope, current: Port, prefix: str) -> Port:
        """The nodes of a list of entries, in order; what the last one gives."""
        entries = scope.listed
        self.depth += 1
        if self.depth > DEEPEST:
            self.stop(
                "limit",
                f"blocks and branches nested deeper than {DEEPEST} (limit: nesting {DEEPEST})",
                entries[0].key if entries else None,
            )
        for entry, label in zip(entries, self.labels(entries, scope.env), strict=True):
            scope.before = current
            current = self.entry(entry, label, scope, current, prefix)
        self.depth -= 1
        return current

    def entry(self, entry: Entry, label: Any, scope: Scope, current: Port, prefix: str) -> Port:
        self.count += 1
        if self.count > MOST_ENTRIES:
            self.stop(
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
                output = self.instance(entry, path, prefix, branch_names, reads, scope)
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
            self.problems.add(
                "bad-value",
                "an entry that reads several others cannot be repeated",
                entry.repeat,
                "put it in a block with one input",
                self.context(),
            )
            return None
        start = len(self.nodes)
        output = reads[0]
        for number in range(1, times + 1):
            self.count += 1
            scope.env["channels"] = self.channels(output)
            scope.before = output
            self.calls.append((None, entry, f"copy {number} of {times}"))
            output = self.instance(entry, f"{path}/{number}", "", None, [output], scope)
            self.calls.pop()
            if output is None:
                return None
        assert output is not None
        self.group(path, f"{self.type_of(entry, scope.env)} ×{times}", start, output, entry)
        return output

    def instance(
        self, entry: Entry, path: str, prefix: str, branch_names: list[str] | None, reads: list[Port], scope: Scope
    ) -> Port:
        type_name = self.type_of(entry, scope.env)
        if type_name in self.found.blocks:
            return self.call(entry, self.found.blocks[type_name], path, reads, scope)
        if type_name not in LAYERS:
            if entry.type.startswith("$") and type_name != entry.type:
                bind(entry, type_name, self.found.blocks, self.problems)
            return None
        if entry.branches is not None:
            return self.merge(entry, type_name, path, prefix, branch_names, reads, scope)
        return self.leaf(entry, LAYERS[type_name], path, reads, scope)

    def call(self, entry: Entry, block: Block, path: str, reads: list[Port], scope: Scope) -> Port:
        if any(caller is block for caller, _, _ in self.calls):
            chain = [caller.name for caller, _, _ in self.calls if caller] + [block.name]
            self.stop(
                "recursive-block",
                f"block `{block.name}` calls itself: {' → '.join(chain)}",
                entry.key,
                "end the circle",
            )
        given = self.bound(entry, block.name)
        env = self.file_vars | {"channels": scope.env["channels"]}  # not the caller's params
        for param in block.params:
            try:
                env[param.name] = self.argument(entry, block, param, given, scope.env, env)
            except Silent:
                env[param.name] = UNKNOWN
        if len(reads) != max(1, len(block.inputs)):
            needs = (
                f"{len(block.inputs)} inputs ({', '.join(node.text for node in block.inputs)})"
                if block.inputs
                else "one input"
            )
            help = f"write `from: [{', '.join(node.text.upper() for node in block.inputs)}]`" if block.inputs else None
            self.problems.add(
                "wrong-input", f"block `{block.name}` reads {needs}, not {len(reads)}", entry.key, help, self.context()
            )
            return None
        inputs = (
            {node.text: ref for node, ref in zip(block.inputs, reads, strict=True)}
            if block.inputs
            else {"input": reads[0]}
        )
        start = len(self.nodes)
        self.calls.append((block, entry, path))
        self.values.add_vars(block.vars, env)
        output = self.entries(Scope(block.entries, env, inputs), reads[0], f"{path}/")
        self.calls.pop()
        if output is not None:
            self.group(path, block.name, start, output, entry)
        return output

    def argument(
        self,
        entry: Entry,
        block: Block,
        param: Param,
        given: dict[str, Written],
        caller: dict[str, Any],
        env: dict[str, Any],
    ) -> Any:
        name = param.name.removeprefix("$")
        node = given.get(name)
        if node is None:
            if param.default is None:
                self.missing(entry, f"block `{block.name}` needs `{name}`", None)
                raise Silent
            if param.word:
                return param.default
            return self.values.expression(param.default, param.node, env)
        if param.word:
            if not isinstance(node, Text):
                self.problems.add("bad-value", f"`{param.name}` takes a word", node, None, self.context())
                raise Silent
            return self.values.value(node, caller) if node.text.startswith("$") else node.text
        return self.values.value(node, caller)

    def merge(
        self,
        entry: Entry,
        type_name: str,
        path: str,
        prefix: str,
        branch_names: list[str] | None,
        reads: list[Port],
        scope: Scope,
    ) -> Port:
        """Branches that all read one input, joined by a layer; a named or repeated merge is a group of its own."""
        assert entry.branches is not None
        if len(reads) > 1:
            help = "give it either branches, or `from: [A, B]`"
            self.problems.add(
                "wrong-input",
                f"the branches of `{type_name}` read one input, `from` names {len(reads)}",
                entry.key,
                help,
                self.context(),
            )
            return None
        own = branch_names is None or entry.name is not None
        start = len(self.nodes)
        leaf_path = path
        if own:
            prefix = f"{path}/"
            branch_names = branch_labels(entry.branches, set())
            leaf_path = prefix + free(type_name, 1, set(branch_names))[0]
        assert branch_names is not None
        outputs = []
        for branch, name in zip(entry.branches, branch_names, strict=True):
            first = len(self.nodes)
            inner = Scope(branch.entries, scope.env, scope.inputs, scope)
            output = self.entries(inner, reads[0], f"{prefix}{name}/")
            outputs.append(output)
            if output is not None:
                self.group(prefix + name, "branch", first, output, branch)
        result = self.leaf(entry, LAYERS[type_name], leaf_path, outputs, scope)
        if own and result is not None:
            self.group(path, type_name, start, result, entry)
        return result

    def group(self, path: str, kind: str, start: int, output: Ref, at: Entry | Branch) -> None:
        node = at.key if isinstance(at, Entry) else at.name or at.node
        self.groups[path] = Group(path, kind, start, len(self.nodes), output, node.mark.line + 1, node.mark.name.name)

    def leaf(self, entry: Entry, layer_type: type[Layer], path: str, reads: list[Port], scope: Scope) -> Port:
        like = self.bound(entry, layer_type.type).get(layer_type.second_input or "")
        if isinstance(like, Text):
            reads = [*reads, self.lookup(like, scope, scope.before, "like")]
        wanted, most = layer_type.inputs, 2 if layer_type.second_input else layer_type.inputs
        if len(reads) < 2 if wanted is None else len(reads) not in (wanted, most):
            needs = {None: "two or more inputs", 1: "one input"}.get(wanted, f"{wanted} inputs")
            if layer_type.second_input:
                needs = "one or two inputs"
            help = f"write branches, or `{layer_type.type}: {{from: [A, B]}}`" if wanted != 1 else None
            message = f"`{layer_type.type}` reads {needs}, not {len(reads)}"
            if not entry.faulty:
                self.problems.add("wrong-input", message, entry.key, help, self.context())
            return None
        shapes = tuple(self.shape(ref) for ref in reads)
        rank = max((len(shape) - 1 for shape in shapes if shape), default=-1)
        try:
            layer = self.layer(entry, layer_type, scope.env, rank)
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
                self.failed.append(failed)
                self.mismatch(entry, layer, path, reads, known)
                return None
            try:
                done = self.works[layer, known] = work(layer, known)
            except Impossible as error:
                self.failed.append(failed)
                self.problems.add(error.code, error.what, entry.key, error.cure, self.context(path))
                return None
        if place >= MOST_LAYERS:
            self.stop("limit", f"more than {MOST_LAYERS:,} layers (limit: layers {MOST_LAYERS:,})", entry.key)
        self.nodes.append(Node(path, layer, tuple(reads), done, mark.line + 1, mark.name.name, place))  # type: ignore[arg-type]
        self.written.append(entry)
        return place

    def layer(self, entry: Entry, layer_type: type[Layer], env: dict[str, Any], rank: int) -> Layer | None:
        """The layer with its attributes worked out; equal ones are one object."""
        if entry.layers is not None and rank in entry.layers:
            fixed: Layer = entry.layers[rank]
            return fixed
        bound = self.bound(entry, layer_type.type)
        defaults = self.found.defaults.get(layer_type.type)
        raw: list[Any] = []
        constant = True
        missing = False
        for name, attribute in layer_type.attributes.items():
            node = bound.get(name) or (defaults.get(name) if defaults else None)
            if node is None:
                if attribute.required:
                    help = f"write `{layer_type.type}: {{{name}: …}}`: {attribute.help}"
                    self.missing(entry, f"`{layer_type.type}` needs `{name}`", help)
                    missing = True
                raw.append(None)
            elif attribute.takes_text and isinstance(node, Text):
                if node.text.startswith("$"):
                    constant = False
                    raw.append(self.values.value(node, env))
                else:
                    raw.append(node.text)
            else:
                constant = constant and isinstance(node, Text) and node.text.isdigit()
                raw.append(self.values.value(node, env))
        if missing or rank < 0:
            return None
        key = (layer_type, tuple(raw), rank)
        layer = self.layers.get(key)
        if layer is None:
            layer = self.layers[key] = layer_type(
                self.convert(entry, layer_type, raw, bound, defaults or {}, env, rank)
            )
        if constant and entry.bound is not None:
            entry.layers = {**(entry.layers or {}), rank: layer}
        return layer

    def convert(
        self,
        entry: Entry,
        layer_type: type[Layer],
        raw: list[Any],
        bound: dict[str, Written],
        defaults: dict[str, Written],
        env: dict[str, Any],
        rank: int,
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for (name, attribute), value in zip(layer_type.attributes.items(), raw, strict=True):
            try:
                if value is not None:
                    values[name] = attribute.convert(value, rank)
                elif isinstance(attribute.default, str) and attribute.default.startswith("$"):
                    values[name] = values[attribute.default[1:]]
                else:
                    values[name] = (
                        attribute.default if attribute.default is None else attribute.convert(attribute.default, rank)
                    )
            except BadValue as error:
                node = bound.get(name) or defaults[name]
                self.problems.add("bad-value", f"`{name}` {error}{how(node, env)}", node, None, self.context())
                raise Silent from None
        return values

    def mismatch(self, entry: Entry, layer: Layer, path: str, reads: list[Port], shapes: tuple[Shape, ...]) -> None:
        branches = entry.branches or []
        labels = [branch.name.text if branch.name else f"branch {index + 1}" for index, branch in enumerate(branches)]
        if not labels:
            labels = [node.text for node in entry.reads or ()]
        listed = ", ".join(f"{label} {written_shape(shape)}" for label, shape in zip(labels, shapes, strict=False))
        verb = {"add": "adds", "multiply": "multiplies", "concat": "joins", "distance": "compares"}[layer.type]
        sizes = "sizes" if layer.alike == "sides" else "shapes"
        notes = [f"`{label}` comes from {self.origin(ref)}" for label, ref in zip(labels, reads, strict=False)]
        self.problems.add(
            "shape-mismatch",
            f"`{path.rpartition('/')[2]}` {verb} tensors of different {sizes}: {listed}",
            entry.key,
            _mismatch_cure(layer, shapes),
            (*notes, *self.context(path)),
        )

    def origin(self, ref: Port) -> str:
        if ref is None or ref < 0:
            return "the input"
        node = self.nodes[ref]
        return f"`{node.name}` ({node.file}:{node.line})"

    def share(self, entry: Entry, target: Text, scope: Scope, start: int) -> None:
        found = self.find(target.text, scope)
        if not isinstance(found, Entity):
            self.unknown(target, scope, "share")
            return
        if found is ABSENT:
            self.missed(target)
        if found.output is None:
            return
        own = self.nodes[start:]
        other = self.nodes[found.start : found.stop]
        if len(own) != len(other) and (entry.repeat is None or not other or len(own) % len(other)):
            many = f"{len(other)} layer{'s' * (len(other) != 1)}"
            message = f"`{target.text}` has {many}, this entry {len(own)}: they cannot share weights"
            self.problems.add("bad-share", message, target, None, self.context())
            return
        for index, node in enumerate(own):
            first = other[index % len(other)]
            same = node.layer is first.layer and self.channels(node.inputs[0]) == self.channels(first.inputs[0])
            same = same and node.work.weights == first.work.weights  # an embedding is as long as its tokens
            if not same:
                reason = f"`{node.name}` and `{first.name}` differ in type, attributes or input channels"
                self.problems.add("bad-share", f"{reason}: they cannot share weights", target, None, self.context())
                return
            self.nodes[start + index] = Node(
                node.name, node.layer, node.inputs, node.work, node.line, node.file, first.shares
            )

    def reads(self, entry: Entry, scope: Scope, current: Port) -> list[Port]:
        if entry.reads is None:
            return [self.previous(entry.key, scope, current)]
        return [self.lookup(node, scope, current, "from") for node in entry.reads]

    def previous(self, at: Text, scope: Scope, current: Port) -> Port:
        """What stands before an entry: with several inputs there is nothing before the first."""
        if current is not UNKNOWN:
            return current
        if scope.inputs:
            inputs = ", ".join(f"`{name}`" for name in scope.inputs)
            self.problems.add("wrong-input", f"with several inputs ({inputs}) the first entry needs `from`", at)
        return None

    def lookup(self, node: Text, scope: Scope, current: Port, what: str) -> Port:
        """What a name in `from`, `outputs` or `like` stands for."""
        if node.text == "previous":
            return self.previous(node, scope, current)
        found = self.find(node.text, scope)
        if isinstance(found, Entity):
            if found is ABSENT:
                self.missed(node)
            return found.output
        if found is UNKNOWN:
            self.unknown(node, scope, what)
            return None
        port: Port = found
        return port

    def missed(self, node: Text) -> None:
        message = f"`{node.text}` is absent here (its `when` is false or its `repeat` is 0)"
        self.problems.add("absent-entry", message, node, None, self.context())

    def find(self, name: str, scope: Scope) -> Any:
        inner: Scope | None = scope
        while inner is not None:
            if name in inner.entities:
                return inner.entities[name]
            if inner.outer is None and name in inner.inputs:
                return inner.inputs[name]
            inner = inner.outer
        return UNKNOWN

    def unknown(self, node: Text, scope: Scope, what: str) -> None:
        known: list[str] = []
        below: set[str] = set()
        automatic: set[str] = set()
        inner: Scope | None = scope
        while inner is not None:
            known += inner.entities if what == "share" else [*inner.entities, *inner.inputs]
            below |= {entry.name.text for entry in inner.listed if entry.name}
            automatic |= {name for name, _ in self.labels(inner.listed, inner.env)}
            inner = inner.outer
        if node.text in below - set(known):
            message, help = f"`{node.text}` stands below: an entry reads only what is above it", None
        elif node.text in automatic:
            message = f"`{node.text}` is not a given name"
            help = f"write `name: {node.text}` in that entry, and `{what}` can say it"
        else:
            message = f"no entry `{node.text}` above"
            help = did_you_mean(node.text, known)
        self.problems.add("unknown-name", message, node, help, self.context())

    def labels(self, entries: Entries, env: dict[str, Any]) -> list[Any]:
        """For each entry its name, and the names of its branches where these stand beside it."""
        types = tuple(self.type_of(entry, env) for entry in entries if entry.type.startswith("$"))
        if entries.labels is None:
            entries.labels = {}
        if types not in entries.labels:
            entries.labels[types] = new_labels(entries, lambda entry: self.type_of(entry, env), self.problems)
        labels: list[Any] = entries.labels[types]
        return labels

    def type_of(self, entry: Entry, env: dict[str, Any]) -> str:
        """The layer type or block of an entry; a word that could not be worked out stays as it is written."""
        text = entry.key.text
        word = env.get(text, UNKNOWN) if text[0] == "$" else text
        return text if word is UNKNOWN else str(word)

    def bound(self, entry: Entry, type_name: str) -> dict[str, Written]:
        return entry.bound if entry.bound is not None else bind(entry, type_name, self.found.blocks, self.problems)

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
            self.problems.add(
                "bad-value",
                f"`repeat` must be a whole number, at least 0, is {written(value)}{how(node, env)}",
                node,
                None,
                self.context(),
            )
            raise Silent
        if value > MOST_LAYERS:
            self.stop("limit", f"`repeat: {value:,}` (limit: layers {MOST_LAYERS:,})", node)
        return value

    def stop(self, code: str, message: str, at: Written | None, help: str | None = None) -> NoReturn:
        self.problems.add(code, message, at, help, self.context())
        raise ProblemsFound(self.problems.found)

    def missing(self, entry: Entry, message: str, help: str | None) -> None:
        if not entry.faulty:
            self.problems.add("missing-attribute", message, entry.key, help, self.context())

    def context(self, path: str | None = None) -> tuple[str, ...]:
        """Notes that lead from the written line to this instance of it."""
        notes = []
        blocks = [(block, entry, label) for block, entry, label in self.calls if block]
        copies = [label for block, _, label in self.calls if not block]
        if blocks:
            block, entry, label = blocks[-1]
            place = where(entry.key)
            used = f"line {place.line}" if place.file == where(block.node).file else str(place)
            copy = f", {copies[-1]}" if copies else ""
            notes.append(f"here `{path or label}`, used at {used}{copy}")
            if block.overrides:
                notes.append(f"`{block.name}` overrides `{block.name}` of {block.overrides}")
        elif copies:
            notes.append(f"here `{path}`, {copies[-1]}" if path else f"in {copies[-1]}")
        return tuple(notes)


def _mismatch_cure(layer: Layer, shapes: tuple[Shape, ...]) -> str | None:
    if layer.type != "add" or len(shapes) != 2 or {len(shape) for shape in shapes} != {3}:
        return None
    main, shortcut = shapes
    stride = -(-shortcut[1] // main[1])
    if any(-(-large // stride) != small for large, small in zip(shortcut[1:], main[1:], strict=True)):
        return None
    of_stride = f" of stride {stride}" if stride > 1 else ""
    return f"project the shortcut with a 1×1 conv{of_stride} and {main[0]} filters"
