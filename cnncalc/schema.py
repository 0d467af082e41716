"""The JSON Schema of the file format, generated from the layer declarations."""

from __future__ import annotations

from typing import Any

from cnncalc.analysis import QUANTITIES
from cnncalc.description import COMMON
from cnncalc.layers import LAYERS
from cnncalc.layers.base import Attribute, Layer

_TEXT: dict[str, Any] = {"type": "string"}
_NUMBER: dict[str, Any] = {"type": ["number", "string"]}
_NAME: dict[str, Any] = {"type": ["string", "number"]}

_COMMON_HELP: dict[str, tuple[str, dict[str, Any]]] = {
    "name": ("name of the entry", _NAME),
    "from": (
        "entry or entries above that this one reads; `previous` is the one before",
        {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
    ),
    "repeat": ("how many copies, each reading the one before", _NUMBER),
    "when": ("leave the entry out where this is false", {"type": ["boolean", "string"]}),
    "share": ("use the weights of this entry again", _TEXT),
}


def schema() -> dict[str, Any]:
    """The schema as a dictionary (JSON Schema 2020-12).

    >>> schema()["title"]
    'cnncalc architecture file'
    """
    figures = {
        quantity: {"type": ["integer", "string"], "description": "an integer, `884k`, `~60M` or `<25M`"}
        for quantity in QUANTITIES
    }
    shape = {
        "type": ["integer", "string"],
        "description": "`28x28x256` (height × width × channels), or `4096` for a vector",
    }
    expected = {"type": "object", "properties": {"output": shape, **figures}, "additionalProperties": False}
    amount = {"type": ["integer", "string"], "description": "an integer, `5M`, or for `size` also `20 MiB`"}
    kinds = {"max": "breaks the check when exceeded", "warn": "warns when exceeded"}
    levels = {kind: amount | {"description": f"{does}: {amount['description']}"} for kind, does in kinds.items()}
    budgeted = {
        name: {
            "anyOf": [amount, {"type": "object", "properties": levels, "additionalProperties": False}],
            "description": f"the most {what} that are allowed: `5M`, or `{{max: 5M, warn: 4.5M}}`",
        }
        for name, what in [*((name, name) for name in QUANTITIES), ("size", "bytes of float32 params")]
    }
    of_one = {"type": "object", "properties": budgeted, "additionalProperties": False}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cnncalc architecture file",
        "type": "object",
        "additionalProperties": False,
        "anyOf": [{"required": ["layers"]}, {"required": ["extends"]}],
        "properties": {
            "name": {"type": "string", "description": "name of the network"},
            "source": {"type": "string", "description": "where its figures come from"},
            "note": {"type": "string", "description": "printed below the table"},
            "extends": {
                "type": "string",
                "description": "a file beside this one, or a bundled one, whose parts this file inherits",
            },
            "input": {"$ref": "#/$defs/input"},
            "inputs": {
                "type": "object",
                "additionalProperties": {"$ref": "#/$defs/input"},
                "description": "several inputs, by name",
            },
            "vars": {
                "type": "object",
                "additionalProperties": {"type": ["number", "string", "boolean"]},
                "description": "numbers and expressions; `--set` overrides them",
            },
            "defaults": {"$ref": "#/$defs/defaults"},
            "blocks": {
                "type": "object",
                "additionalProperties": {"$ref": "#/$defs/block"},
                "description": "layer types that this file defines",
            },
            "layers": {"$ref": "#/$defs/entries"},
            "outputs": {
                "anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}],
                "description": "names of the outputs; what leads to none of them is left out",
            },
            "expect": {
                "type": "object",
                "additionalProperties": expected,
                "description": "figures that `cnncalc check` holds the file to, by name",
            },
            "budget": {
                "type": "object",
                "properties": budgeted | {"total": of_one},
                "additionalProperties": of_one,
                "description": "limits that `cnncalc check` holds the file to, for the total or by name: "
                "`{params: {max: 5M, warn: 4.5M}, size: 20 MiB, head: {params: 1M}}`",
            },
        },
        "$defs": {
            "input": _input(),
            "defaults": {
                "type": "object",
                "description": "attributes for every layer of a type",
                "properties": {name: _object(layer, common=False) for name, layer in LAYERS.items()},
                "additionalProperties": False,
            },
            "block": {
                "type": "object",
                "required": ["layers"],
                "additionalProperties": False,
                "properties": {
                    "params": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "`n`, `s=1`, or `$act` for a word",
                    },
                    "vars": {"type": "object", "additionalProperties": {"type": ["number", "string", "boolean"]}},
                    "inputs": {
                        "type": "array",
                        "items": _TEXT,
                        "minItems": 1,
                        "description": "names of several inputs",
                    },
                    "layers": {"$ref": "#/$defs/entries"},
                },
            },
            "entries": {"type": "array", "items": {"$ref": "#/$defs/entry"}},
            "entry": {
                "anyOf": [
                    {"enum": [name for name, layer in LAYERS.items() if not _required(layer) and layer.inputs == 1]},
                    {"type": "string", "description": "a block of this file"},
                    {
                        "type": "object",
                        "minProperties": 1,
                        "maxProperties": 1,
                        "properties": {name: _layer(layer) for name, layer in LAYERS.items()},
                        "additionalProperties": True,
                    },
                ]
            },
            "branches": {
                "description": "paths that read the same input: a mapping of names, or a list",
                "anyOf": [
                    {"type": "object", "additionalProperties": {"$ref": "#/$defs/branch"}},
                    {"type": "array", "items": {"$ref": "#/$defs/branch"}},
                ],
            },
            "branch": {"anyOf": [{"$ref": "#/$defs/entries"}, {"$ref": "#/$defs/entry"}]},
        },
    }


