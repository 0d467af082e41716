"""The names of entries: given ones, and automatic ones like `conv2` for the second conv of its list."""

from __future__ import annotations

from collections.abc import Callable

from cnncalc.description import Branch, Entries, Entry, Problems

Label = tuple[str, list[str] | None]  # an entry's name; its branches' names, where these stand beside it


def new_labels(entries: Entries, type_of: Callable[[Entry], str], problems: Problems) -> list[Label]:
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
        type_name = type_of(entry)
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
