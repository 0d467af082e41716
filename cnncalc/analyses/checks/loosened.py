"""What networks are held to, before and after a change: a pull request may loosen its own limits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from cnncalc.analyses.checks.baselines.growth import NO_GROWTH, Growth, read_allowed
from cnncalc.analyses.checks.baselines.recorded import figures_of
from cnncalc.analyses.checks.budget import Held, read_limit
from cnncalc.analyses.checks.config import MEMORY, NAME, BadConfig, Config, read_config
from cnncalc.analyses.measures import MEASURES, Use, used
from cnncalc.core.figures import told
from cnncalc.core.graph import BYTES, FLOAT32, OPTIMIZERS, Storage
from cnncalc.core.problem import ProblemsFound
from cnncalc.core.record import Record
from cnncalc.formats.changes import ChangeSet
from cnncalc.formats.git import is_unread
from cnncalc.formats.source import Source


class ChangedRule(Record):
    """One thing to which files are held otherwise: where it stands, what it was and is, empty where there is none.

    `looser` says whether more is let through; None where that cannot be told.
    """

    place: str
    what: str
    before: str
    after: str
    looser: bool | None


def rules_changed(change: ChangeSet) -> Iterator[ChangedRule]:
    """The choices of projects and the recorded baselines that a change concerns; raises ProblemsFound."""
    for path in sorted(change.paths):
        if os.path.basename(path) == NAME:
            yield from _choices_changed(change, path)
        elif path.endswith(".json"):
            yield from _baseline_changed(change, path)


class Rules(Record):
    """The limits of a file, how much it may grow, and for which numbers its memory is worked out."""

    budgets: Sequence[Held]
    growth: Sequence[Growth]
    storage: Storage = FLOAT32


def budgets_changed(versions: Iterable[tuple[str, Rules, Rules]]) -> Iterator[ChangedRule]:
    """The budgets that are others, by file, before and after; each once, also where many files inherit it."""
    found = (rule for file, before, after in versions for rule in _changed(file, before, after))
    yield from dict.fromkeys(found)


def _changed(file: str, was: Rules, now: Rules) -> Iterator[ChangedRule]:
    yield from _limits_changed(file, was.budgets, now.budgets)
    yield from _memory_changed(file, was.storage, now.storage)
    before, after = ({(one.name, one.quantity): one for one in rules.growth} for rules in (was, now))
    for key in dict.fromkeys((*before, *after)):
        old, new = (rules[key].allowance if key in rules else None for rules in (before, after))
        if old == new:
            continue
        if key[0] == "total":
            looser = (new or NO_GROWTH).looser(old or NO_GROWTH)
        else:  # where nothing is said, a layer may grow as it likes
            looser = new is None or (old is not None and new.looser(old))
        place = str(after[key].where) if new else file
        shown = [one.written if one else "" for one in (old, new)]
        yield ChangedRule(place, f"growth {key[0]} {key[1]}", shown[0], shown[1], looser)


def _limits_changed(file: str, before: Sequence[Held], after: Sequence[Held]) -> Iterator[ChangedRule]:
    was, is_ = ({(one.name, one.quantity, one.level): one for one in held if not one.by} for held in (before, after))
    for key in [*was, *(key for key in is_ if key not in was)]:
        old, new = was.get(key), is_.get(key)
        if (old and old.limit) == (new and new.limit):
            continue
        place = str(new.where) if new else file
        looser = new is None or (old is not None and new.limit > old.limit)
        what = f"{'budget' if key[2] == 'error' else 'warning'} {key[0]} {key[1]}"
        yield ChangedRule(place, what, str(old.amount) if old else "", str(new.amount) if new else "", looser)


_COST: dict[str, Callable[[Any], int]] = {  # what takes less memory lets more through
    "dtype": BYTES.__getitem__, "batch": int, "in_place": lambda value: not value, "optimizer": OPTIMIZERS.__getitem__,
}  # fmt: skip


def _memory_changed(file: str, was: Storage, now: Storage) -> Iterator[ChangedRule]:
    """What a file says of its memory: a smaller type is a looser limit."""
    for name, old, new in zip(Storage._fields, was, now, strict=True):
        if old != new:
            yield ChangedRule(file, f"memory {name}", _shown(old), _shown(new), _takes_less(name, old, new))


def _takes_less(name: str, before: Any, after: Any) -> bool:
    """Whether less memory is worked out by a field of a Storage than by the one before; None is the usual."""
    was, is_ = (_COST[name](getattr(FLOAT32, name) if value is None else value) for value in (before, after))
    return is_ < was


# ------------------------------------------------------------------------------------------------ projects


def _choices_changed(change: ChangeSet, path: str) -> Iterator[ChangedRule]:
    name = change.tree.name(path)
    try:
        was, is_ = (_table(source, name) for source in _both(change, path))
    except BadConfig as error:
        yield ChangedRule(name, "cannot be used", "", str(error), None)
        return
    for key in [*was, *(key for key in is_ if key not in was)]:
        before, after = was.get(key), is_.get(key)
        if before != after:
            yield ChangedRule(name, key, _shown(before), _shown(after), _is_looser(key.split(": ")[-1], before, after))


def _both(change: ChangeSet, path: str) -> Iterator[Source | None]:
    try:
        yield change.read_before(path)
        yield change.tree.read(change.tree.name(path)) if path in change.files else None
    except ProblemsFound as error:
        if is_unread(error.problems):
            raise
        raise BadConfig(str(error)) from None


def _table(source: Source | None, name: str) -> dict[str, Any]:
    config = (read_config(os.path.abspath(name), source.text.encode()) if source else None) or Config()
    found: dict[str, Any] = {}
    found |= {"files": list(config.files)} if config.files else {}
    found |= {"exclude": list(config.exclude)} if config.exclude else {}
    found |= {"baseline": config.baseline} if config.baseline else {}
    found |= config.choices.table
    for patterns, choices in config.overrides:
        found |= {f"{', '.join(patterns)}: {key}": value for key, value in choices.table.items()}
    return found | {f"{pattern}: ignore": sorted(codes) for pattern, codes in config.per_file_ignores}


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value).lower()


def _is_looser(key: str, before: Any, after: Any) -> bool | None:
    """Whether a choice lets more through than the one before."""
    if key in ("exclude", "ignore"):
        return bool(set(after or ()) - set(before or ()))
    if key in ("files", "select"):
        return None if before is None else bool(set(before) - set(after)) if after is not None else None
    if key.startswith(MEMORY):
        return _takes_less(key.removeprefix(MEMORY), before, after)
    if key == "strict":
        return bool(before) and not after
    if key == "max-growth":
        was, is_ = (read_allowed(value or ()) for value in (before, after))
        known = {**dict.fromkeys(is_, NO_GROWTH), **was}
        return any(one.looser(known[name]) is not False for name, one in is_.items() if one != known[name])
    if key == "baseline" or not key.startswith("max-"):
        return True if after is None and key == "baseline" else None
    return _limits_looser(key, before, after)


def _limits_looser(key: str, before: Any, after: Any) -> bool | None:
    quantity = next((name for name in used(Use.OPTION) if f"max-{name.replace('_', '-')}" == key), None)
    if quantity is None:  # an option of a rule
        return None
    was, is_ = (_amounts(quantity, value or ()) for value in (before, after))
    return any(name not in is_ or is_[name] > amount for name, amount in was.items())


def _amounts(quantity: str, limits: Iterable[str]) -> Mapping[str, float]:
    read = (read_limit(quantity, text) for text in limits)
    whole = MEASURES[quantity].whole
    return {limit.name: int(limit.amount) if whole else float(limit.amount) for limit in read if limit}


# ------------------------------------------------------------------------------------------------ baselines


def _baseline_changed(change: ChangeSet, path: str) -> Iterator[ChangedRule]:
    """The recorded totals that are others."""
    name = change.tree.name(path)
    try:
        sources = list(_both(change, path))
        if not any(source and "cnncalc_baseline" in source.text for source in sources):
            return
        was, is_ = (figures_of(source, name) if source else {} for source in sources)
    except (BadConfig, ProblemsFound) as error:
        if isinstance(error, ProblemsFound) and is_unread(error.problems):
            raise
        yield ChangedRule(name, "cannot be used", "", str(error), None)
        return
    for file in sorted({*was, *is_}):
        before, after = (one[file].totals if file in one else {} for one in (was, is_))
        for quantity in used(Use.HEADLINE):
            old, new = before.get(quantity), after.get(quantity)
            if old != new:
                looser = old is not None and (new is None or new > old)
                shown = (told(old) if before else "", told(new) if after else "")
                yield ChangedRule(name, f"baseline {file} {quantity}", *shown, looser)
