"""Changed files → what to check because of them: the architectures among them, and the files that extend those."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from cnncalc.core.problem import ProblemsFound
from cnncalc.formats.listing import File, listing
from cnncalc.formats.source import Map, Text, fail, read_file
from cnncalc.formats.yaml.tree import parse

MOST_FILES = 100_000

_MAYBE = re.compile(r"\b(?:layers|extends)[\"']?\s*:")
_EXTENDS = re.compile(r"\bextends[\"']?\s*:")


def changed(files: Iterable[str]) -> Iterator[File]:
    """Changed FILEs as `git diff --name-only` and pre-commit list them, then the files that extend one of them.

    What is no YAML or no longer there is left out, and what is no architecture will be passed over; but whoever
    extends a file that is gone is checked. The others are looked for in the whole git repository, or without one below
    the current folder.
    """
    named = [file.name for file in listing(files) if file.name.endswith((".yaml", ".yml"))]
    yield from (File(file, True) for file in named if os.path.isfile(file) and _may_be_an_architecture(file))
    if named:
        yield from (File(file, True) for file in dependents(named, repository()))


def repository() -> str:
    """The folder of the git repository around the current folder, relative to it; without one that folder itself."""
    folder = os.getcwd()
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return "."
        folder = parent
    return os.path.relpath(folder)


def dependents(files: Iterable[str], folder: str) -> list[str]:
    """Every file below `folder` that extends one of `files`, directly or through others; without `files`, sorted.

    Raises ProblemsFound where there are more YAML files than anybody has.
    """
    children: dict[str, list[str]] = {}
    for number, file in enumerate(listing([folder])):
        if number >= MOST_FILES:
            message = f"more than {MOST_FILES:,} YAML files below `{folder}` (limit: files {MOST_FILES:,})"
            raise fail("limit", f"{message}: name the files to check, without --changed")
        for parent in _parents(file.name):
            children.setdefault(parent, []).append(os.path.relpath(file.name))
    seen = {os.path.realpath(file) for file in files}
    found: list[str] = []
    waiting = list(seen)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            path = os.path.realpath(child)
            if path not in seen:
                seen.add(path)
                found.append(child)
                waiting.append(path)
    return sorted(found)


def _parents(file: str) -> list[str]:
    """Where a file looks for what it extends; nowhere if it cannot be read: it could not be used before, either."""
    try:
        source = read_file(file, file, regular=True)
        if not _EXTENDS.search(source.text):
            return []
        tree = parse(source)
    except ProblemsFound:
        return []
    parent = tree.get("extends") if isinstance(tree, Map) else None
    if not isinstance(parent, Text) or "\0" in parent.text:
        return []
    names = (parent.text, f"{parent.text}.yaml")  # where the first is there, the other is one file too many to check
    return [os.path.realpath(os.path.join(source.folder, name)) for name in names]


def _may_be_an_architecture(file: str) -> bool:
    """Whether a file is worth parsing; others, such as manifests of several documents, need not be of our YAML."""
    try:
        return bool(_MAYBE.search(read_file(file, file).text))
    except ProblemsFound:
        return True  # for `check` to report
