"""A change → what to check because of it: the architectures among its files, and all that extend or use one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from cnncalc.core.problem import ProblemsFound, fail
from cnncalc.core.record import Record
from cnncalc.formats.changes import ChangeSet
from cnncalc.formats.git import is_unread
from cnncalc.formats.listing import MOST_FILES, SUFFIXES, File, has_wildcard, matches
from cnncalc.formats.source import Source, Text
from cnncalc.formats.yaml.reading.description import is_architecture
from cnncalc.formats.yaml.reading.extends import named_files
from cnncalc.formats.yaml.tree import parse

_READS = re.compile(r"\b(?:extends|network)[\"']?\s*:")
_OURS = re.compile(r"\b(?:layers|extends)[\"']?\s*:")
_OF_A_MODEL = re.compile(r"^network[\"']?\s*:", re.MULTILINE)


class Survey(Record):
    """The architectures of a repository beside a change.

    `affected` are read otherwise since then, `gone` are no longer there, and `others` are as they were; sorted.
    """

    affected: list[File]
    gone: list[str]
    others: list[str]


def affected(change: ChangeSet, names: Iterable[str] = ()) -> list[File]:
    """The files that are read otherwise since a change; as of `survey`, but for names of what is gone."""
    return survey(change, [_known(change, name, change.files) for name in names]).affected


def surveyed(change: ChangeSet, names: Iterable[str] = ()) -> Survey:
    """Files beside a change, all of those that `names` mean, also where that is gone; as of `survey`."""
    return survey(change, [_known(change, name, change.files | change.paths) for name in names])


def survey(change: ChangeSet, inside: Collection[str]) -> Survey:
    """The files beside a change; of those that the paths `inside` mean, that lie below them or match, if any.

    Those that extend a file which changed, or is gone, or use it as a block, are found in the whole repository. Other
    YAML is left out, but for a file that was an architecture before. Raises ProblemsFound where a name is none in the
    repository, and where there are more YAML files than anybody has.
    """
    files = sorted(path for path in change.files if path.lower().endswith(SUFFIXES) or path in inside)
    if len(files) > MOST_FILES:
        message = f"more than {MOST_FILES:,} YAML files in the repository (limit: files {MOST_FILES:,})"
        raise fail("limit", message, help="name the files to check")
    readers: dict[str, list[str]] = {}  # path → the files that read it
    ours, sure = set(), set()
    for path, source in change.tree.read_all(files):
        if source is None or _may_be_one(source, path in change.paths):  # the check says why it cannot be read
            ours.add(path)
            if source and path in change.paths and _is_one(source):
                sure.add(path)
        for read in _reads(change, path, source):
            readers.setdefault(read, []).append(path)
    found = set()
    waiting = [path for read in readers if _changed(read, change.paths) for path in readers[read]]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += readers[path]

    def meant(paths: Iterable[str]) -> list[str]:
        return sorted(path for path in paths if not inside or any(_below(path, folder) for folder in inside))

    chosen = []
    for path in meant(found):
        was_one = path in change.paths and (path in sure or _was_one(change, path))
        if was_one or path in ours:
            chosen.append(File(change.tree.name(path), listed=not was_one))
    lost = (path for path in change.paths - change.files if path.lower().endswith(SUFFIXES))
    gone = [path for path in meant(lost) if _may_have_been_one(change, path)]
    return Survey(chosen, gone, meant(ours - found))


def _known(change: ChangeSet, name: str, files: Collection[str]) -> str:
    """The path of a file or folder that is named; raises ProblemsFound where none in the repository is meant."""
    path = change.tree.path(name)
    if path in files:
        return path
    below = [file for file in files if _below(file, path)]
    if not below:
        raise fail("unreadable", f"cannot read `{name}`: git knows no such file or folder")
    if not any(file.lower().endswith(SUFFIXES) for file in below):
        raise fail("unreadable", f"no architecture file in `{name}`")
    return path


def _below(path: str, folder: str) -> bool:
    return folder in (".", path) or path.startswith(f"{folder}/") or (has_wildcard(folder) and matches(path, folder))


def _reads(change: ChangeSet, path: str, source: Source | None) -> Iterator[str]:
    """What a file is read from: itself, links that lead to it, and where it looks for what it extends and uses."""
    name = change.tree.name(path)
    yield path
    yield from change.tree.way(name)
    if source is None or not _READS.search(source.text):
        return
    try:
        tree = parse(source)
    except ProblemsFound:  # it could not be used before, either
        return
    for _, file in named_files(tree):
        if isinstance(file, Text) and "\0" not in file.text:
            for end in ("", ".yaml"):  # where the first is there, the other is one file too many to check
                yield from change.tree.way(change.tree.beside(name, file.text + end))


def _changed(path: str, changed: frozenset[str]) -> bool:
    """Whether a file is another one: it changed itself, or the submodule in which it lies."""
    while path:
        if path in changed:
            return True
        path = path.rpartition("/")[0]
    return False


def _may_be_one(source: Source, whole: bool) -> bool:
    """Whether a file is worth checking; others, such as manifests of several documents, need not be of our YAML.

    As a `whole` it may also be one in which `layers` is misspelt.
    """
    if _OURS.search(source.text):
        return True
    return (whole or bool(_OF_A_MODEL.search(source.text))) and _is_one(source)


def _is_one(source: Source) -> bool:
    try:
        return is_architecture(parse(source))
    except ProblemsFound:
        return False


def _was_one(change: ChangeSet, path: str) -> bool:
    """Whether a file was an architecture: then it is meant to be one, whatever stands in it now.

    Raises ProblemsFound where git cannot say what it was.
    """
    try:
        before = change.read_before(path)
    except ProblemsFound as error:
        if is_unread(error.problems):
            raise
        return False
    return before is not None and bool(_OURS.search(before.text) or _OF_A_MODEL.search(before.text)) and _is_one(before)


def _may_have_been_one(change: ChangeSet, path: str) -> bool:
    """Whether what is gone was an architecture, for all that anybody knows: its row says why nobody does."""
    try:
        return _was_one(change, path)
    except ProblemsFound:
        return True
