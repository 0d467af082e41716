"""Description → Graph: the one door into the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import compress

from cnncalc.core.builder import SIZES, Builder
from cnncalc.core.figures import many
from cnncalc.core.graph import FLOAT32, Graph, Storage, Understood
from cnncalc.core.layers import LAYERS
from cnncalc.core.names import composed
from cnncalc.core.problem import Problem, Problems, ProblemsFound, clean, fail, in_order, misspelt
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
MOST_LAYERS_TRIED = 30_000  # worked out, to tell beside an error which sizes fit
LONGEST_TEXT = 20_000  # letters of `name`, `source`, `note`


def load_source(source: Source, *, set: dict[str, str] | None = None, input_size: str | None = None) -> Graph:
    """The graph that a source describes; raises ProblemsFound with all that is wrong."""
    problems = Problems()
    understood: Callable[[], Understood | None] = lambda: None  # noqa: E731
    try:
        found = describe(source, problems)
        if found.model is not None:
            from cnncalc.formats.yaml.expanding.model import whole_model  # here, for most files are whole themselves

            storage = _storage(found, problems)
            graph = whole_model(found, set or {}, input_size, _texts(found, problems), problems)
            return replace(graph, storage=storage)
        env, inputs = _vars_and_inputs(found, set or {}, input_size, problems)
        expander = Expander(found, env, inputs, problems)
        understood = expander.builder.understood
        return _graph(found, expander, inputs, changed=bool(set) or input_size is not None)
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
    storage = _storage(found, problems)
    builder.name = texts["name"] or clean(found.source.name)
    notes = [
        f"block `{name}` ({block.node.origin}) is used instead of the layer type of that name"
        for name, block in found.blocks.items()
        if name in LAYERS
    ]
    notes += expander.said
    graph = builder.graph(
        outputs, source=texts["source"], note=texts["note"], notes=notes, changed=changed, unread=expander.unread
    )
    document = Document(found, tuple(compress(expander.written, builder.needed)))
    return replace(graph, document=document, storage=storage)


def _or_another_size(problem: Problem, size: str | None) -> Problem:
    """A problem of sizes, with what is said of the input size at which there is none."""
    if problem.reason != SIZES or size is None:
        return problem
    return problem._replace(help=f"{problem.help}, or take another input: {size}")


def _fitting_size(found: Description, overrides: dict[str, str], inputs: dict[str, Shape | None]) -> str | None:
    """What is said of an input size near this one at which all shapes fit, and of others; None where none is found."""
    shapes = list(inputs.values())
    if len(shapes) != 1 or shapes[0] is None or len(shapes[0]) == 1:
        return None
    resized = Described(found, overrides)
    for size in near(shapes[0][1:])[:MOST_SIZES_TRIED]:
        if (graph := resized.all_at(size)) is not None:
            return f"`--input-size {written_size(size)}` fits{_as_do(graph, resized)}"
    return None


def _as_do(graph: Graph, resized: Described) -> str:
    """The other sizes that fit, where that is soon told."""
    from cnncalc.core.sizes import NotSteady, scaling, squares  # here, for most files are fine

    try:
        grown = scaling(graph)
    except NotSteady:
        return ""
    if max(grown.periods) * len(graph.nodes) > MOST_LAYERS_TRIED or not resized.is_one_network(grown.channels):
        return ""
    found = squares(graph, grown)
    return f", as do {found.said}" if found and found.period > 1 and len(found.remainders) == 1 else ""


class Described:
    """The networks that a description gives for the sizes of its one input.

    `written` is how many entries, blocks and repeats were written out for one of them at most, whether it fits or not.
    """

    def __init__(self, found: Description, overrides: dict[str, str]) -> None:
        self.found = found
        self.overrides = overrides
        self.written = 0

    def at(self, sides: Shape) -> Graph | None:
        """The network at these sides; None where it does not fit."""
        found = self._built(sides)
        return found[0] if found else None

    def all_at(self, sides: Shape) -> Graph | None:
        """The same with what leads to no output, which has to fit, too."""
        found = self._built(sides)
        if found is None:
            return None
        graph, builder = found
        return replace(graph, nodes=tuple(builder.nodes), groups={})

    def _built(self, sides: Shape) -> tuple[Graph, Builder] | None:
        problems = Problems()
        try:
            env, places = _vars_and_inputs(self.found, self.overrides, written_size(sides), problems)
            expander = Expander(self.found, env, places, problems)
        except ProblemsFound:
            return None
        try:
            return _graph(self.found, expander, places, changed=True), expander.builder
        except ProblemsFound:
            return None
        finally:
            self.written = max(self.written, expander.count)

    def own(self, input_size: str | None) -> Shape:
        """The sides that the file says, or `input_size`; raises ProblemsFound where it has not one input with sides."""
        problems = Problems()
        _, inputs = _vars_and_inputs(self.found, self.overrides, input_size, problems)
        problems.stop_if_any()
        return only_sides(inputs)

    def is_one_network(self, channels: bool) -> bool:
        """Whether its layers are the same at all sizes: no expression reads one, nor what follows from one.

        `channels`: no size follows their number.
        """
        from cnncalc.formats.yaml.reading.sized import reads_sizes  # here, for most commands keep the size

        return not reads_sizes(self.found, channels=not channels)


def only_sides(inputs: Mapping[str, Shape | None]) -> Shape:
    """The sides of the only input; raises ProblemsFound where there are several, or it has none."""
    shapes = list(inputs.values())
    if len(shapes) != 1:
        raise fail("wrong-input", f"the network has {many(len(shapes), 'input')}: sizes are told of networks with one")
    if shapes[0] is None or len(shapes[0]) == 1:
        raise fail("wrong-input", "the input of the network is a vector: it has no sides")
    return shapes[0][1:]


def near(sides: Shape) -> list[Shape]:
    """Sizes that are likely to fit, the nearest first."""
    found: set[Shape] = set()
    for step in (2, 4, 8, 16, 32, 64):
        found.add(tuple(max(step, side // step * step) for side in sides))
        found.add(tuple(-(-side // step) * step for side in sides))
    return sorted(found - {sides}, key=lambda one: (sum(abs(a - b) for a, b in zip(one, sides, strict=True)), one))


def written_size(sides: Shape) -> str:
    """Sides as `--input-size` takes them.

    >>> written_size((224, 224)), written_size((224, 160))
    ('224', '224x160')
    """
    return "x".join(map(str, sides if len(set(sides)) > 1 else sides[:1]))


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


def _storage(found: Description, problems: Problems) -> Storage:
    node = found.fields.get("memory")
    if node is None:
        return FLOAT32
    from cnncalc.formats.yaml.expanding.memory import storage_of  # here, for most files say nothing of it

    return storage_of(node, problems)


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
