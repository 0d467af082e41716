"""The schema of an entry: the layer types with their attributes, and what editors say of them and write for them."""

from __future__ import annotations

from typing import Any

from cnncalc.core.formula import written
from cnncalc.core.graph import BYTES
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import Attribute, Layer
from cnncalc.formats.yaml.reading.binding import is_a_shape
from cnncalc.formats.yaml.reading.entries import COMMON

Schema = dict[str, Any]

NUMBER: Schema = {"type": ["string", "number"]}
WORDS: Schema = {"type": ["string", "array"], "items": {"type": "string"}}

TRAINABLE: tuple[str, Schema] = (
    "false: training leaves all params in it as they are",
    {"type": ["string", "boolean"]},
)

DTYPE: tuple[str, Schema] = ("the type of its numbers, for memory", {"enum": list(BYTES)})

_COMMON: dict[str, tuple[str, Schema]] = {
    "name": ("name of the entry", {"type": ["string", "number"]}),
    "from": ("entry or entries above that this one reads; `previous` is the one before", WORDS),
    "repeat": ("how many copies, each reading the one before", NUMBER),
    "when": ("leave the entry out where this is false", {"type": ["string", "boolean"]}),
    "share": ("use the weights of this entry again", {"type": "string"}),
    "trainable": TRAINABLE,
    "dtype": DTYPE,
}
assert set(_COMMON) == set(COMMON)

# What each kind of attribute takes: for people, and as a schema. Text comes first, because every attribute also takes
# an expression, and because editors put nothing behind `filters: ` for text, but a 0 for a number.
_KINDS: dict[str, tuple[str, Schema]] = {
    "int": ("a whole number", {"type": ["string", "integer"]}),
    "float": ("a number", {"type": ["string", "number"]}),
    "bool": ("true or false", {"type": ["string", "boolean"]}),
    "PerAxis": (
        "a whole number, or one per axis",
        {"type": ["string", "integer", "array"], "minItems": 1, "maxItems": 3},
    ),
    "Sides": (
        "a whole number, `keep`, or one of these per axis",
        {"type": ["string", "integer", "array"], "minItems": 1, "maxItems": 3},
    ),
    "Factors": (
        "a number above 0, or one per axis",
        {"type": ["string", "number", "array"], "minItems": 1, "maxItems": 3, "exclusiveMinimum": 0},
    ),
    "Padding": (
        "a number, `same`, `valid`, or one entry per axis",
        {"type": ["string", "integer", "array"], "minItems": 1, "maxItems": 3},
    ),
    "Table": (
        "a list of lists",
        {"type": ["string", "array"], "items": {"type": "array", "items": {"type": "integer", "minimum": 0}}},
    ),
    "Dims": (
        "a shape like `7x7x512`, or a list of whole numbers, channels last",
        {"type": ["string", "integer", "array"], "items": {"type": ["string", "integer"]}},
    ),
    "Name": ("a name", {"type": "string"}),
    "Word": ("a word", {"type": "string"}),
}


def takes(attribute: Attribute) -> str:
    """The values that may be written for an attribute, in words.

    >>> takes(LAYERS["conv"].attributes["filters"])
    'a whole number, at least 1'
    """
    choices = " or ".join(f"`{choice}`" for choice in attribute.choices)
    words = _KINDS[attribute.kind][0]
    if choices:
        words = f"{words}, or {choices}" if attribute.kind == "Padding" else choices
    return f"{words}, at least {attribute.at_least}" if attribute.at_least else words


def default_of(attribute: Attribute) -> str:
    """The default of an attribute that is not written, in words.

    >>> default_of(LAYERS["max_pool"].attributes["stride"])
    'that of `kernel`'
    """
    default = attribute.default
    if attribute.required:
        return "required"
    if default is None:
        return "none"
    if isinstance(default, str):
        return f"that of `{default[1:]}`" if default.startswith("$") else f"`{default}`"
    return f"`{written(default)}`"


def said(text: str, kind: Schema) -> Schema:
    """A schema with its help, as plain text and as Markdown."""
    return {"description": text, "markdownDescription": text, **kind}


def titled(properties: dict[str, Schema]) -> dict[str, Schema]:
    """Every property under its own name; else an editor shows the name of the schema above it."""
    return {name: {"title": name, **kind} for name, kind in properties.items()}


def entry() -> Schema:
    """A word alone, the name of a block, or one key with attributes.

    Editors offer each type once, in the form in which it is most often written.
    """
    words = [layer for layer in LAYERS.values() if not _required(layer) and layer.takes(1)]
    block = {"type": "string", "title": "block", "description": "a block of this file"}
    keys: Schema = {name: {**_layer(layer), "doNotSuggest": True} for name, layer in LAYERS.items()}
    return {
        "anyOf": [
            *({"const": layer.type, **_about(layer)} for layer in words),
            {**block, "not": {"enum": [layer.type for layer in words]}},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "properties": keys,
                "additionalProperties": True,
                "defaultSnippets": [_snippet(layer) for layer in LAYERS.values() if layer not in words],
            },
        ]
    }


