"""A project's choices: the table `[tool.cnncalc]` of a `pyproject.toml`, and what each key of it takes."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cnncalc.analyses.checks.budget import Limit, read_limit, units
from cnncalc.analyses.checks.rules import RULES
from cnncalc.analyses.checks.rules.base import Option
from cnncalc.analyses.measures import MEASURES, Measure, Use, used
from cnncalc.core.graph import BYTES, LARGEST_BATCH, OPTIMIZERS, Storage
from cnncalc.core.problem import clean, nearest
from cnncalc.core.record import Record
from cnncalc.formats.listing import matches
from cnncalc.formats.source import relative
from cnncalc.formats.writing import remember

if TYPE_CHECKING:
    from cnncalc.analyses.checks.baselines.growth import Allowed

LARGEST = 2**20
MOST_PATTERNS = 1_000
LONGEST_PATTERN = 200
NAME = "pyproject.toml"
TABLE = "tool.cnncalc"
MEMORY = "memory."  # before the name of a field, where a choice is one line
LISTED = ", ".join(f"`{name}`" for name in Storage._fields)

Codes = frozenset[str]


class BadConfig(ValueError):
    """A choice that cannot be used; the text says which, where, and what it must be."""


NOTHING: Mapping[str, Any] = MappingProxyType({})


class Choices(Record):
    """The choices that files are held to; None, or no entry, where nothing is chosen. `limits` are by quantity.

    `memory` are fields of a Storage, for what files say nothing of themselves.
    """

    select: Codes | None = None
    ignore: Codes | None = None
    strict: bool | None = None
    limits: Mapping[str, tuple[Limit, ...]] = NOTHING
    max_growth: Allowed = NOTHING
    options: Mapping[str, int] = NOTHING
    memory: Mapping[str, Any] = NOTHING

    def over(self, other: Choices) -> Choices:
        """This choice, and the other one where this says nothing; rules that are selected are ignored by none of those.

        >>> Choices(strict=True).over(Choices(strict=False, ignore=frozenset({"heavy-layer"}))).codes == frozenset(
        ...     RULES
        ... ) - {"heavy-layer"}
        True
        """
        chosen = self.select is not None
        return Choices(
            self.select if chosen else other.select,
            self.ignore if chosen or self.ignore is not None else other.ignore,
            other.strict if self.strict is None else self.strict,
            {**other.limits, **self.limits},
            {**other.max_growth, **self.max_growth},
            {**other.options, **self.options},
            {**other.memory, **self.memory},
        )

    @property
    def table(self) -> dict[str, Any]:
        """The table of the choices, as a file has it."""
        found: dict[str, Any] = {} if self.strict is None else {"strict": self.strict}
        for quantity, limits in self.limits.items():
            found[max_key(MEASURES[quantity])] = [str(limit) for limit in limits]
        if self.max_growth:
            found["max-growth"] = [f"{name}={one.written}" for name, one in self.max_growth.items()]
        found |= {key: sorted(codes) for key in ("select", "ignore") if (codes := getattr(self, key)) is not None}
        found |= {f"{MEMORY}{name}": value for name, value in self.memory.items()}
        return found | dict(self.options)

    @property
    def codes(self) -> Codes:
        """The rules that run."""
        return (frozenset(RULES) if self.select is None else self.select) - (self.ignore or frozenset())


class Config(Record):
    """The choices of a project. `path` is the file that says so, empty where none does; then `root` is its folder."""

    path: str = ""
    root: str = ""
    files: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: str = ""
    choices: Choices = Choices()
    overrides: tuple[tuple[tuple[str, ...], Choices], ...] = ()  # patterns of files, and what holds for these
    per_file_ignores: tuple[tuple[str, Codes], ...] = ()

    @property
    def folder(self) -> str:
        """The project's folder: that of the file, else the root of the repository."""
        return os.path.dirname(self.path) or self.root

    def path_of(self, file: str) -> str:
        """A file by its path from the project's folder."""
        return relative(os.path.abspath(file), self.folder).replace(os.sep, "/")

    def name_of(self, path: str) -> str:
        """A path of the project as seen from the working folder."""
        return relative(os.path.join(self.folder, path))

    def layers(self, file: str) -> Iterator[tuple[str, Choices]]:
        """The choices for a file and where each is made, what goes before the other first."""
        path = self.path_of(file) if self.overrides else ""
        for patterns, choices in reversed(self.overrides):
            if found := next((one for one in patterns if matches(path, one)), None):
                yield f"{self.shown}, overrides of {found}", choices
        yield self.shown, self.choices

    @property
    def shown(self) -> str:
        """The name of the file that says so."""
        return relative(self.path) if self.path else "default"

    def ignored(self, file: str) -> Codes:
        """The rules that `per-file-ignores` leaves out for a file."""
        path = self.path_of(file) if self.per_file_ignores else ""
        return frozenset().union(*(codes for pattern, codes in self.per_file_ignores if matches(path, pattern)))


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


