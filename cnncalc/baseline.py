"""Baselines: a file's totals grow no further than is allowed, from recorded figures or from an older version in git."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from json import dumps, loads
from typing import Any, NamedTuple

from cnncalc import git
from cnncalc.analysis import QUANTITIES, Analysis, Counts, GroupRow, Row, analyze
from cnncalc.build import load_source
from cnncalc.changes import described
from cnncalc.columns import Style
from cnncalc.diff import Change, differences
from cnncalc.growth import Allowed, exceeded, figures, message
from cnncalc.outline import outline
from cnncalc.problem import Problem, ProblemsFound, Where
from cnncalc.source import Source, fail, read_file

FORMAT = 1
_LAYER = ("params", "multiplies", "activations")  # what is recorded of each top-level entry
_MOST = 10**30  # beyond any total of a network within the limits
_MOST_NAMED = 3  # layers that a problem names


def _of_its_own(source: Source) -> bool:
    """Whether a source is a file that has a history: not a bundled one, nor standard input."""
    return not source.bundled and source.name != "<stdin>"


@dataclass(frozen=True)
class Against:
    """Each file beside itself at a ref: a finder of problems for Checks."""

    ref: str
    allowed: Allowed
    vars: Mapping[str, str] = field(default_factory=dict)
    input_size: str | None = None

    def __call__(self, source: Source, analysis: Analysis) -> Iterator[Problem | str]:
        if not _of_its_own(source):
            yield f"no baseline: {source.name} has no version in git"
            return
        path = git.split(source.name)[1] if source.name.startswith(git.PREFIX) else source.name
        older = git.read_at(self.ref, path)
        if older is None:
            yield f"new since {self.ref}"
            return
        try:
            before = analyze(load_source(older, set=dict(self.vars), input_size=self.input_size))
        except ProblemsFound as error:
            yield f"no baseline: at {self.ref} the file could not be used: {error.problems[0].message}"
            return
        grown = exceeded(figures(before.totals), figures(analysis.totals), self.allowed)
        changes = differences(before, analysis) if grown else []
        names = " ".join(map(shlex.quote, (older.name, source.name)))
        for quantity in grown:
            blamed = _blamed(changes, quantity)
            yield Problem(
                "baseline",
                self._message(quantity, before.totals, analysis.totals),
                _changed_place(blamed[0].entry, source, older, analysis) if blamed else Where(source.name, 1, 1),
                tuple(_note(change, quantity) for change in blamed[:_MOST_NAMED]),
                f"`cnncalc compare {names} --by-layer` shows all that changed",
            )

    def gone(self) -> list[str]:
        """What is no longer in a repository is no longer checked."""
        return []

    def _message(self, quantity: str, before: Counts, after: Counts) -> str:
        return message(quantity, figures(before)[quantity], figures(after)[quantity], self.allowed, f" at {self.ref}")


def _blamed(changes: Iterable[Change], quantity: str) -> list[Change]:
    """The layers that grew: first one that was itself changed or added, the largest; then the others, largest first."""
    counted = "params" if quantity == "size" else quantity
    grown = [change for change in changes if change.grown(counted) > 0]
    return sorted(
        grown,
        key=lambda change: (change is not _cause(grown, counted), -change.grown(counted)),
    )


def _cause(grown: list[Change], quantity: str) -> Change | None:
    own = [change for change in grown if change.kind != "resized"] or grown
    return max(own, key=lambda change: change.grown(quantity), default=None)


def _note(change: Change, quantity: str) -> str:
    counted = "params" if quantity == "size" else quantity
    was, is_ = (getattr(one.counts, counted) if one else 0 for one in (change.before, change.after))
    new = ", new" if change.before is None else ""
    return f"`{change.entry.name}`{new} ({described(change, Style())}): {counted} {was:,} → {is_:,}"


def _changed_place(entry: Row | GroupRow, source: Source, older: Source, analysis: Analysis) -> Where:
    """The line that made a layer what it is: its own, else that of a block around it, else the one place that changed.

    A layer inside a block may be another one because the block is called with another number, one of a parent because
    the file sets another var.
    """
    parts = entry.name.split("/")
    around = [analysis.groups.get("/".join(parts[:length])) for length in range(len(parts) - 1, 0, -1)]
    versions = {source.name: (source, older)}
    for one in (entry, *(group for group in around if group)):
        if one.file not in versions:
            versions[one.file] = _parent(one.file, source, older)
        now, before = versions[one.file]
        if one.line in _new_lines(now, before):
            return now.at_line(one.line)
    for now, before in versions.values():
        changed = _new_lines(now, before)
        if len(changed) == 1:  # a var, a default
            return now.at_line(changed[0])
    return _place(entry, source)


def _parent(file: str, source: Source, older: Source) -> tuple[Source, Source]:
    """A file that a source extends, now and in the older version; the source twice where there are not both."""
    now = _beside(file, source)
    try:
        before = older.tree.read(os.path.relpath(file, older.tree.folder or ".")) if now and older.tree else None
    except ProblemsFound:
        before = None
    return (now, before) if now and before else (source, source)


def _beside(file: str, source: Source) -> Source | None:
    """A file that a source extends; None for a bundled one, whose name is without a folder."""
    if not file.startswith(os.path.join(os.path.dirname(source.name), "")) or not os.path.isfile(file):
        return None
    try:
        return read_file(file, file)
    except ProblemsFound:
        return None


def _new_lines(now: Source, before: Source) -> list[int]:
    """The lines that an older version does not have."""
    known = set(before.text.splitlines())
    return [number for number, line in enumerate(now.text.splitlines(), 1) if line not in known]


def _place(entry: Row | GroupRow, source: Source) -> Where:
    """The line of an entry, also in a file that this one extends."""
    file = source if entry.file == source.name else _beside(entry.file, source)
    return file.at_line(entry.line) if file else Where(entry.file, entry.line, 1)


# ------------------------------------------------------------------------------------------------ recorded figures


class Figures(NamedTuple):
    """What is recorded of a file: its totals, and the figures of its top-level entries in their order."""

    totals: dict[str, int]
    layers: dict[str, dict[str, int]]


def recorded(analysis: Analysis) -> Figures:
    """What a baseline keeps of a network.

    >>> import cnncalc
    >>> recorded(cnncalc.analyze(cnncalc.load("lenet5"))).layers["C1"]
    {'params': 156, 'multiplies': 117600, 'activations': 4704}
    """
    layers = {}
    for line in outline(analysis, 1):
        kept = {quantity: getattr(line.counts, quantity) for quantity in _LAYER}
        if kept["params"] or kept["multiplies"]:
            layers[line.name] = kept
    return Figures({quantity: getattr(analysis.totals, quantity) for quantity in QUANTITIES}, layers)


class Recorder:
    """Keeps the figures of every file that is checked: a finder for Checks that finds nothing."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.files: dict[str, Figures] = {}

    def __call__(self, source: Source, analysis: Analysis) -> Iterator[Problem | str]:
        if not _of_its_own(source) or source.name.startswith(git.PREFIX):
            yield f"{source.name} is no file of this folder, and is not recorded"
        else:
            self.files[_key(source.name, self.path)] = recorded(analysis)

    def text(self) -> str:
        """The baseline file: sorted by path, one line for each figure's owner, so that changes of it read well."""
        parts = []
        for name in sorted(self.files):
            totals, layers = self.files[name]
            lines = ",\n    ".join(f"{dumps(layer)}: {dumps(kept)}" for layer, kept in layers.items())
            listed = f"{{\n    {lines}\n   }}" if layers else "{}"
            owner = dumps(name, ensure_ascii=False)
            parts.append(f'  {owner}: {{\n   "totals": {dumps(totals)},\n   "layers": {listed}\n  }}')
        files = ",\n".join(parts)
        return f'{{\n "cnncalc_baseline": {FORMAT},\n "files": {{\n{files}\n }}\n}}\n'


