"""Files as git keeps them: `git:REF:PATH` is the file PATH as it was at REF.

PATH is read as on the command line, from the current folder, as if that version were checked out; where there is no
such file, from the top of the repository, as git itself prints paths. `extends` is followed in the same version.
The program `git` is only asked for objects and names: no shell, no pager, no filter, no network.
"""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from collections.abc import Collection, Iterable
from threading import Timer

from cnncalc.core.problem import Place, Problem, ProblemsFound, fail, misspelt, nearest
from cnncalc.core.record import Record
from cnncalc.formats.source import LARGEST_FILE, Source, decode, too_large
from cnncalc.formats.writing import undisturbed

PREFIX = "git:"
SECONDS = 30  # for one question to git
MOST_LISTED = 2**28  # bytes of a list of files
TOGETHER = 200  # files that git is asked for at once: their names fit into a pipe
SMALL = 2**18  # bytes of a file that is read with others
UNREAD = "unread"  # the `reason` of a problem: nobody knows what the version holds, so it is not held for empty
_MOST_NAMES = 4 * 2**20  # bytes of a list that is only for a cure

# Inside a hook these lead git to another folder's repository, or have it write to standard error.
_DROPPED = re.compile(r"GIT_(DIR|WORK_TREE|PREFIX|NAMESPACE|LITERAL_PATHSPECS|TRACE\w*|TR2\w*|FLUSH)")
_INDEX = "GIT_INDEX_FILE"  # what a hook's commit will hold; only who asks for that index is shown it
# Each would run a program, the second one print what that says among the answers.
_PLAIN = ("-c", "core.fsmonitor=false", "-c", "log.showSignature=false")
_QUIET = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}


class Tree(Record):
    """A repository's files at `ref`: below `folder`, or from the top of its repository where `whole`.

    `known` is what it has read, where much is asked of it in one run: small files, and those that are not there.
    """

    ref: str
    folder: str
    whole: bool = False
    known: dict[str, bytes | None] | None = None

    def read(self, path: str) -> Source | None:
        """The file of that path; None where there is none. Raises ProblemsFound where it cannot be read."""
        path = posixpath.normpath(path)
        name = f"{PREFIX}{self.ref}:{path if self.whole else os.path.join(self.folder, path)}"
        object = self._listed(path) if "\n" in path else self._object(path)
        if self.known is not None and object in self.known:
            data = self.known[object]
        else:
            found = objects(self.folder, [object], name) if object else None
            data = found[1] if found else None
            if data is None and object and self._mode(path)[:3] in ("100", "120"):
                raise not_fetched(name)
            if self.known is not None and (data is None or len(data) <= SMALL):
                self.known[object] = data
        return None if data is None else self.source(data, path, name)

    def read_ahead(self, paths: Collection[str]) -> None:
        """Small files read together, of which each will be asked for: `known` then has them."""
        assert self.known is not None
        wanted = set(paths)
        _, out = ask(self.folder, "ls-tree", "-r", "-z", "--full-tree", self.ref, most=MOST_LISTED)
        listed = (line.partition("\t")[::2] for line in os.fsdecode(out).split("\0"))
        objects = {path: entry.split(" ")[2] for entry, path in listed if path in wanted and entry.startswith("100")}
        paths = list(objects)
        for start in range(0, len(paths), TOGETHER):
            some = paths[start : start + TOGETHER]
            read = contents(self.folder, {objects[path] for path in some})
            self.known.update({self._object(path): read[objects[path]] for path in some if objects[path] in read})

    def source(self, data: bytes, path: str, name: str, format: str | None = None) -> Source:
        """Bytes of the file `path` as a Source that finds its parents in this tree."""
        source = decode(data, name, posixpath.dirname(path), whole=Place(name, 1, 1), format=format)
        source.tree = self
        return source

    def _listed(self, path: str) -> str:
        """The name of the object of a file, empty where there is none: a line is all that git is asked in."""
        mode, _, rest = self._mode(path).partition(" ")
        return rest.partition(" ")[2].partition("\t")[0] if mode.startswith("100") else ""

    def _mode(self, path: str) -> str:
        """What the list of files says of a path: its mode, kind, object; empty where it is not in it."""
        args = ("ls-tree", "-z", *(("--full-tree",) if self.whole else ()), self.ref, "--", path)
        code, out = ask(self.folder, *args)
        if code:
            _must_exist(self.ref, self.folder, f"{PREFIX}{self.ref}:{path}")
            return answer(self.folder, *args)
        return os.fsdecode(out)

    def _object(self, path: str) -> str:
        return f"{self.ref}:{path}" if self.whole else f"{self.ref}:./{path}"


