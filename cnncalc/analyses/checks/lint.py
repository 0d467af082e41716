"""Run the rules over a network: what is found, what comments ignore, and comments that ignore nothing.

A comment `# cnncalc: ignore[code]` stands on the line of a finding, on the first line of its entry, or on that of a
block's call, a branch or a repeat around it; `# cnncalc: ignore-file[code]` anywhere in a file holds for all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cnncalc.analyses.checks.config import Codes
from cnncalc.analyses.checks.project import Project
from cnncalc.analyses.checks.rules import RULES
from cnncalc.analyses.checks.rules.base import Finding, Network
from cnncalc.core.analysis import Analysis
from cnncalc.core.figures import many
from cnncalc.core.graph import Graph
from cnncalc.core.problem import Origin, Place, Problem, ProblemsFound, fail, in_order, nearest
from cnncalc.core.record import Record
from cnncalc.formats.source import Node as Written
from cnncalc.formats.source import Source
from cnncalc.formats.yaml.document import written_for
from cnncalc.formats.yaml.expanding.build import load_source
from cnncalc.formats.yaml.tree import MOST_COMMENTS, comments

MOST_FINDINGS = 100
MANY_FINDINGS = 3  # so many may be a faithful copy
UNUSED = "unused-ignore"

Found = tuple[str, Origin | None]  # code, place

_COMMENT = re.compile(r"#\s*cnncalc:\s*(?:(ignore(?:-file)?)\s*(?:\[([^\]#]*)\])?)?")


class Idle(Record):
    """A key of a file that can be taken out, by the code of the rule, or the code in a comment that ignores nothing."""

    code: str
    place: Place
    comment: bool = False


class Linted(Record):
    """The findings in a file as problems, in the order of its lines; `more` were left out, `ignored` by comments.

    What is `idle` in the file itself can be taken out.
    """

    findings: tuple[Problem, ...] = ()
    more: int = 0
    ignored: int = 0
    idle: tuple[Idle, ...] = ()


@dataclass(frozen=True)
class Linter:
    """Lints file after file, each by the choices of its project.

    A finding that stands in a file which is extended, and which that file has by itself too, is told only when that
    file is linted: a child answers for what it changes.
    """

    project: Project
    parents: dict[tuple[str, str, frozenset[tuple[str, int]], Codes], frozenset[Found]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __call__(self, source: Source, analysis: Analysis) -> tuple[Problem, ...]:
        """The findings in a file that was read; raises BadConfig where the project's choices cannot be used."""
        graph = analysis.graph
        codes = self.project.codes(source)
        if not codes or graph is None:
            return ()
        options = self.project.choices(source).options
        linted = lint(graph, codes, options)
        found = list(linted.findings)
        if any(problem.where and problem.where.file != source.name for problem in found):
            known = self._of_parents(Network(graph, written_for(graph)), codes, options)
            found = [problem for problem in found if _place(problem) not in known]
        if linted.more:
            message = f"{linted.more:,} more findings are not shown (limit: findings {MOST_FINDINGS})"
            found.append(Problem("limit", message, level="warning"))
        return tuple(_or_as_published(found, analysis))

    def _of_parents(self, net: Network, codes: Codes, options: Mapping[str, int]) -> frozenset[Found]:
        """What the files that this one extends have by themselves."""
        found: frozenset[Found] = frozenset()
        for source in net.sources()[1:]:
            key = (source.folder, source.name, frozenset(options.items()), codes)
            if key not in self.parents:
                try:
                    linted = lint(load_source(source), codes, options)
                    self.parents[key] = frozenset(map(_place, linted.findings))
                except ProblemsFound:  # a parent that is no network by itself
                    self.parents[key] = frozenset()
            found |= self.parents[key]
        return found


def _or_as_published(found: list[Problem], analysis: Analysis) -> list[Problem]:
    """The findings; of a copy of a published network, or of many, the last one says how a line silences all."""
    last = max((place for place, problem in enumerate(found) if problem.code in RULES), default=None)
    if last is None or (analysis.source is None and len(found) < MANY_FINDINGS):
        return found
    codes = ", ".join(dict.fromkeys(problem.code for problem in found if problem.code in RULES))
    note = f"where all of this is as published, one line silences it: `# cnncalc: ignore-file[{codes}] as published`"
    found[last] = found[last]._replace(notes=(*found[last].notes, note))
    return found


def _place(problem: Problem) -> Found:
    return problem.code, problem.where


class Ignore(Record):
    """One code of a comment that ignores: its place, and whether it holds for the whole file; no code: unreadable."""

    code: str
    place: Place
    whole_file: bool


class _Merged:
    """Findings of one rule at one place."""

    def __init__(self, first: Finding, node: Written) -> None:
        self.first = first
        self.node = node
        self.paths: list[str] = []
        self.count = 0


