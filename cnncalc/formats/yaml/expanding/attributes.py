"""What is written for each attribute of a layer and each param of a block, worked out."""

from __future__ import annotations

from functools import partial
from typing import Any

from cnncalc.core.builder import Builder
from cnncalc.core.layers.base import BadValue, Layer
from cnncalc.formats.source import Node, Text
from cnncalc.formats.yaml.expanding.trail import Trail
from cnncalc.formats.yaml.expanding.values import UNKNOWN, Silent, Values, how
from cnncalc.formats.yaml.reading.binding import bind
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Block, Entry, Param


class Attributes:
    """Works out what the entries of a description give to layers and blocks."""

    def __init__(self, found: Description, values: Values, trail: Trail, builder: Builder) -> None:
        self.found = found
        self.values = values
        self.trail = trail
        self.builder = builder

    def bound(self, entry: Entry, type_name: str) -> dict[str, Node]:
        return (
            entry.bound if entry.bound is not None else bind(entry, type_name, self.found.blocks, self.trail.problems)
        )

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
        layer = self.builder.layer(layer_type, raw, rank, partial(self.refuse, bound, defaults or {}, env))
        if layer is None:
            raise Silent
        if constant and entry.bound is not None:
            entry.layers = {**(entry.layers or {}), rank: layer}
        return layer

    def refuse(
        self, bound: dict[str, Node], defaults: dict[str, Node], env: dict[str, Any], name: str, error: BadValue
    ) -> None:
        node = bound.get(name) or defaults[name]
        self.trail.add(error.code, f"`{name}` {error}{how(node, env)}", node)

    def params(self, entry: Entry, block: Block, caller: dict[str, Any], file_vars: dict[str, Any]) -> dict[str, Any]:
        """What expressions in a block may use: vars of the file and its params, but not the params of its caller."""
        given = self.bound(entry, block.name)
        env = file_vars | {"channels": caller["channels"]}
        for param in block.params:
            try:
                env[param.name] = self.argument(entry, block, param, given, caller, env)
            except Silent:
                env[param.name] = UNKNOWN
        return env

    def argument(
        self,
        entry: Entry,
        block: Block,
        param: Param,
        given: dict[str, Node],
        caller: dict[str, Any],
        env: dict[str, Any],
    ) -> Any:
        name = param.name.removeprefix("$")
        node = given.get(name)
        if node is None:
            if param.default is None:
                self.missing(entry, f"block `{block.name}` needs `{name}`")
                raise Silent
            if param.word:
                return param.default
            return self.values.expression(param.default, param.node, env)
        if param.word:
            if not isinstance(node, Text):
                self.trail.add("bad-value", f"`{param.name}` takes a word", node)
                raise Silent
            return self.values.value(node, caller) if node.text.startswith("$") else node.text
        return self.values.value(node, caller)

    def missing(self, entry: Entry, message: str, help: str | None = None) -> None:
        if not entry.faulty:
            self.trail.add("missing-attribute", message, entry.key, help)
