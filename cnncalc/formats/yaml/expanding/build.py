"""Description → Graph: the one door into the graph."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import compress
from typing import Any

from cnncalc.core.graph import Graph, Group, Node, Ref, Understood
from cnncalc.core.layers import LAYERS
from cnncalc.core.problem import ProblemsFound, clean, in_order
from cnncalc.core.shape import Shape
from cnncalc.formats.source import Node as Written
from cnncalc.formats.source import Source, Text, where
from cnncalc.formats.yaml.document import Document
from cnncalc.formats.yaml.expanding.expand import Expander
from cnncalc.formats.yaml.expanding.inputs import network_inputs
from cnncalc.formats.yaml.expanding.scope import Port, Scope
from cnncalc.formats.yaml.expanding.values import UNKNOWN, Values
from cnncalc.formats.yaml.reading.description import Description, describe
from cnncalc.formats.yaml.reading.entries import Entry
from cnncalc.formats.yaml.reading.problems import Problems, did_you_mean
from cnncalc.formats.yaml.tree import parse as parse_yaml


def load_source(
    source: Source, *, set: dict[str, str] | None = None, input_size: str | None = None, tree: Written | None = None
) -> Graph:
    """The graph that a source describes; raises ProblemsFound with all that is wrong."""
    problems = Problems()
    understood: Callable[[], Understood | None] = lambda: None  # noqa: E731
    try:
        found = describe(source, problems, tree)
        env = _file_vars(found, set or {}, problems)
        inputs = network_inputs(found.fields, env, input_size, problems)
        expander = Expander(found, env, list(inputs.values()), problems)
        understood = partial(_understood, expander, source, inputs)
        return _graph(found, expander, inputs, changed=bool(set or input_size))
    except ProblemsFound as error:
        ordered = ProblemsFound(in_order(error.problems, source.name))
        ordered.understood = understood
        raise ordered from None


def _understood(expander: Expander, source: Source, inputs: dict[str, Shape | None]) -> Understood | None:
    """What was worked out before a file turned out to be unusable; bad names are among what may be wrong with it."""
    shapes = {clean(name): shape for name, shape in inputs.items() if shape}
    if len(shapes) < len(inputs):
        return None
    nodes = tuple(node._replace(name=clean(node.name)) for node in expander.nodes)
    groups = {clean(name): group._replace(name=clean(name)) for name, group in expander.groups.items()}
    failed = tuple(one._replace(name=clean(one.name)) for one in expander.failed)
    return Understood(Graph(clean(source.name), source.name, shapes, nodes, groups, ()), failed)


def _graph(found: Description, expander: Expander, inputs: dict[str, Shape | None], changed: bool) -> Graph:
    problems = expander.trail.problems
    places: dict[str, Port] = {name: -1 - index for index, name in enumerate(inputs)}
    scope = Scope(found.entries, dict(expander.file_vars), places)
    last = expander.entries(scope, -1 if len(inputs) == 1 else UNKNOWN, "")
    outputs = _outputs(found, expander, scope, last)
    texts = {key: _text(found, key, problems) for key in ("name", "source", "note")}
    problems.stop_if_any()
    nodes, groups, kept, left_out = _leading_to([ref for _, ref in outputs], expander)
    notes = [
        f"block `{name}` ({where(block.node)}) is used instead of the layer type of that name"
        for name, block in found.blocks.items()
        if name in LAYERS
    ]
    if found.outputs is None:
        _refuse_unread(found, expander, list(inputs), last)
        problems.stop_if_any()
    elif left_out:
        notes.append(_left_out_note(left_out))
    return Graph(
        name=texts["name"] or clean(found.source.name),
        file=found.source.name,
        inputs={name: shape for name, shape in inputs.items() if shape},
        nodes=nodes,
        groups=groups,
        outputs=tuple(name for name, _ in outputs),
        source=texts["source"],
        note=texts["note"],
        notes=tuple(notes),
        document=Document(found, kept),
        changed=changed,
    )


def _file_vars(found: Description, overrides: dict[str, str], problems: Problems) -> dict[str, Any]:
    vars = dict(found.vars)
    for name, text in overrides.items():
        if name not in vars:
            help = did_you_mean(name, vars) or (
                f"the file has {', '.join(f'`{var}`' for var in vars)}" if vars else "the file has no vars"
            )
            problems.add("unknown-name", f"--set: no var `{name}`", None, help)
        else:
            vars[name] = parse_yaml(Source("--set", text or '""'))
    env: dict[str, Any] = {}
    Values(problems).add_vars(vars, env)
    return env


def _text(found: Description, key: str, problems: Problems) -> str | None:
    node = found.fields.get(key)
    if node is not None and not isinstance(node, Text):
        problems.add("bad-value", f"`{key}` must be text", node)
    return "\n".join(map(clean, node.text.splitlines())) if isinstance(node, Text) else None


def _outputs(found: Description, expander: Expander, scope: Scope, last: Port) -> list[tuple[str, Port]]:
    """Names and places of the outputs: those that `outputs` names, else the last entry."""
    if found.outputs is not None:
        named: set[str] = set()
        problems = expander.trail.problems
        for node in found.outputs:
            if node.text == "previous":
                problems.add("unknown-name", "`outputs` wants given names", node, "give the entry a name")
            elif node.text in named:
                problems.add("duplicate-name", f"`outputs` names `{node.text}` twice", node, "name it once")
            named.add(node.text)
        return [(node.text, expander.lookup.port(node, scope, None, "outputs")) for node in found.outputs]
    if last is None or last is UNKNOWN or last < 0:  # a problem has been reported, or no entry reads an input
        return []
    return [(expander.nodes[last].name, last)]


def _leading_to(
    outputs: list[Port], expander: Expander
) -> tuple[tuple[Node, ...], dict[str, Group], tuple[Entry, ...], list[str]]:
    """The nodes from which an output can be reached, renumbered, with their entries; and the names of the others."""
    needed = [False] * len(expander.nodes)
    stack = [ref for ref in outputs if ref is not None and ref >= 0]
    while stack:
        ref = stack.pop()
        if not needed[ref]:
            needed[ref] = True
            stack += [read for read in expander.nodes[ref].inputs if read >= 0]
    if all(needed):
        return tuple(expander.nodes), expander.groups, tuple(expander.written), []
    place = [0]  # old → new: how many needed nodes stand before
    for keep in needed:
        place.append(place[-1] + keep)
    owners: dict[int, int] = {}  # the first kept node of those that share weights now holds them
    nodes = []
    for old, node in enumerate(expander.nodes):
        if needed[old]:
            owner = owners.setdefault(node.shares, place[old])
            inputs = tuple(_moved(read, place) for read in node.inputs)
            nodes.append(Node(node.name, node.layer, inputs, node.work, node.line, node.file, owner))
    groups = {}
    for name, group in expander.groups.items():
        if group.output < 0 or needed[group.output]:  # an empty group passes on what it reads
            start, stop, output = place[group.start], place[group.stop], _moved(group.output, place)
            groups[name] = Group(name, group.kind, start, stop, output, group.line, group.file)
    entries = tuple(compress(expander.written, needed))
    return tuple(nodes), groups, entries, [node.name for old, node in enumerate(expander.nodes) if not needed[old]]


def _moved(ref: Ref, place: list[int]) -> Ref:
    """A node's new place; an input stays."""
    return place[ref] if ref >= 0 else ref


def _refuse_unread(found: Description, expander: Expander, inputs: list[str], last: Port) -> None:
    """Without `outputs`, every layer but the last is read by another."""
    read = {ref for node in expander.nodes for ref in node.inputs}
    for index, node in enumerate(expander.nodes):
        if index not in read and index != last:
            help = "name every output in `outputs: [...]`, or remove the entry"
            message = f"no entry reads `{node.name}`, and it is not the last"
            expander.trail.problems.add("unread", message, expander.written[index].key, help)
    for index, name in enumerate(inputs):
        if -1 - index not in read:
            expander.trail.problems.add("unread", f"no entry reads the input `{name}`", found.key_nodes.get("inputs"))


def _left_out_note(left_out: list[str]) -> str:
    roots = list(dict.fromkeys(name.partition("/")[0] for name in left_out))
    listed = ", ".join(roots[:5]) + (f" and {len(roots) - 5} more" if len(roots) > 5 else "")
    return f"left out, for it leads to no output: {listed} ({len(left_out)} layer{'s' * (len(left_out) != 1)})"
