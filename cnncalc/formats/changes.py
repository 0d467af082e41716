"""What changed in a git repository: since a version, up to the working tree, or what is staged in the index.

Renames are not followed: a renamed file is one that is gone and one that is new, and whoever extends the old name
misses it. Paths are those of git, from the top of the repository; names are as seen from the current folder.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha1, sha256

from cnncalc.core.problem import ProblemsFound, fail
from cnncalc.formats import git
from cnncalc.formats.listing import SUFFIXES
from cnncalc.formats.source import Source, decode, is_outside, outside, read_file, relative

_NAMES = ("--no-renames", "--no-relative", "--ignore-submodules=dirty", "-z")
_MOST_LINKS = 40
_LINK, _SUBMODULE = "120000", "160000"


@dataclass(frozen=True)
class ChangeSet:
    """The paths of a change, and all files with it.

    `paths` are edited, new and deleted files, `files` those that there are now; `before` is the version that is
    compared with, empty where there is none yet. `when` ends the sentence "no file …", `notes` say what is unusual.
    """

    paths: frozenset[str]
    files: frozenset[str]
    tree: WorkingTree | Index
    before: str
    when: str
    notes: tuple[str, ...] = ()

    @property
    def index(self) -> Index | None:
        """The index, where what is in it is meant and not the working tree."""
        return self.tree if isinstance(self.tree, Index) else None

    def read(self, name: str) -> Source:
        """A file by its name; raises ProblemsFound where there is none, or it cannot be read."""
        found = self.tree.read(name)
        if found is None:
            raise fail("unreadable", f"cannot read `{name}`: no such file")
        return found

    def read_before(self, path: str) -> Source | None:
        """A file as it was; None where it is new. Raises ProblemsFound where it cannot be read."""
        return self.older.read(path) if self.older else None

    @cached_property
    def older(self) -> git.Tree | None:
        """The files of the version that is compared with; None where there is none."""
        return git.Tree(self.before, self.tree.name("."), whole=True, known={}) if self.before else None


def since(ref: str) -> ChangeSet:
    """Changes of the working tree since the last version common to `ref` and HEAD; untracked files are new.

    Raises ProblemsFound where there is no repository, or no such version.
    """
    prefix, top = _places()
    found = git.must_exist(ref)
    code, out = git.ask("", "merge-base", found, "HEAD")
    if code > 1 and git.is_version(found):  # a commit, and no tree, which has no history
        git.answer("", "merge-base", found, "HEAD")
    before, notes = os.fsdecode(out).partition("\n")[0], [found_elsewhere(ref, found)] if found != ref else []
    if code or not before:  # a shallow clone; what is the same in both was checked there
        before = found
        notes.append(f"`{ref}` and HEAD have no common commit here: compared with `{ref}` itself")
    edited = _edited(top, before)
    untracked = _list(top, "ls-files", "--others", "--exclude-standard", "-z")
    tree = WorkingTree(prefix)
    known = {*_list(top, "ls-files", "--cached", "-z"), *untracked}
    files = frozenset(path for path in known if os.path.lexists(tree.name(path)))
    absent = sorted(path for path in known - files - set(edited) if path.lower().endswith(SUFFIXES))
    if absent:  # a sparse checkout
        more = f" and {len(absent) - 1:,} more" if absent[1:] else ""
        notes.append(f"not checked out, and so not checked: `{tree.name(absent[0])}`{more}")
    return ChangeSet(frozenset((*edited, *untracked)), files, tree, before, f"changed since {ref}", tuple(notes))


def found_elsewhere(ref: str, found: str) -> str:
    """The hint on a branch that is only on the server."""
    return f"there is no `{ref}` here: `{found}` is meant"


def renamed(change: ChangeSet, gone: Collection[str], new: Iterable[str]) -> dict[str, str]:
    """Former names of new files, among those that are gone: as git tells, else where their texts are equal."""
    if not gone or not change.before:
        return {}
    args = ("--cached", "-M", "--diff-filter=R", "--name-status", "--no-relative", "-z")
    answers = _list(_places()[1], "diff-index", *args, change.before, "--")
    told = {now: before for before, now in zip(answers[1::3], answers[2::3], strict=True)}
    texts = {source.text: path for path in sorted(gone) if (source := change.read_before(path))}
    found: dict[str, str] = {}
    for path in new:
        source = change.tree.read(change.tree.name(path))
        before = told.get(path) or (texts.get(source.text) if source else None)
        if before and before in gone and before not in found.values():
            found[path] = before
    return found


def _edited(top: str, before: str) -> list[str]:
    """What git holds for changed in the working tree, but for files that were only touched."""
    answers = _list(top, "diff-index", "--raw", "--no-abbrev", *_NAMES, before, "--")
    found = []
    for line, path in zip(answers[::2], answers[1::2], strict=True):
        mode, now, object, read, _ = line.removeprefix(":").split(" ")
        if mode != now or read.strip("0") or object != _name_of(os.path.join(top, path), object):
            found.append(path)
    return found


def _name_of(path: str, like: str) -> str | None:
    """The name that git gives to what a file holds; None where that cannot be read."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:  # a submodule, say
        return None
    head = f"blob {len(content)}\0".encode()
    return (sha1 if len(like) == 40 else sha256)(head + content).hexdigest()


