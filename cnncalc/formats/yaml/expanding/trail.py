"""What leads from a written line to the instance of it that is being built: open calls of blocks, and copies."""

from __future__ import annotations

from typing import NoReturn

from cnncalc.core.problem import Cure, HasOrigin, Origin, Problems, ProblemsFound
from cnncalc.formats.yaml.reading.entries import Block, Entry

Notes = tuple[str, ...]


class Trail:
    """The open calls and copies, outermost first; problems found here are told with them."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.calls: list[tuple[Block | None, Entry, str]] = []  # a copy has no block

    def add(
        self,
        code: str,
        message: str,
        at: HasOrigin | Origin | None,
        help: Cure = None,
        notes: Notes = (),
        path: str = "",
        reason: str = "",
    ) -> None:
        """Report a problem of this instance; `path` names the layer that has it."""
        calls = tuple(entry.key.origin for block, entry, _ in self.calls if block)
        self.problems.add(code, message, at, help, (*notes, *self.notes(path)), reason=reason, calls=calls)

    def stop(self, code: str, message: str, at: HasOrigin | Origin | None, help: str | None = None) -> NoReturn:
        """Report a problem that ends the reading; raises ProblemsFound."""
        self.add(code, message, at, help)
        raise ProblemsFound(self.problems.found)

    def notes(self, path: str = "") -> Notes:
        """Notes that lead from the written line to this instance of it."""
        notes = []
        blocks = [(block, entry, label) for block, entry, label in self.calls if block]
        copies = [label for block, _, label in self.calls if not block]
        if blocks:
            block, entry, label = blocks[-1]
            place = entry.key.origin
            home = block.network.source.name if block.network else block.node.origin.file
            used = f"line {place.line}" if place.line and place.file == home else str(place)
            copy = f", {copies[-1]}" if copies else ""
            notes.append(f"here `{path or label}`, used at {used}{copy}")
            if block.overrides:
                notes.append(f"`{block.name}` overrides `{block.name}` of {block.overrides}")
        elif copies:
            notes.append(f"here `{path}`, {copies[-1]}" if path else f"in {copies[-1]}")
        return tuple(notes)
