"""Networks as data, their YAML text, and a second reading of the format's rules on blocks, names and repeats.

`Net.text` is what the engine gets. `Net.steps` is what the text must mean, worked out here without the engine: every
layer in order with its resolved attributes, what it reads and whose weights it uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from types import SimpleNamespace
from typing import Any

from tests.oracles.attributes import LIKE, MERGES, SEVERAL_INPUTS, TYPED_MERGES, WORDS, Shape, Values, resolve
from tests.oracles.counting import DoesNotFitError, output_shape

Port = int  # the place of a step; the inputs are -1, -2, …


@dataclass(frozen=True)
class Step:
    """One layer of a network written out; `shares` is the step whose weights it uses, mostly itself."""

    type: str
    values: Values
    inputs: tuple[Port, ...]
    shares: int


@dataclass
class Entry:
    """An entry of a list of layers; in `given` a text is an expression, but for attributes that take words."""

    type: str
    given: Values = field(default_factory=dict)
    name: str | None = None
    reads: list[str] | None = None
    repeat: Any = None
    when: str | None = None
    share: str | None = None
    branches: list[tuple[str | None, list[Entry]]] | None = None
    by_position: bool = False


@dataclass
class Block:
    """A layer type that the file defines; the default of a param is None where it must be given."""

    params: dict[str, str | None]
    entries: list[Entry]
    vars: dict[str, str] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)


@dataclass
class Net:
    """A whole file."""

    inputs: dict[str, Shape]
    entries: list[Entry] = field(default_factory=list)
    vars: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, Values] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    outputs: list[str] | None = None

    @property
    def text(self) -> str:
        """The network in YAML."""
        return "\n".join(_lines(self)) + "\n"

    def steps(self) -> list[Step]:
        """Every layer that leads to an output; raises DoesNotFitError or MalformedError."""
        expander = Expander(self)
        for entry in self.entries:
            expander.add(entry)
        return expander.leading_to(self.outputs)


# ------------------------------------------------------------------------------------------------------ the text


def _lines(net: Net) -> list[str]:
    lines = []
    if list(net.inputs) == ["input"]:
        lines.append(f"input: {_input(net.inputs['input'])}")
    else:
        lines.append(f"inputs: {_mapping((name, _input(shape)) for name, shape in net.inputs.items())}")
    if net.vars:
        lines += ["vars:", *(f"  {name}: {text}" for name, text in net.vars.items())]
    if net.defaults:
        lines.append(f"defaults: {_flow(net.defaults)}")
    if net.blocks:
        lines.append("blocks:")
        for name, block in net.blocks.items():
            lines.append(f"  {name}:")
            if block.params:
                params = [name if default is None else f"{name}={default}" for name, default in block.params.items()]
                lines.append(f"    params: [{', '.join(params)}]")
            if block.inputs:
                lines.append(f"    inputs: [{', '.join(block.inputs)}]")
            if block.vars:
                lines += ["    vars:", *(f"      {name}: {text}" for name, text in block.vars.items())]
            lines += ["    layers:", *(f"      - {_entry(entry)}" for entry in block.entries)]
    lines += ["layers:", *(f"  - {_entry(entry)}" for entry in net.entries)]
    if net.outputs is not None:
        lines.append(f"outputs: [{', '.join(net.outputs)}]")
    return lines


def _input(shape: Shape) -> str:
    channels, *sides = shape
    if not sides:
        return f"{{channels: {channels}}}"
    if len(sides) == 2 and sides[0] == sides[1]:
        return f"{{channels: {channels}, size: {sides[0]}}}"
    if len(sides) == 2:
        return f"{{channels: {channels}, height: {sides[0]}, width: {sides[1]}}}"
    return f"{{channels: {channels}, size: {sides}}}"


def _entry(entry: Entry) -> str:
    """An entry on one line: a type alone, a mapping, or a list with the first attributes by position."""
    common: Values = {"name": entry.name, "from": entry.reads, "repeat": entry.repeat, "when": entry.when}
    common["share"] = entry.share
    named = {**entry.given, **{key: value for key, value in common.items() if value is not None}}
    items = [f"{key}: {_flow(value)}" for key, value in named.items()]
    if entry.branches is not None:
        items.append(f"branches: {_branches(entry.branches)}")
    if not items:
        return entry.type
    if entry.by_position:
        items[: len(entry.given)] = [_flow(value) for value in entry.given.values()]
        return f"{entry.type}: [{', '.join(items)}]"
    return f"{entry.type}: {{{', '.join(items)}}}"


def _branches(branches: list[tuple[str | None, list[Entry]]]) -> str:
    lists = [f"[{', '.join(_in_flow(entry) for entry in entries)}]" for _, entries in branches]
    if branches[0][0] is None:
        return f"[{', '.join(lists)}]"
    return _mapping((name, text) for (name, _), text in zip(branches, lists, strict=True))


def _in_flow(entry: Entry) -> str:
    text = _entry(entry)
    return text if text == entry.type else f"{{{text}}}"


def _mapping(pairs: Iterable[tuple[Any, str]]) -> str:
    return "{" + ", ".join(f"{key}: {text}" for key, text in pairs) + "}"


def _flow(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return _mapping((key, _flow(part)) for key, part in value.items())
    text = str(value)
    return f'"{text}"' if "," in text else text


# --------------------------------------------------------------------------------------------------- the meaning


@dataclass
class _Scope:
    env: dict[str, Any]
    inputs: dict[str, Port]
    outer: _Scope | None = None
    names: dict[str, tuple[Port, int, int]] = field(default_factory=dict)  # output, and which steps

    def known(self) -> dict[str, Port]:
        """All names that an expression may read, with what they stand for."""
        outer = self.outer.known() if self.outer else self.inputs
        return {**outer, **{name: port for name, (port, _, _) in self.names.items()}}

    def find(self, name: str) -> tuple[Port, int, int]:
        if name in self.names:
            return self.names[name]
        if self.outer is None:
            if name in self.inputs:
                return self.inputs[name], 0, 0
            raise DoesNotFitError(f"no entry {name} above")
        return self.outer.find(name)


class Expander:
    """Writes a network out, one entry of the file after another."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.steps: list[Step] = []
        self.shapes: list[Shape] = []
        env = _worked_out({**net.vars, **net.overrides}, {})
        self.file_vars = dict(env)
        self.scope = _Scope(env, {name: -1 - place for place, name in enumerate(net.inputs)})
        self.current: Port | None = -1 if len(net.inputs) == 1 else None

    def shape(self, port: Port) -> Shape:
        """The shape of what a step or an input gives."""
        return self.shapes[port] if port >= 0 else list(self.net.inputs.values())[-1 - port]

    def add(self, entry: Entry) -> None:
        """Write out the next entry of the file."""
        self.current = self._entry(entry, self.scope, self.current)

    def snapshot(self) -> tuple[int, dict[str, tuple[Port, int, int]], Port | None]:
        """Where the writing out stands, for `back_to`."""
        return len(self.steps), dict(self.scope.names), self.current

    def back_to(self, snapshot: tuple[int, dict[str, tuple[Port, int, int]], Port | None]) -> None:
        """Forget what was added since."""
        length, self.scope.names, self.current = snapshot
        del self.steps[length:], self.shapes[length:]

    def leading_to(self, outputs: list[str] | None) -> list[Step]:
        """The steps from which an output can be reached, counted anew; all of them where none is named."""
        if outputs is None:
            return self.steps
        wanted = [self.scope.find(name)[0] for name in outputs]
        kept: set[int] = set()
        while wanted:
            place = wanted.pop()
            if place >= 0 and place not in kept:
                kept.add(place)
                wanted += self.steps[place].inputs
        new = {old: place for place, old in enumerate(sorted(kept))}
        owners: dict[int, int] = {}  # the first of those that use the same weights holds them
        return [
            Step(
                self.steps[old].type,
                self.steps[old].values,
                tuple(new[port] if port >= 0 else port for port in self.steps[old].inputs),
                owners.setdefault(self.steps[old].shares, new[old]),
            )
            for old in sorted(kept)
        ]

    def unread(self) -> bool:
        """Whether a step that is not the last, or an input, is read by none."""
        read = {port for step in self.steps for port in step.inputs}
        everything = {*range(len(self.steps)), *(-1 - place for place in range(len(self.net.inputs)))}
        return everything - read != {self.current}

    # ---------------------------------------------------------------------------------------------------- entries

    def _entries(self, entries: list[Entry], scope: _Scope, current: Port) -> Port:
        port: Port | None = current
        for entry in entries:
            port = self._entry(entry, scope, port)
        assert port is not None
        return port

    def _entry(self, entry: Entry, scope: _Scope, current: Port | None) -> Port | None:
        reads = [current] if entry.reads is None else [
            current if name == "previous" else scope.find(name)[0] for name in entry.reads
        ]  # fmt: skip
        if None in reads:
            raise DoesNotFitError("the first entry says which input it reads")
        ports = [port for port in reads if port is not None]
        env = scope.env
        self._stand(scope, ports[0])
        start = len(self.steps)
        times = 1 if entry.repeat is None else value_of(entry.repeat, env)
        if (entry.when is not None and not value_of(entry.when, env)) or times == 0:
            return current
        if entry.repeat is not None and len(ports) > 1:
            raise DoesNotFitError("what reads several is not repeated")
        around = env.get("@copy")
        for number in range(1, times + 1):
            self._stand(scope, ports[0])
            if entry.repeat is not None:
                env["@copy"] = number
            ports = [self._instance(entry, scope, ports)]
        env["@copy"] = around
        if entry.name is not None:
            scope.names[entry.name] = (ports[0], start, len(self.steps))
        if entry.share is not None:
            self._share(scope.find(entry.share), start)
        return ports[0]

    def _stand(self, scope: _Scope, port: Port) -> None:
        """Let expressions read the sizes of what an entry reads, and of all names above."""
        sizes = sizes_of(self.shape(port))
        names = {name: SimpleNamespace(**sizes_of(self.shape(other))) for name, other in scope.known().items()}
        scope.env |= {"channels": sizes["channels"], "@sizes": {**sizes, **names}}

    def _instance(self, entry: Entry, scope: _Scope, reads: list[Port]) -> Port:
        layer_type = scope.env[entry.type] if entry.type.startswith("$") else entry.type
        if layer_type in self.net.blocks:
            return self._call(entry, self.net.blocks[layer_type], scope, reads)
        if entry.branches is None:
            return self._leaf(entry, layer_type, scope, reads)
        if len(reads) > 1:
            raise DoesNotFitError("branches read one input")
        ends = []
        for _, entries in entry.branches:
            ends.append(self._entries(entries, _Scope(scope.env, scope.inputs, scope), reads[0]))
            self._stand(scope, reads[0])
        return self._leaf(Entry(layer_type, entry.given), layer_type, scope, ends)

    def _call(self, entry: Entry, block: Block, scope: _Scope, reads: list[Port]) -> Port:
        env = dict(self.file_vars)
        inputs = dict(zip(block.inputs or ["input"], reads, strict=False))
        self._stand(_Scope(env, inputs), reads[0])
        for name, default in block.params.items():
            word = name.startswith("$")
            written = entry.given.get(name.lstrip("$"))
            if written is None and default is None:
                raise DoesNotFitError(f"{name} is needed")
            if written is None:
                env[name] = default if word else value_of(default, env)
            elif word:
                env[name] = scope.env[written] if written.startswith("$") else written
            else:
                env[name] = value_of(written, scope.env)
        if len(reads) != max(1, len(block.inputs)):
            raise DoesNotFitError("as many inputs as the block names")
        env = _worked_out(block.vars, env)
        return self._entries(block.entries, _Scope(env, inputs), reads[0])

    def _leaf(self, entry: Entry, layer_type: str, scope: _Scope, reads: list[Port]) -> Port:
        written = {**self.net.defaults.get(layer_type, {}), **entry.given}
        if layer_type in LIKE and "like" in written:
            reads = [*reads, scope.find(written["like"])[0]]
        shapes = [self.shape(port) for port in reads]
        if len(reads) < 2 and layer_type in SEVERAL_INPUTS:
            raise DoesNotFitError("several inputs are read")
        if len(reads) > 2 and layer_type not in (*MERGES, *TYPED_MERGES, "attention"):
            raise DoesNotFitError("two inputs are read")
        given = {
            name: value if name in WORDS or name == "shape" else value_of(value, scope.env)
            for name, value in written.items()
        }
        values = resolve(layer_type, given, max(len(shape) for shape in shapes) - 1)
        self.steps.append(Step(layer_type, values, tuple(reads), len(self.steps)))
        self.shapes.append(output_shape(layer_type, values, shapes))
        return len(self.steps) - 1

    def _share(self, found: tuple[Port, int, int], start: int) -> None:
        _, first, stop = found
        own, other = self.steps[start:], self.steps[first:stop]
        if not own or not other:
            return
        if len(own) % len(other):
            raise DoesNotFitError("as many layers")
        for place, step in enumerate(own):
            model = other[place % len(other)]
            read, model_read = self.shape(step.inputs[0]), self.shape(model.inputs[0])
            same = (step.type, step.values) == (model.type, model.values) and len(read) == len(model_read)
            if by_value(step):  # a number for every value: the sides count too
                same = same and read == model_read
            if step.type == "attention":
                same = same and [self.shape(port)[0] for port in step.inputs] == [
                    self.shape(port)[0] for port in model.inputs
                ]
            if not same or read[0] != model_read[0]:
                raise DoesNotFitError("shared weights are of one shape")
            self.steps[start + place] = Step(step.type, step.values, step.inputs, model.shares)