def _input() -> dict[str, Any]:
    side = {**_NUMBER, "description": "size of this side"}
    return {
        "type": "object",
        "required": ["channels"],
        "additionalProperties": False,
        "properties": {
            "channels": {**_NUMBER, "description": "number of channels"},
            "size": {
                "anyOf": [_NUMBER, {"type": "array", "items": _NUMBER, "minItems": 1, "maxItems": 3}],
                "description": "N is N×N; a list has one number per axis: depth, height, width",
            },
            "height": side,
            "width": side,
            "depth": side,
            "length": side,
        },
    }


def _required(layer: type[Layer]) -> list[str]:
    return [name for name, attribute in layer.attributes.items() if attribute.required]


def _layer(layer: type[Layer]) -> dict[str, Any]:
    attributes = [_value(attribute) for attribute in layer.attributes.values()]
    if layer.inputs is None:
        attributes = [{"$ref": "#/$defs/branches"}]
    positions = [
        {"anyOf": [value, {"$ref": f"#/$defs/entry/anyOf/2/properties/{layer.type}/anyOf/0"}]} for value in attributes
    ]
    forms: list[dict[str, Any]] = [_object(layer)]
    by_position = {"prefixItems": positions} if positions else {}
    named = {"$ref": f"#/$defs/entry/anyOf/2/properties/{layer.type}/anyOf/0"}
    forms.append({"type": "array", **by_position, "items": named})
    if attributes:
        forms.append(attributes[0])
    return {"description": (layer.__doc__ or "").split("\n")[0], "anyOf": forms}


def _object(layer: type[Layer], common: bool = True) -> dict[str, Any]:
    properties: dict[str, Any] = {name: _value(attribute) for name, attribute in layer.attributes.items()}
    if layer.inputs is None:
        properties["branches"] = {"$ref": "#/$defs/branches"}
    if common:
        properties |= {name: {**kind, "description": help} for name, (help, kind) in _COMMON_HELP.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _value(attribute: Attribute) -> dict[str, Any]:
    """An attribute takes its own kind of value, or an expression as text."""
    kinds: dict[str, list[dict[str, Any]]] = {
        "int": [{"type": "integer", "minimum": attribute.at_least}],
        "float": [{"type": "number"}],
        "bool": [{"type": "boolean"}],
        "PerAxis": [
            {"type": "integer", "minimum": attribute.at_least},
            {"type": "array", "minItems": 1, "maxItems": 3},
        ],
        "Padding": [
            {"enum": ["same", "valid"]},
            {"type": "integer", "minimum": 0},
            {"type": "array", "minItems": 1, "maxItems": 3},
        ],
        "Word": [{"enum": list(attribute.choices)}] if attribute.choices else [],
        "Table": [{"type": "array", "items": {"type": "array", "items": {"type": "integer", "minimum": 0}}}],
        "Dims": [{"type": "array", "items": {"type": "integer", "minimum": 1}}],
        "Name": [],
    }
    found: dict[str, Any] = {"description": attribute.help, "anyOf": [*kinds[attribute.kind], _TEXT]}
    default = attribute.default
    if not attribute.required and default is not None and not (isinstance(default, str) and default.startswith("$")):
        found["default"] = default
    return found


assert set(_COMMON_HELP) == set(COMMON)
