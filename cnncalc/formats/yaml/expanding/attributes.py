"""What is written for each attribute of a layer and each param of a block, worked out."""

from __future__ import annotations

from functools import partial
from typing import Any

from cnncalc.core.builder import Builder
from cnncalc.core.formula import WORDS, FormulaError, parse
from cnncalc.core.layers.base import Attribute, BadValue, Layer
from cnncalc.formats.source import Node, Text
from cnncalc.formats.yaml.expanding.env import UNKNOWN, Env, Silent
from cnncalc.formats.yaml.expanding.trail import Trail
from cnncalc.formats.yaml.expanding.values import Values, how
from cnncalc.formats.yaml.reading.binding import bind
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Block, Entry, Param


def is_itself(attribute: Attribute, text: str) -> bool:
    """Whether a text is the value of an attribute and no expression; what is neither is refused as a value."""
    if attribute.is_value(text):
        return True
    if attribute.kind == "Dims":
        try:
            parse(text)
        except FormulaError:
            return True
    return False


class Attributes:
    """Works out what the entries of a description give to layers and blocks."""

    def __init__(self, found: Description, values: Values, trail: Trail, builder: Builder) -> None:
        self.found = found
        self.values = values
        self.trail = trail
        self.builder = builder

    def bound(self, entry: Entry, type_name: str) -> dict[str, Node]:
        """The values written for each attribute or param of an entry, by name."""
        return (
            entry.bound if entry.bound is not None else bind(entry, type_name, self.found.blocks, self.trail.problems)
        )

    def layer(self, entry: Entry, layer_type: type[Layer], env: Env, rank: int) -> Layer | None:
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
            elif isinstance(node, Text) and node.text[:1] != "$" and is_itself(attribute, node.text):
                raw.append(node.text)
            else:
                if (
                    attribute.kind == "Padding"
                    and isinstance(node, Text)
                    and node.text.isidentifier()
                    and node.text not in env
                ):
                    self.refuse_padding(node, dict(zip(layer_type.attributes, raw, strict=False)).get("kernel"), rank)
                if isinstance(node, Text) and node.text.isalpha() and node.text not in env:
                    self.refuse_word(node, name, layer_type)
                constant = constant and isinstance(node, Text) and node.text.isdigit()
                raw.append(self.values.value(node, env))
        if missing or rank < 0:
            return None
        refuse = partial(self.refuse, layer_type, bound, defaults or {}, env)
        layer = self.builder.layer(layer_type, raw, rank, refuse)
        if layer is None:
            raise Silent
        if constant and entry.bound is not None:
            entry.layers = {**(entry.layers or {}), rank: layer}
        return layer

    def trainable(self, entry: Entry, layer_type: type[Layer], env: Env) -> bool:
        """The default for layers of this type, where the entry itself does not say; raises Silent."""
        defaults = self.found.defaults.get(layer_type.type)
        node = defaults.get("trainable") if defaults else None
        return node is None or entry.trainable is not None or self.values.truth(node, env, "trainable")

    def dtype(self, layer_type: type[Layer]) -> str:
        """The default for layers of this type; raises Silent."""
        defaults = self.found.defaults.get(layer_type.type)
        node = defaults.get("dtype") if defaults else None
        return "" if node is None else self.values.dtype(node)

    def refuse_padding(self, node: Text, kernel: Any, rank: int) -> None:
        """The refusal of a word of other tools, with the pairs that do it; raises Silent."""
        from cnncalc.formats.names import padding_meant

        if meant := padding_meant(node.text, kernel, rank if rank > 0 else 2):
            self.trail.add("bad-value", f"`padding` has no `{node.text}`", node, meant)
            raise Silent

    def refuse_word(self, node: Text, name: str, layer_type: type[Layer]) -> None:
        """The refusal of a word that belongs to another attribute of the layer, by name; raises Silent."""
        for other in layer_type.attributes.values():
            if node.text in other.choices and other.name != name:
                help = f"write `{other.name}: {node.text}`, by name"
                self.trail.add("bad-value", f"`{name}` has no `{node.text}`", node, help)
                raise Silent

    def refuse(
        self,
        layer_type: type[Layer],
        bound: dict[str, Node],
        defaults: dict[str, Node],
        env: Env,
        name: str,
        error: BadValue,
    ) -> None:
        """Report a value that an attribute cannot have, at the place where it is written."""
        node = bound.get(name) or defaults[name]
        is_word = isinstance(node, Text) and is_itself(layer_type.attributes[name], node.text)
        help = None
        if isinstance(node, Text) and node.text in WORDS and "padding" in layer_type.attributes:
            help = f"write `padding: {node.text}`, by name"
        elif isinstance(node, Text) and (choices := layer_type.attributes[name].choices):
            from cnncalc.formats.attribute_names import word_meant  # here, for most files are fine

            help = word_meant(node.text, choices)
        self.trail.add(error.code, f"`{name}` {error}{'' if is_word else how(node, env)}", node, help)

    def params(self, entry: Entry, block: Block, caller: Env, env: Env) -> None:
        """Work out the params of a block into its own `env`; not those of its caller are read there."""
        given = self.bound(entry, block.name)
        for param in block.params:
            try:
                env[param.name] = self.argument(entry, block, param, given, caller, env)
            except Silent:
                env[param.name] = UNKNOWN

    def argument(
        self,
        entry: Entry,
        block: Block,
        param: Param,
        given: dict[str, Node],
        caller: Env,
        env: Env,
    ) -> Any:
        """The value of one param in a call of a block; raises Silent after reporting what is wrong."""
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
        """Report an attribute that an entry needs, once: not where the entry is faulty already."""
        if not entry.faulty:
            self.trail.add("missing-attribute", message, entry.key, help)
