"""Description → Graph: blocks, branches and repeats written out, every attribute and shape worked out.

One pass from top to bottom: an entry reads only what stands above it, so its input's channels are known when its
attributes are worked out. A layer that fails gives *no* shape, and what reads it stays silent.
"""

from __future__ import annotations

import re
from typing import Any

from cnncalc import description as described
from cnncalc.description import Block, Branch, Description, Entries, Entry, Problems, bind, did_you_mean, in_order
from cnncalc.formula import FormulaError, UnknownName, evaluate, names, parse, shown, written
from cnncalc.graph import Graph, Group, Node, Ref
from cnncalc.layers import LAYERS
from cnncalc.layers.base import BadValue, Layer
from cnncalc.problem import ProblemsFound
from cnncalc.shape import MOST_SIDES, Shape, written_shape
from cnncalc.source import DEEPEST, Map, Seq, Source, Text, where
from cnncalc.source import Node as Written
from cnncalc.source import parse as parse_yaml
from cnncalc.work import Impossible, Work, check_alike, work

MOST_LAYERS = 200_000
MOST_ENTRIES = 2 * MOST_LAYERS
LARGEST_SIDE = 4_096

_UNKNOWN: Any = object()  # the value of what could not be worked out: a problem has been reported
Port = Ref | None  # None: unknown, because of a problem already reported


class _Silent(Exception):
    """Something unknown was read; the problem has been reported where it arose."""


class _Entity:
    """What a given name stands for in a list: its output, and its nodes; or nothing, when absent."""

    __slots__ = ("absent", "output", "start", "stop")

    def __init__(self, output: Port, start: int, stop: int, absent: bool = False) -> None:
        self.output = output
        self.start = start
        self.stop = stop
        self.absent = absent


class _Scope:
    """The names that a list of entries may read, and the vars its expressions may use."""

    __slots__ = ("entities", "env", "inputs", "listed", "outer")

    def __init__(self, env: dict[str, Any], inputs: dict[str, Port], outer: _Scope | None = None) -> None:
        self.entities: dict[str, _Entity] = {}
        self.env = env
        self.inputs = inputs
        self.outer = outer
        self.listed: Entries | None = None


def load_source(
    source: Source, *, set: dict[str, str] | None = None, input_size: str | None = None, tree: Written | None = None
) -> Graph:
    """The graph that a source describes; raises ProblemsFound with all that is wrong."""
    problems = Problems()
    try:
        found = described.describe(source, problems, tree)
        graph = _Builder(found, problems).build(set or {}, input_size)
    except RecursionError:  # pragma: no cover - the limits stop earlier; a guard for interpreters with small stacks
        raise ProblemsFound([*problems.found]) from None
    problems.stop_if_any()
    return graph


