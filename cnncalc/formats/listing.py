"""Files and folders of a command line → the files to read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

from cnncalc.core.record import Record
from cnncalc.formats.source import ANYWHERE, is_outside, top_of

MOST_FILES = 100_000  # below a folder, or in a repository
SUFFIXES = (".yaml", ".yml")  # of the files that are found below a folder, in whichever case


class File(Record):
    """A file to check; `listed` where it was not named but found below a folder."""

    name: str
    listed: bool = False
    unreadable: str = ""  # why it, or a folder, is not there to be read


def listing(files: Iterable[str], allow_outside: bool = False) -> Iterator[File]:
    """Every FILE, and every `*.yaml` and `*.yml` below every FOLDER, sorted; hidden folders are skipped.

    A link that is found, and not named, is read where it leads to a file of the same repository, else of the FOLDER.
    """
    for file in files:
        if file == "-" or not os.path.isdir(file):
            yield File(file)
            continue
        below: list[File] = []
        top = ANYWHERE if allow_outside else top_of(file)

        def cannot(error: OSError, below: list[File] = below) -> None:
            what = (error.strerror or str(error)).lower()
            below.append(File(str(error.filename), True, f"cannot read the folder `{error.filename}`: {what}"))

        for folder, folders, names in walk(file, cannot):
            folders[:] = [name for name in folders if not name.startswith(".")]
            paths = [os.path.join(folder, name) for name in names if name.lower().endswith(SUFFIXES)]
            below += (File(path, True, _not_read(path, top)) for path in paths)
            if len(below) > MOST_FILES:
                why = f"`{file}` has more than {MOST_FILES:,} YAML files (limit: files {MOST_FILES:,})"
                below = [File(file, True, why)]
                break
        yield from sorted(below)


def walk(top: str, onerror: Callable[[OSError], None]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Every folder below one, with the names of its folders, of which those that stay are walked, and of its files.

    As `os.walk`, which before Python 3.12 cannot go deep; links to folders are not followed.
    """
    waiting = [top]
    while waiting:
        here = waiting.pop()
        folders: list[str] = []
        names: list[str] = []
        try:
            with os.scandir(here) as found:
                for one in found:
                    (folders if one.is_dir() else names).append(one.name)
        except OSError as error:
            onerror(error)
            continue
        yield here, folders, names
        below = (os.path.join(here, name) for name in reversed(folders))
        waiting += (path for path in below if not os.path.islink(path))


def _not_read(path: str, top: str) -> str:
    if top != ANYWHERE and os.path.islink(path) and is_outside(path, top):
        return f"`{path}` is a symbolic link that leads outside: to read it, name it, or pass `--allow-outside`"
    return "" if os.path.isfile(path) else _no_file(path)


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern may mean several files, beside those below a folder."""
    return any(sign in pattern for sign in "*?[")


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern means a path; without a slash it is a name: of the file, or of a folder around it.

    >>> [matches("nets/old/a.yaml", pattern) for pattern in ("nets/", "./nets/**/*.yaml", "a.*", "nets/old", "a.yaml/")]
    [True, True, True, True, False]
    """
    if "/" not in pattern:
        return any(fnmatchcase(part, pattern) for part in path.split("/"))
    pattern = pattern.removeprefix("./")
    patterns = (pattern, f"{pattern.rstrip('/')}/*")  # a folder means all below it, `**/` also no folder
    return any(fnmatchcase(path, one) or fnmatchcase(path, one.replace("**/", "")) for one in patterns)


def _no_file(path: str) -> str:
    what = "is not a regular file" if os.path.exists(path) else "is a symbolic link that leads to no file"
    return f"`{path}` {what}"
