"""What files are held to, as TOML, with the place where each choice stands behind it."""

from __future__ import annotations

from collections.abc import Iterator
from json import dumps
from typing import Any

from cnncalc.analyses.checks.baselines.growth import NONE, read_allowed
from cnncalc.analyses.checks.config import TABLE, Choices
from cnncalc.analyses.checks.project import Project
from cnncalc.analyses.checks.rules import RULES
from cnncalc.core.problem import clean
from cnncalc.formats.source import Source

DEFAULT = "default"


def render(project: Project, file: str = "") -> str:
    """The choices that hold for a file, or, without one, for a run in the working folder; raises BadConfig."""
    own, source = project.own, _source(file)
    lines = [f"[{TABLE}]" + (f"  # of {clean(file)}" if file else "")]
    if not file:
        lines += _line("files", list(project.paths), own.shown if own.files else DEFAULT)
        lines += _line("exclude", [*project.exclude], "command line" if project.exclude else "")
        lines += _line("exclude", [*own.exclude], own.shown if own.exclude else "")
    lines += _line("baseline", own.baseline, own.shown if own.baseline else "")
    lines += _choices(project, source)
    if ignored := project.of(source).ignored(source.name) if file else None:
        lines += _line("per-file-ignores", sorted(ignored), project.of(source).shown)
    return "\n".join(lines) + "\n"


def _source(file: str) -> Source:
    import os

    from cnncalc.formats.open import find

    found = find(file) if file and file != "-" else None
    if found and found.bundled:
        return Source(found.name, "", bundled=True)
    return Source(file if found else "<stdin>", "", os.path.dirname(file))


def _choices(project: Project, source: Source) -> Iterator[str]:
    """Each key once, as the first says it that says it; what is said by quantity, from all."""
    layers = [*project.layers(source), (DEFAULT, _defaults())]
    held = project.choices(source).over(_defaults())
    written: dict[str, tuple[Any, list[str]]] = {}
    for place, choices in layers:
        for key in choices.table:
            value = held.table.get(key)
            if value is not None:
                written.setdefault(key, (value, []))[1].append(place)
    for key, (value, places) in written.items():
        merged = key == "max-growth" and len(places) > 1 and places[0] != DEFAULT
        yield from _line(key, value, ", ".join(place for place in places if place != DEFAULT) if merged else places[0])


def _defaults() -> Choices:
    options = {name: option.default for rule in RULES.values() for name, option in rule.options.items()}
    return Choices(None, frozenset(), False, {}, read_allowed([NONE]), options)


def _line(key: str, value: Any, place: str) -> Iterator[str]:
    if place:
        yield f"{key} = {dumps(value, ensure_ascii=False)}  # {clean(place)}"