class _Builder:
    def __init__(self, found: Description, problems: Problems) -> None:
        self.found = found
        self.problems = problems
        self.nodes: list[Node] = []
        self.written: list[Text] = []  # for each node its type as written
        self.input_shapes: list[Shape | None] = []
        self.groups: dict[str, Group] = {}
        self.count = 0
        self.depth = 0
        self.calls: list[tuple[Block | None, Entry, str]] = []  # open block calls and copies, outermost first
        self.layers: dict[tuple[Any, ...], Layer] = {}
        self.works: dict[tuple[Layer, tuple[Shape, ...]], Work] = {}
        self.notes: list[str] = []

    # -------------------------------------------------------------------------------------------- the whole file

    def build(self, overrides: dict[str, str], input_size: str | None) -> Graph:
        for name, block in self.found.blocks.items():
            if name in LAYERS:
                place = where(block.node)
                self.notes.append(f"block `{name}` ({place}) is used instead of the layer type of that name")
        env = self.file_vars(overrides)
        inputs = self.network_inputs(env, input_size)
        scope = _Scope(env, {name: -1 - index for index, name in enumerate(inputs)})
        current: Port = -1 if len(inputs) == 1 else _UNKNOWN
        last = self.entries(self.found.entries, scope, current, "")
        outputs = self.outputs(scope, last)
        self.problems.stop_if_any()
        nodes, groups, left_out = self.leading_to([ref for _, ref in outputs])
        if self.found.outputs is None:
            self.refuse_unread(left_out, list(inputs), last)
            self.problems.stop_if_any()
        elif left_out:
            self.notes.append(_left_out_note(left_out))
        return Graph(
            name=self.text("name") or self.found.source.name,
            file=self.found.source.name,
            inputs={name: shape for name, shape in inputs.items() if shape},
            nodes=nodes,
            groups=groups,
            outputs=tuple(name for name, _ in outputs),
            source=self.text("source"),
            note=self.text("note"),
            notes=tuple(self.notes),
            expect=self.found.fields.get("expect"),
            budget=self.found.fields.get("budget"),
            changed=bool(overrides or input_size),
        )

    def text(self, key: str) -> str | None:
        node = self.found.fields.get(key)
        if node is not None and not isinstance(node, Text):
            self.problems.add("bad-value", f"`{key}` must be text", node)
        return node.text if isinstance(node, Text) else None

    def file_vars(self, overrides: dict[str, str]) -> dict[str, Any]:
        vars = dict(self.found.vars)
        for name, text in overrides.items():
            if name not in vars:
                help = did_you_mean(name, vars) or (
                    f"the file has {', '.join(f'`{var}`' for var in vars)}" if vars else "the file has no vars"
                )
                self.problems.add("unknown-name", f"--set: no var `{name}`", None, help)
            else:
                vars[name] = parse_yaml(Source("--set", text or '""'))
        env: dict[str, Any] = {}
        self.work_out_vars(vars, env)
        return env

    def work_out_vars(self, vars: dict[str, Written], env: dict[str, Any]) -> None:
        for name in vars:
            env[name] = _UNKNOWN
        for name in in_order(vars, self.problems):
            try:
                env[name] = self.value(vars[name], env)
            except _Silent:
                env[name] = _UNKNOWN

    def network_inputs(self, env: dict[str, Any], input_size: str | None) -> dict[str, Shape | None]:
        fields = self.found.fields
        given: dict[str, Written] = {}
        if "input" in fields:
            given["input"] = fields["input"]
        elif isinstance(node := fields.get("inputs"), Map):
            given = {key.text: value for key, value in node}
            for key, _ in node:
                described._Reader(self.problems).check_name(key)
        elif node is not None:
            self.problems.add("bad-value", "`inputs` must be a mapping of names", node)
        sizes = _read_input_sizes(input_size, list(given), self.problems) if input_size else {}
        shapes = {name: self.input_shape(node, env, sizes.get(name)) for name, node in given.items()}
        self.input_shapes = list(shapes.values())
        return shapes

    def input_shape(self, node: Written, env: dict[str, Any], size: tuple[int, ...] | None) -> Shape | None:
        if not isinstance(node, Map):
            self.problems.add("bad-value", "an input is a mapping", node, "write `input: {channels: 3, size: 224}`")
            return None
        known = ("channels", "size", "length", "depth", "height", "width")
        values: dict[str, Any] = {}
        failed = False
        for key, value in node:
            if key.text not in known:
                help = did_you_mean(key.text, known)
                self.problems.add(
                    "unknown-key", f"unknown key of an input: `{key.text}`", key, described._colon_cure(key) or help
                )
                failed = True
                continue
            try:
                values[key.text] = self.value(value, env)
            except _Silent:
                failed = True
                continue
            numbers = values[key.text] if isinstance(values[key.text], tuple) else (values[key.text],)
            if not all(type(number) is int and number >= 1 for number in numbers) or (
                key.text != "size" and len(numbers) != 1
            ):
                self.problems.add(
                    "bad-value",
                    f"`{key.text}` must be a whole number, at least 1, is {written(values[key.text])}",
                    value,
                )
                failed = True
            elif key.text == "size" and type(values["size"]) is int and values["size"] > LARGEST_SIDE and size is None:
                number = values["size"]
                message = f"`size: {number}` would mean {number}×{number} (limit: input size {LARGEST_SIDE})"
                self.problems.add("limit", message, value, f"for 1-D write `size: [{number}]`")
                failed = True
        if "channels" not in values and not failed:
            self.problems.add(
                "missing-key", "an input needs `channels`", node, "write `input: {channels: 3, size: 224}`"
            )
            failed = True
        sides = [values[key] for key in ("depth", "height", "width", "length") if key in values]
        if "size" in values:
            sides = list(values["size"]) if isinstance(values["size"], tuple) else [values["size"]] * 2
            if len(values) > 2:
                self.problems.add("bad-value", "say either `size` or the sides by name", node)
                failed = True
        elif (
            ("height" in values) != ("width" in values)
            or ("depth" in values and "height" not in values)
            or ("length" in values and len(sides) > 1)
        ):
            self.problems.add("bad-value", "`height` and `width` go together; `length` stands alone", node)
            failed = True
        if len(sides) > MOST_SIDES:
            self.problems.add("limit", f"an input with {len(sides)} sides (limit: sides {MOST_SIDES})", node)
            failed = True
        if failed:
            return None
        if size is not None:
            fitting = size * len(sides) if len(size) == 1 else size
            if len(fitting) != len(sides) or not sides:
                self.problems.add(
                    "bad-value", f"--input-size has {len(size)} numbers for an input with {len(sides)} sides", None
                )
                return None
            sides = list(fitting)
        return (values["channels"], *sides)

    def outputs(self, scope: _Scope, last: Port) -> list[tuple[str, Port]]:
        if self.found.outputs is None:
            name = (
                ""
                if last is None or last is _UNKNOWN
                else self.nodes[last].name
                if last >= 0
                else list(scope.inputs)[-1 - last]
            )
            return [(name, last)]
        return [(node.text, self.lookup(node, scope, last)) for node in self.found.outputs]

    def leading_to(self, outputs: list[Port]) -> tuple[tuple[Node, ...], dict[str, Group], list[str]]:
        """The nodes from which an output can be reached, renumbered; and the names of the others."""
        needed = [False] * len(self.nodes)
        stack = [ref for ref in outputs if ref is not None and ref >= 0]
        while stack:
            ref = stack.pop()
            if not needed[ref]:
                needed[ref] = True
                stack += [read for read in self.nodes[ref].inputs if read >= 0]
        if all(needed):
            return tuple(self.nodes), self.groups, []
        place = [0]  # old → new: how many needed nodes stand before
        for keep in needed:
            place.append(place[-1] + keep)
        owners: dict[int, int] = {}  # the first kept node of those that share weights now holds them
        nodes = []
        for old, node in enumerate(self.nodes):
            if needed[old]:
                owner = owners.setdefault(node.shares, place[old])
                inputs = tuple(place[read] if read >= 0 else read for read in node.inputs)
                nodes.append(Node(node.name, node.layer, inputs, node.work, node.line, node.file, owner))
        groups = {}
        for name, group in self.groups.items():
            start, stop = place[group.start], place[group.stop]
            if start < stop or group.start == group.stop:
                kept = group.output < 0 or needed[group.output]
                output = (place[group.output] if group.output >= 0 else group.output) if kept else stop - 1
                groups[name] = Group(name, group.kind, start, stop, output, group.line, group.file)
        return tuple(nodes), groups, [node.name for old, node in enumerate(self.nodes) if not needed[old]]

    def refuse_unread(self, left_out: list[str], inputs: list[str], last: Port) -> None:
        read = {ref for node in self.nodes for ref in node.inputs}
        by_name = {node.name: index for index, node in enumerate(self.nodes)}
        for name in left_out:
            index = by_name[name]
            if index not in read and index != last:
                help = "name every output in `outputs: [...]`, or remove the entry"
                self.problems.add(
                    "unread", f"no entry reads `{name}`, and it is not the last", self.written[index], help
                )
        for index, name in enumerate(inputs):
            if -1 - index not in read:
                self.problems.add("unread", f"no entry reads the input `{name}`", self.found.key_nodes.get("inputs"))

    # ---------------------------------------------------------------------------------------- lists and entries

    def entries(
        self, entries: Entries, scope: _Scope, current: Port, prefix: str, labels: list[Any] | None = None
    ) -> Port:
        self.depth += 1
        if self.depth > DEEPEST:
            self.stop(
                "limit",
                f"blocks and branches nested deeper than {DEEPEST} (limit: nesting {DEEPEST})",
                entries[0].key if entries else None,
            )
        if labels is None:
            labels = self.labels(entries, scope.env)
        scope.listed = entries
        for entry, label in zip(entries, labels, strict=True):
            current = self.entry(entry, label, scope, current, prefix)
        self.depth -= 1
        return current

    def entry(self, entry: Entry, label: Any, scope: _Scope, current: Port, prefix: str) -> Port:
        self.count += 1
        if self.count > MOST_ENTRIES:
            self.stop(
                "limit",
                f"more than {MOST_ENTRIES:,} entries once repeats and blocks are written out (limit: entries {MOST_ENTRIES:,})",
                entry.key,
            )
        name, branch_names = label
        reads = self.reads(entry, scope, current)
        start = len(self.nodes)
        path = prefix + name
        env = scope.env
        env["channels"] = self.channels(reads[0])
        try:
            if entry.when is not None and not self.truth(entry.when, env):
                return self.absent(entry, scope, current)
            if entry.repeat is None:
                output = self.instance(entry, path, prefix, branch_names, reads, scope)
            else:
                times = self.times(entry.repeat, env)
                if times == 0:
                    return self.absent(entry, scope, current)
                output = self.copies(entry, path, times, reads, scope)
        except _Silent:
            output = None
        if entry.name is not None:
            scope.entities[entry.name.text] = _Entity(output, start, len(self.nodes))
        if entry.share is not None:
            self.share(entry, entry.share, scope, start)
        return output

    def absent(self, entry: Entry, scope: _Scope, current: Port) -> Port:
        if entry.name is not None:
            scope.entities[entry.name.text] = _Entity(None, 0, 0, absent=True)
        return current

    def copies(self, entry: Entry, path: str, times: int, reads: list[Port], scope: _Scope) -> Port:
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
            self.calls.append((None, entry, f"copy {number} of {times}"))
            try:
                output = self.instance(entry, f"{path}/{number}", f"{path}/{number}/", None, [output], scope)
            except _Silent:
                output = None
            self.calls.pop()
            if output is None:
                break
        if output is not None:
            self.group(path, f"{self.type_of(entry, scope.env)} ×{times}", start, output, entry)
        return output

    def instance(
        self, entry: Entry, path: str, prefix: str, branch_names: list[str] | None, reads: list[Port], scope: _Scope
    ) -> Port:
        type_name = self.type_of(entry, scope.env)
        if type_name in self.found.blocks:
            return self.call(entry, self.found.blocks[type_name], path, reads, scope)
        if type_name not in LAYERS:
            if entry.type.startswith("$"):
                bind(entry, type_name, self.found.blocks, self.problems)
            return None
        if entry.branches is not None:
            return self.merge(entry, type_name, path, prefix, branch_names, reads, scope)
        return self.leaf(entry, LAYERS[type_name], path, reads, scope)

    def call(self, entry: Entry, block: Block, path: str, reads: list[Port], scope: _Scope) -> Port:
        if any(caller is block for caller, _, _ in self.calls):
            chain = [caller.name for caller, _, _ in self.calls if caller] + [block.name]
            self.stop(
                "recursive-block",
                f"block `{block.name}` calls itself: {' → '.join(chain)}",
                entry.key,
                "end the circle",
            )
        given = self.bound(entry, block.name)
        env = {name: scope.env[name] for name in self.found.vars} | {"channels": scope.env["channels"]}
        for param in block.params:
            try:
                env[param.name] = self.argument(entry, block, param, given, scope.env, env)
            except _Silent:
                env[param.name] = _UNKNOWN
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
        self.work_out_vars(block.vars, env)
        output = self.entries(block.entries, _Scope(env, inputs), reads[0], f"{path}/")
        self.calls.pop()
        if output is not None:
            self.group(path, block.name, start, output, entry)
        return output

    def argument(
        self,
        entry: Entry,
        block: Block,
        param: Any,
        given: dict[str, Written],
        caller: dict[str, Any],
        env: dict[str, Any],
    ) -> Any:
        node = given.get(param.name.lstrip("$"))
        if node is None:
            if param.default is None:
                self.problems.add(
                    "missing-attribute",
                    f"block `{block.name}` needs `{param.name.lstrip('$')}`",
                    entry.key,
                    None,
                    self.context(),
                )
                raise _Silent
            if param.word:
                return param.default
            return self.expression(param.default, param.node, env)
        if param.word:
            if not isinstance(node, Text):
                self.problems.add("bad-value", f"`{param.name}` takes a word", node, None, self.context())
                raise _Silent
            return self.value(node, caller) if node.text.startswith("$") else node.text
        return self.value(node, caller)

    def merge(
        self,
        entry: Entry,
        type_name: str,
        path: str,
        prefix: str,
        branch_names: list[str] | None,
        reads: list[Port],
        scope: _Scope,
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
            branch_names = self.branch_labels(entry.branches, set())
            leaf_path = prefix + _free(type_name, 1, set(branch_names))[0]
        assert branch_names is not None
        self.bound(entry, type_name)
        outputs = []
        channels = scope.env["channels"]
        for branch, name in zip(entry.branches, branch_names, strict=True):
            first = len(self.nodes)
            inner = _Scope(scope.env, scope.inputs, scope)
            output = self.entries(branch.entries, inner, reads[0], f"{prefix}{name}/")
            scope.env["channels"] = channels
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

    # -------------------------------------------------------------------------------------------------- one layer

    def leaf(self, entry: Entry, layer_type: type[Layer], path: str, reads: list[Port], scope: _Scope) -> Port:
        if layer_type.second_input and (like := self.bound(entry, layer_type.type).get(layer_type.second_input)):
            if isinstance(like, Text):
                reads = [*reads, self.lookup(like, scope, reads[0])]
        wanted, most = layer_type.inputs, 2 if layer_type.second_input else layer_type.inputs
        if (wanted is None and len(reads) < 2) or (wanted is not None and not wanted <= len(reads) <= (most or 0)):
            needs = {None: "two or more inputs", 1: "one input"}.get(wanted, f"{wanted} inputs")
            help = f"write branches, or `{layer_type.type}: {{from: [A, B]}}`" if wanted != 1 else None
            self.problems.add(
                "wrong-input", f"`{layer_type.type}` reads {needs}, not {len(reads)}", entry.key, help, self.context()
            )
            return None
        shapes = tuple(self.shape(ref) for ref in reads)
        rank = max((len(shape) - 1 for shape in shapes if shape), default=-1)
        try:
            layer = self.layer(entry, layer_type, scope.env, rank)
        except _Silent:
            return None
        if None in shapes or layer is None:
            return None
        known: tuple[Shape, ...] = shapes  # type: ignore[assignment]
        if (done := self.works.get((layer, known))) is None:
            if not check_alike(layer, known):
                self.mismatch(entry, layer, path, reads, known)
                return None
            try:
                done = self.works[layer, known] = work(layer, known)
            except Impossible as error:
                self.problems.add(error.code, error.what, entry.key, error.cure, self.context(path))
                return None
        if len(self.nodes) >= MOST_LAYERS:
            self.stop("limit", f"more than {MOST_LAYERS:,} layers (limit: layers {MOST_LAYERS:,})", entry.key)
        place = len(self.nodes)
        mark = entry.key.mark
        self.nodes.append(Node(path, layer, tuple(reads), done, mark.line + 1, mark.name.name, place))  # type: ignore[arg-type]
        self.written.append(entry.key)
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
                    self.problems.add(
                        "missing-attribute", f"`{layer_type.type}` needs `{name}`", entry.key, help, self.context()
                    )
                    missing = True
                raw.append(None)
            elif attribute.takes_text and isinstance(node, Text):
                if node.text.startswith("$"):
                    constant = False
                    raw.append(self.value(node, env))
                else:
                    raw.append(node.text)
            else:
                constant = constant and isinstance(node, Text) and node.text.isdigit()
                raw.append(self.value(node, env))
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
                self.problems.add("bad-value", f"`{name}` {error}{_how(node, env)}", node, None, self.context())
                raise _Silent from None
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

    def share(self, entry: Entry, target: Text, scope: _Scope, start: int) -> None:
        found = self.find(target.text, scope)
        if not isinstance(found, _Entity) or found.absent:
            self.unknown(target, scope, "share")
            return
        own = self.nodes[start:]
        other = self.nodes[found.start : found.stop]
        if not own or not other:
            return
        if len(own) % len(other):
            self.problems.add(
                "bad-share",
                f"`{target.text}` has {len(other)} layers, this entry {len(own)}: they cannot share weights",
                target,
                None,
                self.context(),
            )
            return
        for index, node in enumerate(own):
            first = other[index % len(other)]
            same = node.layer is first.layer and self.channels(node.inputs[0]) == self.channels(first.inputs[0])
            if not same:
                reason = f"`{node.name}` and `{first.name}` differ in type, attributes or input channels"
                self.problems.add("bad-share", f"{reason}: they cannot share weights", target, None, self.context())
                return
            self.nodes[start + index] = Node(
                node.name, node.layer, node.inputs, node.work, node.line, node.file, first.shares
            )

    # --------------------------------------------------------------------------------------------- names and reads

    def reads(self, entry: Entry, scope: _Scope, current: Port) -> list[Port]:
        if entry.reads is None:
            if current is _UNKNOWN:
                inputs = ", ".join(f"`{name}`" for name in scope.inputs)
                if inputs:
                    self.problems.add(
                        "wrong-input", f"with several inputs ({inputs}) the first entry needs `from`", entry.key
                    )
                return [None]
            return [current]
        return [self.lookup(node, scope, current) for node in entry.reads]

    def lookup(self, node: Text, scope: _Scope, current: Port) -> Port:
        """What a name in `from`, `outputs` or `like` stands for."""
        if node.text == "previous":
            return None if current is _UNKNOWN else current
        found = self.find(node.text, scope)
        if isinstance(found, _Entity):
            if found.absent:
                self.problems.add(
                    "absent-entry",
                    f"`{node.text}` is absent here (its `when` is false or its `repeat` is 0)",
                    node,
                    None,
                    self.context(),
                )
                return None
            return found.output
        if found is _UNKNOWN:
            self.unknown(node, scope, "from")
            return None
        port: Port = found
        return port

    def find(self, name: str, scope: _Scope) -> Any:
        inner: _Scope | None = scope
        while inner is not None:
            if name in inner.entities:
                return inner.entities[name]
            if inner.outer is None and name in inner.inputs:
                return inner.inputs[name]
            inner = inner.outer
        return _UNKNOWN

    def unknown(self, node: Text, scope: _Scope, what: str) -> None:
        known: list[str] = []
        below: set[str] = set()
        automatic: set[str] = set()
        inner: _Scope | None = scope
        while inner is not None:
            known += [*inner.entities, *inner.inputs]
            if inner.listed is not None:
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
            entries.labels[types] = self.new_labels(entries, env)
        labels: list[Any] = entries.labels[types]
        return labels

    def new_labels(self, entries: Entries, env: dict[str, Any]) -> list[Any]:
        taken: set[str] = set()
        beside: list[Branch] = []
        for entry in entries:
            if entry.name is not None:
                if entry.name.text in taken:
                    self.problems.add(
                        "duplicate-name",
                        f"two entries of one list are called `{entry.name.text}`",
                        entry.name,
                        "give one another name",
                    )
                taken.add(entry.name.text)
        for entry in entries:
            if entry.branches and entry.name is None and entry.repeat is None:
                for branch in entry.branches:
                    if branch.name is not None and branch.name.text in taken:
                        help = f"name the merge: `{entry.type}: {{name: …, branches: …}}`"
                        self.problems.add(
                            "duplicate-name",
                            f"the name `{branch.name.text}` stands twice in this list",
                            branch.name,
                            help,
                        )
                    elif branch.name is not None:
                        taken.add(branch.name.text)
                beside += entry.branches
        branch_names = iter(self.branch_labels(beside, taken))
        place: dict[str, int] = {}
        used: dict[str, int] = {}
        labels: list[Any] = []
        for entry in entries:
            type_name = self.type_of(entry, env)
            place[type_name] = place.get(type_name, 0) + 1
            if entry.name is not None:
                name = entry.name.text
            else:
                name, number = _free(type_name, max(place[type_name], used.get(type_name, 0) + 1), taken)
                used[type_name] = number
            stands_beside = entry.branches is not None and entry.name is None and entry.repeat is None
            labels.append((name, [next(branch_names) for _ in entry.branches or ()] if stands_beside else None))
        return labels

    def branch_labels(self, branches: list[Branch], taken: set[str]) -> list[str]:
        given = taken | {branch.name.text for branch in branches if branch.name}
        labels = []
        number = 0
        for branch in branches:
            if branch.name is not None:
                labels.append(branch.name.text)
            else:
                name, number = _free("branch", number + 1, given)
                labels.append(name)
        return labels

    def type_of(self, entry: Entry, env: dict[str, Any]) -> str:
        text = entry.key.text
        return str(env.get(text, text)) if text[0] == "$" else text

    def bound(self, entry: Entry, type_name: str) -> dict[str, Written]:
        return entry.bound if entry.bound is not None else bind(entry, type_name, self.found.blocks, self.problems)

    # --------------------------------------------------------------------------------------------------- values

    def shape(self, ref: Port) -> Shape | None:
        if ref is None:
            return None
        return self.nodes[ref].work.output if ref >= 0 else self.input_shapes[-1 - ref]

    def channels(self, ref: Port) -> Any:
        shape = self.shape(ref)
        return shape[0] if shape else _UNKNOWN

    def value(self, node: Written, env: dict[str, Any]) -> Any:
        """What is written, worked out; raises _Silent after reporting what is wrong."""
        if isinstance(node, Text):
            text = node.text
            if text.isdigit() and text.isascii() and (text[0] != "0" or text == "0") and len(text) < 16:
                return int(text)
            if text in env and env[text] is not _UNKNOWN:
                return env[text]
            return self.expression(text, node, env)
        if isinstance(node, Seq):
            return tuple([self.value(item, env) for item in node.items])
        self.problems.add(
            "bad-value", "a mapping cannot be a value here", node, "quote an expression that has { or [", self.context()
        )
        raise _Silent

    def expression(self, text: str, node: Text, env: dict[str, Any]) -> Any:
        try:
            tree = parse(text)
            if any(env.get(name) is _UNKNOWN for name in names(text)):
                raise _Silent
            return evaluate(tree, env)
        except UnknownName as error:
            help = did_you_mean(error.name, [name for name in env if env[name] is not _UNKNOWN])
            if error.name in ("True", "False", "TRUE", "FALSE"):
                help = f"write `{error.name.lower()}`"
            self.problems.add(
                "unknown-name",
                f"no var or param `{error.name}`" + (f" in `{text}`" if text != error.name else ""),
                node,
                help,
                self.context(),
            )
        except FormulaError as error:
            code = "limit" if "(limit: " in error.what else "bad-expression"
            cure = error.cure
            if text.count("(") > text.count(")"):
                cure = f"a comma inside [ ] or {{ }} splits the entry: {described.SPLIT_CURE}" if not cure else cure
            shown_text = text if len(text) <= 60 else f"{text[:57]}…"
            self.problems.add(code, f"`{shown_text}`: {error.what}", node, cure, self.context())
        raise _Silent

    def truth(self, node: Written, env: dict[str, Any]) -> bool:
        value = self.value(node, env)
        if not isinstance(value, bool):
            self.problems.add(
                "bad-value",
                f"`when` must be true or false, is {written(value)}",
                node,
                "compare it: `when: n > 0`",
                self.context(),
            )
            raise _Silent
        return value

    def times(self, node: Written, env: dict[str, Any]) -> int:
        value = self.value(node, env)
        if type(value) is not int or value < 0:
            self.problems.add(
                "bad-value",
                f"`repeat` must be a whole number, at least 0, is {written(value)}{_how(node, env)}",
                node,
                None,
                self.context(),
            )
            raise _Silent
        if value > MOST_LAYERS:
            self.stop("limit", f"`repeat: {value:,}` (limit: layers {MOST_LAYERS:,})", node)
        return value

    # -------------------------------------------------------------------------------------------------- problems

    def stop(self, code: str, message: str, at: Written | None, help: str | None = None) -> None:
        self.problems.add(code, message, at, help, self.context())
        raise ProblemsFound(self.problems.found)

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


def _free(type_name: str, number: int, taken: set[str]) -> tuple[str, int]:
    stem = f"{type_name}_" if type_name[-1].isdigit() else type_name
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}", number


