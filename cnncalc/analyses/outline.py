"""Analysis → the lines of a summary, for a depth of folding. Whatever the depth, the figures shown add up."""

from __future__ import annotations

from typing import Any

from cnncalc.analyses.measures import MEASURES, Measure, Value
from cnncalc.core.analysis import Analysis, Counts, GroupRow, Row
from cnncalc.core.formula import written
from cnncalc.core.layers.base import COUNTS, PER_AXIS, Layer
from cnncalc.core.record import Record
from cnncalc.core.shape import Shape


class SummaryLine(Record):
    """One line of a summary: an entry, or `others` summed up. `counts` is None for a heading, whose layers follow."""

    name: str
    label: str
    level: int
    description: str
    entry: Row | GroupRow | None
    output: Shape | None
    counts: Counts | None
    others: tuple[Row | GroupRow, ...] = ()

    def value(self, measure: Measure, analysis: Analysis) -> Value:
        """The value of what the line stands for; a heading has none."""
        if self.counts is None:
            return None
        return measure.value(analysis, self.entry) if self.entry else measure.together(analysis, self.others)

    def sign(self, measure: Measure, analysis: Analysis) -> str:
        """The sign before the value: `≥ ` where it is a lower bound; a heading has none."""
        if self.counts is None:
            return ""
        return measure.sign_of(analysis, (self.entry,) if self.entry else self.others)


def outline(
    analysis: Analysis, depth: int | None = 1, *, sort: str | None = None, top: int | None = None
) -> list[SummaryLine]:
    """The lines at a depth (None: all the way down): entries of so many path segments, deeper ones folded.

    `sort` orders the lines by a measure, largest first; `top` keeps so many and sums up the others in one line.
    """
    if depth == 0:
        return []
    lines = _unfolded(analysis, depth)
    if sort or top:
        lines = [line for line in lines if line.counts is not None]
        lines = [SummaryLine(line.name, line.name, 0, *_rest(line)) for line in lines]
        if sort:
            measure = MEASURES[sort]
            lines.sort(key=lambda line: largest_first(line.value(measure, analysis)))
        if top and len(lines) > top:
            others = tuple(line.entry for line in lines[top:] if line.entry)
            label = f"… {len(others)} others"
            counts = sum((entry.counts for entry in others), Counts())
            lines = [*lines[:top], SummaryLine(label, label, 0, "", None, None, counts, others)]
    return lines


def largest_first(value: Value) -> tuple[bool, Value]:
    """The key by which values are sorted; what has none stands last."""
    return value is None, value if value is None else -value


def _rest(line: SummaryLine) -> tuple[str, Row | GroupRow | None, Shape | None, Counts | None]:
    return line.description, line.entry, line.output, line.counts


def parts(analysis: Analysis) -> dict[str, list[Row | GroupRow]]:
    """The entries directly below each path, in the order of the network; those of the file below the empty path."""
    found: dict[str, list[tuple[int, bool, int, Row | GroupRow]]] = {}
    for order, group in enumerate(analysis.groups.values()):
        found.setdefault(group.name.rpartition("/")[0], []).append(
            (group.start, group.stop > group.start, order, group)
        )
    for index, row in enumerate(analysis.rows):
        found.setdefault(row.name.rpartition("/")[0], []).append((index, True, 0, row))
    return {
        path: [child[3] for child in sorted(children, key=lambda child: child[:3])] for path, children in found.items()
    }


def _unfolded(analysis: Analysis, depth: int | None) -> list[SummaryLine]:
    below = parts(analysis)
    lines: list[SummaryLine] = []
    stack: list[tuple[int, Row | GroupRow]] = [(0, entry) for entry in reversed(below.get("", []))]
    while stack:
        level, entry = stack.pop()
        label = entry.name.rpartition("/")[2]
        opened = isinstance(entry, GroupRow) and entry.name in below and (depth is None or level + 1 < depth)
        counts = None if opened else entry.counts
        lines.append(
            SummaryLine(
                entry.name, label, level, describe(entry), entry, None if opened else entry.output_shape, counts
            )
        )
        if opened:
            stack += [(level + 1, child) for child in reversed(below[entry.name])]
    return lines


def describe(entry: Row | GroupRow) -> str:
    """An entry as a lecturer would write it: `conv 5×5, 256, same, groups 2`."""
    if isinstance(entry, Row):
        text = describe_layer(entry.layer, entry.input_shapes[0][0])
        text = f"{text}, weights of {entry.shares}" if entry.shares else text
    else:
        text = "identity" if entry.start == entry.stop else entry.description
    return f"{text}, frozen" if 0 < entry.counts.frozen == entry.counts.params else text


def describe_layer(layer: Layer, channels: int, spelled: bool = False) -> str:
    """A layer's type, window and size, and every attribute that is not at its default; `spelled`: `96 filters`."""
    parts = [_attribute(layer, name, value, channels, spelled) for name, value in layer.values.items()]
    listed = [part for part in parts if part]
    kernel = layer.values.get("kernel")
    head = f"{layer.type} {_per_axis(kernel, True)}" if kernel else layer.type
    if not kernel and listed and (listed[0].replace(",", "").isdigit() or _begins_with_a_word(layer)):
        head = f"{head} {listed.pop(0)}"
    return ", ".join([head, *listed])


def _begins_with_a_word(layer: Layer) -> bool:
    first = next(iter(layer.attributes.values()))
    return first.required and first.kind == "Word"


def _attribute(layer: Layer, name: str, value: Any, channels: int, spelled: bool) -> str:
    declared = layer.attributes[name]
    if name == "kernel" or value is None or (layer.unknown and name in COUNTS):
        return ""
    if declared.kind == "int" and isinstance(declared.default, str) and value == layer.values[declared.default[1:]]:
        return ""
    if declared.kind == "bool":
        if name == "shared" and not value:
            return "locally connected"
        return "" if value is declared.default else name if value else f"no {name}"
    if name in ("filters", "units"):
        return f"{value} {name}" if spelled else str(value)
    if name == "groups" and not declared.required and value == channels > 1:
        return "depthwise"
    if declared.kind == "Padding":
        if isinstance(value, str):
            return f"padding {value}" if spelled else value
        shown = tuple(before if before == after else f"{before}+{after}" for before, after in value)
        return "" if not any(before or after for before, after in value) else f"{name} {_per_axis(shown)}"
    if declared.kind == "Table":
        return f"{sum(map(len, value))} connections"
    if declared.kind in PER_AXIS:
        default = declared.default
        return "" if set(value) == {default} else f"{name} {_per_axis(value)}"
    if declared.kind == "Dims":
        return "×".join(map(str, (*value[1:], value[0])))
    if value == declared.default:
        return ""
    return str(value) if declared.kind in ("Word", "Name") else f"{name} {value}"


def written_attribute(layer: Layer, name: str) -> str:
    """The value of one attribute, whether it is the default or not: `3×3`, `same`, `true`."""
    value = layer.values[name]
    kind = layer.attributes[name].kind
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if kind == "Padding" and not isinstance(value, str):
        return _per_axis(tuple(before if before == after else f"{before}+{after}" for before, after in value))
    if kind in PER_AXIS:
        return _per_axis(value, always=name == "kernel")
    if kind == "Dims":
        return "×".join(map(str, (*value[1:], value[0])))
    if kind == "Table":
        return f"{sum(map(len, value))} connections"
    return str(value)


def _per_axis(values: Any, always: bool = False) -> str:
    same = len(set(values)) == 1 and not always
    return written(values[0]) if same else "×".join(map(written, values))
