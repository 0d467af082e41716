"""Hold a network to what its file expects: published figures and budgets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cnncalc.analysis import QUANTITIES, Analysis, Counts, GroupRow, Row, analyze
from cnncalc.description import Problems, did_you_mean
from cnncalc.figures import Figure, read_figure, short
from cnncalc.graph import Graph
from cnncalc.problem import Problem
from cnncalc.shape import Shape, read_shape, written_shape
from cnncalc.source import Map, Node, Text, where

_WRITE_A_FIGURE = "write an integer, `884k`, `120M`, `~60M` (within 5 %) or `<25M`"


@dataclass(frozen=True)
class CheckResult:
    """What checking one file gave: how many figures were held against it, and those that it breaks."""

    file: str
    figures: int
    broken: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = field(default=(), repr=False)

    @property
    def passed(self) -> bool:
        return not self.broken


@dataclass(frozen=True)
class Edit:
    """A figure as written, and what would be right in its place."""

    node: Text
    text: str


@dataclass(frozen=True)
class _Expected:
    """One figure of `expect`, with what the network really has."""

    name: str
    quantity: str
    node: Text
    is_: int | Shape
    figure: Figure | None  # None: a shape


def check(graph: Graph) -> CheckResult:
    """Compare a graph with its `expect` and `budget`; raises ProblemsFound where these cannot be read.

    >>> import cnncalc
    >>> cnncalc.check(cnncalc.load("lenet5")).passed
    True
    """
    if graph.changed:
        return CheckResult(graph.file, 0, notes=("`expect` is not checked: vars or the input size were changed",))
    analysis = analyze(graph)
    problems = Problems()
    expected = list(_expectations(analysis, graph.expect, problems))
    limits = list(_limits(analysis, graph.budget, problems))
    problems.stop_if_any()
    broken, edits = [], []
    for one in expected:
        if not _holds(one):
            broken.append(Problem("expectation", _difference(one), where(one.node)))
            edits.append(Edit(one.node, _rewritten(one)))
    kept = [limit for limit in limits if limit is not None]
    broken += [problem for over, problem in kept if over]
    warnings = tuple(problem for over, problem in kept if not over)
    return CheckResult(graph.file, len(expected) + len(limits), tuple(broken), warnings, (), tuple(edits))


def updated(text: str, edits: tuple[Edit, ...]) -> str:
    """A file's text with the figures of `edits` put right; everything else stays as it is."""
    places = {_start(text, edit.node): edit for edit in edits}  # an aliased figure stands once
    for start in sorted(places, reverse=True):
        edit = places[start]
        if text.startswith(edit.node.text, start):  # else folded over lines, say: left for the author
            text = text[:start] + edit.text + text[start + len(edit.node.text) :]
    return text


_BEFORE = re.compile(r"(?:&\S+\s+)?(?:[|>][^\n]*\s+|[\"'])?")  # an anchor; a block's head, or a quote


def _start(text: str, node: Text) -> int:
    """Where the characters of a scalar begin."""
    match = _BEFORE.match(text, node.mark.index)
    return match.end() if match else int(node.mark.index)


# ------------------------------------------------------------------------------------------------ reading `expect`


def _named(
    node: Node | None, analysis: Analysis, what: str, problems: Problems
) -> Iterator[tuple[str, Row | GroupRow | None, Map]]:
    """(name, what it names, its mapping) of `expect` or of the names in `budget`; None names the total."""
    if node is None:
        return
    if not isinstance(node, Map):
        problems.add("bad-value", f"`{what}` must be a mapping of names", node)
        return
    by_name: dict[str, Row | GroupRow] = {row.name: row for row in analysis.rows} | analysis.groups
    for key, value in node:
        if key.text != "total" and key.text not in by_name:
            help = did_you_mean(key.text, ["total", *by_name]) or "`cnncalc summary FILE --depth all` shows every name"
            problems.add("unknown-name", f"`{what}` names no entry `{key.text}`", key, help)
        elif not isinstance(value, Map):
            problems.add("bad-value", f"`{key.text}` must be a mapping of quantities", value, "write `{params: 34848}`")
        else:
            yield key.text, by_name.get(key.text), value


def _expectations(analysis: Analysis, node: Node | None, problems: Problems) -> Iterator[_Expected]:
    for name, entry, figures in _named(node, analysis, "expect", problems):
        for key, value in figures:
            quantity = key.text
            if quantity not in ("output", *QUANTITIES):
                known = ["output", *QUANTITIES]
                help = did_you_mean(quantity, known) or f"the quantities are {', '.join(known)}"
                problems.add("unknown-key", f"no quantity `{quantity}`", key, help)
            elif not isinstance(value, Text) or value.null:
                problems.add("bad-value", f"`{quantity}` must be a figure", value, _WRITE_A_FIGURE)
            elif quantity == "output":
                yield from _shape_expectation(analysis, name, entry, value, problems)
            elif (figure := read_figure(value.text)) is None:
                problems.add("bad-value", f"`{value.text}` is no figure", value, _WRITE_A_FIGURE)
            else:
                counts = entry.counts if entry else analysis.totals
                yield _Expected(name, quantity, value, getattr(counts, quantity), figure)


