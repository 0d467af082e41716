"""The names that entries give, and what `from`, `like`, `share` and `outputs` find under them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from cnncalc.core.formula import FormulaError
from cnncalc.core.graph import Ref
from cnncalc.core.problem import MOST_KNOWN, misspelt
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape
from cnncalc.formats.source import Text
from cnncalc.formats.yaml.expanding.env import UNKNOWN, Env
from cnncalc.formats.yaml.expanding.labels import given_labels
from cnncalc.formats.yaml.expanding.trail import Trail
from cnncalc.formats.yaml.reading.entries import Entries

Port = Ref | None  # None: unknown, because of a problem already reported
_NONE: Mapping[str, Port] = MappingProxyType({})


class Entity(Record):
    """The meaning of a given name in a list: its output, its nodes, and of a block with `outputs` all of these."""

    output: Port
    start: int
    stop: int
    outputs: Mapping[str, Port] = _NONE


ABSENT = Entity(None, 0, 0)


def is_absent(name: str) -> str:
    """The message on an entry that is not there."""
    return f"`{name}` is absent here (its `when` is false or its `repeat` is 0)"


class Scope:
    """The names that a list of entries may read, and the vars its expressions may use."""

    __slots__ = ("__weakref__", "_listed", "before", "entities", "env", "inputs", "listed", "outer", "shape")

    def __init__(
        self,
        listed: Entries,
        env: Env,
        inputs: dict[str, Port],
        shape: Callable[[Port], Shape | None],
        outer: Scope | None = None,
    ) -> None:
        self.entities: dict[str, Entity] = {}
        self.listed = listed
        self.env = env
        self.inputs = inputs
        self.shape = shape
        self.outer = outer
        self.before: Port = None  # what `previous` stands for
        self._listed: tuple[frozenset[str], frozenset[str]] | None = None

    @property
    def named(self) -> tuple[frozenset[str], frozenset[str]]:
        """The names that the entries of this list are given, and those that they have; looked for once."""
        if self._listed is None:
            given = (entry.name.text for entry in self.listed if entry.name)
            self._listed = frozenset(given), frozenset(label for label, _ in given_labels(self.listed, self.env))
        return self._listed

    def find(self, name: str) -> Any:
        """The entity or the input of that name, here or in a list around this one; UNKNOWN where there is none."""
        inner: Scope | None = self
        while inner is not None:
            if name in inner.entities:
                return inner.entities[name]
            if inner.outer is None and name in inner.inputs:
                return inner.inputs[name]
            inner = inner.outer
        return UNKNOWN

    def shape_of(self, name: str) -> Shape | None:
        """The shape of what a name stands for, None where that has a problem; raises KeyError for an unknown name."""
        found = self.before if name == "previous" else self.find(name)
        if found is UNKNOWN:  # `stack.skip`, one output of a block?
            block, _, output = name.rpartition(".")
            found = self.find(block)
            if isinstance(found, Entity) and found is not ABSENT:
                found = found.outputs.get(output, UNKNOWN)
            elif found is not ABSENT:
                found = UNKNOWN
        if found is UNKNOWN:
            raise KeyError(name)
        if found is ABSENT:
            raise FormulaError(is_absent(name), code="absent-entry")
        return self.shape(found.output if isinstance(found, Entity) else found)

    def unread(self, name: str, what: str) -> tuple[str, str | None] | None:
        """The message on a name that an entry here has, and that `what` cannot say, with its cure; None without one."""
        scopes = self._scopes()
        block, _, inside = name.partition("/")
        if what == "like" and name.isdecimal():
            return f"`like` names an entry, and not {name}", f"how much is cut off at each end is `by: {name}`"
        if any(name in one.named[0] and name not in one.entities for one in scopes):
            return f"`{name}` stands below: an entry reads only what is above it", None
        if any(name in one.named[1] for one in scopes):
            return f"`{name}` is not a given name", f"write `name: {name}` in that entry, and `{what}` can say it"
        if inside and (self.has(block) or any(block in one.named[1] for one in scopes)):
            inside = inside.rpartition("/")[2]
            cure = f"let the block give it, `outputs: [{inside}]`, and read `{block}.{inside}`"
            return f"`{name}` stands inside `{block}`: a path cannot be read", cure
        return None

    def _scopes(self) -> list[Scope]:
        """This list and those around it."""
        found, outer = [self], self.outer
        while outer is not None:
            found.append(outer)
            outer = outer.outer
        return found

    def has(self, name: str) -> bool:
        """Whether an entry or an input of that name, or an output of a block, can be read here."""
        try:
            self.shape_of(name)
        except (KeyError, FormulaError) as error:
            return isinstance(error, FormulaError)
        return True

    def names(self, share: bool = False) -> list[str]:
        """The names that can be read here, or those that can `share`; none where a likeness is not looked for."""
        scopes = self._scopes()
        if sum(len(one.entities) + len(one.inputs) for one in scopes) > MOST_KNOWN:
            return []
        found = [] if share else list(self.inputs)
        for one in scopes:
            for name, entity in one.entities.items():
                found += (name, *([] if share else (f"{name}.{output}" for output in entity.outputs)))
        return found


class Lookup:
    """A look-up of what a name stands for, which says what is wrong where that is nothing."""

    def __init__(self, trail: Trail) -> None:
        self.trail = trail

    def previous(self, at: Text, scope: Scope, current: Port) -> Port:
        """The output before an entry: with several inputs there is nothing before the first."""
        if current is not UNKNOWN:
            return current
        if scope.inputs:
            inputs = ", ".join(f"`{name}`" for name in scope.inputs)
            self.trail.add("wrong-input", f"with several inputs ({inputs}) the first entry needs `from`", at)
        return None

    def port(self, node: Text, scope: Scope, current: Port, what: str) -> Port:
        """The output that a name in `from`, `outputs` or `like` stands for."""
        port = self.found(node, scope, current, what)
        if port is ABSENT:
            self.missed(node)
        return None if isinstance(port, Entity) else port

    def found(self, node: Text, scope: Scope, current: Port, what: str) -> Port | Entity:
        """The port, as `port` gives it; ABSENT where the entry is, untold: what is absent itself may name it."""
        if node.text == "previous":
            return self.previous(node, scope, current)
        found = scope.find(node.text)
        if found is UNKNOWN and "." in node.text:
            return self.output(node, scope, what)
        if isinstance(found, Entity):
            return found if found is ABSENT else found.output
        if found is UNKNOWN:
            self.unknown(node, scope, what)
            return None
        port: Port = found
        return port

    def output(self, node: Text, scope: Scope, what: str) -> Port | Entity:
        """One output of a block: `stack.skip`."""
        name, _, output = node.text.rpartition(".")
        block = scope.find(name)
        if not isinstance(block, Entity):
            self.unknown(node, scope, what)
        elif block is ABSENT or output in block.outputs:
            return block if block is ABSENT else block.outputs[output]
        elif block.outputs:
            listed = ", ".join(f"`{name}.{known}`" for known in block.outputs)
            help = misspelt(output, block.outputs) or f"it gives {listed}"
            self.trail.add("unknown-name", f"`{name}` has no output `{output}`", node, help)
        else:
            help = f"its block names what it gives: `outputs: [{output}]`"
            self.trail.add("unknown-name", f"`{name}` has one output, and no `{output}`", node, help)
        return None

    def given(self, node: Text, scope: Scope) -> Port:
        """The output of an entry that a block names as its own: a name inside of it, and no other."""
        entity = scope.entities.get(node.text)
        if entity is ABSENT:
            self.missed(node)
        elif entity is None:
            message = f"`outputs`: no entry of the block has the name `{node.text}`"
            known = ", ".join(f"`{name}`" for name in scope.entities)
            help = misspelt(node.text, scope.entities) or f"its names are {known or 'none'}"
            self.trail.add("unknown-name", message, node, help)
        return entity.output if entity else None

    def missed(self, node: Text) -> None:
        """Report an entry that is read and not there."""
        self.trail.add("absent-entry", is_absent(node.text), node)

    def unknown(self, node: Text, scope: Scope, what: str) -> None:
        """Report a name that no entry above has, with a cure; `what` is the key that says it."""
        nearest = partial(misspelt, node.text, scope.names(share=what == "share"))
        message, help = scope.unread(node.text, what) or (f"no entry `{node.text}` above", nearest)
        self.trail.add("unknown-name", message, node, help)