# ------------------------------------------------------------------------------------------------ reading


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


class _Refused(ValueError):
    """A value of the wrong kind: the sentence goes on behind the key."""


class Key(Record):
    """A key of the table: the `field` that it fills, and what reads its value or raises a ValueError.

    The field is one of Config; where `of_files`, of Choices, and the key may stand in `overrides`, too.
    """

    field: str
    read: Callable[[Any], Any]
    of_files: bool = True


def keys(by: str = "") -> dict[str, Key]:
    """The keys that may stand in the table of the file `by`, by name."""
    found = {
        "files": Key("files", partial(_patterns, example="architectures"), False),
        "exclude": Key("exclude", partial(_patterns, example="drafts/"), False),
        "baseline": Key("baseline", _baseline, False),
        "max-growth": Key("max_growth", _max_growth),
        "select": Key("select", _codes),
        "ignore": Key("ignore", _codes),
        "per-file-ignores": Key("per_file_ignores", _per_file_ignores, False),
        "strict": Key("strict", _strict),
        "memory": Key("memory", _memory),
    }
    for measure in used(Use.OPTION).values():
        found[max_key(measure)] = Key("limits", partial(_limits, measure, by))
    for rule in RULES.values():
        found |= {name: Key("options", partial(_option, name, option)) for name, option in rule.options.items()}
    overridden = {name: key for name, key in found.items() if key.of_files}
    return found | {"overrides": Key("overrides", partial(_overrides, overridden), False)}


def max_key(measure: Measure) -> str:
    """The key of limits on a measure, as its option is called."""
    return f"max-{measure.name.replace('_', '-')}"


def _config(table: Any, path: str) -> Config:
    known = keys(relative(path))
    if not isinstance(table, dict):
        raise BadConfig("must be a table")
    run = {name: value for name, value in table.items() if name not in known or not known[name].of_files}
    chosen = _read(run, known)
    choices = Choices(**_read({name: value for name, value in table.items() if name not in run}, known))
    return Config(**chosen, path=path, choices=choices)