def _shape_expectation(
    analysis: Analysis, name: str, entry: Row | GroupRow | None, value: Text, problems: Problems
) -> Iterator[_Expected]:
    shape = read_shape(value.text)
    if shape is None:
        help = "write `28x28x256` (height × width × channels), or `4096` for a vector"
        problems.add("bad-value", f"`{value.text}` is no shape", value, help)
    elif entry is None and len(analysis.outputs) != 1:
        outputs = ", ".join(analysis.outputs)
        problems.add(
            "bad-value", f"`total` has no one output: the network has {outputs}", value, "expect each by its name"
        )
    else:
        output = entry.output_shape if entry else next(iter(analysis.outputs.values()))
        yield _Expected(name, "output", value, output, None)


def _holds(one: _Expected) -> bool:
    if one.figure is None:
        return read_shape(one.node.text) == one.is_
    return isinstance(one.is_, int) and one.figure.fits(one.is_)


def _rewritten(one: _Expected) -> str:
    if isinstance(one.is_, int) and one.figure:
        return one.figure.rewritten(one.is_)
    times = "×" if "×" in one.node.text else "x"
    return written_shape(one.is_, times=times) if isinstance(one.is_, tuple) else str(one.is_)


def _difference(one: _Expected) -> str:
    if isinstance(one.is_, tuple) or one.figure is None:
        is_ = written_shape(one.is_) if isinstance(one.is_, tuple) else one.is_
        return f"`{one.name}` output: expected {one.node.text.replace('x', '×')}, is {is_}"
    value = one.figure.value()
    off = one.is_ - value
    amount = f"{abs(off):,.0f}" if abs(off) >= 1 else f"{abs(off):.3g}"
    share = f", {100 * off / value:+.1f} %".replace("-", "−") if value else ""
    more = "more" if off >= 0 else "less"
    wanted = f"{one.figure.digits:,}" if one.node.text.isdigit() else one.node.text
    if one.figure.sign == "<":
        wanted = f"less than {one.node.text[1:]}"
    elif one.figure.sign == "~":
        wanted = f"{one.node.text[1:]} within 5 %"
    return f"`{one.name}` {one.quantity}: expected {wanted}, is {one.is_:,} ({amount} {more}{share})"


# ------------------------------------------------------------------------------------------------ reading `budget`

_BUDGETED = (*QUANTITIES, "size")


def _limits(analysis: Analysis, node: Node | None, problems: Problems) -> Iterator[tuple[bool, Problem] | None]:
    """For every limit None where it is kept, else (whether it is a `max`, the problem)."""
    if node is None:
        return
    if not isinstance(node, Map):
        problems.add("bad-value", "`budget` must be a mapping", node, "write `budget: {params: {max: 5M}}`")
        return
    totals, others = Map(node.mark), Map(node.mark)
    for key, value in node:
        (totals if key.text in _BUDGETED else others).pairs.append((key, value))
    yield from _limits_of("total", analysis.totals, totals, problems)
    for name, entry, quantities in _named(others, analysis, "budget", problems):
        yield from _limits_of(name, entry.counts if entry else analysis.totals, quantities, problems)


def _limits_of(name: str, counts: Counts, quantities: Map, problems: Problems) -> Iterator[tuple[bool, Problem] | None]:
    for key, limits in quantities:
        if key.text not in _BUDGETED:
            problems.add("unknown-key", f"no quantity `{key.text}`", key, did_you_mean(key.text, _BUDGETED))
        elif not isinstance(limits, Map):
            problems.add("bad-value", f"`{key.text}` must be a mapping", limits, "write `{max: 5M, warn: 4.5M}`")
        else:
            for kind, value in limits:
                if kind.text not in ("max", "warn"):
                    problems.add("unknown-key", f"a limit is `max` or `warn`, not `{kind.text}`", kind)
                elif (limit := _limit(value, key.text)) is None:
                    help = "write an integer, `5M`, or for `size` also `20 MB` or `20 MiB`"
                    problems.add("bad-value", "not a limit", value, help)
                else:
                    is_: int = getattr(counts, key.text)
                    over = is_ - limit
                    if over <= 0:
                        yield None
                        continue
                    share = f"+{100 * over / limit:.1f} %" if limit else "over zero"
                    message = (
                        f"`{name}` {key.text}: limit {short(limit)}, is {short(is_)}, over by {short(over)} ({share})"
                    )
                    yield kind.text == "max", Problem("budget", message, where(value))


_BYTES = {"MB": 10**6, "MiB": 2**20, "kB": 10**3, "KiB": 2**10, "GB": 10**9, "GiB": 2**30}


def _limit(node: Node, quantity: str) -> int | None:
    if not isinstance(node, Text):
        return None
    amount, _, unit = node.text.partition(" ")
    if unit:
        measured = quantity == "size" and unit in _BYTES and re.fullmatch(r"\d{1,12}(\.\d{1,6})?", amount, re.ASCII)
        return int(float(amount) * _BYTES[unit]) if measured else None
    figure = read_figure(amount)
    return int(figure.value()) if figure and not figure.sign else None
