"""Run the rules over a network: what is found, what comments ignore, and comments that ignore nothing.

A comment `# cnncalc: ignore[code]` stands on the line of a finding, on the first line of its entry, or on that of a
block's call, a branch or a repeat around it; `# cnncalc: ignore-file[code]` anywhere in a file holds for all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from cnncalc.graph import Graph, Ref
from cnncalc.problem import Problem, Where, nearest
from cnncalc.rules import RULES
from cnncalc.rules.base import Finding, Network
from cnncalc.source import Node as Written
from cnncalc.source import Source, Text, comments, where

MOST_FINDINGS = 100
UNUSED = "unused-ignore"

_COMMENT = re.compile(r"#\s*cnncalc:\s*(?:(ignore(?:-file)?)\s*(?:\[([^\]]*)\])?)?")


@dataclass(frozen=True)
class Linted:
    """The findings in a file as problems, in the order of its lines; `more` were left out, `ignored` by comments."""

    findings: tuple[Problem, ...] = ()
    more: int = 0
    ignored: int = 0


class Ignore(NamedTuple):
    """One code of a comment that ignores: its place, and whether it holds for the whole file."""

    code: str
    place: Where
    whole_file: bool


@dataclass
class _Merged:
    """Findings of one rule at one place."""

    first: Finding
    node: Written
    paths: list[str] = field(default_factory=list)
    count: int = 0


def lint(graph: Graph, codes: Iterable[str] | None = None, options: dict[str, int] | None = None) -> Linted:
    """What the rules of `codes` (all of them, if None) object to in a network.

    >>> from cnncalc import loads
    >>> graph = loads("{input: {channels: 3, size: 224}, layers: [conv: [96, 11, 4]]}")
    >>> [problem.code for problem in lint(graph).findings]
    ['dropped-border']
    """
    if graph.description is None:
        return Linted()
    chosen = [code for code in RULES if codes is None or code in set(codes)]
    settings = {name: option.default for rule in RULES.values() for name, option in rule.options.items()}
    settings |= options or {}
    net = Network(graph)
    ignores = _Ignores(net)
    merged: dict[tuple[str, int], _Merged] = {}
    for code in chosen:
        for finding in RULES[code].check(net, settings):
            node = _written_at(net, finding)
            if ignores.cover(code, finding, node):
                continue
            one = merged.setdefault((code, id(node)), _Merged(finding, node))
            one.count += 1
            if isinstance(finding.at, int) and len(one.paths) < 4:
                one.paths.append(net.nodes[finding.at].name)
    own = graph.description.source
    placed = [(code, one.node, one) for (code, _), one in merged.items()]
    placed.sort(key=lambda item: (item[1].mark.name is not own, item[1].mark.name.name, item[1].mark.index, item[0]))
    found = [_problem(code, one, net) for code, _, one in placed[:MOST_FINDINGS]]
    unused = list(ignores.unused(chosen)) if UNUSED in chosen else []
    room = max(0, MOST_FINDINGS - len(found))
    more = len(placed) - len(found) + len(unused) - len(unused[:room])
    return Linted(tuple(_in_order([*found, *unused[:room]], own.name)), more, ignores.count)


def _in_order(problems: list[Problem], file: str) -> list[Problem]:
    def key(problem: Problem) -> tuple[bool, str, int, int]:
        place = problem.where or Where(file, 0, 0)
        return place.file != file, place.file, place.line, place.column

    return sorted(problems, key=key)


def _written_at(net: Network, finding: Finding) -> Written:
    """What is written at the place of a finding: the attribute at fault, else the entry."""
    if not isinstance(finding.at, int):
        return finding.at
    value = net.written(finding.at, finding.attribute) if finding.attribute else None
    return value if value is not None else net.entries[finding.at].key


def _problem(code: str, one: _Merged, net: Network) -> Problem:
    """The first of the findings at one place, with a note that leads to it and says how many there are."""
    finding = one.first
    notes = []
    if isinstance(finding.at, int):
        path = one.paths[0]
        around = next(net.around(finding.at, calls_only=True), None)
        others = one.count - 1
        listed = ", ".join(f"`{name}`" for name in one.paths[1:]) + (", …" if others > 3 else "")
        more = f"; and at {others:,} more place{'s' * (others != 1)}: {listed}" if others else ""
        if around is not None:
            own = one.node.mark.name.name
            used = f"line {around.line}" if around.file == own else f"{around.file}:{around.line}"
            notes.append(f"here `{path}`, used at {used}{more}")
        elif others:
            notes.append(f"here `{path}`{more}")
    return Problem(code, finding.message, where(one.node), tuple(notes), finding.help)


class _Ignores:
    """The comments that ignore, of the file and of those it extends, and which of them were of use."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.own = net.description.source
        self.count = 0
        self.at: dict[tuple[str, int], list[Ignore]] = {}
        self.whole: dict[tuple[str, str], list[Ignore]] = {}
        self.used: set[Ignore] = set()
        self.odd: list[Problem] = []  # comments that cannot be read
        self.listed: list[Ignore] = []
        for source in net.sources():
            self._read(source)

    def _read(self, source: Source) -> None:
        for place, text in comments(source, "cnncalc:"):
            for match in _COMMENT.finditer(text):
                self._comment(match, place, source)

    def _comment(self, match: re.Match[str], comment: Where, source: Source) -> None:
        start, length = comment.column + match.start(), len(match[0])
        place = Where(comment.file, comment.line, start, length, comment.text)
        codes = [code.strip() for code in (match[2] or "").split(",")]
        if match[1] is None or codes == [""]:
            if source is self.own:
                message = f"`{match[0].rstrip()}` does not say what to ignore"
                self.odd.append(Problem(UNUSED, message, place, (), "write `# cnncalc: ignore[code]`"))
            return
        for code in codes:
            ignore = Ignore(code, place, match[1] == "ignore-file")
            if source is self.own:
                self.listed.append(ignore)
            if ignore.whole_file:
                self.whole.setdefault((comment.file, code), []).append(ignore)
            else:
                self.at.setdefault((comment.file, comment.line), []).append(ignore)

    def cover(self, code: str, finding: Finding, node: Written) -> bool:
        """Whether a comment ignores a finding; the comment is then used."""
        if not self.at and not self.whole:
            return False
        covered = {ignore for file in (self.own.name, node.mark.name.name) for ignore in self.whole.get((file, code), ())}
        places = [(node.mark.name.name, node.mark.line + 1)]
        if self.at and isinstance(finding.at, int):
            key = self.net.entries[finding.at].key
            places.append((key.mark.name.name, key.mark.line + 1))
            places += [(around.file, around.line) for around in self.net.around(finding.at)]
        covered |= {ignore for place in places for ignore in self.at.get(place, ()) if ignore.code == code}
        self.used |= covered
        self.count += bool(covered)
        return bool(covered)

    def unused(self, chosen: list[str]) -> Iterator[Problem]:
        """Comments of the file itself that cannot be read, name no rule, or hid nothing."""
        yield from self.odd
        for ignore in self.listed:
            if ignore.code not in RULES:
                close = nearest(ignore.code, list(RULES))
                help = f"did you mean `{close}`?" if close else "`cnncalc rules` lists the rules"
                yield Problem(UNUSED, f"no rule `{ignore.code}`", ignore.place, (), help)
            elif ignore.code in chosen and ignore not in self.used and ignore.code != UNUSED:
                scope = "in this file" if ignore.whole_file else "here"
                message = f"nothing to ignore: `{ignore.code}` finds nothing {scope}"
                yield Problem(UNUSED, message, ignore.place, (), "remove the comment")