def _snippet(layer: type[Layer]) -> Schema:
    """A type with the attributes that it needs, for an editor to write; on one line, since editors indent the next."""
    parts = []
    for place, name in enumerate(_required(layer), 1):
        choices = layer.attributes[name].choices
        parts.append(f"{name}: ${{{place}:{choices[0]}}}" if choices else f"{name}: ${place}")
    if layer.branches:
        first, second = ("main", "shortcut") if layer.type == "add" else ("a", "b")
        parts.append(f"branches: {{{first}: [${len(parts) + 1}], {second}: [${len(parts) + 2}]}}")
    body = "{" + ", ".join(parts) + "}"
    about = _about(layer)
    return {
        "label": layer.type,
        "description": about["description"],
        "markdownDescription": about["markdownDescription"],
        "body": {layer.type: body},
    }


def _about(layer: type[Layer]) -> Schema:
    """What an editor says of a layer type: its docstring, its attributes in order, an example."""
    text = " ".join((layer.__doc__ or "").split())
    paragraphs = [text]
    if order := [in_order(name, attribute) for name, attribute in layer.attributes.items()]:
        paragraphs.append(f"Attributes in order: {', '.join(order)}.")
    for example in layer.examples[:1]:
        entry = f"{layer.type}: {{{example.attributes}}}" if example.attributes else layer.type
        counts = [(example.params, "params"), (example.multiplies, "multiplies")]
        shown = "".join(f", {count:,} {what}" for count, what in counts if count)
        shapes = f"{example.inputs} → {example.output}".replace("x", "×")
        paragraphs.append(f"`{entry}`  \n{shapes}{shown}")
    return {"title": layer.type, "description": text, "markdownDescription": "\n\n".join(paragraphs)}


def in_order(name: str, attribute: Attribute) -> str:
    """An attribute in a list of all, the required ones in bold.

    >>> in_order("stride", LAYERS["conv"].attributes["stride"])
    '`stride=1`'
    """
    default = attribute.default
    if attribute.required:
        return f"**`{name}`**"
    if default is None:
        return f"`{name}`"
    return f"`{name}={default.removeprefix('$') if isinstance(default, str) else written(default)}`"


def _layer(layer: type[Layer]) -> Schema:
    """What stands behind `conv:`: a mapping, a list, or the first attribute alone."""
    named = {"$ref": f"#/$defs/named/{layer.type}"}
    values = [_value(name, attribute) for name, attribute in layer.attributes.items()]
    first: Schema = {"type": []}
    if layer.branches:
        values.insert(len(_required(layer)), {"type": "array", "items": {"$ref": "#/$defs/branch"}})
    if layer.attributes and (not layer.branches or _required(layer)):
        first = {key: value for key, value in values[0].items() if key in ("type", "minimum", "pattern")}
    positions = [{**value, "type": [*_list(value["type"]), "object"], "allOf": [named]} for value in values]
    by_position = {"prefixItems": positions} if positions else {}
    types = [kind for kind in _list(first["type"]) if kind != "array"]
    rest = positions[-1] if is_a_shape(layer) else {"type": "object", "allOf": [named]}
    forms = {**first, "type": ["object", "array", *types], **by_position, "items": rest}
    return {**_about(layer), "allOf": [forms, named]}


def _list(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def named(layer: type[Layer]) -> Schema:
    """The attributes of a layer by name, and those of every entry; says nothing of values that are no mapping."""
    common = titled({name: said(text, kind) for name, (text, kind) in _COMMON.items()})
    branches = {"branches": {"$ref": "#/$defs/branches"}} if layer.branches else {}
    return {"properties": {**attributes_of(layer), **branches, **common}, "additionalProperties": False}


def _required(layer: type[Layer]) -> list[str]:
    return [name for name, attribute in layer.attributes.items() if attribute.required]


def attributes_of(layer: type[Layer]) -> dict[str, Schema]:
    """The attributes that a layer type declares, by name."""
    return {name: _value(name, attribute) for name, attribute in layer.attributes.items()}


def _value(name: str, attribute: Attribute) -> Schema:
    """An attribute takes its own kind of value, or an expression as text."""
    default = default_of(attribute)
    found: Schema = {
        "title": name,
        "description": attribute.help,
        "markdownDescription": f"{attribute.help}\n\n{takes(attribute)}; "
        + (default if attribute.required else f"default: {default}"),
        **_KINDS[attribute.kind][1],
    }
    if attribute.at_least or attribute.kind in ("int", "PerAxis", "Sides", "Padding"):
        found["minimum"] = attribute.at_least
    words = ("same", "valid", *attribute.choices) if attribute.kind == "Padding" else attribute.choices
    if words:
        found["defaultSnippets"] = [{"label": word, "body": word} for word in words]
    if attribute.kind == "Word" and words:  # `$act` is a word that a block was given
        found["pattern"] = f"^({'|'.join(words)}|\\$\\w+)$"
    value = attribute.default
    if not attribute.required and value is not None and not (isinstance(value, str) and value.startswith("$")):
        found["default"] = value
    return found