def read(name: str, format: str | None = None) -> Source:
    """The source of `git:REF:PATH`; raises ProblemsFound.

    >>> read("git:-n:net.yaml")
    Traceback (most recent call last):
    cnncalc.core.problem.ProblemsFound: `-n` is no name of a version; name a commit, a branch or a tag
    """
    ref, path = split(name)
    found = _find(ref, path, name, format)
    if found is None:
        raise _why_not(ref, path, name)
    _refuse_several(ref, _nearest_folder(path)[0])
    return found


def read_at(ref: str, path: str, staged: bool = False, known: dict[str, bytes | None] | None = None) -> Source | None:
    """A file of the working folder as it was at `ref`, by the name that it had then; None where it is new.

    A file that is `staged` was renamed in the index that a hook's commit will hold. `known` is what was read before in
    the same folder.
    """
    name = f"{PREFIX}{ref}:{path}"
    split(name)
    folder, below = _nearest_folder(path)
    tree = Tree(ref, folder, known=known)
    found = tree.read(below)
    if found is None:
        _must_exist(ref, folder, name)
        before = _before_it_was_renamed(ref, folder, below, staged)
        found = tree.read(before) if before else None
    return found


def must_exist(ref: str, folder: str = "") -> str:
    """The name of a version of the repository around a folder; raises ProblemsFound where there is none such.

    A branch that is only on the server, as in a checkout of a pull request, is found there: `origin/main`.
    """
    if not ref.strip() or ":" in ref or not ref.isprintable():
        raise _no_version(ref)
    _refuse_options(ref)
    for name in (ref, f"origin/{ref}"):
        code, _ = ask(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{tree}}")
        if code > 1:  # it may be there, and cannot be read
            break
        if code == 0:
            _refuse_several(name, folder)
            return name
    _must_exist(ref, folder, None)
    return ref


def is_version(ref: str, folder: str = "") -> bool:
    """Whether a name is one of a commit, a branch or a tag, or of several."""
    if not ref.strip() or ":" in ref or not ref.isprintable() or ref.startswith(_NO_VERSION):
        return False
    names = (f"{name}^{{commit}}" for name in (ref, f"origin/{ref}"))
    return any(ask(folder, "rev-parse", "--verify", "--quiet", name)[0] == 0 for name in names)


def split(name: str) -> tuple[str, str]:
    """REF and PATH of `git:REF:PATH`; ProblemsFound where it is none."""
    ref, colon, path = name.removeprefix(PREFIX).partition(":")
    if not colon or not ref or not path:
        raise fail("unreadable", f"cannot read `{name}`: not `git:REF:PATH`", help="write `git:HEAD~1:nets/net.yaml`")
    _refuse_options(ref)
    if path.startswith("-"):
        raise fail("unreadable", f"cannot read `{name}`: a path begins with no `-`", help=f"write `./{path}`")
    if not name.isprintable():
        raise fail("unreadable", f"cannot read `{name}`: a control character is in it")
    return ref, path


_NO_VERSION = ("-", "^")  # git would take `-n` for an option, and `^main` for all that is not in `main`


def _refuse_options(ref: str) -> None:
    if ref.startswith(_NO_VERSION):
        raise _no_version(ref)


_COMMIT = "%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)"  # of a tag that of which it speaks