def sizes_of(shape: Shape) -> dict[str, int]:
    """What expressions call the channels and sides of a shape."""
    axes: dict[int, tuple[str, ...]] = {0: (), 1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
    return dict(zip(("channels", *axes[len(shape) - 1]), shape, strict=True))


def by_value(step: Step) -> bool:
    """Whether a layer learns a number for every value, or every position."""
    values = step.values
    return (
        step.type == "position_embedding"
        or values.get("per") == "value"
        or values.get("over") == "all"
        or values.get("shared") is False
    )


# -------------------------------------------------------------------------------------------------- expressions


def _round_to(value: Fraction, step: Fraction) -> Fraction:
    nearest = max(step, floor(value / step + Fraction(1, 2)) * step)
    return nearest + step if nearest < value * 9 / 10 else nearest


_LANGUAGE: dict[str, Any] = {
    "Fraction": Fraction, "true": True, "false": False, "same": "same", "valid": "valid", "causal": "causal",
    "keep": "keep", "min": min, "max": max,
    "ceil": ceil, "floor": floor, "round_to": _round_to, "round": lambda value: floor(value + Fraction(1, 2)),
    "sum": lambda *values: sum(values),
}  # fmt: skip


def value_of(written: Any, env: dict[str, Any]) -> Any:
    """What an attribute, an argument or a var means: the expressions are plain Python, with exact numbers."""
    if isinstance(written, (list, tuple)):
        return tuple(value_of(part, env) for part in written)
    if not isinstance(written, str):
        return written
    exact = re.sub(r"(?<![\w.])\d+(\.\d+)?", r"Fraction('\g<0>')", written)
    copy = {"copy": env["@copy"]} if env.get("@copy") else {}
    own = {name: part for name, part in env.items() if name[0] not in "$@"}
    names = {**env.get("@sizes", {}), **copy, **own}
    try:
        found = eval(exact, {"__builtins__": {}, **_LANGUAGE}, names)
    except (NameError, AttributeError) as error:  # a size that the shape has not
        raise DoesNotFitError(str(error)) from None
    return int(found) if isinstance(found, Fraction) and found.denominator == 1 else found


def _worked_out(vars: dict[str, str], env: dict[str, Any]) -> dict[str, Any]:
    """The environment with vars that may read one another in any order."""
    env = dict(env)
    open_vars = dict(vars)
    while open_vars:
        for name, text in list(open_vars.items()):
            if not any(re.search(rf"\b{other}\b", str(text)) for other in open_vars if other != name):
                env[name] = value_of(text, env)
                del open_vars[name]
    return env
