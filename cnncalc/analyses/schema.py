"""The JSON Schema of the file format, generated from the layer declarations.

Written for validators and for editors alike. A value may have several forms (a number, a list, an expression), so a
schema here names several types, and keywords that each speak of one type only: an editor then finds one schema for a
value, not one of many, and says exactly what is wrong with it. `markdownDescription` and `defaultSnippets` are what
editors show and insert; validators pass over them.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.analyses.checks.budget import example_in_bytes
from cnncalc.analyses.measures import Measure, Use, used
from cnncalc.analyses.schema_layers import (
    DTYPE,
    NUMBER,
    TRAINABLE,
    WORDS,
    Schema,
    attributes_of,
    entry,
    named,
    said,
    titled,
)
from cnncalc.core.graph import BYTES, OPTIMIZERS
from cnncalc.core.layers import LAYERS
from cnncalc.core.layers.base import Layer

_TEXT: Schema = {"type": "string"}
_VARS: Schema = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}


def schema() -> Schema:
    """The schema as a dictionary (JSON Schema 2020-12).

    >>> schema()["title"]
    'cnncalc architecture file'
    """
    figures = {
        name: said(f"{_number(measure)}, `884k`, `~60M`, `<25M` or `2.1 * NAME`", _figure(measure))
        for name, measure in used(Use.FIGURES).items()
    }
    output = said("`28x28x256` (height × width × channels), or `4096` for a vector", _FIGURE)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cnncalc architecture file",
        "type": "object",
        "additionalProperties": False,
        "anyOf": [{"required": ["layers"]}, {"required": ["extends"]}, {"required": ["network"]}],
        "dependentSchemas": {"network": {"properties": dict.fromkeys(_OF_LAYERS, False)}},
        "properties": titled(_file()),
        "$defs": {
            "input": _input(),
            "block": _block(),
            "entries": {"type": "array", "items": {"$ref": "#/$defs/entry"}},
            "entry": entry(),
            "branches": said(
                "paths that read the same input: a mapping of names, or a list; `[]` is the identity",
                {
                    "type": ["object", "array"],
                    "additionalProperties": {"$ref": "#/$defs/branch"},
                    "items": {"$ref": "#/$defs/branch"},
                },
            ),
            "branch": {"anyOf": [{"$ref": "#/$defs/entries"}, _branch(), {"$ref": "#/$defs/entry"}]},
            "expected": {
                "type": "object",
                "properties": titled({"output": output, **figures}),
                "additionalProperties": False,
            },
            "limits": {"type": "object", "properties": titled(_limits()), "additionalProperties": False},
            "growth": {"type": "object", "properties": titled(_growth()), "additionalProperties": False},
            "named": {name: named(layer) for name, layer in LAYERS.items()},
        },
    }


_OF_LAYERS = ("input", "inputs", "vars", "defaults", "blocks", "layers")
_FIGURE: Schema = {"type": ["string", "integer"]}


def _figure(measure: Measure) -> Schema:
    return _FIGURE if measure.whole else {"type": ["string", "number"]}


def _number(measure: Measure) -> str:
    return "an integer" if measure.whole else "a number"


def _file() -> dict[str, Schema]:
    """The keys of a file."""
    return {
        "name": said("name of the network", _TEXT),
        "source": said("where its figures come from", _TEXT),
        "note": said("printed below the table", _TEXT),
        "network": said(
            "a file of another program (`model.onnx`) that is the network, in place of `input` and `layers`", _TEXT
        ),
        "extends": said("a file beside this one, or a bundled one, whose parts this file inherits", _TEXT),
        "input": said(
            "shape of the input",
            {"allOf": [{"$ref": "#/$defs/input"}], "defaultSnippets": [{"body": "{channels: ${1:3}, size: ${2:224}}"}]},
        ),
        "inputs": said(
            "several inputs, by name", {"type": "object", "additionalProperties": {"$ref": "#/$defs/input"}}
        ),
        "vars": said("numbers and expressions; `--set` overrides them", _VARS),
        "defaults": said(
            "attributes for every layer of a type",
            {
                "type": "object",
                "properties": {name: _default(layer) for name, layer in LAYERS.items()},
                "additionalProperties": False,
            },
        ),
        "blocks": said(
            "layer types that this file defines: of entries, or another network",
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/block"}},
        ),
        "layers": said(
            "the network, from its input to its output; each entry reads the one before", {"$ref": "#/$defs/entries"}
        ),
        "outputs": said("names of the outputs; what leads to none of them is left out", {**WORDS, "minItems": 1}),
        "memory": said(
            "how numbers are kept, for the quantities in bytes; `--dtype` and its like overrule it",
            {
                "type": "object",
                "properties": titled(
                    {
                        "dtype": said("the type of the numbers", {"enum": list(BYTES)}),
                        "batch": said("how many images at once", {"type": "integer", "minimum": 1}),
                        "in_place": said("activations and batch norms overwrite what they read", {"type": "boolean"}),
                        "optimizer": said("that keeps 0, 1 or 2 numbers for each param", {"enum": list(OPTIMIZERS)}),
                    }
                ),
                "additionalProperties": False,
            },
        ),
        "expect": said(
            "figures that `cnncalc check` holds the file to, by name",
            {
                "type": "object",
                "properties": titled({"total": said("the whole network", {"$ref": "#/$defs/expected"})}),
                "additionalProperties": {"$ref": "#/$defs/expected"},
            },
        ),
        "budget": said(
            "limits that `cnncalc check` holds the file to, for the total or by name: "
            "`{params: {max: 5M, warn: 4.5M}, size: 20 MiB, head: {params: 1M}}`",
            {
                "type": "object",
                "properties": titled(
                    {
                        **_limits(),
                        "total": said("the whole network", {"$ref": "#/$defs/limits"}),
                        "growth": said(
                            "how much it may grow from a baseline, in total or by name: "
                            "`{params: 5%, head: {params: 100k}}`",
                            {
                                "type": "object",
                                "properties": titled(
                                    {**_growth(), "total": said("the whole network", {"$ref": "#/$defs/growth"})}
                                ),
                                "additionalProperties": {"$ref": "#/$defs/growth"},
                            },
                        ),
                    }
                ),
                "additionalProperties": {"$ref": "#/$defs/limits"},
            },
        ),
    }


def _limits() -> dict[str, Schema]:
    """The quantities of a budget: a limit alone, or what breaks the check and what warns."""
    measures = used(Use.LIMITS)
    found = {}
    for name, measure in measures.items():
        units = f", or for `{example_in_bytes(measure)}` also `20 MiB`"
        amount, figure = f"{_number(measure)}, `5M`{units}", _figure(measure)
        kinds = {"max": f"breaks the check when exceeded: {amount}", "warn": f"warns when exceeded: {amount}"}
        levels = titled({kind: said(text, figure) for kind, text in kinds.items()})
        if name in ("params", "multiplies"):
            words = "count it as another tool does: `cnncalc reconcile` shows how"
            levels |= titled({"convention": said(words, {"enum": list(_conventions(name))})})
        limit = {"type": [*figure["type"], "object"], "properties": levels, "additionalProperties": False}
        found[name] = said(f"the most {measure.noun} that are allowed: `5M`, or `{{max: 5M, warn: 4.5M}}`", limit)
    return found


def _conventions(quantity: str) -> Iterator[str]:
    from cnncalc.analyses.conventions import all_conventions

    return (one.name for one in all_conventions() if one.quantity == quantity)


def _growth() -> dict[str, Schema]:
    """The quantities that may grow: percents, or an amount with its suffix or unit."""
    found = {}
    for name, measure in used(Use.LIMITS).items():
        units = "|[kKMGT]i?B" if measure.in_bytes else ""
        growth: Schema = {"type": "string", "pattern": rf"^[0-9]{{1,15}}(\.[0-9]{{1,9}})? ?(%|[kKMGBT]{units})$"}
        found[name] = said(f"how many more {measure.noun}: `5%`, or `100k`", growth)
    return found


def _input() -> Schema:
    side = said("size of this side", NUMBER)
    size = said(
        "N is N×N; a list has one number per axis: depth, height, width",
        {"type": ["string", "number", "array"], "items": NUMBER, "minItems": 1, "maxItems": 3},
    )
    sides = {"height": side, "width": side, "depth": side, "length": side}
    return {
        "type": "object",
        "required": ["channels"],
        "additionalProperties": False,
        "properties": titled({"channels": said("number of channels", NUMBER), "size": size, **sides}),
    }


def _branch() -> Schema:
    """A branch that says more than its entries."""
    keys = {
        "when": said("the branch is absent where this is false", {"type": ["string", "boolean"]}),
        "from": said("what the branch reads, instead of what the merge reads", _TEXT),
        "trainable": said(*TRAINABLE),
        "dtype": said(*DTYPE),
        "layers": said("the entries of the branch; without them it is the identity", {"$ref": "#/$defs/entries"}),
    }
    return {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": titled(keys)}


def _block() -> Schema:
    params = said("`n`, `s=1`, or `$act` for a word", {"type": "array", "items": {"type": "string"}})
    inputs = said("names of several inputs", {"type": "array", "items": {"type": "string"}, "minItems": 1})
    outputs = said("names, inside, of what the block gives; `BLOCK.NAME` reads one of them, `BLOCK` the first", WORDS)
    vars = said("worked out once for each use; `channels` are those of the block's input", _VARS)
    layers = said("what the block stands for", {"$ref": "#/$defs/entries"})
    network = said("another network as the block: a file beside this one, of any format, or a bundled one", _TEXT)
    until = said("the entry of the network that the block gives; what does not lead to it is left out", _TEXT)
    values = said("values for vars of the network; params of the block may be used", _VARS)
    of_all = {"trainable": said(*TRAINABLE), "dtype": said(*DTYPE)}
    own = {"params": params, "vars": vars, "inputs": inputs, "outputs": outputs, **of_all}
    return {
        "type": "object",
        "anyOf": [{"required": ["layers"]}, {"required": ["network"]}],
        "dependentSchemas": {"network": {"properties": dict.fromkeys(("layers", "vars", "inputs"), False)}},
        "dependentRequired": {"until": ["network"], "set": ["network"]},
        "additionalProperties": False,
        "properties": titled({**own, "layers": layers, "network": network, "until": until, "set": values}),
    }


def _default(layer: type[Layer]) -> Schema:
    properties = {**attributes_of(layer), **titled({"trainable": said(*TRAINABLE), "dtype": said(*DTYPE)})}
    found = said(
        f"attributes of every `{layer.type}`, where it does not say otherwise",
        {"type": "object", "allOf": [{"properties": properties, "additionalProperties": False}]},
    )
    return found if layer.attributes else {**found, "doNotSuggest": True}
