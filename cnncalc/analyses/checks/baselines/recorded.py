"""Recorded figures: a baseline file, how it is written and what it holds files to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from json import dumps, loads
from typing import Any

from cnncalc.analyses.checks.baselines.growth import Allowed, exceeded, figures, message
from cnncalc.analyses.checks.baselines.own import Own
from cnncalc.analyses.checks.baselines.places import MOST_NAMED, of_its_own, place
from cnncalc.analyses.checks.budget import Held
from cnncalc.analyses.measures import MEASURES, Measure, Use, Value, used
from cnncalc.analyses.outline import outline
from cnncalc.core.analysis import Analysis, Counts
from cnncalc.core.figures import told
from cnncalc.core.problem import Origin, Place, Problem, ProblemsFound, fail
from cnncalc.core.record import Record
from cnncalc.formats import git
from cnncalc.formats.changes import Index
from cnncalc.formats.source import Source, read_file, relative
from cnncalc.formats.writing import shown, shown_json

FORMAT = 1
_MOST = 10**30  # beyond any total of a network within the limits
_COUNTS = Counts._fields
_NEEDED = tuple(name for name in _COUNTS if name != "frozen")  # which nobody could write when baselines were first
Values = dict[str, Value]  # by quantity


class Figures(Record):
    """The record of a file: its totals, and the figures of its top-level entries in their order."""

    totals: Values
    layers: dict[str, Values]


def recorded(analysis: Analysis) -> Figures:
    """The figures that a baseline keeps of a network.

    >>> import cnncalc
    >>> recorded(cnncalc.analyze(cnncalc.load("lenet5"))).layers["C1"]
    {'params': 156, 'multiplies': 117600, 'activations': 4704}
    """
    held, headline = used(Use.HELD), used(Use.HEADLINE)
    layers = {}
    for line in outline(analysis, 1):
        kept = {name: measure.value(analysis, line.entry) for name, measure in held.items()}
        if any(kept[name] for name in headline):
            layers[line.name] = kept
    totals = {name: measure.value(analysis) for name, measure in used(Use.FIGURES).items()}
    return Figures(totals, layers)


class Recorder:
    """A record of the figures of every file that is checked: a finder for Checks that finds nothing."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.files: dict[str, Figures] = {}
        self._paths: dict[str, str] = {}

    def __call__(self, source: Source, analysis: Analysis) -> tuple[()]:
        if not of_its_own(source) or source.name.startswith(git.PREFIX):
            raise fail("unreadable", f"{source.name} is no file of this folder, and is not recorded")
        key, path = _key(source.name, self.path), os.path.realpath(source.name)
        if self._paths.setdefault(key, path) != path:
            why = "another file, whose name is not UTF-8 either, is shown by this name"
            raise fail("unreadable", f"{source.name} is not recorded: {why}")
        self.files[key] = recorded(analysis)
        return ()

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
        return shown_json(f'{{\n "cnncalc_baseline": {FORMAT},\n "files": {{\n{files}\n }}\n}}\n')


def _key(name: str, baseline: str) -> str:
    """A file by its path from the folder of the baseline file: the same from whichever folder it is checked."""
    folder = os.path.realpath(os.path.dirname(baseline) or ".")
    return shown(relative(os.path.realpath(name), folder).replace(os.sep, "/"))


class Recorded:
    """Each file beside its figures in a baseline file: a finder of problems for Checks.

    With an `index` the baseline file is the one in it, unless it has none.
    """

    def __init__(self, path: str, allowed: Callable[[Source], Allowed], index: Index | None = None) -> None:
        self.path = path
        self.allowed = allowed
        self.index = index
        self.files = read(path, index)

    def __call__(self, source: Source, analysis: Analysis) -> Iterator[Problem | str]:
        name = os.path.basename(self.path)
        if not of_its_own(source) or source.name.startswith(git.PREFIX):
            raise fail("unreadable", f"no baseline: {source.name} is no file of this folder")
        if analysis.graph and analysis.graph.changed:
            raise fail("unreadable", f"no baseline: {self.path} records other vars or another input size")
        before = self.files.get(_key(source.name, self.path))
        if before is None:
            if not (gone := self.gone()):
                yield f"new since {name}: `--write-baseline {self.path}` records it"
                return
            said = f"new since {name}, where `{gone[0]}`{' and others are' if gone[1:] else ' is'} gone: renamed?"
            cure = f"`--write-baseline {self.path}` records the files that there are"
            yield Problem("baseline", said, Place(source.name, 1, 1), help=cure)
            return
        own = Own(analysis)
        allowed = own.over(self.allowed(source))
        now, was, is_ = recorded(analysis), before.totals, figures(analysis, allowed)
        if unknown := [quantity for quantity in allowed if quantity not in was]:
            help = f"`--write-baseline {self.path}` records it"
            yield Problem(
                "baseline", f"{', '.join(unknown)} not recorded in {name}", Place(source.name, 1, 1), help=help
            )
        known = {quantity: allowance for quantity, allowance in allowed.items() if quantity in was}
        for quantity in exceeded(was, is_, known):
            grown = _grown(before, now, quantity)
            yield Problem(
                "baseline",
                message(quantity, was[quantity], is_[quantity], allowed[quantity], f" in {name}"),
                _first_place(grown, source, analysis),
                tuple(grown[layer] for layer in list(grown)[:MOST_NAMED]),
                f"where this is meant, `--write-baseline {self.path}` records it",
                reason=quantity,
            )
        for growth, value, entry in own.named:
            layer = before.layers.get(entry.name, {})
            if growth.quantity not in layer:
                help = "a baseline file has params, multiplies and activations of top-level entries; git has all"
                yield Problem(
                    "baseline", f"`{growth.name}` {growth.quantity} not recorded in {name}", growth.where, help=help
                )
            elif growth.allowance.exceeded(layer[growth.quantity], value):
                said = message(
                    growth.quantity, layer[growth.quantity], value, growth.allowance, f" in {name}", growth.name
                )
                yield Problem("baseline", said, place(entry, source), reason=f"{growth.name} {growth.quantity}")
        yield from own.loose(lambda held: _value(before, held), f"in {name}")

    def gone(self) -> list[str]:
        """The files that are in the baseline and no longer there."""
        folder = os.path.dirname(self.path)
        there = self.index.has if self.index else os.path.exists
        return [name for name in self.files if not there(os.path.join(folder, name)) and not _signs(folder, name)]


