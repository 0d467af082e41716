"""`cnncalc schema`: it takes every file that the program takes, and sees in an editor what is misspelt."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from cnncalc.core.layers import LAYERS
from tests.running import DATA, invoke, networks, table


class Loader(yaml.SafeLoader):
    """YAML as an editor reads it: the scalars of version 1.2, and every key is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|)$"), ["~", "n", ""])
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9]\d*)$"), list("-+0123456789"))
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?\d+(\.\d+)?([eE][-+]?\d+)?$"), list("-+0123456789")
)


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(invoke("schema").out))


def faults(text: str) -> list[str]:
    return [error.message[:300] for error in validator().iter_errors(yaml.load(text, Loader=Loader))]


INPUT = "input: {channels: 3, size: 8}\n"


def test_it_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(validator().schema)


@pytest.mark.parametrize("name", networks(every=8))
def test_a_bundled_file_is_valid(name: str) -> None:
    assert faults(invoke("show", name).out) == []


@pytest.mark.parametrize("path", sorted((DATA / "format").iterdir()), ids=lambda path: path.stem)
def test_the_files_of_the_format_are_valid(path: Any) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


# A schema knows a type by its name: it cannot see that a file has a block of that name with other attributes.
HIDDEN = "blocks and types: a merge may be a block, too"
TABLES = table("format_rules.yaml") + table("format_parts.yaml")
RULES: list[Any] = [case for case in TABLES if "problems" not in case and case["rule"] != HIDDEN]


@pytest.mark.parametrize("case", RULES, ids=[case["rule"] for case in RULES])
def test_what_the_program_takes_is_valid(case: dict[str, Any]) -> None:
    for text in case["files"].values() if "files" in case else [case["file"]]:
        assert faults(text) == []


@pytest.mark.parametrize(
    ("type_name", "attributes"),
    [(layer.type, example.attributes) for layer in LAYERS.values() for example in layer.examples],
)
def test_the_examples_of_the_layers_are_valid(type_name: str, attributes: str) -> None:
    assert faults(f"{INPUT}layers: [{type_name}: {{{attributes}}}]") == []


def test_the_starter_file_is_valid() -> None:
    assert faults(invoke("new").out) == []


ACCEPTED = {
    "a block call by name": "layers: [mine]",
    "a block call with positions": "layers: [mine: [64, 3, stride // 2, name: 3a]]",
    "a block call with names": "layers: [mine: {n: 64, act: relu, from: [A, B], repeat: n - 1}]",
    "a block call with one value": "layers: [mine: n]",
    "a layer name that it does not know": "layers: [convv]",
    "expressions in place of numbers": "layers: [conv: {filters: 2*n, kernel: k // 2, groups: channels, bias: n > 1}]",
    "a number a name begins with": "layers: [relu: {name: 3a}, relu: {name: 1e3}]",
    "attributes by position": "layers: [conv: [64, 3, 2, same, 1, channels, false]]",
    "attributes by position, then by name": "layers: [conv: [64, 3, padding: same, name: c]]",
    "one attribute": "layers: [dense: 10, max_pool: 2, dropout: 0.5, group_norm: g]",
    "a value per axis": "layers: [conv: [64, [1, 7], padding: [0, 3]]]",
    "padding at each end": "layers: [max_pool: {kernel: 2, padding: [0, [0, 1], [0, 1]]}]",
    "expressions in a list": "layers: [conv: [64, [k, 1], padding: [k // 2, 0]]]",
    "a word": "layers: [dense: {units: 4, per: position}]",
    "a word that a block is given": "blocks: {b: {params: [$w], layers: [dense: [4, per: $w]]}}\nlayers: [b: none]",
    "common attributes": "layers: [relu: {name: a, from: previous, repeat: 2, when: true, share: b}]",
    "common attributes as expressions": "layers: [relu: {repeat: n, when: t > 1, from: [A]}]",
    "branches by name": "layers: [concat: {branches: {1x1: [conv: [4, 1]], pool: {max_pool: 2}, id: []}}]",
    "branches in a list": "layers: [add: {branches: [[], [conv: [4, 1]], relu]}]",
    "a merge by names": "layers: [add: {from: [A, B]}]",
    "branches by position": "layers: [add: [[[], [relu]], name: x]]",
    "a connection table": "layers: [conv: {filters: 2, kernel: 5, connections: [[0], [0, 1]]}]",
    "a shape": "layers: [reshape: 7x7x512, reshape: {shape: [7, 7, 512]}]",
    "vars of numbers and expressions": "vars: {a: 1, b: 1.5, c: a * 2, d: true}\nlayers: [relu]",
    "a block": "blocks: {b: {params: [n, s=1, $act], vars: {h: n / 2}, inputs: [x, y], layers: [$act, conv: [n, 1]]}}\n"
    "layers: [b]",
    "one output": "layers: [relu: {name: a}]\noutputs: a",
    "expectations": "layers: [relu]\nexpect: {a: {output: 28x28x3, params: 884k}, total: {output: 10, biases: ~60M}}",
    "limits that only break": "layers: [relu]\nbudget: {params: 5M, size: 2 MiB, total: {biases: 5}, a: {size: 1 kB}}",
    "budgets": "layers: [relu]\nbudget: {params: {max: 5M, warn: 4.5M}, conv2: {params: {max: 1000000}}}",
    "defaults": "layers: [relu]\ndefaults: {conv: {bias: false, padding: same}, max_pool: {kernel: 3}}",
}  # fmt: skip


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_it_accepts(text: str) -> None:
    assert faults(INPUT + text) == []