def staged() -> ChangeSet:
    """Changes of the next commit, all of it read from the index; raises ProblemsFound."""
    prefix, top = _places()
    entries = {}
    unmerged = set()
    for line in _list(top, "ls-files", "--stage", "-z", staged=True):
        (mode, object, stage), path = line.partition("\t")[0].split(" "), line.partition("\t")[2]
        entries[path] = (mode, object)
        if stage != "0":
            unmerged.add(path)
    tree = Index(prefix, entries)
    if unmerged:
        listed = ", ".join(f"`{tree.name(path)}`" for path in sorted(unmerged)[:3]) + ", …" * (len(unmerged) > 3)
        raise fail("unreadable", f"merge conflicts are not resolved: {listed}", help="`git add` them when they are")
    code, _ = git.ask("", "rev-parse", "--verify", "--quiet", "HEAD")
    if code:  # the first commit
        return ChangeSet(frozenset(entries), frozenset(entries), tree, "", "is staged")
    paths = _list(top, "diff-index", "--cached", "--name-only", *_NAMES, "HEAD", "--", staged=True)
    return ChangeSet(frozenset(paths), frozenset(entries), tree, "HEAD", "is staged")


def _places() -> tuple[str, str]:
    """The current folder as seen from the top of its repository, and the way there."""
    git.answer("", "rev-parse", "--show-toplevel")  # there is none in a bare repository
    prefix = git.answer("", "rev-parse", "--show-prefix").removesuffix("\n").rstrip("/")
    return prefix, posixpath.relpath(".", prefix or ".")


def _list(folder: str, *args: str, staged: bool = False) -> list[str]:
    return git.answer(folder, *args, most=git.MOST_LISTED, staged=staged).split("\0")[:-1]


# ------------------------------------------------------------------------------------------------ the files


