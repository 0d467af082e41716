"""A project's choices: `[tool.cnncalc]` of the nearest `pyproject.toml`.

For the rules it is the nearest one to each file, in its folder or one above; for standard input and bundled files,
and for what holds for a whole run (`strict`), the nearest to the working folder. One without that table is passed
over. The command line goes before it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from cnncalc.analyses.checks.rules import RULES
from cnncalc.core.problem import clean, nearest
from cnncalc.formats.writing import remember

LARGEST = 2**20
MOST_PATTERNS = 1_000
LONGEST_PATTERN = 200
NAME = "pyproject.toml"
TABLE = "tool.cnncalc"

Codes = frozenset[str]


class BadConfig(ValueError):
    """A choice that cannot be used; the text says which, where, and what it must be."""


@dataclass(frozen=True)
class Config:
    """What a project chose. `path` is the file that says so, empty where none does.

    >>> Config(ignore=frozenset({"heavy-layer"})).codes("net.yaml") == frozenset(RULES) - {"heavy-layer"}
    True
    """

    path: str = ""
    select: Codes | None = None
    ignore: Codes = frozenset()
    per_file_ignores: tuple[tuple[str, Codes], ...] = ()
    strict: bool = False
    options: Mapping[str, int] = field(default_factory=dict)

    def codes(self, file: str, select: Codes | None = None, ignore: Codes | None = None) -> Codes:
        """The rules that run over a file; `select` and `ignore` are those of the command line."""
        if select is not None:
            chosen = select - (ignore or frozenset())
        else:
            chosen = frozenset(RULES) if self.select is None else self.select
            chosen -= self.ignore if ignore is None else ignore
        if self.per_file_ignores:
            relative = os.path.relpath(os.path.abspath(file), os.path.dirname(self.path)).replace(os.sep, "/")
            for pattern, codes in self.per_file_ignores:
                if _matches(relative, pattern):
                    chosen -= codes
        return chosen


def _matches(path: str, pattern: str) -> bool:
    """Whether a pattern means a path; without a slash it is one of the file's name.

    >>> [_matches("nets/a.yaml", pattern) for pattern in ("nets/", "./nets/**/*.yaml", "a.*", "nets", "a.yaml/")]
    [True, True, True, False, False]
    """
    if "/" not in pattern:
        return fnmatchcase(path.rpartition("/")[2], pattern)
    pattern = pattern.removeprefix("./") + "*" * pattern.endswith("/")
    return fnmatchcase(path, pattern) or fnmatchcase(path, pattern.replace("**/", ""))  # `**` is no folder, too


def read_codes(codes: Iterable[str]) -> Codes:
    """Codes as people write them; raises BadConfig with the nearest where there is none such.

    >>> sorted(read_codes(["even-kernel", "heavy-layer"]))
    ['even-kernel', 'heavy-layer']
    """
    found = frozenset(codes)
    for code in sorted(found - set(RULES)):
        raise BadConfig(f"no rule `{clean(code)}`{_cure(code, RULES, '`cnncalc rules` lists them')}")
    return found


def on_disk(path: str) -> bytes | None:
    """The bytes of a file, no more than are read; None where there is none. Raises BadConfig."""
    if not os.path.isfile(path):
        return None
    if not os.path.getsize(path):  # also what the system makes up and calls a file
        return b""
    try:
        with open(path, "rb") as file:
            remember(file)
            return file.read(LARGEST + 1)
    except OSError as error:
        raise BadConfig(f"{path}: cannot read it: {(error.strerror or str(error)).lower()}") from None


def nearest_config(
    folder: str, known: dict[str, Config] | None = None, read: Callable[[str], bytes | None] = on_disk
) -> Config:
    """The choices that hold in a folder: those of the first `pyproject.toml` with a table for us, going up.

    `known` keeps what was found, so that many files of one folder cost one look; `read` gives the bytes of a file by
    its whole path, None where there is none. Raises BadConfig.
    """
    known = {} if known is None else known
    passed = []
    folder = os.path.abspath(folder)
    while folder not in known:
        passed.append(folder)
        path = os.path.join(folder, NAME)
        data = read(path)
        config = None if data is None else read_config(path, data)
        parent = os.path.dirname(folder)
        if config is not None:
            known[folder] = config
        elif parent == folder:
            known[folder] = Config()
        else:
            folder = parent
    found = known[folder]
    known.update(dict.fromkeys(passed, found))
    return found


def read_config(path: str, data: bytes) -> Config | None:
    """The choices of one file by its bytes, None where it has no table for us; raises BadConfig."""
    if b"cnncalc" not in data:
        return None
    if len(data) > LARGEST:
        raise BadConfig(f"{path}: too large (limit: file size {LARGEST // 2**20} MB)")
    import tomllib

    try:
        text = data.decode("utf-8")
        tool = tomllib.loads(text).get("tool")
    except RecursionError:
        raise BadConfig(f"{path}: nested too deeply") from None
    except ValueError as error:  # not TOML, or not UTF-8
        raise BadConfig(f"{path}: {clean(str(error))[:200]}") from None
    table = tool.get("cnncalc") if isinstance(tool, dict) else None
    if table is None:
        return None
    try:
        return _config(table, path)
    except BadConfig as error:
        raise BadConfig(f"{path}: [{TABLE}]: {error}") from None


def _config(table: Any, path: str) -> Config:
    if not isinstance(table, dict):
        raise BadConfig("must be a table")
    options = {name: option for rule in RULES.values() for name, option in rule.options.items()}
    known = ["select", "ignore", "per-file-ignores", "strict", *options]
    chosen: dict[str, Any] = {"path": path, "options": {}}
    for key, value in table.items():
        if key in ("select", "ignore"):
            chosen[key] = _codes(key, value)
        elif key == "strict":
            if not isinstance(value, bool):
                raise BadConfig("`strict` must be true or false")
            chosen["strict"] = value
        elif key == "per-file-ignores":
            chosen["per_file_ignores"] = _patterns(value)
        elif key in options:
            option = options[key]
            if type(value) is not int or not option.at_least <= value <= option.at_most:
                raise BadConfig(f"`{key}` must be a whole number from {option.at_least} to {option.at_most}")
            chosen["options"][key] = value
        else:
            listed = ", ".join(f"`{name}`" for name in known)
            raise BadConfig(f"unknown key `{clean(key)}`{_cure(key, known, f'there are {listed}')}")
    return Config(**chosen)


def _patterns(value: Any) -> tuple[tuple[str, Codes], ...]:
    if not isinstance(value, dict):
        raise BadConfig('`per-file-ignores` must be a table: `{"fragments/*" = ["heavy-layer"]}`')
    if len(value) > MOST_PATTERNS:
        raise BadConfig(f"`per-file-ignores` has {len(value):,} patterns (limit: patterns {MOST_PATTERNS:,})")
    for pattern in value:
        if len(pattern) > LONGEST_PATTERN:
            raise BadConfig(f"a pattern of {len(pattern):,} characters (limit: pattern {LONGEST_PATTERN})")
    return tuple((pattern, _codes("per-file-ignores", codes)) for pattern, codes in value.items())


def _codes(key: str, value: Any) -> Codes:
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise BadConfig(f'`{key}` must be a list of codes: `["heavy-layer"]`')
    try:
        return read_codes(value)
    except BadConfig as error:
        raise BadConfig(f"`{key}`: {error}") from None


def _cure(word: str, known: Collection[str], otherwise: str) -> str:
    close = nearest(word[:100], known)
    return f": did you mean `{close}`?" if close else f": {otherwise}"