def _refuse_several(ref: str, folder: str) -> None:
    """Git takes the tag where a branch of that name is another version, and warns where nobody reads it."""
    name = re.split(r"[~^]|@\{", ref)[0]
    full = [f"refs/{kind}/{name}" for kind in ("tags", "heads", "remotes")]
    if name == "HEAD" or not name:
        return
    out = answer(folder, "for-each-ref", f"--format={_COMMIT} %(refname)", "--", *full)
    listed = (line.partition(" ") for line in out.split("\n"))
    found = {refname: commit for commit, _, refname in listed if refname in full}
    if len(set(found.values())) > 1:
        first, *others = (f"`{refname}{ref[len(name) :]}`" for refname in found)
        raise fail("unreadable", f"`{ref}` means two versions", help=f"write {first} or {' or '.join(others)}")


def _no_version(ref: str) -> ProblemsFound:
    said = f"`{ref}` is no name of a version" if ref.strip() else "the name of a version is empty"
    return fail("unreadable", said, help="name a commit, a branch or a tag")


# ------------------------------------------------------------------------------------------------ finding a file


def _nearest_folder(path: str) -> tuple[str, str]:
    """The deepest folder of a path that exists now, and the rest of the path, for a folder may be gone since."""
    folder, below = os.path.split(path)
    while folder and not os.path.isdir(folder):
        above, last = os.path.split(folder)
        if above == folder:  # the root of a drive that is not there
            break
        folder = above
        below = posixpath.join(last, below)
    return folder, below


def _find(ref: str, path: str, name: str, format: str | None) -> Source | None:
    folder, below = _nearest_folder(path)
    trees = [(Tree(ref, folder), below)]
    if not os.path.isabs(path) and not path.startswith("."):
        trees.append((Tree(ref, folder, whole=True), posixpath.normpath(path)))
    try:
        found = objects(folder, [tree._object(below) for tree, below in trees], name)
    except ProblemsFound:
        if ask(folder, "rev-parse", "--is-inside-work-tree", name=name)[1].strip() != b"false":
            raise
        trees = trees[1:]  # a bare repository has no current folder: git stopped at the first
        found = objects(folder, [tree._object(below) for tree, below in trees], name)
    if found is None:
        return None
    tree, below = trees[found[0]]
    return tree.source(found[1], below, name, format)


_HEADER = re.compile(rb"[0-9a-f]{40,64} (\w+) (\d+)\n")


def objects(folder: str, objects: list[str], name: str) -> tuple[int, bytes] | None:
    """The file that comes first among some objects: its index, and its bytes; raises ProblemsFound.

    Of a partial clone git ends at an object that was not fetched, and says that one is missing which never was.
    """
    said = "".join(f"{one}\n" for one in objects)
    args, most = ("cat-file", "--batch", "--follow-symlinks"), LARGEST_FILE + 2**16
    code, out = ask(folder, *args, said=said, most=most, name=name)
    if code and len(out) < most:
        answer(folder, *args, said=said, most=most, name=name)
    for index in range(len(objects)):
        header, newline, rest = out.partition(b"\n")
        found = _HEADER.match(header + newline)
        if found is None:
            if header.endswith((b" missing", b" ambiguous")):
                out = rest
                continue
            if header.startswith((b"dangling ", b"loop ", b"notdir ", b"symlink ")):
                raise fail("unreadable", f"cannot read `{name}`: a symbolic link that leads to no file of that version")
            return None
        kind, size = found[1].decode(), int(found[2])
        if kind == "tree":
            raise fail("unreadable", f"`{name}` is a folder", help="name a file in it")
        if kind != "blob":
            raise fail("unreadable", f"`{name}` is not a regular file")
        if size > LARGEST_FILE:
            raise too_large(name)
        if len(rest) < size:
            raise _unread(f"cannot read `{name}`: git ended in the middle of it")
        return index, rest[:size]
    return None


