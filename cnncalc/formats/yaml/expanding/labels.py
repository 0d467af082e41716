"""The names of entries: given ones, and automatic ones like `conv2` for the second conv of its list."""

from __future__ import annotations

from cnncalc.core.problem import Problems
from cnncalc.formats.yaml.expanding.env import UNKNOWN, Env
from cnncalc.formats.yaml.reading.entries import Branch, Entries, Entry

Label = tuple[str, list[str] | None]  # an entry's name; its branches' names, where these stand beside it


def labels(entries: Entries, env: Env, problems: Problems) -> list[Label]:
    """The name of each entry, and the names of its branches where these stand beside it."""
    if entries.labels is None:
        entries.labels = {}
        entries.words = tuple([entry for entry in entries if entry.type.startswith("$")])
    types = tuple([type_of(entry, env) for entry in entries.words]) if entries.words else ()
    if types not in entries.labels:
        entries.labels[types] = _new_labels(entries, env, problems)
    found: list[Label] = entries.labels[types]
    return found


def given_labels(entries: Entries, env: Env) -> list[Label]:
    """The labels of a list that is being written out, and so has them; none of any other."""
    types = tuple([type_of(entry, env) for entry in entries.words])
    found: list[Label] = (entries.labels or {}).get(types, [])
    return found


def type_of(entry: Entry, env: Env) -> str:
    """The layer type or block of an entry; a word that could not be worked out stays as it is written."""
    text = entry.key.text
    word = env.get(text, UNKNOWN) if text[0] == "$" else text
    return text if word is UNKNOWN else str(word)


def _new_labels(entries: Entries, env: Env, problems: Problems) -> list[Label]:
    """The labels of a list: given names are reserved first, a number already taken is skipped."""
    taken: set[str] = set()
    beside: list[Branch] = []
    for entry in entries:
        if entry.name is not None:
            if entry.name.text in taken:
                problems.add(
                    "duplicate-name",
                    f"two entries of one list are called `{entry.name.text}`",
                    entry.name,
                    "give one another name",
                )
            taken.add(entry.name.text)
    for entry in entries:
        if entry.branches and entry.name is None and entry.repeat is None:
            for branch in entry.branches:
                if branch.name is not None and branch.name.text in taken:
                    help = f"name the merge: `{entry.type}: {{name: …, branches: …}}`"
                    problems.add(
                        "duplicate-name",
                        f"the name `{branch.name.text}` stands twice in this list",
                        branch.name,
                        help,
                    )
                elif branch.name is not None:
                    taken.add(branch.name.text)
            beside += entry.branches
    branch_names = iter(branch_labels(beside, taken))
    place: dict[str, int] = {}
    used: dict[str, int] = {}
    labels: list[Label] = []
    for entry in entries:
        type_name = type_of(entry, env)
        place[type_name] = place.get(type_name, 0) + 1
        if entry.name is not None:
            name = entry.name.text
        else:
            name, number = free(type_name, max(place[type_name], used.get(type_name, 0) + 1), taken)
            used[type_name] = number
        stands_beside = entry.branches is not None and entry.name is None and entry.repeat is None
        labels.append((name, [next(branch_names) for _ in entry.branches or ()] if stands_beside else None))
    return labels


def branch_labels(branches: list[Branch], taken: set[str]) -> list[str]:
    """The names of branches: `branch1` and so on for those without one."""
    given = taken | {branch.name.text for branch in branches if branch.name}
    labels = []
    number = 0
    for branch in branches:
        if branch.name is not None:
            labels.append(branch.name.text)
        else:
            name, number = free("branch", number + 1, given)
            labels.append(name)
    return labels


def free(type_name: str, number: int, taken: set[str]) -> tuple[str, int]:
    """The first name of a type, from `number` on, that is not taken; and its number."""
    stem = f"{type_name}_" if type_name[-1].isdigit() else type_name
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}", number