class WorkingTree:
    """The files of a repository as they lie on disk; `prefix` is the current folder as seen from its top."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.top = os.path.realpath(posixpath.relpath(".", prefix or "."))
        self.allow_outside = False  # whether a link may lead out of the repository

    def name(self, path: str) -> str:
        """A path as seen from the current folder."""
        return posixpath.relpath(path, self.prefix or ".")

    def path(self, name: str) -> str:
        """A named file or folder, by its path from the top; one that lies outside begins with `..`."""
        folder = name if os.path.isdir(name) else os.path.dirname(name)
        last = "" if os.path.isdir(name) else os.path.basename(name)
        return posixpath.normpath(posixpath.join(*_parts(relative(os.path.realpath(folder), self.top)), last))

    def way(self, name: str) -> list[str]:
        """The symbolic links by which a name leads to its file, and that file; it may not be there."""
        found: list[str] = []
        here, ahead = "", _parts(posixpath.join(self.prefix, *_parts(name)))
        while ahead:
            part = ahead.pop(0)
            if part in ("", "."):
                continue
            if part == "..":
                if not here:  # it leads out of the repository
                    return found
                here = posixpath.dirname(here)
                continue
            here = posixpath.join(here, part)
            target = self._target(here)
            if target is None:
                continue
            found.append(here)
            if len(found) > _MOST_LINKS:
                return found
            if os.path.isabs(target):
                here, target = "", relative(target, self.top)
            else:
                here = posixpath.dirname(here)
            ahead = _parts(target) + ahead
        return [*found, here]

    @staticmethod
    def beside(name: str, other: str) -> str:
        """The name of a file by its relative path from beside another one."""
        return posixpath.join(posixpath.dirname(name), other.replace(os.sep, "/"))

    def read(self, name: str) -> Source | None:
        """The file of that name; None where there is none. Raises ProblemsFound where it cannot be read."""
        if not self.allow_outside and os.path.islink(name) and is_outside(name, self.top):
            raise outside(name)
        return read_file(name, name, regular=True) if os.path.lexists(name) else None

    def read_all(self, paths: Iterable[str]) -> Iterator[tuple[str, Source | None]]:
        """Many files by their paths, in any order; None for one that cannot be read."""
        for path in paths:
            try:
                yield path, self.read(self.name(path))
            except ProblemsFound:
                yield path, None

    def _target(self, path: str) -> str | None:
        """Where a symbolic link leads; None where a path is none."""
        try:
            return os.readlink(self.name(path))
        except OSError:
            return None


class Index(WorkingTree):
    """The files of the next commit: `entries` are the mode and the object of each path."""

    def __init__(self, prefix: str, entries: Mapping[str, tuple[str, str]]) -> None:
        super().__init__(prefix)
        self.entries = entries
        self.known: dict[str, bytes] = {}  # contents that are wanted more than once, by their object

    def read(self, name: str) -> Source | None:
        """The file of that name, which finds its parents in the index, too."""
        way = self.way(name)
        name, path = posixpath.normpath(name.replace(os.sep, "/")), way[-1] if way else ""
        mode, object = self.entries.get(path, ("", ""))
        if mode in ("", _LINK, _SUBMODULE):
            return self._of_a_submodule(path)
        source = decode(self._bytes(object, name), name, posixpath.dirname(name))
        source.tree = self
        return source

    def read_all(self, paths: Iterable[str]) -> Iterator[tuple[str, Source | None]]:
        """The sources of many files at once, with two questions to git instead of one for each."""
        left = list(paths)
        while left:
            together, left = left[: git.TOGETHER], left[git.TOGETHER :]
            objects = {self.entries[path][1] for path in together}
            read = {} if objects <= self.known.keys() else git.contents(self.name("."), objects)
            self.known |= read
            yield from super().read_all(together)
            for object, content in read.items():
                if b"extends" not in content and b"network" not in content:  # not checked because of others
                    self.known.pop(object)

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return self.path(name) in self.entries

    def content(self, path: str) -> bytes | None:
        """The bytes of a file by its whole path; None where there is none."""
        source = self.read(relative(path))
        return None if source is None else source.text.encode()

    def _of_a_submodule(self, path: str) -> Source | None:
        """A file below a submodule, as the commit has it that the index names."""
        folder = posixpath.dirname(path)
        while folder:
            mode, object = self.entries.get(folder, ("", ""))
            if mode == _SUBMODULE:
                return git.Tree(object, self.name(folder), whole=True).read(posixpath.relpath(path, folder))
            folder = posixpath.dirname(folder)
        return None

    def _target(self, path: str) -> str | None:
        mode, object = self.entries.get(path, ("", ""))
        return os.fsdecode(self._bytes(object, self.name(path))) if mode == _LINK else None

    def _bytes(self, object: str, name: str) -> bytes:
        if object not in self.known:
            found = git.objects(self.name("."), [object], name)
            if found is None:
                raise git.not_fetched(name)
            self.known[object] = found[1]
        return self.known[object]


def _parts(path: str) -> list[str]:
    return path.replace(os.sep, "/").split("/")
