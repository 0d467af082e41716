"""Changes of layers → the lines that are shown, whatever draws them: what is as it was is folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.analyses.comparing.diff import Change, Kind, count
from cnncalc.analyses.outline import describe
from cnncalc.analyses.style import Style
from cnncalc.core.analysis import Counts, GroupRow, Row
from cnncalc.core.figures import many
from cnncalc.core.record import Record

MARKS = {"added": "+", "removed": "-", "changed": "~", "moved": ">", "resized": "~", "unchanged": " "}


class ChangeLine(Record):
    """One line of a comparison by layer; counts are None for layers that are as they were."""

    kind: Kind
    label: str
    text: str
    output: str
    before: Counts | None
    after: Counts | None


def lines(changes: Sequence[Change], style: Style) -> list[ChangeLine]:
    """The lines shown: every layer that changed or costs something else, and how many lie between."""
    found: list[ChangeLine] = []
    for run in _runs(changes):
        first, last = run[0], run[-1]
        if _is_as_it_was(first):
            found.append(ChangeLine("unchanged", "", _unchanged(run), "", None, None))
            continue
        label = _label(first) if len(run) == 1 else f"{first.entry.name} … {_own_name(last.entry)}"
        was = sum((one.before.counts for one in run if one.before), Counts())
        now = sum((one.after.counts for one in run if one.after), Counts())
        text = described(first, style) if len(run) == 1 else f"{len(run)} × {described(first, style)}"
        cells = [style.plain(cell) for cell in (label, text, _output(first, style))]
        found.append(ChangeLine(first.kind, cells[0], cells[1], cells[2], was, now))
    return found


def headline(changes: Sequence[Change]) -> str:
    """The number of layers of each kind: `1 added, 2 changed, 40 unchanged`."""
    found = count(changes)
    return ", ".join(f"{number:,} {kind}" for kind, number in found.items()) or "no layers"


def _label(change: Change) -> str:
    """A name as it is, and what it was: `b1/c3 → c4`; in another place, `b1/c3 → b2/c3`."""
    if not (change.before and change.after) or change.before.name == change.after.name:
        return change.entry.name
    beside = change.before.name.rpartition("/")[0] == change.after.name.rpartition("/")[0]
    return f"{change.before.name} → {_own_name(change.after) if beside else change.after.name}"


def _is_as_it_was(change: Change) -> bool:
    costs = change.grown("params") or change.grown("multiplies") or change.grown("buffers")
    return change.kind == "unchanged" or (change.kind == "resized" and not costs)


def _runs(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Neighbours that are one line: those as they were, and equal ones that stand side by side."""
    run: list[Change] = []
    for change in changes:
        if run and not _together(run[-1], change):
            yield run
            run = []
        run.append(change)
    if run:
        yield run


def _together(one: Change, other: Change) -> bool:
    if _is_as_it_was(one) or _is_as_it_was(other):
        return _is_as_it_was(one) and _is_as_it_was(other)
    return (
        one.kind == other.kind
        and one.kind in ("added", "removed", "changed")
        and one.differences == other.differences
        and _alike(one.before, other.before)
        and _alike(one.after, other.after)
    )


def _alike(one: Row | GroupRow | None, other: Row | GroupRow | None) -> bool:
    """Whether two entries of one list are the same but for their place."""
    if one is None or other is None:
        return one is other
    if one.name.rpartition("/")[0] != other.name.rpartition("/")[0] or one.counts != other.counts:
        return False
    if isinstance(one, Row) and isinstance(other, Row):
        return one.type == other.type and one.layer.values == other.layer.values
    if isinstance(one, GroupRow) and isinstance(other, GroupRow):
        return one.kind == other.kind and one.stop - one.start == other.stop - other.start
    return False


def _unchanged(run: Sequence[Change]) -> str:
    layers = sum(one.layers for one in run)
    resized = sum(one.layers for one in run if one.kind == "resized")
    if resized == layers:
        return f"{layers:,} resized"
    return f"{layers:,} unchanged" + (f", {resized:,} of them resized" if resized else "")


def described(change: Change, style: Style) -> str:
    """The change of a layer: `filters 64 → 128`, or what it is where it is new or gone."""
    entry = change.entry
    own = describe(entry) if isinstance(entry, Row) else f"{entry.description}, {many(change.layers, 'layer')}"
    if change.kind in ("added", "removed"):
        return own
    if change.kind == "moved":
        old = change.before
        return f"{own}, was after {old.inputs[0]}" if isinstance(old, Row) else own
    parts = []
    for what, before, after in change.differences:
        if what == "type" and change.before:
            parts.append(f"{_described(change.before)} → {_described(entry)}")
            break
        if what == "share":
            parts.append(f"weights of {after}" if after != "none" else "weights of its own")
        elif what != "name":
            parts.append(f"{what} {before} → {after}")
    if not parts and isinstance(change.before, Row) and isinstance(entry, Row):
        was, now = (", ".join(map(style.shape, row.input_shapes)) for row in (change.before, entry))
        parts.append(f"reads {was} → {now}" if was != now else own)
    return ", ".join(parts) or "changed inside"


def _described(entry: Row | GroupRow) -> str:
    return describe(entry) if isinstance(entry, Row) else entry.description


def _output(change: Change, style: Style) -> str:
    shapes = [style.shape(one.output_shape) for one in (change.before, change.after) if one]
    return " → ".join(dict.fromkeys(shapes))


def _own_name(entry: Row | GroupRow) -> str:
    return entry.name.rpartition("/")[2]