def _how(node: Written, env: dict[str, Any]) -> str:
    """` (channels / 2 = 3 / 2)`: where a value came from, when it was not simply written."""
    if not isinstance(node, Text) or node.text.replace(".", "").isdigit():
        return ""
    numbers = shown(node.text, lambda name: written(env.get(name, name)), lambda name: [name])
    return f" ({node.text} = {numbers})" if numbers != node.text else f" ({node.text})"


def _mismatch_cure(layer: Layer, shapes: tuple[Shape, ...]) -> str | None:
    if layer.type != "add" or len(shapes) != 2 or {len(shape) for shape in shapes} != {3}:
        return None
    main, shortcut = shapes
    strides = {-(-large // small) for large, small in zip(shortcut[1:], main[1:], strict=True)}
    if len(strides) != 1:
        return None
    (stride,) = strides
    of_stride = f" of stride {stride}" if stride > 1 else ""
    return f"project the shortcut with a 1×1 conv{of_stride} and {main[0]} filters" if stride else None


def _left_out_note(left_out: list[str]) -> str:
    roots = list(dict.fromkeys(name.partition("/")[0] for name in left_out))
    listed = ", ".join(roots[:5]) + (f" and {len(roots) - 5} more" if len(roots) > 5 else "")
    return f"left out, for it leads to no output: {listed} ({len(left_out)} layer{'s' * (len(left_out) != 1)})"


def _read_input_sizes(text: str, inputs: list[str], problems: Problems) -> dict[str, tuple[int, ...]]:
    """`256`, `256x320` (height × width), or `NAME=256` for one of several inputs, separated by commas."""
    sizes: dict[str, tuple[int, ...]] = {}
    for part in text.split(","):
        name, equals, size = part.strip().rpartition("=")
        names = [name] if equals else inputs
        if equals and name not in inputs:
            problems.add("unknown-name", f"--input-size: no input `{name}`", None, did_you_mean(name, inputs))
        elif not re.fullmatch(r"[1-9]\d{0,8}(x[1-9]\d{0,8})*", size):
            problems.add(
                "bad-value",
                f"--input-size: `{size}` is no size",
                None,
                "write `256`, `256x320` (height × width) or `NAME=256`",
            )
        else:
            sizes.update({known: tuple(int(side) for side in size.split("x")) for known in names})
    return sizes