def _read(table: Mapping[str, Any], known: Mapping[str, Key]) -> dict[str, Any]:
    """The fields of Config or Choices that a table fills; a field of several keys is a mapping."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if name == "allow-outside":
            raise BadConfig("`allow-outside` is for the command line alone: a change of this file could allow itself")
        if name not in known:
            listed = ", ".join(f"`{one}`" for one in known)
            raise BadConfig(f"unknown key `{clean(name)}`{_cure(name, known, f'there are {listed}')}")
        try:
            read = known[name].read(value)
        except _Refused as error:
            raise BadConfig(f"`{name}` {error}") from None
        except ValueError as error:
            raise BadConfig(f"`{name}`: {error}") from None
        field = known[name].field
        found[field] = {**found.get(field, {}), **read} if isinstance(read, dict) else read
    return found


# ------------------------------------------------------------------------------------------------ values


def _strings(value: Any, example: str, alone: bool = False) -> list[str]:
    """A list of strings; one without brackets, too, where it may stand `alone`."""
    if alone and isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _Refused(f"must be {'a string, or ' * alone}a list of strings: `{example}`")
    return value


def _patterns(value: Any, example: str) -> tuple[str, ...]:
    return _short(_strings(value, f'["{example}"]'))


def _short(patterns: Collection[str]) -> tuple[str, ...]:
    if len(patterns) > MOST_PATTERNS:
        raise _Refused(f"has {len(patterns):,} patterns (limit: patterns {MOST_PATTERNS:,})")
    for pattern in patterns:
        if len(pattern) > LONGEST_PATTERN:
            raise _Refused(f"has a pattern of {len(pattern):,} characters (limit: pattern {LONGEST_PATTERN})")
        if not pattern or pattern.startswith("/") or ".." in pattern.split("/"):
            raise _Refused("takes paths below the folder of this file")
    return tuple(patterns)


def _baseline(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Refused('must be a file or a git ref: `"main"`')
    return value


def _max_growth(value: Any) -> Allowed:
    from cnncalc.analyses.checks.baselines.growth import read_allowed

    return read_allowed(_strings(value, '["5%", "params=0.5%"]', alone=True))


def _strict(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Refused("must be true or false")
    return value


def _memory(value: Any) -> dict[str, Any]:
    """What a file says of its memory, in TOML."""
    if not isinstance(value, dict):
        raise _Refused('must be a table: `{dtype = "int8"}`')
    words = {"dtype": tuple(BYTES), "optimizer": tuple(OPTIMIZERS)}
    for name, given in value.items():
        if name not in Storage._fields:
            raise _Refused(f"has no `{clean(name)}`{_cure(name, Storage._fields, f'it has {LISTED}')}")
        if name in words and given not in words[name]:
            listed = ", ".join(f'"{word}"' for word in words[name])
            close = nearest(given[:100], words[name]) if isinstance(given, str) else None
            raise _Refused(f"has a `{name}` that is none of {listed}{f': did you mean `{close}`?' if close else ''}")
        if name == "in_place" and not isinstance(given, bool):
            raise _Refused("has an `in_place` that is neither true nor false")
        if name == "batch" and not (type(given) is int and 1 <= given <= LARGEST_BATCH):
            raise _Refused("has a `batch` that is no whole number from 1 to 10^9")
    return value


def _limits(measure: Measure, by: str, value: Any) -> dict[str, tuple[Limit, ...]]:
    written = [value] if isinstance(value, str) or type(value) is int else value
    limits = []
    for one in written if isinstance(written, list) else [None]:
        limit = read_limit(measure.name, str(one)) if isinstance(one, str) or type(one) is int else None
        if limit is None:
            raise _Refused(f"must be a limit or a list of limits, each {units(measure)}, or with NAME= before it")
        limits.append(limit._replace(by=by))
    return {measure.name: tuple(limits)}


def _option(name: str, option: Option, value: Any) -> dict[str, int]:
    if type(value) is not int or not option.at_least <= value <= option.at_most:
        raise _Refused(f"must be a whole number from {option.at_least} to {option.at_most}")
    return {name: value}


def _codes(value: Any) -> Codes:
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise _Refused('must be a list of codes: `["heavy-layer"]`')
    return read_codes(value)


def _per_file_ignores(value: Any) -> tuple[tuple[str, Codes], ...]:
    if not isinstance(value, dict):
        raise _Refused('must be a table: `{"fragments/*" = ["heavy-layer"]}`')
    _short(value)
    return tuple((pattern, _codes(codes)) for pattern, codes in value.items())


def _overrides(known: Mapping[str, Key], value: Any) -> tuple[tuple[tuple[str, ...], Choices], ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) and "files" in one for one in value):
        raise _Refused(f"must be tables with `files`: `[[{TABLE}.overrides]]`")
    found = []
    for table in value:
        try:
            patterns = _patterns(table["files"], "nets/mobile/*")
            choices = Choices(**_read({name: one for name, one in table.items() if name != "files"}, known))
        except ValueError as error:
            raise _Refused(f"of {clean(str(table['files']))[:100]}: {error}") from None
        found.append((patterns, choices))
    return tuple(found)


def _cure(word: str, known: Collection[str], otherwise: str) -> str:
    close = nearest(word[:100], known)
    return f": did you mean `{close}`?" if close else f": {otherwise}"
