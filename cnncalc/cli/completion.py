"""What a shell completes: architecture files, names of what is in them, and lists of names.

Nothing here is imported before a shell asks, and whatever is wrong with a file, there is nothing to complete.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, FishComplete, add_completion_class

from cnncalc.cli.files import ARCHITECTURES
from cnncalc.formats import bundled
from cnncalc.formats.source import MODELS

if TYPE_CHECKING:
    from cnncalc.core.analysis import Analysis

Items = list[CompletionItem]
ASKED = "_CNNCALC_COMPLETE"  # the variable of the environment by which a shell asks

_SPLIT = re.compile(r"[\s*?\[\]]")  # click's script for bash would take these names apart


@add_completion_class
class Fish(FishComplete):
    """The completion for fish as click has it, but for two things: commas in values, and values behind `--format=`."""

    source_template = FishComplete.source_template.replace('string split ","', 'string split --max 1 ","')

    def get_completions(self, args: list[str], incomplete: str) -> Items:
        """The words that fit; fish replaces the whole of what is typed, so that it has the option, too."""
        found = super().get_completions(args, incomplete)
        option, equals, _ = incomplete.partition("=")
        if not (equals and option.startswith("-")):
            return found
        return [CompletionItem(f"{option}={item.value}", item.type, item.help) for item in found]


def of(names: Iterable[str], incomplete: str) -> Items:
    """The names that begin so."""
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def listed(names: Iterable[str], incomplete: str) -> Items:
    """`a,b`: the last one completed, those before it no more."""
    before, comma, last = incomplete.rpartition(",")
    if not before.isprintable():  # no name of ours
        return []
    taken = before.split(",")
    return [CompletionItem(f"{before}{comma}{name}") for name in names if name.startswith(last) and name not in taken]


def architectures(incomplete: str) -> Items:
    """Bundled names, files, and folders; below a folder that alone begins so its files at once."""
    if incomplete.startswith("git:"):
        return []
    files = _files(incomplete)
    items = of(bundled.names(), incomplete)
    if len(files) == 1 and files[0].endswith("/") and not items:
        files += _files(files[0])
    return [*items, *map(CompletionItem, files)]


def _files(incomplete: str) -> list[str]:
    head, tail = os.path.split(incomplete)
    prefix = incomplete[: len(incomplete) - len(tail)]
    try:
        with os.scandir(os.path.expanduser(head) or ".") as entries:
            known = sorted((entry.name, entry.is_dir()) for entry in entries)
    except (OSError, ValueError):
        return []
    return [
        f"{prefix}{name}{'/' * folder}"
        for name, folder in known
        if name.startswith(tail) and (tail or not name.startswith("."))
        if (folder or name.endswith((*ARCHITECTURES, *MODELS)))
        and (prefix + name).isprintable()
        and not _SPLIT.search(name)
    ]


def blocks(ctx: click.Context, incomplete: str) -> Items:
    """The blocks of the FILE, level by level."""
    return _of_file(
        ctx, incomplete, lambda found: [name for name, group in found.groups.items() if group.stop > group.start]
    )


def entries(ctx: click.Context, incomplete: str) -> Items:
    """The layers and blocks of the FILE, level by level, and `total`."""
    return _of_file(ctx, incomplete, _entries)


def _entries(found: Analysis) -> Iterable[str]:
    yield from found.groups
    yield from (row.name for row in found.rows)
    yield from (f"{name}.{output}" for name, group in found.groups.items() for output in group.outputs)
    yield "total"


def _of_file(ctx: click.Context, incomplete: str, names: Callable[[Analysis], Iterable[str]]) -> Items:
    from cnncalc.core.analysis import analyze
    from cnncalc.formats.open import load

    file = _file(ctx)
    if file is None:
        return []
    try:
        found = list(dict.fromkeys(names(analyze(load(file)))))
    except Exception:
        return []
    level = incomplete.count("/")
    return of((name for name in found if name.count("/") == level), incomplete)


def vars_of_file(ctx: click.Context, incomplete: str) -> Items:
    """The vars of the FILE, `NAME=`."""
    from cnncalc.formats.open import load
    from cnncalc.formats.yaml.document import document_of

    file = _file(ctx)
    if file is None:
        return []
    try:
        document = document_of(load(file))
    except Exception:
        return []
    return of((f"{name}=" for name in document.description.vars), incomplete) if document else []


def _file(ctx: click.Context) -> str | None:
    """The first FILE that was typed; None where there is none that can be read without waiting."""
    given = ctx.args or ctx.params.get("files") or ctx.params.get("file")  # args: where an option waits for its value
    file = given[0] if isinstance(given, list | tuple) else given
    if not isinstance(file, str) or file == "-" or (os.path.exists(file) and not os.path.isfile(file)):
        return None
    return file
