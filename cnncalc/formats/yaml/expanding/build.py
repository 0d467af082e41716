"""Description → Graph: the one door into the graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import compress

from cnncalc.core.builder import SIZES
from cnncalc.core.graph import Graph, Understood
from cnncalc.core.layers import LAYERS
from cnncalc.core.names import composed
from cnncalc.core.problem import Problem, Problems, ProblemsFound, clean, in_order, misspelt
from cnncalc.core.shape import Shape
from cnncalc.formats.source import Source, Text
from cnncalc.formats.yaml.document import Document
from cnncalc.formats.yaml.expanding.env import UNKNOWN, Env
from cnncalc.formats.yaml.expanding.expand import Expander
from cnncalc.formats.yaml.expanding.inputs import inputs_and_vars
from cnncalc.formats.yaml.expanding.scope import Port, Scope
from cnncalc.formats.yaml.expanding.values import Values
from cnncalc.formats.yaml.reading.description import Description, describe
from cnncalc.formats.yaml.tree import parse as parse_yaml

MOST_SIZES_TRIED = 8
MOST_ENTRIES_TRIED = 10_000  # written out, where other sizes are tried
LONGEST_TEXT = 20_000  # letters of `name`, `source`, `note`


def load_source(source: Source, *, set: dict[str, str] | None = None, input_size: str | None = None) -> Graph:
    """The graph that a source describes; raises ProblemsFound with all that is wrong."""
    problems = Problems()
    understood: Callable[[], Understood | None] = lambda: None  # noqa: E731
    try:
        found = describe(source, problems)
        if found.model is not None:
            from cnncalc.formats.yaml.expanding.model import whole_model  # here, for most files are whole themselves

            return whole_model(found, set or {}, input_size, _texts(found, problems), problems)
        env, inputs = _vars_and_inputs(found, set or {}, input_size, problems)
        expander = Expander(found, env, inputs, problems)
        understood = expander.builder.understood
        return _graph(found, expander, inputs, changed=bool(set or input_size))
    except ProblemsFound as error:
        sizes = any(problem.reason == SIZES for problem in error.problems)
        if sizes and found.model is None and expander.count <= MOST_ENTRIES_TRIED:
            fitting = _fitting_size(found, set or {}, inputs)
            error.problems = [_or_another_size(problem, fitting) for problem in error.problems]
        raise ProblemsFound(in_order(error.problems, source.name), understood) from None


def _graph(found: Description, expander: Expander, inputs: dict[str, Shape | None], changed: bool) -> Graph:
    problems, builder = expander.trail.problems, expander.builder
    places: dict[str, Port] = {name: -1 - index for index, name in enumerate(inputs)}
    scope = Scope(found.entries, Env(expander.file_vars), places, builder.shape)
    last = expander.entries(scope, -1 if len(inputs) == 1 else UNKNOWN, "")
    builder.last = None if last is UNKNOWN else last
    outputs = _outputs(found, expander, scope)
    texts = _texts(found, problems)
    builder.name = texts["name"] or clean(found.source.name)
    notes = [
        f"block `{name}` ({block.node.origin}) is used instead of the layer type of that name"
        for name, block in found.blocks.items()
        if name in LAYERS
    ]
    graph = builder.graph(
        outputs, source=texts["source"], note=texts["note"], notes=notes, changed=changed, unread=expander.unread
    )
    return replace(graph, document=Document(found, tuple(compress(expander.written, builder.needed))))


def _or_another_size(problem: Problem, size: str | None) -> Problem:
    """A problem of sizes, with the input size at which there is none."""
    if problem.reason != SIZES or size is None:
        return problem
    return problem._replace(help=f"{problem.help}, or take another input: `--input-size {size}` fits")


def _fitting_size(found: Description, overrides: dict[str, str], inputs: dict[str, Shape | None]) -> str | None:
    """An input size near this one, as `--input-size` takes it, at which all shapes fit; None where none is found."""
    shapes = list(inputs.values())
    if len(shapes) != 1 or shapes[0] is None or len(shapes[0]) == 1:
        return None
    sides = shapes[0][1:]
    near: set[Shape] = set()
    for step in (2, 4, 8, 16, 32, 64):
        near.add(tuple(max(step, side // step * step) for side in sides))
        near.add(tuple(-(-side // step) * step for side in sides))
    tried = sorted(near - {sides}, key=lambda one: (sum(abs(a - b) for a, b in zip(one, sides, strict=True)), one))
    for size in tried[:MOST_SIZES_TRIED]:
        text = "x".join(map(str, size if len(set(size)) > 1 else size[:1]))
        problems = Problems()
        try:
            env, places = _vars_and_inputs(found, overrides, text, problems)
            _graph(found, Expander(found, env, places, problems), places, changed=True)
        except ProblemsFound:
            continue
        return text
    return None


def _vars_and_inputs(
    found: Description, overrides: dict[str, str], input_size: str | None, problems: Problems
) -> tuple[Env, dict[str, Shape | None]]:
    """The vars of the file and the shapes of its inputs; of the vars, those that the inputs read are worked out first.

    The others may read sizes of the inputs.
    """
    vars = dict(found.vars)
    for given, text in overrides.items():
        name = composed(given)
        if name not in vars:
            help = misspelt(name, vars) or (
                f"the file has {', '.join(f'`{var}`' for var in vars)}" if vars else "the file has no vars"
            )
            problems.add("unknown-name", f"--set: no var `{name}`", None, help)
        else:
            vars[name] = parse_yaml(Source("--set", text or '""'))
    return inputs_and_vars(found, vars, {}, Values(problems), input_size)


def _texts(found: Description, problems: Problems) -> dict[str, str | None]:
    """What is written for people."""
    return {key: _text(found, key, problems) for key in ("name", "source", "note")}


def _text(found: Description, key: str, problems: Problems) -> str | None:
    node = found.fields.get(key)
    if node is not None and not isinstance(node, Text):
        problems.add("bad-value", f"`{key}` must be text", node)
        return None
    if node is not None and len(node.text) > LONGEST_TEXT:
        message = f"`{key}` has {len(node.text):,} letters (limit: text length {LONGEST_TEXT:,})"
        problems.add("limit", message, found.key_nodes[key])
        return None
    return None if node is None else "\n".join(map(clean, node.text.splitlines()))


def _outputs(found: Description, expander: Expander, scope: Scope) -> dict[str, Port] | None:
    """Names and places of the outputs that `outputs` names; None where it stands not in the file."""
    if found.outputs is None:
        return None
    outputs: dict[str, Port] = {}
    problems = expander.trail.problems
    for node in found.outputs:
        if node.text == "previous":
            problems.add("unknown-name", "`outputs` wants given names", node, "give the entry a name")
        elif node.text in outputs:
            problems.add("duplicate-name", f"`outputs` names `{node.text}` twice", node, "name it once")
        outputs[node.text] = expander.lookup.port(node, scope, None, "outputs")
    return outputs