def _value(before: Figures, held: Held) -> Value:
    """The recorded value of what is held to a limit."""
    return (before.totals if held.name == "total" else before.layers.get(held.name, {})).get(held.quantity)


def _signs(folder: str, name: str) -> bool:
    """Whether a name stands for one that is not UTF-8 and is there: each sign in it is some byte."""
    from glob import escape, glob

    sign = "\N{REPLACEMENT CHARACTER}"
    return sign in name and bool(glob(escape(name).replace(sign, "?"), root_dir=folder or None))


def _grown(before: Figures, now: Figures, quantity: str) -> dict[str, str]:
    """What is said of each top-level entry that grew, in the order of the network: what comes first is the cause."""
    counted = quantity if quantity in used(Use.HELD) else "params"
    found = {}
    for name, kept in now.layers.items():
        is_ = kept[counted]
        was = before.layers[name].get(counted, is_) if name in before.layers else 0
        if (is_ or 0) > (was or 0):
            found[name] = f"`{name}`{'' if name in before.layers else ', new'}: {counted} {told(was)} → {told(is_)}"
    return found


def _first_place(grown: Mapping[str, str], source: Source, analysis: Analysis) -> Origin:
    entry = analysis.find(next(iter(grown))) if grown else None
    return place(entry, source) if entry else Place(source.name, 1, 1)


def read(path: str, index: Index | None = None) -> dict[str, Figures]:
    """The files of a baseline, by their path from its folder; raises ProblemsFound where it is none."""
    return figures_of((index.read(path) if index else None) or read_file(path, path), path)


def figures_of(source: Source, path: str) -> dict[str, Figures]:
    """The files of a baseline by its text; raises ProblemsFound where it is none."""
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
    totals, layers = _values(value.get("totals"), (*_NEEDED, *used(Use.HEADLINE))), value.get("layers")
    if totals is None or not isinstance(layers, dict):
        raise _not_a_baseline(path, f"the figures of `{name}` are none")
    found = {}
    for layer, kept in layers.items():
        values = _values(kept, used(Use.HEADLINE))
        if values is None:
            raise _not_a_baseline(path, f"the figures of `{layer}` of `{name}` are none")
        found[layer] = values
    counts = Counts(*(int(totals.get(part) or 0) for part in _COUNTS))  # they tell, too, what is not recorded by itself
    return Figures({name: one.of(counts) for name, one in MEASURES.items() if one.of} | totals, found)


def _values(value: Any, needed: Iterable[str]) -> Values | None:
    """The quantities of a JSON value; None where one of them has no such value, or one that is needed is not there."""
    found = value if isinstance(value, dict) else {}
    found = {name: found[name] for name in MEASURES if name in found}
    there = all(found.get(name) is not None for name in needed)
    return found if there and all(_may_be(MEASURES[name], one) for name, one in found.items()) else None


def _may_be(measure: Measure, value: Any) -> bool:
    """Whether a JSON value may be one of a measure."""
    kinds = (int,) if measure.whole else (int, float)
    return value is None or (type(value) in kinds and 0 <= value <= _MOST)


def _not_a_baseline(path: str, why: str) -> ProblemsFound:
    help = f"`cnncalc check FILE... --write-baseline {path}` writes one"
    return fail("unreadable", f"`{path}` is no baseline: {why}", help=help)
