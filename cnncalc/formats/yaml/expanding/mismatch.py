"""Tensors that a merge cannot join: what is said of them, and a cure."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.core.graph import Node
from cnncalc.core.layers.base import Layer
from cnncalc.core.shape import Shape, written_shape
from cnncalc.formats.yaml.expanding.scope import Port
from cnncalc.formats.yaml.expanding.trail import Trail
from cnncalc.formats.yaml.reading.entries import Entry


def report_mismatch(
    entry: Entry,
    layer: Layer,
    path: str,
    reads: list[Port],
    shapes: tuple[Shape, ...],
    nodes: Sequence[Node],
    trail: Trail,
) -> None:
    """Say which shapes a merge was to join, and where they come from."""
    branches = entry.branches or []
    labels = [branch.name.text if branch.name else f"branch {index + 1}" for index, branch in enumerate(branches)]
    if not labels:
        labels = [node.text for node in entry.reads or ()]
    listed = ", ".join(f"{label} {written_shape(shape)}" for label, shape in zip(labels, shapes, strict=True))
    verb = {"add": "adds", "multiply": "multiplies", "concat": "joins", "distance": "compares"}[layer.type]
    sizes = "sizes" if layer.alike == "sides" else "shapes"
    message = f"`{path.rpartition('/')[2]}` {verb} tensors of different {sizes}: {listed}"
    notes = tuple(f"`{label}` comes from {_origin(ref, nodes)}" for label, ref in zip(labels, reads, strict=True))
    trail.add("shape-mismatch", message, entry.key, _cure(layer, shapes), notes, path)


def _origin(ref: Port, nodes: Sequence[Node]) -> str:
    if ref is None or ref < 0:
        return "the input"
    node = nodes[ref]
    return f"`{node.name}` ({node.file}:{node.line})"


def _cure(layer: Layer, shapes: tuple[Shape, ...]) -> str | None:
    if layer.type != "add" or len(shapes) != 2 or {len(shape) for shape in shapes} != {3}:
        return None
    main, shortcut = shapes
    stride = -(-shortcut[1] // main[1])
    if any(-(-large // stride) != small for large, small in zip(shortcut[1:], main[1:], strict=True)):
        return None
    of_stride = f" of stride {stride}" if stride > 1 else ""
    return f"project the shortcut with a 1×1 conv{of_stride} and {main[0]} filters"