def lint(graph: Graph, codes: Iterable[str] | None = None, options: Mapping[str, int] | None = None) -> Linted:
    """The findings of the rules of `codes` (all of them, if None) in a network.

    >>> from cnncalc import loads
    >>> graph = loads("{input: {channels: 3, size: 224}, layers: [conv: [96, 11, 4]]}")
    >>> [problem.code for problem in lint(graph).findings]
    ['dropped-border']
    """
    wanted = frozenset(RULES if codes is None else codes)
    chosen = [code for code in RULES if code in wanted]
    settings = {name: option.default for rule in RULES.values() for name, option in rule.options.items()}
    settings |= options or {}
    net = Network(graph, written_for(graph))
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
    own = net.description.source
    placed = [(code, one.node, one) for (code, _), one in merged.items()]
    placed.sort(key=lambda item: (item[1].source is not own, item[1].source.name, item[1].order, item[0]))
    found = [_problem(code, one, net) for code, _, one in placed[:MOST_FINDINGS]]
    unused = ignores.unused(wanted) if UNUSED in wanted and not graph.changed else []
    shown = unused[: MOST_FINDINGS - len(found)]
    found = in_order([*found, *map(_unused_problem, shown)], own.name)
    keys = ((code, node.origin) for code, node, one in placed if one.first.idle and node.source is own)
    idle = [Idle(code, place) for code, place in keys if isinstance(place, Place)]
    idle += [Idle(one.code, one.place, comment=True) for one in unused if one.code in RULES]
    return Linted(tuple(found), len(placed) + len(unused) - len(found), ignores.count, tuple(idle))


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
        more = f"; and at {many(others, 'more place')}: {listed}" if others else ""
        if around is not None:
            origin = around.origin
            used = f"line {origin.line}" if origin.file == one.node.source.name else str(origin)
            notes.append(f"here `{path}`, used at {used}{more}")
        elif others:
            notes.append(f"here `{path}`{more}")
    return Problem(code, finding.message, one.node.origin, tuple(notes), finding.help, "warning")


class _Ignores:
    """The comments that ignore, of the file and of those it extends, and which of them were of use."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.own = net.description.source
        self.count = 0
        self.at: dict[tuple[str, int, str], list[Ignore]] = {}  # file, line, code; line 0 is the whole file
        self.used: set[Ignore] = set()
        self.listed: list[Ignore] = []
        for source in net.sources():
            for place, text in comments(source, "cnncalc:"):
                for match in _COMMENT.finditer(text):
                    self._read(match, place, source)

    def _read(self, match: re.Match[str], comment: Place, source: Source) -> None:
        length = len(match[0].rstrip())
        place = Place(comment.file, comment.line, comment.column + match.start(), length, comment.text)
        whole_file = match[1] == "ignore-file"
        codes = [code.strip() for code in (match[2] or "").split(",") if code.strip()]
        if len(self.listed) + len(codes) > MOST_COMMENTS:
            message = f"comments with more than {MOST_COMMENTS:,} codes (limit: comments {MOST_COMMENTS:,})"
            raise fail("limit", message, Place(comment.file, comment.line, 1))
        for code in codes or [""]:
            ignore = Ignore(code, place, whole_file)
            key = (comment.file, 0 if whole_file else comment.line, ignore.code)
            self.at.setdefault(key, []).append(ignore)
            if source is self.own:
                self.listed.append(ignore)

    def cover(self, code: str, finding: Finding, node: Written) -> bool:
        """Whether a comment ignores a finding; the comment is then used."""
        if not self.at:
            return False
        written = [node.origin]
        if isinstance(finding.at, int):
            written.append(self.net.entries[finding.at].origin)
            written += (around.origin for around in self.net.around(finding.at))
        places = {(self.own.name, 0), (node.source.name, 0), *((one.file, one.line or 0) for one in written)}
        covered = [ignore for file, line in places for ignore in self.at.get((file, line, code), ())]
        self.used.update(covered)
        self.count += bool(covered)
        return bool(covered)

    def unused(self, chosen: Codes) -> list[Ignore]:
        """Comments of the file itself that cannot be read, name no rule, or hid nothing."""
        judged = chosen - {UNUSED}
        return [
            ignore
            for ignore in self.listed
            if ignore not in self.used and (ignore.code in judged or ignore.code not in RULES)
        ]


def _unused_problem(ignore: Ignore) -> Problem:
    code = ignore.code if len(ignore.code) <= 60 else f"{ignore.code[:57]}…"
    if not code:
        message = f"`{ignore.place.text[ignore.place.column - 1 :][: ignore.place.length]}` does not say what to ignore"
        help = "write `# cnncalc: ignore[code]`"
    elif code not in RULES:
        close = nearest(code, RULES)
        message = f"no rule `{code}`"
        help = f"did you mean `{close}`?" if close else "`cnncalc rules` lists the rules"
    else:
        message = f"nothing to ignore: `{code}` finds nothing {'in this file' if ignore.whole_file else 'here'}"
        help = "remove the comment"
    return Problem(UNUSED, message, ignore.place, (), help, "warning")