def contents(folder: str, objects: Iterable[str]) -> dict[str, bytes]:
    """The contents of objects; of those that are not there or large none."""
    said = "".join(f"{object}\n" for object in objects)
    _, out = ask(folder, "cat-file", "--batch-check=%(objectname) %(objectsize)", said=said)
    sizes = dict(line.split(" ", 1) for line in out.decode().splitlines())
    sizes = {object: size for object, size in sizes.items() if size.isdigit() and int(size) <= SMALL}
    said = "".join(f"{object}\n" for object in sizes)
    _, out = ask(folder, "cat-file", "--batch=", said=said, most=TOGETHER * (SMALL + 2))
    found, start = {}, 0
    for object, size in sizes.items():
        start += 1  # the line that says nothing
        found[object] = out[start : start + int(size)]
        start += int(size) + 1
    return found


def _before_it_was_renamed(ref: str, folder: str, path: str, staged: bool = False) -> str | None:
    """What a file that is not in `ref` was called there, seen from the same folder; None where it is simply new.

    Raises ProblemsFound where git cannot tell, as it reads what was renamed.
    """
    args = ("diff-index", "--cached", "-M", "--diff-filter=R", "--name-status", "-z", ref, "--")
    names = answer(folder, *args, most=_MOST_NAMES, staged=staged, name=f"{PREFIX}{ref}:{path}").split("\0")
    prefix = below_top(folder)
    full = posixpath.normpath(posixpath.join(prefix, path))
    for before, after in zip(names[1::3], names[2::3], strict=False):
        if after == full:
            return posixpath.relpath(before, prefix or ".")
    return None


def below_top(folder: str) -> str:
    """A folder as seen from the top of its repository; empty for the top."""
    return os.fsdecode(ask(folder, "rev-parse", "--show-prefix")[1]).rstrip("\n")


# ------------------------------------------------------------------------------------------------ saying why not


def _must_exist(ref: str, folder: str, name: str | None) -> None:
    """Raise ProblemsFound where there is no repository, or no such version in it."""
    start = f"cannot read `{name}`: " if name else ""
    answer(folder, "rev-parse", "--git-dir", name=name)
    if not agrees(folder, "rev-parse", "--verify", "--quiet", f"{ref}^{{tree}}", name=name):
        raise fail("unreadable", f"{start}no commit, branch or tag `{ref}`", help=_other_ref(ref, folder))


def agrees(folder: str, *args: str, name: str | None = None) -> bool:
    """Whether git says yes, by code 0, or no, by 1; raises ProblemsFound with what it says where it cannot tell."""
    code, _ = ask(folder, *args, name=name)
    if code > 1:
        answer(folder, *args, name=name)
    return not code


def answer(
    folder: str, *args: str, said: str = "", most: int = 2**16, staged: bool = False, name: str | None = None
) -> str:
    """The answer of git; raises ProblemsFound with what it says where it cannot."""
    code, out = ask(folder, *args, said=said, most=most, staged=staged, name=name)
    if not code:
        return os.fsdecode(out)
    start = f"cannot read `{name}`: " if name else ""
    if len(out) >= most:
        raise _unread(f"{start}`git {args[0]}` says more than anybody reads")
    _, out = ask(folder, *args, said=said, errors=True, staged=staged, name=name)  # a warning is no part of an answer
    lines = os.fsdecode(out).splitlines() or [""]
    why = next((line for line in lines if line.startswith("fatal: ")), lines[0]).removeprefix("fatal: ")
    if why.startswith("not a git repository"):
        raise _unread(f"{start}{os.path.abspath(folder or '.')} is in no git repository")
    raise _unread(f"{start}git says: {why}", _FETCH if "promisor remote" in why else None)


_FETCH = "the clone is partial, and has not fetched it: one without `--filter` has everything"


def is_unread(problems: Iterable[Problem]) -> bool:
    """Whether git could not say what a version holds: then nothing was compared with it."""
    return any(problem.reason == UNREAD for problem in problems)


def _unread(message: str, help: str | None = None) -> ProblemsFound:
    return ProblemsFound([Problem("unreadable", message, help=help, reason=UNREAD)])