def _key(name: str, baseline: str) -> str:
    """A file by its path from the folder of the baseline file: the same from whichever folder it is checked."""
    folder = os.path.realpath(os.path.dirname(baseline) or ".")
    return os.path.relpath(os.path.realpath(name), folder).replace(os.sep, "/")


class Recorded:
    """Each file beside its figures in a baseline file: a finder of problems for Checks."""

    def __init__(self, path: str, allowed: Allowed) -> None:
        self.path = path
        self.allowed = allowed
        self.files = read(path)

    def __call__(self, source: Source, analysis: Analysis) -> Iterator[Problem | str]:
        name = os.path.basename(self.path)
        if not _of_its_own(source) or source.name.startswith(git.PREFIX):
            yield f"no baseline: {source.name} is no file of this folder"
            return
        if analysis.graph and analysis.graph.changed:
            yield "the baseline is not compared: vars or the input size were changed"
            return
        before = self.files.get(_key(source.name, self.path))
        if before is None:
            yield f"new since {name}: `--write-baseline {self.path}` records it"
            return
        now = recorded(analysis)
        was, is_ = _with_size(before.totals), figures(analysis.totals)
        for quantity in exceeded(was, is_, self.allowed):
            grown = _grown(before, now, quantity)
            yield Problem(
                "baseline",
                message(quantity, was[quantity], is_[quantity], self.allowed, f" in {name}"),
                _first_place(grown, source, analysis),
                tuple(grown[layer] for layer in list(grown)[:_MOST_NAMED]),
                f"where this is meant, `--write-baseline {self.path}` records it",
            )

    def gone(self) -> list[str]:
        """The files that are in the baseline and no longer there."""
        folder = os.path.dirname(self.path)
        return [name for name in self.files if not os.path.exists(os.path.join(folder, name))]