@pytest.mark.parametrize(
    "text",
    [
        "input: {channels: 784}",
        "input: {channels: c, size: [4, n, 8]}",
        "input: {channels: 3, height: 8, width: 6}",
        "input: {channels: 1, length: 80}",
        "inputs: {a: {channels: 3, size: 8}, b: {channels: 3}}",
    ],
)
def test_it_accepts_every_form_of_input(text: str) -> None:
    assert faults(f"{text}\nlayers: [relu]") == []


def test_it_accepts_a_child_of_one_line() -> None:
    assert faults("{extends: resnet50.yaml, name: ResNet-101, vars: {n4: 23}}") == []


REJECTED = {
    "a misspelt attribute": "layers: [conv: {filters: 4, kernal: 3}]",
    "a misspelt attribute behind positions": "layers: [conv: [4, 3, paddign: same]]",
    "a misspelt attribute in a branch": "layers: [add: {branches: [[], [conv: {filter: 4, kernel: 3}]]}]",
    "a misspelt attribute in a named branch": "layers: [add: {branches: {a: [], b: [dense: {unit: 4}]}}]",
    "a misspelt attribute in a block": "blocks: {b: {layers: [conv: {filters: 4, kernal: 3}]}}\nlayers: [b]",
    "a misspelt branches": "layers: [add: {branchs: [[], []]}]",
    "a misspelt common attribute": "layers: [relu: {nmae: a}]",
    "a misspelt key of the file": "layers: [relu]\noutput: [a]",
    "a misspelt key of an input": "inputs: {a: {chanels: 3}}\nlayers: [relu]",
    "a misspelt key of a block": "blocks: {b: {parms: [n], layers: [relu]}}\nlayers: [b]",
    "a misspelt default": "layers: [relu]\ndefaults: {conv: {paddng: same}}",
    "a misspelt type of defaults": "layers: [relu]\ndefaults: {covn: {padding: same}}",
    "a misspelt quantity": "layers: [relu]\nexpect: {total: {parms: 5}}",
    "a misspelt word": "layers: [dense: {units: 4, per: positon}]",
    "a misspelt word by position": "layers: [dense: [4, true, positon]]",
    "a value for a layer without attributes": "layers: [relu: 5]",
    "too many values": "layers: [conv: [4, 3, 1, 0, 1, 1, true, [[0]], 5]]",
    "a misspelt quantity of a budget": "layers: [relu]\nbudget: {parms: 5M}",
    "a misspelt quantity of a budget by name": "layers: [relu]\nbudget: {conv2: {parms: 5M}}",
    "a misspelt limit": "layers: [relu]\nbudget: {params: {most: 5M}}",
    "a truth for a number": "layers: [conv: {filters: true, kernel: 3}]",
    "a number for a truth": "layers: [conv: {filters: 4, kernel: 3, bias: 1}]",
    "a null attribute": "layers: [conv: {filters: 4, kernel: null}]",
    "no filters": "layers: [conv: {filters: 0, kernel: 3}]",
    "half a filter": "layers: [conv: {filters: 1.5, kernel: 3}]",
    "a mapping for a number": "layers: [conv: {filters: {a: 1}, kernel: 3}]",
    "two types in one entry": "layers: [{conv: [4, 3], relu: {}}]",
    "layers that are no list": "layers: {conv: [4, 3]}",
    "neither layers nor extends": "name: nothing",
    "a list of vars": "vars: [1, 2]\nlayers: [relu]",
    "a network with layers of ours": "blocks: {b: {network: resnet18, layers: [relu]}}\nlayers: [b]",
    "a network with vars of ours": "blocks: {b: {network: resnet18, vars: {n: 1}}}\nlayers: [b]",
    "until without a network": "blocks: {b: {layers: [relu], until: a}}\nlayers: [b]",
    "a misspelt key of what is set": "blocks: {b: {network: resnet18, sets: {classes: 3}}}\nlayers: [b]",
    "an output that is none of the two": "layers: [lstm: {units: 4, gives: first}]",
    "an axis that there is not": "layers: [concat: {axis: batch, from: [a, b]}]",
    "a word of before": "layers: [batch_norm: {affine: false}]",
}


@pytest.mark.parametrize("text", REJECTED.values(), ids=REJECTED)
def test_it_rejects(text: str) -> None:
    assert faults(INPUT + text) != []


def test_an_editor_finds_every_layer_and_attribute_with_its_help() -> None:
    """Each type is offered once: as a word alone, or with the attributes that it needs."""
    definitions = validator().schema["$defs"]
    *forms, keys = definitions["entry"]["anyOf"]
    words = [form["const"] for form in forms if "const" in form]
    snippets = {snippet["label"]: snippet["body"] for snippet in keys["defaultSnippets"]}
    assert sorted([*words, *snippets]) == sorted(LAYERS)
    assert set(keys["properties"]) == set(LAYERS)
    for name, layer in LAYERS.items():
        assert keys["properties"][name]["description"]
        shown = definitions["named"][name]["properties"]
        for attribute in layer.attributes.values():
            assert shown[attribute.name]["description"] == attribute.help
        assert {"name", "from", "repeat", "when", "share"} <= set(shown)


def test_what_an_editor_writes_is_valid() -> None:
    for snippet in validator().schema["$defs"]["entry"]["anyOf"][-1]["defaultSnippets"]:
        ((name, body),) = snippet["body"].items()
        filled_in = re.sub(r"\$\{\d:(\w+)\}", r"\1", re.sub(r"\$\d", "a", body))
        assert faults(f"{INPUT}layers:\n  - {name}: {filled_in}") == []
