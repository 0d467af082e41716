"""What a lint rule is, the registry that every rule enters by itself, and the network as rules see it.

A rule is a class: its docstring is the manual, its name in kebab case the code, `bad` and `good` are whole files. The
tests hold `bad` to give the finding in the line that says `# here`, and `good` to give none; the reference shows both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, ClassVar

from cnncalc.analyses.checks.rules.uses import Uses, uses
from cnncalc.core.graph import Graph, Group, Node, Ref
from cnncalc.core.layers.base import Layer
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape
from cnncalc.core.work import borders
from cnncalc.formats.source import Node as Written
from cnncalc.formats.source import Source, Text
from cnncalc.formats.yaml.document import Document
from cnncalc.formats.yaml.reading.description import Description
from cnncalc.formats.yaml.reading.entries import Entry

RULES: dict[str, Rule] = {}

LINEAR = ("conv", "transposed_conv", "dense")  # each output is a weighted sum of inputs


class Option(Record):
    """A number that the project may choose for a rule: its default, its limits, and what it says."""

    default: int
    at_least: int
    at_most: int
    help: str


class Finding(Record):
    """An objection of a rule: a sentence, and the place: a node of the graph, or what is written.

    `attribute` names the attribute at fault: where the entry gives it, that is the place. What is `idle` can be taken
    out: a key, and what is written below it.
    """

    message: str
    at: Ref | Text
    attribute: str | None = None
    help: str | None = None
    idle: bool = False


class Rule:
    """A check of a network that fits together, for what is legal and rarely meant."""

    code: ClassVar[str]
    options: ClassVar[dict[str, Option]] = {}
    bad: ClassVar[str]
    good: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "bad" in cls.__dict__:  # else a family of rules
            cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
            RULES[cls.code] = cls()

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """The findings of the rule, instance by instance."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """The first line of the manual."""
        return (self.__doc__ or "").strip().partition("\n")[0]

    @property
    def manual(self) -> str:
        """The manual below its first line, each paragraph on one line."""
        rest = (self.__doc__ or "").strip().partition("\n")[2]
        return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", rest.strip()))


class Network:
    """A graph with what rules ask of it: who reads a node, and the windows of those that slide."""

    def __init__(self, graph: Graph, document: Document) -> None:
        self.graph = graph
        self.nodes: tuple[Node, ...] = graph.nodes
        self.entries: tuple[Entry, ...] = document.entries
        self.description: Description = document.description
        self._windows: dict[tuple[int, tuple[int, ...]], tuple[Axis, ...]] = {}
        self._behind: dict[Callable[[Layer], bool], dict[Ref, Ref]] = {}

    @cached_property
    def readers(self) -> list[list[Ref]]:
        """The nodes that read each node; an output of the network has a reader more, -1."""
        found: list[list[Ref]] = [[] for _ in self.nodes]
        for index, node in enumerate(self.nodes):
            for ref in node.inputs:
                if ref >= 0:
                    found[ref].append(index)
        for index in self.output_refs:
            found[index].append(-1)
        return found

    @cached_property
    def output_refs(self) -> list[Ref]:
        """The nodes that are outputs of the network."""
        return [ref for ref in self.graph.output_refs if ref >= 0]

    @cached_property
    def uses(self) -> Uses:
        """The names that expressions read, and the blocks that are called."""
        return uses(self.description)

    def sources(self) -> list[Source]:
        """The file and those it extends or uses, as far as something of them stands in the network."""
        found = [self.description]
        nodes: list[Written] = []
        for one in found:
            nodes += [one.tree, *one.fields.values(), *one.vars.values()]
            nodes += [block.node for block in one.blocks.values()]
            nodes += [node for given in one.defaults.values() for node in given.values()]
            networks = [block.network for block in one.blocks.values() if block.network]
            found += [network for network in networks if all(network is not other for other in found)]
        return list(dict.fromkeys(node.source for node in nodes))

    def around(self, ref: Ref, calls_only: bool = False) -> Iterator[Group]:
        """The groups that a node is in, innermost first: blocks, branches, repeats; or only the calls of blocks."""
        path = self.nodes[ref].name
        while path := path.rpartition("/")[0]:
            group = self.graph.groups.get(path)
            if group is not None and (not calls_only or (group.kind in self.description.blocks and not group.copies)):
                yield group

    def of_type(self, *types: str) -> Iterator[tuple[Ref, Node]]:
        """The nodes of these types with their places."""
        return ((index, node) for index, node in enumerate(self.nodes) if node.layer.type in types)

    def of_family(self, family: str) -> Iterator[tuple[Ref, Node]]:
        """The nodes of a family of layers with their places."""
        return ((index, node) for index, node in enumerate(self.nodes) if node.layer.family == family)

    def windows(self, node: Node) -> tuple[Axis, ...]:
        """The window of a conv, pool or subsample on each axis; equal work is looked at once."""
        reads = self.graph.shape(node.inputs[0])
        before = self.nodes[node.inputs[0]].layer if node.inputs[0] >= 0 else None
        zeros = (0,) * (len(reads) - 1)
        if before is not None and before.type == "pad":
            zeros = tuple(end for _, end in before.values["padding"])
        key = id(node.work), zeros
        found = self._windows.get(key)
        if found is None:
            found = self._windows[key] = _axes(node.layer, reads, node.work.output, zeros)
        return found

    def behind(self, ref: Ref, skip: Callable[[Layer], bool]) -> Ref:
        """The nearest layer, from `ref` back along what it reads, that is not of a kind to skip; -1 for an input."""
        known = self._behind.setdefault(skip, {})  # else many readers of one long chain would walk it again and again
        walked = []
        while ref >= 0 and ref not in known and skip(self.nodes[ref].layer):
            walked.append(ref)
            ref = self.nodes[ref].inputs[0]
        found = known.get(ref, max(ref, -1))
        known.update(dict.fromkeys(walked, found))
        return found

    def written(self, ref: Ref, attribute: str) -> Written | None:
        """The value that the entry of a node has for an attribute; None where a default holds."""
        entry = self.entries[ref]
        if entry.bound is not None:
            return entry.bound.get(attribute)
        named = next((value for key, value in entry.named if key.text == attribute), None)
        place = list(self.nodes[ref].layer.attributes).index(attribute)
        return named or (entry.positional[place] if place < len(entry.positional) else None)


class Axis(Record):
    """A sliding window on one axis: `extent` is what it spans, taps and the gaps of a dilation.

    The last `zeros` positions of the `side` come from a `pad` before it.
    """

    side: int
    kernel: int
    dilation: int
    stride: int
    before: int
    after: int
    places: int
    zeros: int = 0

    @property
    def extent(self) -> int:
        """The positions that the window spans."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def unread(self) -> int:
        """Positions at the end of the input behind the last window."""
        return min(self.side, max(0, self.side + self.before - (self.places - 1) * self.stride - self.extent))


