"""Recorded figures: a baseline file, how it is written and what it holds files to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from json import dumps, loads
from typing import Any, NamedTuple

from cnncalc.analyses.checks.baselines.growth import Allowed, exceeded, figures, message
from cnncalc.analyses.checks.baselines.places import MOST_NAMED, of_its_own, place
from cnncalc.analyses.outline import outline
from cnncalc.core.analysis import QUANTITIES, Analysis
from cnncalc.core.problem import Origin, Place, Problem, ProblemsFound, fail
from cnncalc.formats import git
from cnncalc.formats.source import Source, read_file
from cnncalc.formats.writing import shown

FORMAT = 1
_LAYER = ("params", "multiplies", "activations")  # what is recorded of each top-level entry
_MOST = 10**30  # beyond any total of a network within the limits


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
        self._paths: dict[str, str] = {}

    def __call__(self, source: Source, analysis: Analysis) -> Iterator[Problem | str]:
        if not of_its_own(source) or source.name.startswith(git.PREFIX):
            yield f"{source.name} is no file of this folder, and is not recorded"
            return
        key, path = _key(source.name, self.path), os.path.realpath(source.name)
        if self._paths.setdefault(key, path) == path:
            self.files[key] = recorded(analysis)
        else:
            yield f"{source.name} is not recorded: another file, whose name is not UTF-8 either, is shown by this name"

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
    return shown(os.path.relpath(os.path.realpath(name), folder).replace(os.sep, "/"))


class Recorded:
    """Each file beside its figures in a baseline file: a finder of problems for Checks."""

    def __init__(self, path: str, allowed: Allowed) -> None:
        self.path = path
        self.allowed = allowed
        self.files = read(path)

    def __call__(self, source: Source, analysis: Analysis) -> Iterator[Problem | str]:
        name = os.path.basename(self.path)
        if not of_its_own(source) or source.name.startswith(git.PREFIX):
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
                tuple(grown[layer] for layer in list(grown)[:MOST_NAMED]),
                f"where this is meant, `--write-baseline {self.path}` records it",
            )

    def gone(self) -> list[str]:
        """The files that are in the baseline and no longer there."""
        folder = os.path.dirname(self.path)
        return [
            name for name in self.files if not os.path.exists(os.path.join(folder, name)) and not _signs(folder, name)
        ]


def _signs(folder: str, name: str) -> bool:
    """Whether a name stands for one that is not UTF-8 and is there: each sign in it is some byte."""
    from glob import escape, glob

    sign = "\N{REPLACEMENT CHARACTER}"
    return sign in name and bool(glob(escape(name).replace(sign, "?"), root_dir=folder or None))


def _grown(before: Figures, now: Figures, quantity: str) -> dict[str, str]:
    """What is said of each top-level entry that grew, in the order of the network: what comes first is the cause."""
    counted = quantity if quantity in _LAYER else "multiplies" if quantity == "multiplies" else "params"
    found = {}
    for name, kept in now.layers.items():
        was, is_ = before.layers.get(name, {}).get(counted, 0), kept[counted]
        if is_ > was:
            found[name] = f"`{name}`{'' if name in before.layers else ', new'}: {counted} {was:,} → {is_:,}"
    return found


def _first_place(grown: Mapping[str, str], source: Source, analysis: Analysis) -> Origin:
    entry = analysis.find(next(iter(grown))) if grown else None
    return place(entry, source) if entry else Place(source.name, 1, 1)


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