def _other_ref(ref: str, folder: str) -> str | None:
    shallow = ask(folder, "rev-parse", "--is-shallow-repository")[1].strip() == b"true"
    if shallow:
        return "this clone is shallow: `git fetch --unshallow` (`fetch-depth: 0` of actions/checkout) brings the rest"
    _, out = ask(folder, "for-each-ref", "--format=%(refname:short)", most=_MOST_NAMES)
    if ref == "HEAD":
        return "there is no commit yet"
    return misspelt(ref, [one for one in ("HEAD", *os.fsdecode(out).split()[:10_000]) if one != ref])


def _why_not(ref: str, path: str, name: str) -> ProblemsFound:
    """Why a file cannot be read, with a cure where one is known."""
    folder, below = _nearest_folder(path)
    _must_exist(ref, folder, name)
    try:
        before = _before_it_was_renamed(ref, folder, below)
    except ProblemsFound:  # it would only have been a cure
        before = None
    if before is None:
        _, out = ask(folder, "ls-tree", "-r", "-z", "--full-tree", ref, most=_MOST_NAMES)
        prefix = below_top(folder)
        listed = (one.partition("\t") for one in os.fsdecode(out).split("\0")[:10_000])
        known = {posixpath.relpath(path, prefix or "."): mode for mode, _, path in listed if path}
        if (mode := known.get(posixpath.normpath(below))) is not None:
            if mode.startswith("160000"):
                raise fail("unreadable", f"`{name}` is a submodule", help="name a file in it: its versions are its own")
            raise not_fetched(name)
        same = [one for one in known if posixpath.basename(one) == posixpath.basename(below)]
        before = same[0] if same else nearest(below, known)
    help = f"did you mean `{PREFIX}{ref}:{os.path.join(folder, before)}`?" if before else None
    return fail("unreadable", f"cannot read `{name}`: no such file at `{ref}`", help=help)


def not_fetched(name: str) -> ProblemsFound:
    """The problem of an object of which git knows the name alone."""
    help = f"`git show {name.removeprefix(PREFIX)}` fetches it; a clone without `--filter` has them all"
    return _unread(f"cannot read `{name}`: the clone is partial, and has not fetched this file", help)


# ------------------------------------------------------------------------------------------------ the program


def ask(
    folder: str,
    *args: str,
    said: str = "",
    most: int = 2**16,
    errors: bool = False,
    staged: bool = False,
    name: str | None = None,
) -> tuple[int, bytes]:
    """An answer of git in a folder: its exit code, and at most so many bytes of its output, of its `errors`, too.

    `staged`: of the index of a hook's commit, which may be a temporary one, and not of the repository's own.
    """
    start = f"cannot read `{name}`: " if name else ""
    environment = {key: value for key, value in os.environ.items() if not _DROPPED.fullmatch(key)} | _QUIET
    if not staged:
        environment.pop(_INDEX, None)
    # Anybody can add files to a folder that look like a bare repository; it is one only where the user stands in it.
    bare = ("-c", "safe.bareRepository=explicit") if folder else ()
    try:
        process = subprocess.Popen(
            ["git", "--no-pager", *_PLAIN, *bare, "-C", folder or ".", *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if errors else subprocess.DEVNULL,
            env=environment,
        )
    except FileNotFoundError:
        raise _unread(f"{start}git is not installed") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unread(f"{start}cannot run git: {reason.lower()}") from None
    late: list[bool] = []

    def stop() -> None:
        late.append(True)
        process.kill()

    timer = Timer(SECONDS, stop)
    with undisturbed():  # in the main thread alone, which lets a signal wait while it writes a file
        timer.start()
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            try:
                process.stdin.write(os.fsencode(said))
                process.stdin.close()
            except BrokenPipeError:  # git has ended: its exit code says why
                pass
            parts, left = [], most
            while left > 0 and (part := process.stdout.read1(min(left, 2**16))):  # type: ignore[attr-defined]
                parts.append(part)
                left -= len(part)
            if not left:
                process.kill()
            process.wait()
        finally:
            timer.cancel()
            if process.returncode is None:
                process.kill()
    if late:
        raise _unread(f"{start}git took longer than {SECONDS} seconds")
    return process.returncode, b"".join(parts)