def _axes(layer: Layer, reads: Shape, output: Shape, zeros: tuple[int, ...]) -> tuple[Axis, ...]:
    values: dict[str, Any] = layer.values
    _, *sides = reads
    dilation = values.get("dilation", (1,) * len(sides))
    ends = borders(layer, reads, output)
    return tuple(
        Axis(side, values["kernel"][axis], dilation[axis], values["stride"][axis], *ends[axis], places, zeros[axis])
        for axis, (side, places) in enumerate(zip(sides, output[1:], strict=True))
    )


class WindowRule(Rule):
    """A rule that judges one sliding window by its layer and how it lies on its input."""

    types: ClassVar[tuple[str, ...]] = ("conv", "max_pool", "avg_pool", "subsample")
    attribute: ClassVar[str]

    def window(self, layer: Layer, axes: tuple[Axis, ...]) -> tuple[str, str | None] | None:
        """The fault, as written behind the layer's name, and a cure; None where all is well."""
        raise NotImplementedError

    def check(self, net: Network, options: dict[str, int]) -> Iterator[Finding]:
        """The windows at fault; equal ones are judged once."""
        judged: dict[int, tuple[str, str | None] | None] = {}
        for index, node in net.of_type(*self.types):
            axes = net.windows(node)
            if id(axes) not in judged:
                judged[id(axes)] = self.window(node.layer, axes)
            if (wrong := judged[id(axes)]) is not None:
                yield Finding(f"`{label(node)}` {wrong[0]}", index, self.attribute, wrong[1])


def label(node: Node) -> str:
    """The last part of a node's path; with the one before where it is the number of a copy.

    >>> from cnncalc import loads
    >>> label(loads("{input: {channels: 3}, layers: [relu: {repeat: 2}]}").nodes[1])
    'relu1/2'
    """
    parts = node.name.split("/")
    return "/".join(parts[-2:]) if parts[-1].isdigit() else parts[-1]


def by_axes(values: list[int]) -> str:
    """`11×11` of the sides."""
    return "×".join(map(str, values))
