"""The figures of a network in each commit that changed its file, or one that this extended or used."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping, Sequence

from cnncalc.analyses.checks.rules.base import Network
from cnncalc.analyses.measures import Use, Value, used
from cnncalc.core.analysis import Analysis, analyze
from cnncalc.core.figures import many
from cnncalc.core.problem import ProblemsFound, clean, fail
from cnncalc.core.record import Record
from cnncalc.core.result import Tabular
from cnncalc.formats import git
from cnncalc.formats.open import graph_of, read
from cnncalc.formats.source import Source
from cnncalc.formats.yaml.document import document_of

MOST = 100  # commits, where no number is given
_MOST_NAMES = 4 * 2**20  # bytes of a list of commits


class Past(Record):
    """A network as a commit has it, or, with no `commit`, as it lies in the working tree.

    `values` are its totals by quantity; None where it could not be used, for the `problem`, or was not there. Of one
    that is `unread` nobody knows.
    """

    commit: str
    date: str
    subject: str
    values: Mapping[str, Value] | None
    problem: str = ""
    lower_bound: Sequence[str] = ()
    unread: bool = False


class _History(Record):
    file: str
    versions: Sequence[Past]
    more: int = 0

    @property
    def code(self) -> int:
        """The exit code: 2 where git could not say what a version was."""
        return 2 if any(one.unread for one in self.versions) else 0


class History(_History, Tabular):
    """The versions of a file, the newest first; so many `more` commits are older."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<History of {self.file}, {many(len(self.versions), 'version')}>"


class _Commit(Record):
    hash: str
    date: str
    subject: str


def history(file: str, most: int = MOST) -> History:
    """The versions of a file at each commit that changed it, or what it was made of then; raises ProblemsFound.

    What the file was called before is followed, and so is what its parents were.
    """
    folder = os.path.dirname(file)
    if not os.path.isdir(folder or "."):
        raise fail("unreadable", f"cannot read `{file}`: no such folder")
    path = posixpath.normpath(posixpath.join(git.below_top(folder), os.path.basename(file)))
    called = git.answer(
        folder, "log", "--follow", "--format=", "--name-only", "-z", "--", _whole(path), most=_MOST_NAMES
    )
    names = list(dict.fromkeys((path, *filter(None, called.split("\0")))))
    wanted, known = set(names), dict[str, tuple[Past, frozenset[str]]]()
    while True:
        commits = _commits(folder, wanted)
        for commit in commits[:most]:
            if commit.hash not in known:
                known[commit.hash] = _past(folder, commit, names)
        found = {name for commit in commits[:most] for name in known[commit.hash][1]}
        if found <= wanted:
            break
        wanted |= found
    if not commits:
        raise fail("unreadable", f"`{file}` is in no commit", help="`git add` it, and commit it")
    versions = [known[commit.hash][0] for commit in commits[:most]]
    if not git.agrees(folder, "diff-index", "--quiet", "HEAD", "--", *map(_whole, sorted(wanted))):
        versions.insert(0, _now(file))
    return History(file, versions, len(commits) - len(commits[:most]))


def _whole(path: str) -> str:
    """A path from the top of the repository, of which no sign is a pattern."""
    return f":(top,literal){path}"


def _commits(folder: str, paths: set[str]) -> list[_Commit]:
    """The commits that change one of these paths, the newest first."""
    form = "--format=%H%x00%cs%x00%s"
    out = git.answer(folder, "log", "--topo-order", "-z", form, "--", *map(_whole, sorted(paths)), most=_MOST_NAMES)
    parts = out.split("\0")
    return [_Commit(*map(clean, parts[place : place + 3])) for place in range(0, len(parts) - 2, 3)]


def _past(folder: str, commit: _Commit, names: Sequence[str]) -> tuple[Past, frozenset[str]]:
    """A version, and the paths of the files that it was made of."""
    tree = git.Tree(commit.hash, folder, whole=True)
    try:
        source = next((source for name in names if (source := tree.read(name))), None)
        if source is None:
            return Past(*commit, None, "removed"), frozenset()
        return _figures(source, commit)
    except ProblemsFound as error:
        unread = git.is_unread(error.problems)
        return Past(*commit, None, error.problems[0].message, unread=unread), frozenset()


def _now(file: str) -> Past:
    try:
        return _figures(read(file), _Commit("", "", "not committed"))[0]
    except ProblemsFound as error:
        return Past("", "", "not committed", None, error.problems[0].message)


def _figures(source: Source, commit: _Commit) -> tuple[Past, frozenset[str]]:
    graph = graph_of(source)
    analysis: Analysis = analyze(graph)
    document = document_of(graph)
    sources = Network(graph, document).sources() if document else []
    paths = (git.split(one.name)[1] for one in sources if one.name.startswith(git.PREFIX))
    values = {name: measure.value(analysis) for name, measure in used(Use.COLUMNS | Use.FIGURES).items()}
    return Past(*commit, values, lower_bound=analysis.lower_bound), frozenset(paths)
