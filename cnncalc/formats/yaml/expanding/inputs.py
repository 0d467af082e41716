"""The network's inputs: channels and sides, as the file or `--input-size` says."""

from __future__ import annotations

from typing import Any

from cnncalc.core.arguments import fitted, read_sizes
from cnncalc.core.formula import written
from cnncalc.core.problem import Problems, misspelt
from cnncalc.core.shape import AXES, MOST_SIDES, Shape
from cnncalc.formats.source import Map, Node, Seq, Text
from cnncalc.formats.yaml.expanding.env import Env, Silent
from cnncalc.formats.yaml.expanding.scope import Port, Scope
from cnncalc.formats.yaml.expanding.values import Values, names_in
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Entries
from cnncalc.formats.yaml.reading.problems import check_name, colon_cure

LARGEST_SIDE = 4_096
_UNSIZED = ("none", "?", "-1", "any", "dynamic", "variable", "unknown")
KEYS = ("channels", "size", "length", "depth", "height", "width")
_SEVERAL = "write `inputs: {left: {channels: 3, size: 224}}`"


def network_inputs(
    fields: dict[str, Node], env: Env, input_size: str | None, problems: Problems
) -> dict[str, Shape | None]:
    """Every input with its shape, None where it could not be worked out."""
    given: dict[str, Node] = {}
    if "input" in fields:
        given["input"] = fields["input"]
    elif isinstance(node := fields.get("inputs"), Map) and node.pairs and all(key.text in KEYS for key, _ in node):
        problems.add("bad-value", "`inputs` gives a name to each of several inputs", node, "for one write `input: {…}`")
    elif isinstance(node := fields.get("inputs"), Map):
        given = {key.text: value for key, value in node}
        for key, _ in node:
            check_name(key, problems)
    elif node is not None:
        problems.add("bad-value", "`inputs` must be a mapping of names", node, _SEVERAL)
    if "inputs" in fields and not given and not problems.found:
        problems.add("missing-key", "`inputs` is empty", fields["inputs"], _SEVERAL)
    sizes = read_sizes(input_size, list(given), problems) if input_size is not None else {}
    values = Values(problems)
    return {name: _input_shape(node, env, sizes.get(name), values) for name, node in given.items()}


def input_names(found: Description) -> list[str]:
    """The names of a network's inputs, in order, as YAML says them."""
    node = found.fields.get("inputs")
    return [key.text for key, _ in node] if isinstance(node, Map) else ["input"]


def inputs_and_vars(
    found: Description,
    vars: dict[str, Node],
    given: dict[str, Any],
    values: Values,
    input_size: str | None = None,
    shapes: dict[str, Shape | None] | None = None,
) -> tuple[Env, dict[str, Shape | None]]:
    """The vars of a file and the shapes of its inputs; of the vars, those that the inputs read are worked out first.

    The others may read sizes of the inputs: of `shapes`, where the file is read at other ones. `given` are the values
    of some vars.
    """
    env = Env(given)
    vars = {name: node for name, node in vars.items() if name not in given}
    values.add_vars(_read_by_inputs(found, vars), env)
    inputs = network_inputs(found.fields, env, input_size, values.problems)
    read = list((shapes or inputs).values())
    places: dict[str, Port] = {name: -1 - index for index, name in enumerate(inputs)}
    scope = Scope(Entries(), env, places, lambda ref: read[-1 - (ref or 0)])
    env.know(scope)
    values.add_vars({name: node for name, node in vars.items() if name not in env}, env)
    return env, inputs


def _read_by_inputs(found: Description, vars: dict[str, Node]) -> dict[str, Node]:
    """The vars that the inputs are worked out from, and those that these are."""
    stack = [name for key in ("input", "inputs") if key in found.fields for name in names_in(found.fields[key])]
    read: dict[str, Node] = {}
    while stack:
        name = stack.pop()
        if name in vars and name not in read:
            read[name] = vars[name]
            stack += names_in(vars[name])
    return read


def _input_shape(node: Node, env: Env, size: tuple[int, ...] | None, values_of: Values) -> Shape | None:
    problems = values_of.problems
    if not isinstance(node, Map):
        problems.add("bad-value", "an input is a mapping", node, "write `input: {channels: 3, size: 224}`")
        return None
    values: dict[str, Any] = {}
    failed = False
    for key, value in node:
        if key.text not in KEYS:
            help = misspelt(key.text, KEYS) or "an input is written `{channels: 3, size: [224, 224]}`"
            problems.add("unknown-key", f"unknown key of an input: `{key.text}`", key, colon_cure(key) or help)
            failed = True
            continue
        if key.text != "channels" and (word := _unsized(value)) and word not in env:
            message = f"`{key.text}: {word}`: a size is needed to count"
            help = "params alone do not depend on it: write any, for example 224; `--input-size` tries others"
            problems.add("bad-value", message, value, help)
            failed = True
            continue
        try:
            values[key.text] = values_of.value(value, env)
        except Silent:
            failed = True
            continue
        numbers = values[key.text] if isinstance(values[key.text], tuple) else (values[key.text],)
        if not all(type(number) is int and number >= 1 for number in numbers) or (
            key.text != "size" and len(numbers) != 1
        ):
            problems.add(
                "bad-value",
                f"`{key.text}` must be a whole number, at least 1, is {written(values[key.text])}",
                value,
            )
            failed = True
        elif key.text == "size" and type(values["size"]) is int and values["size"] > LARGEST_SIDE and size is None:
            number = values["size"]
            message = f"`size: {number}` would mean {number}×{number} (limit: input size {LARGEST_SIDE})"
            problems.add("limit", message, value, f"for 1-D write `size: [{number}]`")
            failed = True
    if failed:
        return None
    if "channels" not in values:
        problems.add("missing-key", "an input needs `channels`", node, "write `input: {channels: 3, size: 224}`")
        return None
    named = tuple(key for key in ("length", "depth", "height", "width") if key in values)
    sides = [values[key] for key in named]
    if "size" in values and named:
        problems.add("bad-value", "say either `size` or the sides by name", node)
        return None
    if "size" in values:
        sides = list(values["size"]) if isinstance(values["size"], tuple) else [values["size"]] * 2
    elif named not in AXES.values():
        problems.add("bad-value", "`height` and `width` go together; `length` stands alone", node)
        return None
    if len(sides) > MOST_SIDES:
        problems.add("limit", f"an input with {len(sides)} sides (limit: sides {MOST_SIDES})", node)
        return None
    if size is not None:
        fitting = fitted(size, len(sides), problems)
        if fitting is None:
            return None
        sides = list(fitting)
    return (values["channels"], *sides)


def _unsized(node: Node) -> str | None:
    """The word that other tools write for a size that is not fixed; None where a size is written."""
    for item in node.items if isinstance(node, Seq) else [node]:
        if isinstance(item, Text) and (item.null or item.text.lower() in _UNSIZED):
            return item.text or "null"
    return None
