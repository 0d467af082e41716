"""What the commands read: FILE arguments, one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cnncalc.cli.streams import remark
from cnncalc.core.record import Record

if TYPE_CHECKING:
    from cnncalc.core.problem import Problem
    from cnncalc.formats.source import Source


class Loaded(Record):
    """A FILE that was read: its graph, or what is wrong with it and what was understood all the same."""

    file: str
    graph: Any
    problems: list[Problem]
    understood: Callable[[], Any] = lambda: None


def refuse_two_inputs(files: tuple[str, ...]) -> None:
    """Standard input can be read only once."""
    if files.count("-") > 1:
        raise click.UsageError("'-' (standard input) can be read only once.")


def note_bundled(file: str) -> None:
    """A note that a FILE is a bundled architecture, where it is."""
    from cnncalc.core.problem import ProblemsFound
    from cnncalc.formats import open as api

    try:
        if file != "-" and (found := api.find(file)).bundled:
            remark(f"{found.name} is a bundled architecture")
    except ProblemsFound:
        return  # whoever reads it says so


def note_slow_parser() -> None:
    """A note that large files are slow, where they are."""
    from cnncalc.formats.yaml.tree import HAS_C_PARSER

    if not HAS_C_PARSER:
        remark("PyYAML has no C parser here; large files are read more slowly")


TORCH = "torch:"  # MODULE:CALLABLE follows; it is imported and called, so only a command line may say it


def read(name: str, *, allow_outside: bool = False, format: str | None = None) -> Source:
    """The source of a FILE, or of a program in PyTorch that builds a network; raises ProblemsFound.

    What is there is a file, whatever its name: one that is found below a folder, or that a shell names, runs nothing.
    """
    from cnncalc.formats import open as api

    if name.startswith(TORCH) and not os.path.lexists(name):
        from cnncalc.formats.foreign.recorder import Program
        from cnncalc.formats.source import Source

        return Source(name, "", format=Program())
    return api.read(name, allow_outside=allow_outside, format=format)


def load_all(
    files: tuple[str, ...],
    vars: dict[str, str],
    input_size: str | None = None,
    allow_outside: bool = False,
    format: str | None = None,
    strict: bool = False,
) -> list[Loaded]:
    """The networks of every FILE; one that fails does not stop the others."""
    from cnncalc.core.problem import ProblemsFound
    from cnncalc.formats import open as api

    refuse_two_inputs(files)
    note_slow_parser()
    loaded = []
    for file in files:
        note_bundled(file)
        try:
            source = read(file, allow_outside=allow_outside, format=format)
            loaded.append(Loaded(file, api.graph_of(source, set=vars, input_size=input_size, strict=strict), []))
        except ProblemsFound as error:
            loaded.append(Loaded(file, None, error.problems, error.understood))
    return loaded