def _grown(before: Figures, now: Figures, quantity: str) -> dict[str, str]:
    """What is said of each top-level entry that grew, in the order of the network: what comes first is the cause."""
    counted = quantity if quantity in _LAYER else "multiplies" if quantity == "multiplies" else "params"
    found = {}
    for name, kept in now.layers.items():
        was, is_ = before.layers.get(name, {}).get(counted, 0), kept[counted]
        if is_ > was:
            found[name] = f"`{name}`{'' if name in before.layers else ', new'}: {counted} {was:,} → {is_:,}"
    return found


def _first_place(grown: Mapping[str, str], source: Source, analysis: Analysis) -> Where:
    entry = analysis.find(next(iter(grown))) if grown else None
    return _place(entry, source) if entry else Where(source.name, 1, 1)


def _with_size(totals: Mapping[str, int]) -> dict[str, int]:
    return {**totals, "size": 4 * totals["params"]}


def read(path: str) -> dict[str, Figures]:
    """The files of a baseline, by their path from its folder; raises ProblemsFound where it is none."""
    source = read_file(path, path)
    try:
        found = loads(source.text)
    except (ValueError, RecursionError):
        raise _not_a_baseline(path, "it is not JSON") from None
    if not isinstance(found, dict) or "cnncalc_baseline" not in found:
        raise _not_a_baseline(path, "it has no `cnncalc_baseline`")
    if found["cnncalc_baseline"] != FORMAT:
        raise _not_a_baseline(path, f"its format is {str(found['cnncalc_baseline'])[:20]}, this program reads {FORMAT}")
    files = found.get("files")
    if not isinstance(files, dict):
        raise _not_a_baseline(path, "`files` is no mapping")
    return {name: _figures(path, name, value) for name, value in files.items()}


def _figures(path: str, name: str, value: Any) -> Figures:
    value = value if isinstance(value, dict) else {}
    totals, layers = _counts(value.get("totals"), QUANTITIES), value.get("layers")
    if totals is None or not isinstance(layers, dict):
        raise _not_a_baseline(path, f"the figures of `{name}` are none")
    found = {}
    for layer, kept in layers.items():
        counts = _counts(kept, _LAYER)
        if counts is None:
            raise _not_a_baseline(path, f"the figures of `{layer}` of `{name}` are none")
        found[layer] = counts
    return Figures(totals, found)


def _counts(value: Any, quantities: tuple[str, ...]) -> dict[str, int] | None:
    """These quantities of a JSON value; None where one of them is no number of things."""
    found: dict[str, int] = {}
    for quantity in quantities if isinstance(value, dict) else ():
        count = value.get(quantity)
        if type(count) is int and 0 <= count <= _MOST:
            found[quantity] = count
    return found if len(found) == len(quantities) else None


def _not_a_baseline(path: str, why: str) -> ProblemsFound:
    help = f"`cnncalc check FILE... --write-baseline {path}` writes one"
    return fail("unreadable", f"`{path}` is no baseline: {why}", help=help)


# ------------------------------------------------------------------------------------------------ which of the two


def named(
    baseline: str, allowed: Allowed, vars: Mapping[str, str], input_size: str | None, folder: str = ""
) -> Against | Recorded:
    """What `--baseline` means: a file where there is one of that name, else a version in git.

    Raises ProblemsFound where it is neither.
    """
    if os.path.exists(baseline):
        return Recorded(baseline, allowed)
    if baseline.endswith(".json"):
        help = f"`cnncalc check FILE... --write-baseline {baseline}` writes one"
        raise fail("unreadable", f"cannot read `{baseline}`: no such file", help=help)
    git.must_exist(baseline, folder)
    return Against(baseline, allowed, vars, input_size)
