"""The choices that hold for each file of a run: those of the command line, then those of its project.

What a file is held to is said by the nearest `pyproject.toml` with a table for us, in its folder or one above, up to
the top of its repository; for standard input and bundled files by the nearest to the working folder, and so is what a
whole run is about: `files`, `exclude`, `baseline`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cached_property, reduce
from typing import TYPE_CHECKING

from cnncalc.analyses.checks.config import NAME, TABLE, BadConfig, Choices, Codes, Config, on_disk, read_config
from cnncalc.formats.listing import File, has_wildcard, listing, matches
from cnncalc.formats.source import Source, is_outside, relative, top_of

if TYPE_CHECKING:
    from cnncalc.analyses.checks.baselines.growth import Allowed

FILES = ("architectures",)  # of a project that says nothing
NOTHING = Choices()


def _is_of_another(path: str, folder: str) -> bool:
    """Whether a file above a folder that is in no repository belongs to someone who owns nothing of it, nor is root."""
    top = top_of(folder)
    if os.path.lexists(os.path.join(top, ".git")):
        return False
    return owner(path) not in (owner(folder), 0)


def owner(path: str) -> int:
    """The number of the user to whom a file belongs; 0 on systems without such numbers."""
    return os.stat(path).st_uid


class Project:
    """The choices for each file: what was `given` for all of them, then what their projects say.

    `folder` lies in the project that the run is about. `exclude` are patterns from the working folder; `read` gives the
    bytes of a `pyproject.toml` by its whole path, None where there is none. All raise BadConfig where a choice cannot
    be used.
    """

    def __init__(
        self,
        given: Choices = NOTHING,
        exclude: tuple[str, ...] = (),
        read: Callable[[str], bytes | None] = on_disk,
        folder: str = "",
    ) -> None:
        self.folder = folder
        self.given = given
        self.exclude = exclude
        self.read = read
        self._known: dict[str, Config] = {}

    def config(self, folder: str) -> Config:
        """The choices of the project that a folder belongs to: the first file with a table for us, going up.

        What lies above the top of a repository says nothing: others may write there, as into `/tmp`. Without a
        repository a file above counts that belongs to whoever owns the folder, or to root.
        """
        passed = []
        started = folder = os.path.abspath(folder)
        while folder not in self._known:
            passed.append(folder)
            path = os.path.join(folder, NAME)
            data = self.read(path)
            config = None if data is None else read_config(path, data)
            parent = os.path.dirname(folder)
            if config is not None and folder != started and _is_of_another(path, started):
                config = None
            top = os.path.lexists(os.path.join(folder, ".git"))
            if config is not None:
                if os.path.islink(path) and is_outside(path, top_of(folder)):
                    raise BadConfig(f"{path}: a link that leads outside: put a copy in its place")
                self._known[folder] = config
            elif top or parent == folder:
                self._known[folder] = Config()
            else:
                folder = parent
        found = self._known[folder]
        self._known.update(dict.fromkeys(passed, found))
        return found

    @cached_property
    def own(self) -> Config:
        """The choices of the project that the run is about."""
        found = self.config(self.folder)
        return found if found.path else found._replace(root=os.path.abspath(self.folder))

    def of(self, source: Source) -> Config:
        """The choices of the project that a file belongs to."""
        return self.own if _is_of_no_folder(source) else self.config(source.folder)

    def layers(self, source: Source) -> Iterator[tuple[str, Choices]]:
        """The choices for a file and where each is made, what goes before the other first.

        No limit of a project holds for a bundled network: it is not the project's.
        """
        yield "command line", self.given
        config = self.of(source)
        if source.bundled:
            yield config.shown, config.choices._replace(limits={}, max_growth={}, memory={})
        else:
            yield from config.layers(source.name)

    def choices(self, source: Source) -> Choices:
        """The choices that a file is held to."""
        return reduce(Choices.over, (choices for _, choices in self.layers(source)))

    def allowed(self, source: Source) -> Allowed:
        """The growth that a file may have from its baseline."""
        from cnncalc.analyses.checks.baselines import growth

        return {**growth.read_allowed([growth.NONE]), **self.choices(source).max_growth}

    def codes(self, source: Source) -> Codes:
        """The rules that run over a file."""
        return self.choices(source).codes - self.of(source).ignored(source.name)

    def excludes(self, file: str) -> bool:
        """Whether a file that was found, not named, is left out."""
        here = relative(file).replace(os.sep, "/")
        own = self.own
        return any(matches(here, pattern) for pattern in self.exclude) or (
            bool(own.exclude) and any(matches(own.path_of(file), pattern) for pattern in own.exclude)
        )

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the project's files, from its folder; `architectures` where it does not say."""
        return self.own.files or FILES

    @property
    def there(self) -> bool:
        """Whether the project says where its files lie, or they lie where such files usually do."""
        return bool(self.own.files) or all(os.path.exists(self.own.name_of(path)) for path in FILES)

    def files(self, allow_outside: bool = False) -> dict[str, list[File]]:
        """The files of the project, each once, by the path that leads to them; raises BadConfig where one does not."""
        found: dict[str, list[File]] = {}
        seen: set[str] = set()
        own = self.own
        for pattern in self.paths:
            name = own.name_of(_root(pattern))
            if not allow_outside and is_outside(os.path.join(name, "_"), top_of(own.folder)):
                raise BadConfig(
                    f"{own.path}: [{TABLE}]: `files`: `{pattern}` leads outside; `--allow-outside` reads it"
                )
            if has_wildcard(pattern):
                files = [one for one in listing([name], allow_outside) if matches(own.path_of(one.name), pattern)]
            elif not os.path.exists(name):
                if not own.files:
                    raise BadConfig(f"Missing FILE or FOLDER; `files` of [{TABLE}] in {NAME} names those of a project.")
                raise BadConfig(f"{own.path}: [{TABLE}]: `files`: no file or folder `{pattern}`")
            else:
                files = list(listing([name], allow_outside))
            if not files:
                raise BadConfig(f"{own.path}: [{TABLE}]: `files`: no architecture file in `{pattern}`")
            files = [one._replace(name=os.path.normpath(one.name)) for one in files]
            found[pattern] = [one for one in files if one.name not in seen]
            seen.update(one.name for one in files)
        return found


def _root(pattern: str) -> str:
    """The folder below which a pattern means files; what has no wildcard is that itself."""
    signs = [place for place in map(pattern.find, "*?[") if place >= 0]
    return pattern[: min(signs)].rpartition("/")[0] if signs else pattern


def _is_of_no_folder(source: Source) -> bool:
    """Whether a source lies in no folder of the user's."""
    return source.bundled or source.name == "<stdin>"
